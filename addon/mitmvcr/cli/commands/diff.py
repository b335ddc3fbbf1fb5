"""``mitmvcr cassette diff``: two cassettes side by side, in a terminal or a page."""

import json
import shutil
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import click

from mitmvcr.cli.report.changes import details, overview
from mitmvcr.cli.report.console import is_coloured, say
from mitmvcr.cli.report.page import to_difference
from mitmvcr.cli.tools.finding import Source, find_cassettes
from mitmvcr.cli.tools.ledger import progress
from mitmvcr.config import in_force
from mitmvcr.core.errors import OptionError
from mitmvcr.core.model import Interaction
from mitmvcr.format.speed import no_collection
from mitmvcr.options import options_of
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.show.compared import OUTCOMES, Compared, compared
from mitmvcr.store.files import put
from mitmvcr.tools import Sheet
from mitmvcr.tools.merging import equal
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


def read_both(a: Path, b: Path, typed: Layer, *, ignore_volatile: bool) -> Both:
    """Read and compare two cassettes. Raise CassetteError or OptionError."""
    settings = in_force(typed).settings(options_of("diff"))
    redactor = Redactor(settings.redaction)
    with no_collection():
        sheets = Source(a).sheet, Source(b).sheet
        same = equal(*sheets)
        one = _without_secrets(sheets[0], redactor, {})
        other = _without_secrets(
            sheets[1], redactor, {same[at]: one[at] for at in same}
        )
        rows = compared(
            one, other, settings.matching, same, ignore_volatile=ignore_volatile
        )
    return Both((str(a), str(b)), (one, other), rows)


def _without_secrets(
    sheet: Sheet, redactor: Redactor, known: Mapping[int, Interaction]
) -> Sequence[Interaction]:
    """Return the interactions as they may be shown; those that are known as they
    are."""
    found = []
    for at in range(len(sheet)):
        if at in known:
            found.append(known[at])
        else:
            found.append(redactor.interaction(sheet.interactions[at]))
            sheet.forget(at)
    return found


def print_difference(
    a: Path, b: Path, typed: Layer, *, as_json: bool, ignore_volatile: bool
) -> int:
    """Print a table and what changed; return 1 if they differ, else 0."""
    both = read_both(a, b, typed, ignore_volatile=ignore_volatile)
    if as_json:
        _print_json(_facts(both))
    else:
        _print(both)
    say(both.line)
    return both.status


def _facts(both: Both) -> dict[str, Any]:
    return {
        "a": both.names[0],
        "b": both.names[1],
        "counts": both.counts,
        "interactions": [each.facts() for each in both.rows],
    }


def _print_json(facts: Any) -> None:
    # To indent it would take more time than all else.
    click.echo(json.dumps(facts))


def print_differences(
    a: Path, b: Path, typed: Layer, *, as_json: bool, ignore_volatile: bool
) -> int:
    """Compare the cassettes of two folders by their names; return 1 if they differ,
    else 0."""
    sides = [
        {_within(each, folder) for each in find_cassettes([folder])}
        for folder in (a, b)
    ]
    for folder, own in zip((a, b), sides, strict=True):
        if not own:
            raise OptionError("diff", folder, "holds no cassette")
    facts: list[dict[str, Any]] = []
    status = 0
    for name in progress(sorted(sides[0] | sides[1]), "Comparing"):
        if any(name not in own for own in sides):
            side = "A" if name in sides[0] else "B"
            say(f"{name}: only in {side}")
            facts.append({"cassette": str(name), "only_in": side})
            status = 1
            continue
        both = read_both(a / name, b / name, typed, ignore_volatile=ignore_volatile)
        status |= both.status
        if as_json:
            facts.append({"cassette": str(name), **_facts(both)})
        elif both.status:
            _print(both)
        say(both.line)
        del both  # the next one needs the memory
    if as_json:
        _print_json(facts)
    return status


def _within(path: Path, folder: Path) -> Path:
    return path.relative_to(folder)


def _print(both: Both) -> None:
    is_terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size().columns if is_terminal else None
    lines = chain(overview(both.rows, width), details(both.rows))
    if not is_terminal:
        for line in lines:
            click.echo(line.text)
        return
    coloured = is_coloured(sys.stdout)
    texts = (line.styled() if coloured else line.text for line in lines)
    click.echo_via_pager((f"{text}\n" for text in texts), color=coloured)


def write_difference(
    a: Path, b: Path, typed: Layer, target: Path, *, ignore_volatile: bool
) -> int:
    """Write one HTML file; return 1 if they differ, else 0. Raise
    CassetteWriteError."""
    both = read_both(a, b, typed, ignore_volatile=ignore_volatile)
    put(target, to_difference(both.names, both.sides, both.rows, both.said))
    say(f"{target}: {both.line}")
    return both.status
