"""``mitmvcr cassette``: check and recover."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from mitmvcr.cassette_options import is_cassette
from mitmvcr.cli.commands.left import rules_of, say_what_is_equal, say_what_is_left
from mitmvcr.cli.report.console import say
from mitmvcr.format.check import check
from mitmvcr.options import CASSETTE
from mitmvcr.store.store import FileStore

#: With fewer files than this a progress bar would only flicker.
_MANY = 20


def check_cassettes(paths: Sequence[Path]) -> int:
    """Print the problems, which are the result, to stdout; 1 if one is an error."""
    files = find_cassettes(paths)
    failed = False
    with click.progressbar(
        files, label="Checking", file=sys.stderr, hidden=not _shows_progress(files)
    ) as bar:
        problems = [problem for path in bar for problem in _check(path)]
    for line, is_error in problems:
        click.echo(line)
        failed = failed or is_error
    say(f"{len(files)} cassettes checked, {len(problems)} problems")
    return 1 if failed else 0


def find_cassettes(paths: Iterable[Path]) -> list[Path]:
    """Return the files named, and all in the folders named, each once, in order."""
    files = (file for path in paths for file in _files(path))
    return list(dict.fromkeys(files))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    inside = (file for file in path.rglob("*") if is_cassette(file.name))
    return sorted(file for file in inside if file.is_file())


def _shows_progress(files: Sequence[Path]) -> bool:
    return len(files) >= _MANY and sys.stderr.isatty()


def _check(path: Path) -> list[tuple[str, bool]]:
    return [(str(problem), problem.is_error) for problem in check(path)]


def recover_cassette(
    cassette: str, *, replace: bool = False, source: Path | None = None
) -> None:
    """Put the journal that a recording left in place."""
    path, rules = CASSETTE.read(cassette), rules_of("scan", {})
    store = FileStore(path)
    count = store.recover(instead=replace, source=source)
    say(f"{path}: {count} interactions recovered")
    if count:
        interactions = store.load().interactions
        say_what_is_left(str(path), interactions, rules)
        say_what_is_equal(str(path), interactions)
