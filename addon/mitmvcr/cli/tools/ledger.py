"""What a command says of many files: a line for each, or JSON."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from mitmvcr.cli.report import console
from mitmvcr.cli.report.console import say
from mitmvcr.core.errors import VcrError
from mitmvcr.core.wording import visible

#: In bytes: reading more takes a while, however few the files are.
_LARGE = 8 << 20


class Ledger:
    """Collects what became of each file. Lines go to stderr, and the result, as JSON,
    to stdout."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._facts: list[dict[str, Any]] = []
        self._problems: list[dict[str, Any]] = []

    def done(self, path: Path | str, text: str, **facts: Any) -> None:
        """Say what became of a file."""
        self._facts.append({"cassette": str(path), **facts})
        say(visible(f"{path}: {text}"))

    def note(self, text: str) -> None:
        """Say something that is no result."""
        say(visible(text))

    def problem(self, path: Path | str, text: str) -> None:
        """Say what is wrong with a file; the command then exits with 1."""
        self._problems.append({"cassette": str(path), "problem": text})
        say(visible(f"error: {path}: {text}"))

    @contextmanager
    def heeding(self, path: Path | str) -> Iterator[None]:
        """Go on with the next file after one that cannot be read or written."""
        try:
            yield
        except VcrError as error:
            name = str(path)
            self.problem(name, str(error).removeprefix(f"{name}: "))

    def finish(self, **more: Any) -> int:
        """Print the JSON, and return the exit code."""
        if self._as_json:
            facts = {"cassettes": self._facts, "problems": self._problems, **more}
            click.echo(json.dumps(facts, indent=2, ensure_ascii=True))
        return 1 if self._problems else 0


def progress(files: Sequence[Path], label: str) -> Iterator[Path]:
    """Yield the files; on a terminal a bar shows how far that is, if there is much."""
    is_much = len(files) >= console.MANY or sum(map(_size, files)) >= _LARGE
    yield from console.progress(files, label, is_much=is_much)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # it is named as a problem when it is read
