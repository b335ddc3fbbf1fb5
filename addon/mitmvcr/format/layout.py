"""Where the interactions of a file lie, where go-vcr itself wrote the file.

In go-vcr's layouts an item begins in a column in which nothing else can begin: bodies
are indented deeper. The index is made by searching for that column.
"""

import re
from collections.abc import Callable, Iterable

from mitmvcr.core.searching import searcher
from mitmvcr.format.lines import Columns
from mitmvcr.format.source import Held, Source

_HEAD = re.compile(rb"(?:---\n)?(?:version: 2\n)?interactions:\n( *)- ")
_VERSION = b"version: 2\n"
_LARGE = 1 << 22
#: More of a file need not be seen to know what it is.
_LONGEST_HEAD = 1 << 12
_FIRST = re.compile(rb" *- (?:id: [0-9]+\n *)?request:\n( +)")


class Index:
    """``starts`` has one place more than there are items: the end of the last."""

    __slots__ = ("columns", "source", "starts")

    def __init__(self, source: Source, columns: Columns, starts: list[int]) -> None:
        self.source, self.columns, self.starts = source, columns, starts

    def __len__(self) -> int:
        return len(self.starts) - 1

    def item(self, number: int) -> bytes:
        return self.source.read(self.starts[number], self.starts[number + 1])

    def line(self, number: int) -> int:
        """Return how many lines stand before an item."""
        windows = self.source.windows(0, self.starts[number], 0)
        return sum(window.data.count(b"\n") for window in windows)


def index(data: bytes | Source) -> Index | None:
    """Return where the items stand; None where the file is not plainly in one of the
    layouts.

    Raises CassetteError where a file cannot be read.
    """
    source = Held(data) if isinstance(data, bytes) else data
    start = source.read(0, min(len(source), _LONGEST_HEAD))
    head = _HEAD.match(start)
    if head is None:
        return None
    end = len(source)
    if _VERSION not in head[0]:
        # Sorted keys: the version comes last.
        end -= len(_VERSION)
        if source.read(max(0, end - 1), len(source)) != b"\n" + _VERSION:
            return None
    columns = _columns(source, start, head)
    if columns is None:
        return None
    starts = _item_starts(source, b" " * columns.dash + b"-", head.start(1) - 1, end)
    return None if starts is None else Index(source, columns, [*starts, end])


def _item_starts(source: Source, dash: bytes, first: int, end: int) -> list[int] | None:
    """Return where the lines that begin with the dash of an item start. None where such
    a dash stands alone, or is three of them, or where a carriage return would begin a
    line too."""
    found, after = [], len(dash)
    line_starts = _line_starts(dash, is_large=end > _LARGE)
    for window in source.windows(0, end, after + 1):
        data = window.data
        if b"\r" in data:
            return None
        lines = [line for line in line_starts(data) if line <= window.own]
        if any(data[line + after : line + after + 1] != b" " for line in lines):
            return None
        found += [window.at + line for line in lines]
    return [line for line in found if line > first]


def _line_starts(text: bytes, *, is_large: bool) -> Callable[[bytes], Iterable[int]]:
    """Return a function that finds the lines of data that begin with a text, except the
    first."""
    if is_large and (search := searcher(b"\n" + text)):
        return lambda data: (at + 1 for _, at, _ in search(data))
    # To look for a line end and then ahead is a quarter faster than for all of it.
    lines = re.compile(rb"\n(?=" + text + rb")")
    return lambda data: (each.end() for each in lines.finditer(data))


def _columns(source: Source, start: bytes, head: re.Match[bytes]) -> Columns | None:
    """Read off the first item and the first header; where there is none, from how far
    a level is indented, which is half of a field's column."""
    first, dash = _FIRST.match(start, head.start(1)), len(head[1])
    if first is None:
        return None
    field = len(first[1])
    name = _first_name(source, first[1], first.start(1) - 1)
    step = name - field if name else field // 2
    deeper = step if dash else 0
    columns = Columns(dash, field, field + step, field + step + deeper, field + deeper)
    return columns if dash + 2 < field < columns.name else None


def _first_name(source: Source, margin: bytes, start: int) -> int | None:
    header = re.compile(b"\n" + margin + rb"(?:headers|form|trailer):\n( +)[^ ]")
    for window in source.windows(start, len(source), _LONGEST_HEAD):
        if name := header.search(window.data):
            return len(name[1])
    return None
