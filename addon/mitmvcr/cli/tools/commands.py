"""The commands of ``mitmvcr cassette`` that look after cassettes for years."""

from pathlib import Path
from typing import Any

import click

from mitmvcr.cli.options import (
    AS_JSON,
    PATHS,
    GroupedCommand,
    page_option,
    takes,
    typed,
)
from mitmvcr.options import REPORT

_OUTPUT = click.option(
    "-o",
    "--output",
    metavar="FILE|FOLDER",
    help="What to write, a file or a folder (new/). Default: in place.",
)
_REPORTS = click.option(
    REPORT.word,
    "reports",
    multiple=True,
    metavar="FILE|FOLDER",
    type=click.Path(exists=True, path_type=Path),
    help=f"What 'mitmvcr run {REPORT.word} FILE.json' wrote. Repeatable.",
)


@click.command(cls=GroupedCommand)
@PATHS
@_REPORTS
@click.option(
    "--secrets/--no-secrets",
    default=None,
    help="Look for secrets. Default: in cassettes of up to 8 MiB.",
)
@AS_JSON
@takes("scan")
def ls(
    *,
    paths: tuple[Path, ...],
    reports: tuple[Path, ...],
    secrets: bool | None,
    as_json: bool,
    **options: Any,
) -> int:
    """List cassettes: their size, age, secrets and tests.

    The age is that of the last answer, by its Date. Tests are known from reports.
    """
    from mitmvcr.cli.tools.ls import list_cassettes

    layer = typed(options)
    return list_cassettes(paths, reports, layer, secrets=secrets, as_json=as_json)


@click.command(cls=GroupedCommand)
@PATHS
@AS_JSON
def stats(*, paths: tuple[Path, ...], as_json: bool) -> int:
    """Count what cassettes are made of.

    Hosts, methods, statuses, kinds and sizes.
    """
    from mitmvcr.cli.tools.ls import print_stats

    return print_stats(paths, as_json=as_json)


