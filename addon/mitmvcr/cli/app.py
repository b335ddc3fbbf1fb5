"""The commands, and the options that several of them share.

A command imports what it needs when it runs: mitmproxy takes most of a second, and
``--help`` should not.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from mitmvcr import __version__


@click.group(no_args_is_help=False)
@click.version_option(__version__, prog_name="mitmvcr", message="%(prog)s %(version)s")
def app() -> None:
    """Record a program's HTTP(S) traffic into go-vcr cassettes; replay it offline."""


def vcr_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a session, but for the cassette. They stay text until
    settings.py parses them, so that a wrong value reads the same everywhere."""
    for option in reversed(_VCR_OPTIONS):
        command = option(command)
    return command


def matching_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What decides whether a request matches."""
    for option in reversed(_MATCHING_OPTIONS):
        command = option(command)
    return command


_REDACTION = [
    "redact",
    "headers",
    "redact_headers",
    "redact_query",
    "redact_json",
    "redact_regex",
    "redact_hosts",
    "keep",
    "secret",
]


def with_redaction(options: dict[str, Any]) -> dict[str, Any]:
    """Those about secrets become one value."""
    from mitmvcr.redaction_options import parse_redaction

    rules = parse_redaction(**{name: options.pop(name) for name in _REDACTION})
    return {**options, "redaction": rules}


