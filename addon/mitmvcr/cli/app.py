"""The commands, and the options that several of them share.

A command imports what it needs when it runs: mitmproxy takes most of a second, and
``--help`` should not.
"""

from pathlib import Path
from typing import Any

import click

from mitmvcr import __version__
from mitmvcr.cli.options import GroupedCommand, takes, takes_all, typed
from mitmvcr.options import OPTIONS


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="mitmvcr", message="%(prog)s %(version)s")
@click.pass_context
def app(context: click.Context) -> None:
    """Record a program's HTTP(S) traffic into go-vcr cassettes; replay it offline."""
    _help_alone(context)


def _help_alone(context: click.Context) -> None:
    """Show the help of a group that is called with no command."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


# The command follows its own options, so the first word that is none ends ours.
@app.command(cls=GroupedCommand, context_settings={"allow_interspersed_args": False})
@takes("run")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def run(command: tuple[str, ...], **options: Any) -> int:
    """Run COMMAND with its HTTP(S) traffic recorded or replayed.

    The exit code is the command's own; 128+N if signal N ended it; 100 if it passed
    but a request had no match, a strict replay was asked for nothing or, with
    --fail-on-unused, an interaction was unused;
    125 if mitmvcr failed; 126 or 127 if the command cannot be executed or found.
    With CI set and no mode given it replays only. With no cassette given it takes
    cassettes/<the command's name>.yaml.
    """
    from mitmvcr.cli.commands.run import run_command

    return run_command(command, typed(options))


@app.command(cls=GroupedCommand)
@takes("serve")
@click.argument("extra", nargs=-1, type=click.UNPROCESSED)
def serve(extra: tuple[str, ...], **options: Any) -> None:
    """Run mitmproxy with a cassette until it is ended, for a manual session.

    What follows -- goes to mitmproxy as it is.
    """
    from mitmvcr.cli.commands.serve import serve_proxy

    serve_proxy(extra, typed(options))


@app.command(cls=GroupedCommand)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@takes_all(OPTIONS)
def config(*, as_json: bool, **options: Any) -> None:
    """Show the value of every option, and where it comes from.

    Options that are given here count as those of 'run' and 'serve' do. What is printed
    can stand in mitmvcr.toml as it is.
    """
    from mitmvcr.cli.commands.config import show_config

    show_config(typed(options), as_json=as_json)


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@app.command(cls=GroupedCommand)
@click.option(
    "--shell",
    type=click.Choice(["sh", "fish", "powershell", "github", "json"]),
    default="sh",
    show_default=True,
    help="Whose syntax; github is for $GITHUB_ENV.",
)
@takes("env")
def env(*, shell: str, **options: Any) -> None:
    """Print the variables that send a program to a proxy that runs, as 'serve'.

    They are those that 'run' sets: eval "$(mitmvcr env)". Within a run its own proxy
    is meant, unless a port is given. See also 'exec'.
    """
    from mitmvcr.cli.commands.exec import print_variables

    print_variables(shell, typed(options))


@app.command(
    "exec", cls=GroupedCommand, context_settings={"allow_interspersed_args": False}
)
@takes("env")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def exec_(command: tuple[str, ...], **options: Any) -> int:
    """Run COMMAND with its traffic sent to a proxy that runs, as 'serve'.

    The exit code is the command's own; see 'env' for the variables alone.
    """
    from mitmvcr.cli.commands.exec import exec_command

    return exec_command(command, typed(options))


@app.command()
@click.argument("kind", type=click.Choice(["path", "bundle", "jks", "p12"]))
def ca(kind: str) -> None:
    """Print where the proxy's certificate authority is, as a file to trust.

    path is its certificate (PEM), bundle the same with the system's roots, jks a store
    for Java with both, p12 the certificate for Windows and browsers.
    """
    from mitmvcr.cli.commands.exec import print_authority

    print_authority(kind)


@app.command("addon-path")
def addon_path() -> None:
    """Print the path of the addon, for any mitmproxy: mitmdump -s PATH."""
    from mitmvcr.cli.commands.install import print_addon_path

    print_addon_path()


@app.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that completes mitmvcr's words in SHELL.

    As 'eval "$(mitmvcr completion bash)"' in ~/.bashrc, or in fish as a file of
    ~/.config/fish/completions.
    """
    from mitmvcr.cli.commands.install import print_completion

    print_completion(app, shell)