@click.command(cls=GroupedCommand)
@PATHS
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The cassette to write. Default: the first one.",
)
@click.option("--all", "keep_all", is_flag=True, help="Keep what is recorded twice.")
@AS_JSON
@takes("diff")
def merge(
    *,
    paths: tuple[Path, ...],
    output: Path | None,
    keep_all: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Merge several cassettes into one.

    What several hold is kept once. Of a request that was recorded twice the newer
    answer stays, by its Date, and a line says so.
    """
    from mitmvcr.cli.tools.merge import merge_cassettes

    layer = typed(options)
    return merge_cassettes(paths, output, layer, keep_all=keep_all, as_json=as_json)


@click.command(cls=GroupedCommand)
@PATHS
@click.option(
    "--by",
    type=click.Choice(["host", "test"]),
    default="host",
    show_default=True,
    help="A cassette for each host, or for each report of a run.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder for the parts. Default: one named as CASSETTE, beside it.",
)
@_REPORTS
@AS_JSON
@takes("scan")
def split(
    *,
    paths: tuple[Path, ...],
    by: str,
    output: Path | None,
    reports: tuple[Path, ...],
    as_json: bool,
    **options: Any,
) -> int:
    """Write a cassette as several; CASSETTE itself stays as it is.

    By test, each report is one test, with what its run used.
    """
    from mitmvcr.cli.tools.merge import split_cassettes

    layer = typed(options)
    return split_cassettes(paths, output, reports, layer, by=by, as_json=as_json)


@click.command(cls=GroupedCommand)
@PATHS
@click.option(
    "--longest",
    metavar="SIZE",
    help="Cut bodies that have more bytes: 500, 64k, 1MB. JSON is not cut.",
)
@click.option(
    "--drop",
    multiple=True,
    metavar="JSONPATH",
    help="Drop these places of JSON, also in events and lines. Repeatable.",
)
@click.option("--url", "urls", multiple=True, metavar="GLOB", help="Only of these.")
@click.option("--requests", is_flag=True, help="Trim the bodies of requests too.")
@_OUTPUT
@AS_JSON
@takes("scan")
def trim(
    *,
    paths: tuple[Path, ...],
    longest: str | None,
    drop: tuple[str, ...],
    urls: tuple[str, ...],
    requests: bool,
    output: str | None,
    as_json: bool,
    **options: Any,
) -> int:
    """Make cassettes smaller: cut bodies, drop places of JSON.

    Lengths, digests and the times of chunks follow. A stream is cut after a whole
    event.
    """
    from mitmvcr.cli.tools.change import Wanted, Way, trim_cassettes

    wanted = Wanted(longest, drop, urls, requests)
    return trim_cassettes(paths, wanted, Way(output, as_json), typed(options))


@click.command(cls=GroupedCommand)
@PATHS
@_REPORTS
@click.option("--yes", is_flag=True, help="Do it; without this only say what.")
@AS_JSON
@takes("scan")
def prune(
    *,
    paths: tuple[Path, ...],
    reports: tuple[Path, ...],
    yes: bool,
    as_json: bool,
    **options: Any,
) -> int:
    """Drop interactions and cassettes that no test asks for.

    Without --yes nothing is changed. The reports have to be of the whole suite.
    """
    from mitmvcr.cli.tools.prune import prune_cassettes

    return prune_cassettes(paths, reports, typed(options), yes=yes, as_json=as_json)


@click.command(cls=GroupedCommand)
@click.argument(
    "path",
    metavar="CASSETTE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--id", "number", type=int, required=True, help="By number, from 0.")
@click.option("--request", "of_request", is_flag=True, help="The request's body.")
@AS_JSON
@takes("scan")
def edit(
    *, path: Path, number: int, of_request: bool, as_json: bool, **options: Any
) -> int:
    """Edit the body of one interaction in $EDITOR, JSON laid out.

    It is written back as it was spelled, and its lengths follow.
    """
    from mitmvcr.cli.tools.edit import edit_body

    layer = typed(options)
    return edit_body(path, number, layer, of_request=of_request, as_json=as_json)


@click.command("rename-host", cls=GroupedCommand)
@click.argument("old")
@click.argument("new")
@PATHS
@click.option("--bodies", is_flag=True, help="Rename it in bodies too.")
@_OUTPUT
@AS_JSON
@takes("scan")
def rename_host(
    *,
    old: str,
    new: str,
    paths: tuple[Path, ...],
    bodies: bool,
    output: str | None,
    as_json: bool,
    **options: Any,
) -> int:
    """Rename the host OLD as NEW, in URLs and headers.

    OLD without a port means any port, which stays.
    """
    from mitmvcr.cli.tools.change import Way
    from mitmvcr.cli.tools.change import rename_host as rename

    way = Way(output, as_json)
    return rename(old, new, paths, way, typed(options), bodies=bodies)


@click.command(cls=GroupedCommand)
@PATHS
@click.option(
    "--by",
    type=click.Choice(["url", "method", "status", "date"]),
    default="url",
    show_default=True,
)
@_OUTPUT
@AS_JSON
@takes("scan")
def sort(
    *,
    paths: tuple[Path, ...],
    by: str,
    output: str | None,
    as_json: bool,
    **options: Any,
) -> int:
    """Sort the interactions of cassettes.

    Those with the same method and URL keep their order, in which they answer.
    """
    from mitmvcr.cli.tools.change import Way, sort_cassettes

    return sort_cassettes(paths, Way(output, as_json), typed(options), by=by)


@click.command(cls=GroupedCommand)
@click.argument("a", type=click.Path(exists=True, path_type=Path), metavar="A")
@click.argument("b", type=click.Path(exists=True, path_type=Path), metavar="B")
@click.option(
    "--ignore-volatile",
    is_flag=True,
    help="What is generated each time does not count: X-Request-Id, values that look"
    " like ids and times.",
)
@AS_JSON
@page_option("Write one HTML file, to look at both side by side.")
@takes("diff")
def diff(
    *,
    a: Path,
    b: Path,
    as_json: bool,
    page: Path | None,
    ignore_volatile: bool,
    **options: Any,
) -> int:
    """Compare two cassettes, or folders of them.

    Each interaction is the same, changed, only in A or only in B. Interactions are
    paired if their requests match, and then if they have the method and the URL in
    common. Bodies are compared by meaning, streams event by event; times, Date and Age
    do not count, nor what the options ignore. Secrets are hidden as a recording hides
    them. The exit code is 0 if the cassettes are the same and 1 if they differ.
    """
    from mitmvcr.cli.commands import diff as difference

    layer = typed(options)
    if page is not None:
        return difference.write_difference(
            a, b, layer, page, ignore_volatile=ignore_volatile
        )
    is_folder = a.is_dir() and b.is_dir()
    show = difference.print_differences if is_folder else difference.print_difference
    return show(a, b, layer, as_json=as_json, ignore_volatile=ignore_volatile)


COMMANDS = (ls, stats, merge, split, trim, prune, edit, rename_host, sort, diff)
