"""Where the interactions of a file lie, where go-vcr itself wrote the file.

In go-vcr's layouts an item begins in a column in which nothing else can begin: bodies
are indented deeper. The index is made by searching for that column.
"""

import re
from collections.abc import Callable, Iterable

from mitmvcr.core.searching import searcher
from mitmvcr.format.lines import Columns
from mitmvcr.format.source import Held, Source
from mitmvcr.format.urls import UrlLines

_HEAD = re.compile(rb"(?:---\n)?(?:version: 2\n)?interactions:\n( *)- ")
_VERSION = b"version: 2\n"
_LARGE = 1 << 22
#: More of a file need not be seen to know what it is.
_LONGEST_HEAD = 1 << 12
_FIRST = re.compile(rb" *- (?:id: [0-9]+\n *)?request:\n( +)")


class Index:
    """``starts`` has one place more than there are items: the end of the last. ``urls``
    are theirs if they were wanted."""

    __slots__ = ("columns", "source", "starts", "urls")

    def __init__(self, source: Source, columns: Columns) -> None:
        self.source, self.columns = source, columns
        self.starts: list[int] = []
        self.urls: list[str] = []

    def __len__(self) -> int:
        return len(self.starts) - 1

    def item(self, number: int) -> bytes:
        return self.source.read(self.starts[number], self.starts[number + 1])

    def line(self, number: int) -> int:
        """Return how many lines stand before an item."""
        windows = self.source.windows(0, self.starts[number], 0)
        return sum(window.data.count(b"\n") for window in windows)


def index(data: bytes | Source, *, with_urls: bool = False) -> Index | None:
    """Return where the items stand; None where the file is not plainly in one of the
    layouts.

    Raises CassetteError where a file cannot be read; with the URLs ``Decline`` where an
    item is not as go-vcr begins it.
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
    found = Index(source, columns)
    lines = UrlLines(columns) if with_urls else None
    return found if _fill(found, end, lines) else None


def _fill(index: Index, end: int, lines: UrlLines | None) -> bool:
    """Find the items, and their URLs in the same pass: to read a large file again takes
    a sixth of the time. Return False where the dash of an item stands alone, or is
    three of them, or where a carriage return would begin a line too."""
    dash = b" " * index.columns.dash + b"-"
    after, urls = len(dash), list[str | None]()
    line_starts = _line_starts(dash, is_large=end > _LARGE)
    for window in index.source.windows(0, end, after + 1):
        data = window.data
        if b"\r" in data:
            return False
        starts = [line for line in line_starts(data) if line <= window.own]
        if any(data[line + after : line + after + 1] != b" " for line in starts):
            return False
        index.starts += [window.at + line for line in starts]
        if lines:
            urls += lines.near(data, starts)
    index.starts.append(end)
    if lines:
        index.urls = lines.complete(urls, index.source, index.starts)
    return True


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
