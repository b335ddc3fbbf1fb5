"""``mitmvcr cassette diff``: two cassettes side by side, in a terminal or a page."""

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import click

from mitmvcr.cli.report.console import say
from mitmvcr.cli.report.lines import Line, fitting, line_of, print_lines
from mitmvcr.cli.report.page import to_difference
from mitmvcr.cli.tools.files import sheet_of
from mitmvcr.cli.tools.ledger import progress
from mitmvcr.cli.tools.paths import find_cassettes, holds_none
from mitmvcr.config import in_force
from mitmvcr.core.model import Interaction
from mitmvcr.format.source import kind_of_file
from mitmvcr.format.speed import no_collection
from mitmvcr.options import options_of
from mitmvcr.secrets.redactor import Redactor
from mitmvcr.show.compared import OUTCOMES, Compared, compared
from mitmvcr.store.files import put
from mitmvcr.tools import Sheet
from mitmvcr.tools.merging import equal
from mitmvcr.values import Layer

Facts = Mapping[str, Any]

_COLOURS = {"same": "", "changed": "yellow", "only in A": "red", "only in B": "green"}
_HEADINGS = ("", "A", "B", "method", "status")


def overview(rows: Sequence[Compared], width: int | None = None) -> Iterator[Line]:
    """Yield a heading and a line for each row; ``width`` cuts them to a terminal."""
    cells = [_cells(each) for each in rows]
    sizes = [max(map(len, column)) for column in zip(_HEADINGS, *cells, strict=True)]
    room = None if width is None else max(20, width - sum(sizes) - 2 * len(sizes))
    yield line_of((_joined(_HEADINGS, sizes) + "URL", "bold"))
    for each, own in zip(rows, cells, strict=True):
        outcome, rest = own[0].ljust(sizes[0]), _joined(own[1:], sizes[1:])
        colour = _COLOURS[each.outcome]
        yield line_of((outcome, colour), "  " + rest + fitting(each.url, room))


def _joined(cells: Sequence[str], sizes: Sequence[int]) -> str:
    pairs = zip(cells, sizes, strict=True)
    return "".join(cell.ljust(size) + "  " for cell, size in pairs)


def _cells(each: Compared) -> tuple[str, ...]:
    numbers = ("-" if at is None else str(at) for at in each.pair.positions)
    return each.outcome, *numbers, each.method, each.status


def details(rows: Sequence[Compared]) -> Iterator[Line]:
    """Yield what differs in each row that changed."""
    for each in rows:
        if each.outcome == "changed":
            yield from _changed(each)


def _changed(each: Compared) -> Iterator[Line]:
    facts = each.facts()
    yield line_of("")
    head = f"A {each.pair.a}, B {each.pair.b}: {each.method} {each.url}"
    yield line_of((head, "bold"))
    if not each.pair.matches:
        yield line_of("  the requests do not match: a replay of one misses the other")
    for found in facts["differ"]:
        yield _difference(found)
    if facts["more"]:
        yield line_of("  ... and more")


def _difference(found: Facts) -> Line:
    place = (f"  {found['place']}: ", "cyan")
    if not found["a"] and "why" in found:
        return line_of(f"  {found['why']}")
    looks = f" ({found['looks']})" if "looks" in found else ""
    return line_of(place, (found["a"], "red"), " -> ", (found["b"], "green"), looks)


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
    """Read and compare two cassettes. Raise CassetteError."""
    settings = in_force(typed).settings(options_of("diff"))
    redactor = Redactor(settings.redaction, os.environ)
    with no_collection():
        sheets = sheet_of(a, kind_of_file(a)), sheet_of(b, kind_of_file(b))
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
        {each.relative_to(folder) for each in find_cassettes([folder])}
        for folder in (a, b)
    ]
    for folder, own in zip((a, b), sides, strict=True):
        if not own:
            raise holds_none(folder)
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


def _print(both: Both) -> None:
    print_lines(lambda width: chain(overview(both.rows, width), details(both.rows)))


def write_difference(
    a: Path, b: Path, typed: Layer, target: Path, *, ignore_volatile: bool
) -> int:
    """Write one HTML file; return 1 if they differ, else 0. Raise
    CassetteWriteError."""
    both = read_both(a, b, typed, ignore_volatile=ignore_volatile)
    put(target, to_difference(both.names, both.sides, both.rows, both.said))
    say(f"{target}: {both.line}")
    return both.status