@app.group(invoke_without_command=True)
@click.pass_context
def cassette(context: click.Context) -> None:
    """Look after cassette files."""
    _help_alone(context)


@cassette.command()
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)
def check(paths: tuple[Path, ...]) -> int:
    """Report what is wrong with cassettes: files, or folders of them.

    One line for each problem; exit code 1 if one of them is an error.
    """
    from mitmvcr.cli.commands.cassette import check_cassettes

    return check_cassettes(paths)


@cassette.command()
@click.argument("cassette", metavar="CASSETTE")
@click.option("--replace", is_flag=True, help="Replace what CASSETTE holds.")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The file to recover from. Default: CASSETTE.part",
)
def recover(cassette: str, replace: bool, source: Path | None) -> None:
    """Put a recording that was not saved (CASSETTE.part) in place.

    It is appended to what CASSETTE holds.
    """
    from mitmvcr.cli.commands.cassette import recover_cassette

    recover_cassette(cassette, replace=replace, source=source)


@cassette.command()
@click.argument("path", type=click.Path(path_type=Path), metavar="CASSETTE")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="The file to write. Default: CASSETTE.",
)
def convert(path: Path, output: Path | None) -> None:
    """Write a cassette of format 1 (go-vcr v1, v2) anew in format 2."""
    from mitmvcr.cli.commands.cassette import convert_cassette

    convert_cassette(path, output)


@cassette.command(cls=GroupedCommand)
@click.argument("cassette", metavar="CASSETTE")
@click.option("--method", metavar="METHOD", help="Default: GET, with a body POST.")
@click.option("--url", metavar="URL")
@click.option("--header", multiple=True, metavar="'NAME: VALUE'", help="Repeatable.")
@click.option("--body", metavar="TEXT|@FILE")
@click.option("--curl", metavar="COMMAND", help="All of it, as 'curl -d a=1 URL'.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@takes("explain")
def explain(
    *,
    cassette: str,
    as_json: bool,
    method: str | None,
    url: str | None,
    header: tuple[str, ...],
    body: str | None,
    curl: str | None,
    **options: Any,
) -> int:
    """Say whether CASSETTE would answer a request, and if not what differs.

    Nothing is sent. The exit code is 0 for a match and 1 for none.
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
@click.option("--table", "table_only", is_flag=True, help="The table alone.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write one HTML file that holds it all.",
)
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
    """Show a cassette: a table, and what is chosen whole.

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
@click.argument("a", type=_FILE, metavar="A")
@click.argument("b", type=_FILE, metavar="B")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write one HTML file, to look at both side by side.",
)
@takes("diff")
def diff(*, a: Path, b: Path, as_json: bool, page: Path | None, **options: Any) -> int:
    """Compare two cassettes: what is the same, changed, only in A or only in B.

    Interactions belong together whose requests match, and then those that have the
    method and the URL in common. Bodies are compared by meaning; times, Date and Age
    do not count, nor what the options ignore. Secrets are hidden as a recording hides
    them. The exit code is 0 if the cassettes are the same and 1 if they differ.
    """
    from mitmvcr.cli.commands.diff import print_difference, write_difference

    if page is not None:
        return write_difference(a, b, typed(options), page)
    return print_difference(a, b, typed(options), as_json=as_json)


_PATHS = click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)


@cassette.command(cls=GroupedCommand)
@takes("scan")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "sarif"]),
    default="text",
    show_default=True,
)
@_PATHS
def scan(paths: tuple[Path, ...], form: str, **options: Any) -> int:
    """Find secrets in cassettes: files, or folders of them.

    One line for each, with the value masked; exit code 1 if there is one.
    """
    from mitmvcr.cli.commands.secrets import scan_cassettes

    return scan_cassettes(paths, typed(options), form=form)


@cassette.command(cls=GroupedCommand)
@takes("scrub")
@_PATHS
def scrub(paths: tuple[Path, ...], **options: Any) -> int:
    """Redact secrets in cassettes in place, each file whole or not at all."""
    from mitmvcr.cli.commands.secrets import scrub_cassettes

    return scrub_cassettes(paths, typed(options))
