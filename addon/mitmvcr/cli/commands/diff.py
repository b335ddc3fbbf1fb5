"""``mitmvcr cassette diff``: two cassettes side by side, in a terminal or a page."""

import json
import shutil
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click

from mitmvcr.cli.commands.putting import put
from mitmvcr.cli.report.changes import details, overview
from mitmvcr.cli.report.console import is_coloured, say
from mitmvcr.cli.report.page import to_difference
from mitmvcr.config import in_force
from mitmvcr.core.model import Interaction
from mitmvcr.format import reader
from mitmvcr.format.source import read_bytes
from mitmvcr.options import options_of
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.show.compared import OUTCOMES, Compared, compared
from mitmvcr.values import Layer


class Both(NamedTuple):
    """Two cassettes without their secrets, and what came of comparing them."""

    names: tuple[str, str]
    sides: tuple[Sequence[Interaction], Sequence[Interaction]]
    rows: Sequence[Compared]

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(each.outcome for each in self.rows)
        return {name: found[name] for name in OUTCOMES}

    @property
    def status(self) -> int:
        """Return 1 where they differ, as diff does."""
        return int(self.counts["same"] < len(self.rows))

    @property
    def said(self) -> str:
        return ", ".join(f"{count} {name}" for name, count in self.counts.items())

    @property
    def line(self) -> str:
        return f"A {self.names[0]}, B {self.names[1]}: {self.said}"


def read_both(a: Path, b: Path, typed: Layer) -> Both:
    """Read and compare two cassettes. Raise CassetteError or OptionError."""
    settings = in_force(typed).settings(options_of("diff"))
    redactor = Redactor(settings.redaction)
    one, other = (_without_secrets(path, redactor) for path in (a, b))
    rows = compared(one, other, settings.matching)
    return Both((str(a), str(b)), (one, other), rows)


def _without_secrets(path: Path, redactor: Redactor) -> Sequence[Interaction]:
    found = reader.loads(read_bytes(path), str(path), lazy=True).interactions
    return [redactor.interaction(each) for each in found]


def print_difference(a: Path, b: Path, typed: Layer, *, as_json: bool) -> int:
    """Print a table and what changed; return 1 if they differ, else 0."""
    both = read_both(a, b, typed)
    if as_json:
        facts = {
            "a": str(a),
            "b": str(b),
            "counts": both.counts,
            "interactions": [each.facts() for each in both.rows],
        }
        click.echo(json.dumps(facts, indent=2))
    else:
        _print(both)
    say(both.line)
    return both.status


def _print(both: Both) -> None:
    is_terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if is_terminal else None
    lines = [*overview(both.rows, width), *details(both.rows)]
    if not is_terminal:
        for line in lines:
            click.echo(line.text)
        return
    coloured = is_coloured(sys.stdout)
    texts = (line.styled() if coloured else line.text for line in lines)
    click.echo_via_pager((f"{text}\n" for text in texts), color=coloured)


def write_difference(a: Path, b: Path, typed: Layer, target: Path) -> int:
    """Write one HTML file; return 1 if they differ, else 0. Raise
    CassetteWriteError."""
    both = read_both(a, b, typed)
    put(target, to_difference(both.names, both.sides, both.rows, both.said))
    say(f"{target}: {both.line}")
    return both.status