def redaction_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Those about secrets alone."""
    for option in reversed(_REDACTION_OPTIONS):
        command = option(command)
    return command


_MATCHING_OPTIONS = (
    click.option(
        "--match",
        default="",
        metavar="PARTS",
        help="What has to be the same, as method,url,body (default) or"
        " method,path,query,header:Accept; or go-vcr or charm.",
    ),
    click.option(
        "--ignore-headers",
        multiple=True,
        metavar="NAMES",
        help="Headers that do not count; NAME= ignores only the value. Repeatable, as"
        " the next three.",
    ),
    click.option(
        "--ignore-query",
        multiple=True,
        metavar="NAMES",
        help="The same for query parameters; a name may be a glob, as utm_*.",
    ),
    click.option(
        "--ignore-json",
        multiple=True,
        metavar="JSONPATH",
        help="The same for places in a JSON body, as $.messages[*].id.",
    ),
    click.option(
        "--ignore-form",
        multiple=True,
        metavar="NAMES",
        help="The same for the fields of a form.",
    ),
    click.option(
        "--base-url-map",
        multiple=True,
        metavar="FROM=TO",
        help="A URL that starts with FROM is compared as if it started with TO."
        " Repeatable.",
    ),
    click.option(
        "--hooks",
        default="",
        metavar="FILE",
        help="A Python file with match, before_record, before_replay or on_miss.",
    ),
)

_REDACTION_OPTIONS = (
    click.option(
        "--redact",
        default="default",
        metavar="WHAT",
        help="none: secrets are written as they are.",
    ),
    click.option(
        "--headers",
        default="all",
        metavar="NAMES",
        help="Request headers that are recorded: all (default, but for secrets),"
        " minimal, or a list.",
    ),
    *(
        click.option(f"--{name}", multiple=True, metavar=metavar, help=help_text)
        for name, metavar, help_text in (
            ("redact-headers", "NAMES", "More headers that hold secrets. Repeatable."),
            ("redact-query", "NAMES", "More query parameters that do. Repeatable."),
            ("redact-json", "JSONPATH", "What to hide in JSON bodies. Repeatable."),
            ("redact-regex", "REGEX", "What to hide anywhere. Repeatable."),
            ("redact-hosts", "NAMES", "Hosts to hide, as *.example.com. Repeatable."),
            ("keep", "NAMES", "Headers, fields or kinds not to hide. Repeatable."),
            (
                "secret",
                "VARIABLES",
                "Their values are written as <NAME> and put back. Repeatable.",
            ),
        )
    ),
)

_VCR_OPTIONS = (
    click.option(
        "--mode",
        metavar="MODE",
        help="record_only, replay_only, replay_with_new_episodes, record_once"
        " (default) or passthrough.",
    ),
    click.option(
        "--allow-repeats",
        flag_value="all",
        default=None,
        help="An interaction may be replayed more than once, always the first of"
        " identical ones.",
    ),
    click.option(
        "--repeat-last",
        "allow_repeats",
        flag_value="last",
        help="Of identical interactions the last is replayed again and again.",
    ),
    click.option(
        "--latency",
        default="0",
        metavar="FACTOR",
        help="How long a replay takes: 1 is the recorded time, 0 (default) as fast as"
        " the client reads.",
    ),
    click.option(
        "--passthrough",
        multiple=True,
        metavar="FILTER",
        help="mitmproxy flow filter, as '~d example.com': what it matches goes straight"
        " through, unrecorded. Repeatable.",
    ),
    click.option(
        "--layout",
        default="v4",
        metavar="LAYOUT",
        help="v4 (default) as go-vcr's newest library writes, or v3 as its v3 did.",
    ),
    click.option(
        "--record-chunks",
        is_flag=True,
        help="Record when each part of a stream came, to replay it at that pace.",
    ),
    click.option(
        "--record-errors",
        is_flag=True,
        help="Record exchanges that failed, and replay the failure.",
    ),
    click.option(
        "--partial",
        default="keep",
        metavar="POLICY",
        help="A stream that the client left before its end: keep (default) or drop.",
    ),
    click.option(
        "--websocket", is_flag=True, help="Record the messages of WebSockets."
    ),
    click.option(
        "--fsync",
        default="close",
        metavar="WHEN",
        help="Force a recording to the disk with each interaction, or at the close"
        " (default).",
    ),
    click.option(
        "--write-empty",
        is_flag=True,
        help="A recording of nothing writes an empty cassette.",
    ),
    click.option(
        "--keep-volatile",
        is_flag=True,
        help="What is recorded anew keeps the old duration, Date and request ids where"
        " nothing else differs.",
    ),
    click.option(
        "--spool",
        default="1m",
        metavar="SIZE",
        help="Larger bodies go to a temporary file while they are recorded.",
    ),
    click.option(
        "--view",
        default="go",
        metavar="VIEW",
        help="go (default) records what go-vcr would have seen, wire what was sent.",
    ),
    *_MATCHING_OPTIONS,
    *_REDACTION_OPTIONS,
)


# The command follows its own options, so the first word that is none ends ours.
@app.command(context_settings={"allow_interspersed_args": False})
@click.option(
    "--cassette", metavar="FILE", help="Default: cassettes/<the command's name>.yaml."
)
@vcr_options
@click.option(
    "--save-failed",
    default="yes",
    metavar="YES|NO",
    help="no: what was recorded is kept beside the cassette if COMMAND fails.",
)
@click.option(
    "--include-localhost",
    is_flag=True,
    help="Send requests to localhost through the proxy too, where the client can.",
)
@click.option(
    "--no-proxy",
    default="",
    metavar="HOSTS",
    help="More hosts to reach without the proxy, separated by commas.",
)
@click.option(
    "--report",
    multiple=True,
    metavar="FILE",
    help="Write what became of each request: FILE.json, FILE.xml (JUnit), or - for"
    " JSON on stdout after the command has ended. Repeatable.",
)
@click.option(
    "--fail-on-miss/--no-fail-on-miss",
    default=True,
    help="Exit with 100 when a request had no match (default).",
)
@click.option(
    "--fail-on-unused",
    is_flag=True,
    help="Exit with 100 when nothing asked for an interaction of the cassette.",
)
@click.option(
    "--drop-unused",
    is_flag=True,
    help="Take such interactions out of the cassette, if the command passed, something"
    " was replayed and nothing missed.",
)
@click.option(
    "--isolate",
    is_flag=True,
    help="Linux: COMMAND has a network of its own, whose only way out is the proxy.",
)
@click.option(
    "--isolate-allow",
    multiple=True,
    metavar="HOST:PORT",
    help="And this (TCP), as a test database; PORT alone is this machine's 127.0.0.1."
    " Repeatable.",
)
@click.option(
    "--allow-idle",
    is_flag=True,
    help="A strict replay passes even if nothing at all was asked.",
)
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def run(command: tuple[str, ...], **options: Any) -> int:
    """Run COMMAND with its HTTP(S) traffic recorded or replayed.

    The exit code is the command's own; 128+N if signal N ended it; 100 if it passed
    but a request had no match, a strict replay was asked for nothing or, with
    --fail-on-unused, an interaction was unused;
    125 if mitmvcr failed; 126 or 127 if the command cannot be executed or found.
    With CI set and no --mode it replays only.
    """
    from mitmvcr.cli.run import RunOptions, run_command

    return run_command(command, RunOptions(**with_redaction(options)))


@app.command()
@click.option("--cassette", required=True, metavar="FILE")
@vcr_options
@click.option(
    "--ui",
    type=click.Choice(["dump", "console", "web"]),
    default="dump",
    show_default=True,
)
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS")
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True)
@click.argument("extra", nargs=-1, type=click.UNPROCESSED)
def serve(extra: tuple[str, ...], **options: Any) -> None:
    """Run mitmproxy with a cassette until it is ended, for a manual session.

    What follows -- goes to mitmproxy as it is.
    """
    from mitmvcr.cli.serve import ServeOptions, serve_proxy

    serve_proxy(extra, ServeOptions(**with_redaction(options)))


@app.group(no_args_is_help=False)
def cassette() -> None:
    """Look after cassette files."""


@cassette.command()
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)
def check(paths: tuple[Path, ...]) -> int:
    """Report what is wrong with cassettes: files, or folders of them.

    One line for each problem; exit code 1 if one of them is an error.
    """
    from mitmvcr.cli.cassette import check_cassettes

    return check_cassettes(paths)


@cassette.command()
@click.argument("cassette", metavar="CASSETTE")
@click.option("--replace", is_flag=True, help="In place of what CASSETTE holds.")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where it was rescued to. Default: CASSETTE.part",
)
def recover(cassette: str, replace: bool, source: Path | None) -> None:
    """Put a recording that was not saved (CASSETTE.part) in place.

    It comes behind what CASSETTE holds.
    """
    from mitmvcr.cli.cassette import recover_cassette

    recover_cassette(cassette, replace=replace, source=source)


@cassette.command()
@click.argument("path", type=click.Path(path_type=Path), metavar="CASSETTE")
@click.option("--output", type=click.Path(path_type=Path), help="Not in its place.")
def convert(path: Path, output: Path | None) -> None:
    """Write a cassette of format 1 (go-vcr v1, v2) anew in format 2."""
    from mitmvcr.cli.cassette import convert_cassette

    convert_cassette(path, output)


@cassette.command()
@click.argument("cassette", metavar="CASSETTE")
@click.option("--method", metavar="METHOD", help="Default: GET, with a body POST.")
@click.option("--url", metavar="URL")
@click.option("--header", multiple=True, metavar="'NAME: VALUE'", help="Repeatable.")
@click.option("--body", metavar="TEXT|@FILE")
@click.option("--curl", metavar="COMMAND", help="All of it, as 'curl -d a=1 URL'.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@matching_options
def explain(
    *,
    cassette: str,
    as_json: bool,
    method: str | None,
    url: str | None,
    header: tuple[str, ...],
    body: str | None,
    curl: str | None,
    **matching: Any,
) -> int:
    """Say whether CASSETTE would answer a request, and if not what differs.

    Nothing is sent. The exit code is 0 for a match and 1 for none.
    """
    from mitmvcr.cli.explain import Question, explain_request

    question = Question(method, url, header, body, curl)
    return explain_request(cassette, question, as_json=as_json, **matching)


_PATHS = click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)


@cassette.command()
@redaction_options
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
    from mitmvcr.cli.secrets import scan_cassettes

    rules = with_redaction(options)["redaction"]
    return scan_cassettes(paths, rules, form=form)


@cassette.command()
@redaction_options
@_PATHS
def scrub(paths: tuple[Path, ...], **options: Any) -> int:
    """Redact secrets in cassettes in place, each file whole or not at all."""
    from mitmvcr.cli.secrets import scrub_cassettes

    return scrub_cassettes(paths, with_redaction(options)["redaction"])
