"""The commands, and the options that several of them share.

A command imports what it needs when it runs: mitmproxy takes most of a second, and
``--help`` should not.
"""

from pathlib import Path
from typing import Any

import click

from mitmvcr import __version__
from mitmvcr.cli.cassette_app import cassette
from mitmvcr.cli.options import (
    AS_JSON,
    COMMAND,
    CommandGroup,
    GroupedCommand,
    PassingCommand,
    show_help_alone,
    takes,
    takes_all,
    typed,
)
from mitmvcr.cli.tools.gitcommands import git
from mitmvcr.options import OPTIONS, REPORT


@click.group(
    cls=CommandGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="mitmvcr", message="%(prog)s %(version)s")
@click.pass_context
def app(context: click.Context) -> None:
    """Record a program's HTTP(S) traffic into go-vcr cassettes; replay it offline."""
    show_help_alone(context)


# The command follows its own options, so the first word that is none ends ours.
@app.command(cls=GroupedCommand, context_settings={"allow_interspersed_args": False})
@takes("run")
@click.argument("command", required=True, **COMMAND)
def run(command: tuple[str, ...], **options: Any) -> int:
    """Run COMMAND with its HTTP(S) traffic recorded or replayed.

    The exit code is the command's own; 128+N if signal N ended it; 100 if it passed
    but a request had no match, nothing was requested in a strict replay or, with
    --fail-on-unused, an interaction was unused; 125 if mitmvcr failed; 126 or 127 if
    the command cannot be executed or found.
    With CI set and no mode given it only replays. With no cassette given it takes
    cassettes/<the command's name>.yaml. With --mode compare the command runs live, and
    its answers are compared with the cassette's, as 'refresh' does.
    """
    from mitmvcr.cli.commands.run import run_command

    return run_command(command, typed(options))


@app.command(cls=GroupedCommand, context_settings={"allow_interspersed_args": False})
@click.option("--yes", is_flag=True, help="Write the rules into mitmvcr.toml.")
@takes("run")
@click.argument("command", required=True, **COMMAND)
def learn(command: tuple[str, ...], *, yes: bool, **options: Any) -> int:
    """Find out what varies between two runs, and the rules for it.

    COMMAND is recorded into the cassette, unless that exists, and once more aside. The
    fewest rules that let the second run match the first are shown, proven by two
    replays, and, with --yes, written into mitmvcr.toml, whose other lines stay. The
    exit code is the command's own if it fails, and 100 if no rules help.
    """
    from mitmvcr.cli.commands.learn import learn_command

    return learn_command(command, typed(options), yes=yes)


