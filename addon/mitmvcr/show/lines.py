"""Two texts beside each other, line by line."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from mitmvcr.core.searching import common

Facts = dict[str, Any]

#: So many lines of each text are compared, from the first that differs.
MOST_LINES = 1000
#: So many equal lines are shown around those that differ.
_AROUND = 3
#: A longer line is shown from shortly before where it differs.
_LONGEST = 240
_BEFORE = 40


def side_by_side(one: str, other: str, most: int = MOST_LINES) -> Facts:
    """Return what differs of two texts, as values for JSON.

    Each of ``rows`` is a list: ``"same"``, ``"changed"``, ``"a"`` or ``"b"`` (a line
    that only one has), then the number of the line, from 1, and the text of each side,
    None and empty where a side has no such line; or ``"gap"`` and how many equal lines
    are left out. ``left`` counts lines that are not compared.
    """
    a, b = one.splitlines(), other.splitlines()
    start = _equal(a, b)
    end = _equal(a[start:][::-1], b[start:][::-1])
    first, second = a[start : len(a) - end], b[start : len(b) - end]
    left = max(len(first) - most, len(second) - most, 0)
    rows = [*_same(a, start, 0, 0, at_end=True)]
    rows += _changed(first[:most], second[:most], start)
    if not left:
        rows += _same(a[len(a) - end :], end, len(a) - end, len(b) - end)
    return {"rows": rows, "left": left}


def _equal(a: Sequence[str], b: Sequence[str]) -> int:
    """Return how many lines are the same at the start."""
    pairs = zip(a, b, strict=False)
    return next(
        (at for at, (one, other) in enumerate(pairs) if one != other),
        min(len(a), len(b)),
    )


def _changed(a: Sequence[str], b: Sequence[str], start: int) -> Iterator[list[Any]]:
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, a, b).get_opcodes():
        if tag == "equal":
            own = a[a1:a2]
            whole = len(own) <= 2 * _AROUND + 1
            head = len(own) if whole else _AROUND
            yield from _lines(own[:head], start + a1, start + b1)
            if not whole:
                rest = own[head:], len(own) - head, start + a1 + head, start + b1 + head
                yield from _same(*rest, at_end=True)
            continue
        pairs = zip_longest(a[a1:a2], b[b1:b2])
        for at, (one, other) in enumerate(pairs):
            yield _pair(one, other, start + a1 + at + 1, start + b1 + at + 1)


def _same(
    lines: Sequence[str], count: int, a: int, b: int, *, at_end: bool = False
) -> Iterator[list[Any]]:
    """Yield the equal lines that are next to what differs, and how many others there
    are."""
    gap = max(0, count - _AROUND)
    if at_end:
        if gap:
            yield ["gap", gap]
        yield from _lines(lines[gap:count], a + gap, b + gap)
    else:
        yield from _lines(lines[:_AROUND], a, b)
        if gap:
            yield ["gap", gap]


def _lines(lines: Sequence[str], a: int, b: int) -> Iterator[list[Any]]:
    for at, line in enumerate(lines, 1):
        text = _cut(line, 0)
        yield ["same", a + at, text, b + at, text]


def _pair(one: str | None, other: str | None, a: int, b: int) -> list[Any]:
    if one is None or other is None:
        first, second = _side(one, a), _side(other, b)
        return ["a" if other is None else "b", *first, *second]
    start = common(one, other)
    return ["changed", a, _cut(one, start), b, _cut(other, start)]


def _side(line: str | None, number: int) -> tuple[int | None, str]:
    return (None, "") if line is None else (number, _cut(line, 0))


def _cut(line: str, start: int) -> str:
    """Return a line, or of a long one what is around the place where it differs."""
    if len(line) <= _LONGEST:
        return line
    begin = max(0, start - _BEFORE)
    shown = line[begin : begin + _LONGEST]
    behind = "…" if begin + _LONGEST < len(line) else ""
    return ("…" if begin else "") + shown + behind
