"""The command that looks whether APIs have changed since they were recorded."""

from pathlib import Path
from typing import Any

import click

from mitmvcr.cli.options import GroupedCommand, takes, typed
from mitmvcr.options import REPORT


@click.command(cls=GroupedCommand)
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path)
)
@click.option("--check/--write", "check", default=True, help="Write nothing (default).")
@click.option(
    "--method",
    "methods",
    multiple=True,
    metavar="METHOD",
    help="Ask for this method too, besides GET and HEAD. Repeatable.",
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
    help="Requests a second, to one host.",
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
    """Send the safe requests of cassettes to the live API; say what has changed.

    Answers are compared by shape: a change is breaking, dangerous or additive; a value
    that differs from one live answer to the next is volatile, and no change. With
    --write what has changed is recorded anew, and every other byte stays. The exit code
    is that of the worst change: 0 for none, 10 additive, 20 dangerous, 30 breaking; 125
    if nothing could be compared.
    """
    from mitmvcr.cli.commands.refresh import Wanted, refresh_cassettes

    wanted = Wanted(not check, methods, sent, rate, reports)
    return refresh_cassettes(paths, wanted, typed(options))