@app.command()
@click.argument("report", required=False, type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Write them into mitmvcr.toml.")
def fix(report: Path | None, *, yes: bool) -> int:
    """Apply the remedies that the last run's misses named.

    That is the last run in this folder. REPORT is the JSON report of another run. A
    remedy that would merge two recorded requests is not written. The exit code is 100
    if a miss has no remedy.
    """
    from mitmvcr.cli.commands.fix import fix as fix_misses

    return fix_misses(report, yes=yes)


@app.command(cls=PassingCommand)
@takes("serve")
@click.argument("extra", nargs=-1, type=click.UNPROCESSED)
def serve(extra: tuple[str, ...], **options: Any) -> int:
    """Run mitmproxy with a cassette until it is ended.

    It is for a manual session. What follows -- goes to mitmproxy as it is.
    """
    from mitmvcr.cli.commands.serve import serve_proxy

    return serve_proxy(extra, typed(options))


@app.command(cls=GroupedCommand)
@AS_JSON
@takes_all(OPTIONS)
def config(*, as_json: bool, **options: Any) -> None:
    """Show the value of every option, and where it comes from.

    Options given here count as they do for 'run' and 'serve'. The output can be used
    as mitmvcr.toml.
    """
    from mitmvcr.cli.commands.config import show_config

    show_config(typed(options), as_json=as_json)


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
    """Print the variables that send a program to a running proxy.

    They are those that 'run' sets: eval "$(mitmvcr env)". Without a port it is the
    proxy of the surrounding run, else the one that 'start' started, else that of
    'serve'. See also 'exec'.
    """
    from mitmvcr.cli.commands.exec import print_variables

    print_variables(shell, typed(options))


@app.command(
    "exec", cls=GroupedCommand, context_settings={"allow_interspersed_args": False}
)
@takes("env")
@click.argument("command", required=True, **COMMAND)
def exec_(command: tuple[str, ...], **options: Any) -> int:
    """Run COMMAND with its traffic sent to a running proxy.

    See 'env' for which proxy that is. The exit code is the command's own.
    """
    from mitmvcr.cli.commands.exec import exec_command

    return exec_command(command, typed(options))


@app.command()
@click.argument("kind", type=click.Choice(["path", "bundle", "jks", "p12"]))
def ca(kind: str) -> None:
    """Print where the proxy's certificate authority is.

    It is a file to trust: path is its certificate (PEM), bundle the same with the
    system's roots, jks a store for Java with both, p12 the certificate for Windows and
    browsers.
    """
    from mitmvcr.cli.commands.exec import print_authority

    print_authority(kind)


@app.command("addon-path")
def addon_path() -> None:
    """Print the path of the addon, for any mitmproxy.

    As in mitmdump -s "$(mitmvcr addon-path)".
    """
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


@app.command(cls=GroupedCommand)
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)
@click.option("--check/--write", "check", default=True, help="Write nothing (default).")
@click.option(
    "--method",
    "methods",
    multiple=True,
    metavar="METHOD",
    help="Send this method too, besides GET and HEAD. Repeatable.",
)
@click.option(
    "--header",
    "sent",
    multiple=True,
    metavar="'NAME: VALUE'",
    help="Send it too; <NAME> is a variable that is named a secret. Repeatable.",
)
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    default=5.0,
    show_default=True,
    help="Requests per second to one host.",
)
@click.option(
    REPORT.word,
    "reports",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="FILE.json, FILE.xml (JUnit), FILE.html, or FILE.md for a pull request.",
)
@takes("refresh")
def refresh(
    *,
    paths: tuple[Path, ...],
    check: bool,
    methods: tuple[str, ...],
    sent: tuple[str, ...],
    rate: float,
    reports: tuple[Path, ...],
    **options: Any,
) -> int:
    """Ask the live API again, and say what has changed.

    The safe requests of cassettes are sent, and the answers compared by shape: a change
    is breaking, dangerous or additive; a value that differs from one live answer to the
    next is volatile, and no change. With --write what has changed is recorded anew, and
    every other byte stays. The exit code is that of the worst change: 0 for none, 10
    additive, 20 dangerous, 30 breaking; 125 if nothing could be compared.
    """
    from mitmvcr.cli.commands.refresh import Wanted, refresh_cassettes

    wanted = Wanted(not check, methods, sent, rate, reports)
    return refresh_cassettes(paths, wanted, typed(options))


@app.command(cls=GroupedCommand)
@takes("start")
def start(**options: Any) -> int:
    """Start a proxy and leave it running.

    It is for programs that nothing can wrap: an IDE, a browser, docker compose. 'env'
    and 'exec' find it; 'stop' ends it.
    """
    from mitmvcr.cli.commands.start import start as start_proxy

    return start_proxy(typed(options))


@app.command()
def stop() -> int:
    """End the proxy that 'start' has started.

    It saves, and its report is printed. The exit code is as that of 'run': 100 where a
    request had no match.
    """
    from mitmvcr.cli.commands.start import stop as stop_proxy

    return stop_proxy()


@app.command(hidden=True)
def background() -> int:
    """Serve as the proxy that 'start' starts."""
    from mitmvcr.cli.commands.background import go_on

    return go_on()


@app.command(context_settings={"allow_interspersed_args": False})
@AS_JSON
@click.argument("command", **COMMAND)
def doctor(command: tuple[str, ...], *, as_json: bool) -> int:
    """Say which programs of this machine a run captures.

    Each client that is found makes one request through a proxy: to a host that nobody
    has, so that nothing leaves. With COMMAND, which is not run, only those of its
    runtime are tried, and what strips its variables is named: sudo, tox, docker. The
    exit code is 0, or 100 where something would not be captured or trusted.
    """
    from mitmvcr.cli.commands.doctor import examine

    return examine(command, json=as_json)


app.add_command(cassette)
app.add_command(git)
