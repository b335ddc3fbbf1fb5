"""Columns whose names are those of secrets, of CSV, TSV, TOON and Markdown."""

import re
from collections.abc import Iterator

from mitmvcr.secrets.names import Names
from mitmvcr.secrets.scan import Place, Scan
from mitmvcr.secrets.spans import Span

_MARKS = {"csv": b",", "tab-separated-values": b"\t", "tsv": b"\t"}
#: A line of names, and how many of the lines behind it, of so many bytes, tell.
_WIDE = rb"[\x80-\xff][@-~\x80-\xff]?+"  # of any encoding
_TITLE = rb"\"?(?:[A-Za-z_]|" + _WIDE + rb")(?:[\w .-]|" + _WIDE + rb"){0,60}+\"?"
_TITLES = re.compile(
    _TITLE + rb"([,;\t])" + _TITLE + rb"(?:\1" + _TITLE + rb"){0,200}+\r?\n"
)
_FIRST, _ROWS = 3, 1 << 12
#: The titles of a table, and its lines: users[2]{id,password}: and | id | password |
_TABLES = {
    b",": re.compile(
        rb"[^\r\n{]{0,200}\[[0-9]{1,9}\]\{([^}\r\n]++)\}:\r?\n"
        rb"((?:[ \t]++[^\r\n]*+\r?\n?)*+)"
    ),
    b"|": re.compile(
        rb"([ \t]*+\|[^\r\n]++)\r?\n[ \t]*+[|+][ \t:|+-]++\r?\n"
        rb"((?:[ \t]*+\|[^\r\n]*+\r?\n?)*+)"
    ),
}


def columns(names: Names, data: bytes, kind: str) -> Iterator[Span]:
    """Yield the values of such columns, in a text whose Content-Type says that it is
    one of columns, or whose first line is one of names."""
    mark = next((mark for name, mark in _MARKS.items() if name in kind.lower()), None)
    if mark is None and (titles := _TITLES.match(data)):
        if _are_rows(data, titles):
            lines = titles.end(), len(data)
            yield from _in_table(
                names, data, titles[0].rstrip(), lines, titles[1], Place.TEXT
            )
    elif mark is not None:
        head, _, _ = data.partition(b"\n")
        if mark == b"," and b"," not in head:
            mark = b";"  # as where numbers have commas
        yield from _in_table(names, data, head, (len(head) + 1, len(data)), mark)


def _are_rows(data: bytes, titles: re.Match[bytes]) -> bool:
    """Return whether the first lines have as many cells as there are titles."""
    count = titles[0].count(titles[1])
    rows = data[titles.end() : titles.end() + _ROWS].splitlines()[:_FIRST]
    return rows != [] and all(row.count(titles[1]) >= count for row in rows if row)


def table(names: Names, scan: Scan, begin: int) -> Iterator[Span]:
    """Yield the same of a table in whose titles a name stands."""
    if scan.is_done("table", begin):
        return
    first = scan.data.rfind(b"\n", max(0, begin - 2000), begin) + 1
    end = scan.find(b"\n", begin)
    scan.done("table", end if end >= 0 else len(scan.data))
    for mark, regex in _TABLES.items():
        found = regex.match(scan.data, first)
        if found and found.start(1) <= begin < found.end(1):
            scan.done("table", found.end())
            yield from _in_table(names, scan.data, found[1], found.span(2), mark)


def _in_table(
    names: Names,
    data: bytes,
    head: bytes,
    lines: tuple[int, int],
    mark: bytes,
    place: Place = Place.FIELD,
) -> Iterator[Span]:
    titles = [title.strip(b' \t\r"') for title in head.split(mark)]
    secret = {at: each for at, each in enumerate(titles) if names.of(each).field}
    for number, found in _cells(data, *lines, mark) if secret else ():
        group = found.lastindex or 0
        value = found[group].strip()
        if number in secret and (verdict := names.judge(secret[number], value, place)):
            start = data.index(value, found.start(group))
            raw = value.replace(b'""', b'"')
            yield Span(start, start + len(value), verdict.kind, raw, verdict.is_sure)


def _cells(
    data: bytes, at: int, end: int, mark: bytes
) -> Iterator[tuple[int, re.Match[bytes]]]:
    """Yield each cell with the number of its column."""
    sign = re.escape(mark)
    cell = re.compile(
        rb'[ ]*+(?:"((?:[^"]|"")*+)"|([^%b\r\n"][^%b\r\n]*+)|)' % (sign, sign)
    )
    number = 0
    while at < end:
        found = cell.match(data, at, end)
        assert found is not None
        yield number, found
        at = found.end()
        number = number + 1 if data[at : at + 1] == mark else 0
        at += 1
