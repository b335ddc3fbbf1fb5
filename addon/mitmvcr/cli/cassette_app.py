"""The commands that look after cassette files.

A command imports what it needs when it runs, as those of ``app.py`` do.
"""

from pathlib import Path
from typing import Any

import click

from mitmvcr.cli.options import (
    AS_JSON,
    PATHS,
    PLACE,
    CommandGroup,
    GroupedCommand,
    MayBeEmpty,
    page_option,
    show_help_alone,
    takes,
    takes_format,
    typed,
)
from mitmvcr.cli.tools import commands

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class _Inputs(click.Path):
    """Says where a file belongs that is to be written: many commands take it last."""

    def convert(self, value: Any, *place: Any) -> Any:
        try:
            return super().convert(value, *place)
        except click.BadParameter as error:
            said = f"{error.message.rstrip('.')}; to write it, give -o {value}"
            raise click.BadParameter(said, error.ctx, error.param) from None


@click.group(cls=CommandGroup, invoke_without_command=True)
@click.pass_context
def cassette(context: click.Context) -> None:
    """Look after cassette files."""
    show_help_alone(context)


for each in commands.COMMANDS:
    cassette.add_command(each)


@cassette.command()
@PATHS
@click.option("--fix", is_flag=True, help="Correct lengths and ids, then check.")
@AS_JSON
def check(paths: tuple[Path, ...], *, fix: bool, as_json: bool) -> int:
    """Report what is wrong with cassettes.

    PATHS are files, or folders of them. One line for each problem; exit code 1 if one
    of them is an error.
    """
    from mitmvcr.cli.commands.cassette import check_cassettes

    failed = 0
    if fix:
        from mitmvcr.cli.tools.change import fix_cassettes

        failed = fix_cassettes(paths, {})
    return check_cassettes(paths, as_json=as_json) or failed


@cassette.command()
@PLACE
@click.option("--replace", is_flag=True, help="Replace what CASSETTE holds.")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The file to recover from. Default: CASSETTE.part",
)
def recover(cassette: Path | str, replace: bool, source: Path | None) -> None:
    """Put a recording that was not saved (CASSETTE.part) in place.

    It is appended to what CASSETTE holds.
    """
    from mitmvcr.cli.commands.cassette import recover_cassette

    recover_cassette(cassette, replace=replace, source=source)


@cassette.command(cls=GroupedCommand)
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    type=_Inputs(exists=True, path_type=Path),
    metavar="IN...",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE|FOLDER",
    help="What to write; - for stdout. Default for cassettes of format 1: in place.",
)
@takes_format("--from", "source", "Their format. Default: what they say.")
@takes_format(
    "--to", "target", "The format to write. Default: what OUT's extension says."
)
@click.option(
    "--origin",
    default="",
    metavar="URL",
    help="The origin of the answers, if the format names no host.",
)
@AS_JSON
@takes("convert")
def convert(
    *,
    paths: tuple[Path, ...],
    output: str | None,
    source: str | None,
    target: str | None,
    origin: str,
    as_json: bool,
    **options: Any,
) -> int:
    """Convert recordings from and to other recorders' formats.

    Several files become one, in the order given, or one each in a folder (-o new/).
    What a format has no place for is reported field by field, and secrets are redacted.
    The exit code is 1 if an interaction was left out.
    """
    from mitmvcr.cli.commands.convert import Wishes, convert_cassettes

    wishes = Wishes(output, source, target, origin)
    return convert_cassettes(paths, wishes, typed(options), as_json=as_json)


@cassette.command(cls=GroupedCommand)
@PLACE
@click.option("--method", metavar="METHOD", help="Default: GET, with a body POST.")
@click.option("--url", metavar="URL")
@click.option("--header", multiple=True, metavar="'NAME: VALUE'", help="Repeatable.")
@click.option("--body", cls=MayBeEmpty, metavar="TEXT|@FILE")
@click.option(
    "--curl", metavar="COMMAND", help="The whole request, as 'curl -d a=1 URL'."
)
@AS_JSON
@takes("explain")
def explain(
    *,
    cassette: Path | str,
    as_json: bool,
    method: str | None,
    url: str | None,
    header: tuple[str, ...],
    body: str | None,
    curl: str | None,
    **options: Any,
) -> int:
    """Say whether CASSETTE would answer a request.

    If not, what differs. Nothing is sent. The exit code is 0 for a match and 1 for
    none.
    """
    from mitmvcr.cli.commands.explain import Question, explain_request

    question = Question(method, url, header, body, curl)
    return explain_request(cassette, question, typed(options), as_json=as_json)


@cassette.command(cls=GroupedCommand)
@click.argument("path", type=_FILE)
@click.option("--id", "ids", type=int, multiple=True, help="By number, from 0.")
@click.option("--url", "urls", multiple=True, metavar="GLOB")
@click.option("--status", "statuses", multiple=True, metavar="404|4xx")
@click.option("--method", "methods", multiple=True, metavar="METHOD")
@click.option("--table", "table_only", is_flag=True, help="Only the table.")
@AS_JSON
@page_option("Write one HTML file that holds it all.")
@takes("show")
def show(
    *,
    path: Path,
    ids: tuple[int, ...],
    urls: tuple[str, ...],
    statuses: tuple[str, ...],
    methods: tuple[str, ...],
    table_only: bool,
    as_json: bool,
    page: Path | None,
    **options: Any,
) -> None:
    """Show a cassette: a table, and what is chosen in full.

    Streams are shown event by event, with their times, and binary in hex. Secrets are
    hidden as a recording hides them.
    """
    from mitmvcr.cli.commands.show import Choice, show_cassette, write_page

    upper = tuple(each.upper() for each in methods)
    choice = Choice(ids, urls, statuses, upper)
    if page is not None:
        write_page(path, choice, typed(options), page)
        return
    show_cassette(path, choice, typed(options), as_json=as_json, table_only=table_only)


@cassette.command(cls=GroupedCommand)
@takes("scan")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "sarif"]),
    default="text",
    show_default=True,
)
@PATHS
def scan(paths: tuple[Path, ...], form: str, **options: Any) -> int:
    """Find secrets in cassettes.

    PATHS are files, or folders of them. One line for each, with the value masked; exit
    code 1 if there is one.
    """
    from mitmvcr.cli.commands.cassette import scan_cassettes

    return scan_cassettes(paths, typed(options), form=form)


@cassette.command(cls=GroupedCommand)
@takes("scrub")
@PATHS
def scrub(paths: tuple[Path, ...], **options: Any) -> int:
    """Redact secrets in cassettes in place.

    Each file is written whole or not at all.
    """
    from mitmvcr.cli.commands.cassette import scrub_cassettes

    return scrub_cassettes(paths, typed(options))
