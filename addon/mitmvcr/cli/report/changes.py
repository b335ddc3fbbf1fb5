"""The difference of two cassettes in lines of text."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mitmvcr.cli.report.lines import Line, fitting, line_of
from mitmvcr.show.compared import Compared

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
