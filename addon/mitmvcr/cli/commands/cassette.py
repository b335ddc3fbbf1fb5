"""``mitmvcr cassette``: check and recover."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from mitmvcr.cli.commands.left import rules_of, say_what_is_equal, say_what_is_left
from mitmvcr.cli.report.console import progress, say
from mitmvcr.cli.tools.finding import find_cassettes
from mitmvcr.core.wording import number_of
from mitmvcr.format.check import check
from mitmvcr.options import CASSETTE
from mitmvcr.store.store import FileStore


def check_cassettes(paths: Sequence[Path], *, as_json: bool = False) -> int:
    """Print the problems, which are the result, to stdout; 1 if one is an error."""
    files = find_cassettes(paths)
    problems = [
        problem for path in progress(files, "Checking") for problem in check(path)
    ]
    if as_json:
        click.echo(json.dumps([asdict(each) for each in problems], indent=2))
    else:
        for each in problems:
            click.echo(str(each))
    failed = any(each.is_error for each in problems)
    looked_at = number_of(len(files), "cassette")
    say(f"{looked_at} checked, {number_of(len(problems), 'problem')}")
    return 1 if failed else 0


def recover_cassette(
    cassette: str, *, replace: bool = False, source: Path | None = None
) -> None:
    """Put the journal that a recording left in place."""
    path, rules = CASSETTE.read(cassette), rules_of("scan", {})
    store = FileStore(path)
    count = store.recover(instead=replace, source=source)
    say(f"{path}: {number_of(count, 'interaction')} recovered")
    if count:
        interactions = store.load().interactions
        say_what_is_left(str(path), interactions, rules)
        say_what_is_equal(str(path), interactions)
