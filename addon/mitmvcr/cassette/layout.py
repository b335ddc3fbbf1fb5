"""Where the interactions of a file lie, where go-vcr itself wrote the file.

In go-vcr's layouts an item begins in a column in which nothing else can begin: bodies
are indented deeper. The index is made by searching for that column.
"""

import re

from mitmvcr.cassette.lines import Columns
from mitmvcr.core.vectors import searcher

_HEAD = re.compile(rb"(?:---\n)?(?:version: 2\n)?interactions:\n( *)- ")
_VERSION = b"version: 2\n"
_LARGE = 1 << 22
_FIRST = re.compile(rb" *- (?:id: [0-9]+\n *)?request:\n( +)")


class Index:
    """``starts`` has one place more than there are items: the end of the last."""

    __slots__ = ("columns", "data", "starts")

    def __init__(self, data: bytes, columns: Columns, starts: list[int]) -> None:
        self.data, self.columns, self.starts = data, columns, starts

    def __len__(self) -> int:
        return len(self.starts) - 1

    def item(self, number: int) -> bytes:
        return self.data[self.starts[number] : self.starts[number + 1]]

    def line(self, number: int) -> int:
        """The lines that stand before an item."""
        return self.data.count(b"\n", 0, self.starts[number])


def index(data: bytes) -> Index | None:
    """None where the file is not plainly in one of the layouts."""
    head = _HEAD.match(data)
    if head is None:
        return None
    end = len(data)
    if _VERSION not in head[0]:
        # Sorted keys: the version comes last.
        if not data.endswith(b"\n" + _VERSION):
            return None
        end -= len(_VERSION)
    columns = _columns(data, head.start(1), len(head[1]))
    if columns is None:
        return None
    dash = b" " * columns.dash + b"-"
    starts = _line_starts(data, dash, head.start(1) - 1, end)
    after = columns.dash + 1
    # A carriage return would begin a line too; a dash may stand alone, or be three.
    if b"\r" in data or any(data[at + after : at + after + 1] != b" " for at in starts):
        return None
    return Index(data, columns, [*starts, end])


def _line_starts(data: bytes, text: bytes, first: int, end: int) -> list[int]:
    """The lines of a part of the data that begin with a text."""
    if end - first > _LARGE and (search := searcher(b"\n" + text)):
        found = search(data)
        return [at + 1 for _, at, behind in found if at >= first and behind <= end]
    # To look for a line end and then ahead is a quarter faster than for all of it.
    lines = re.compile(rb"\n(?=" + text + rb")")
    return [each.end() for each in lines.finditer(data, first, end)]


def _columns(data: bytes, start: int, dash: int) -> Columns | None:
    """Read off the first item and the first header; where there is none, from how far
    a level is indented, which is half of a field's column."""
    first = _FIRST.match(data, start)
    if first is None:
        return None
    field = len(first[1])
    margin = b"\n" + first[1]
    header = re.compile(margin + rb"(?:headers|form|trailer):\n( +)[^ ]")
    name = header.search(data, first.start(1) - 1)
    step = len(name[1]) - field if name else field // 2
    deeper = step if dash else 0
    columns = Columns(dash, field, field + step, field + step + deeper, field + deeper)
    return columns if dash + 2 < field < columns.name else None
