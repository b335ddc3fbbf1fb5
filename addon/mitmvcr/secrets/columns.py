"""Columns whose names are those of secrets, of CSV, TSV, TOON and Markdown."""

import re
from collections.abc import Iterator

from mitmvcr.secrets.names import Names
from mitmvcr.secrets.scan import Place, Scan
from mitmvcr.secrets.spans import Span

_MARKS = {"csv": b",", "tab-separated-values": b"\t", "tsv": b"\t"}
#: A line of names.
_WIDE = rb"[\x80-\xff][@-~\x80-\xff]?+"  # of any encoding
_TITLE = rb"\"?(?:[A-Za-z_]|" + _WIDE + rb")(?:[\w .-]|" + _WIDE + rb"){0,60}+\"?"
_TITLES = re.compile(
    rb"[ \t]*+(" + _TITLE + rb"([,;\t])" + _TITLE
    + rb"(?:\2" + _TITLE + rb"){0,200}+)\r?\n"
)  # fmt: skip
#: The titles of a table, and its lines: users[2]{id,password}: and | id | password |
_TABLES = {
    b",": re.compile(
        rb"[^\r\n{]{0,200}\[[0-9]{1,9}\]\{([^}\r\n]++)\}:\r?\n"
        rb"((?:[ \t]++[^\r\n]*+\r?\n?)*+)"
    ),
    b"|": re.compile(
        rb"([^|\r\n]{0,200}+\|[^\r\n]++)\r?\n(?=[ \t:-]*+[|+])[ \t:|+-]++\r?\n"
        rb"((?:[^|\r\n]*+\|[^\r\n]*+\r?\n?)*+)"
    ),
}


def columns(names: Names, data: bytes, kind: str) -> Iterator[Span]:
    """Yield the values of such columns, in a text whose Content-Type says that it is
    one of columns."""
    mark = next((mark for name, mark in _MARKS.items() if name in kind.lower()), None)
    if mark is not None:
        head, _, _ = data.partition(b"\n")
        if mark == b"," and b"," not in head:
            mark = b";"  # as where numbers have commas
        yield from _in_table(names, data, head, (len(head) + 1, len(data)), mark)


def table(names: Names, scan: Scan, begin: int) -> Iterator[Span]:
    """Yield the same of a table in whose titles a name stands, anywhere in a text."""
    if scan.is_done("table", begin):
        return
    data = scan.data
    first = data.rfind(b"\n", max(0, begin - 2000), begin) + 1
    end = scan.find(b"\n", begin)
    scan.done("table", end if end >= 0 else len(data))
    for mark, regex in _TABLES.items():
        found = regex.match(data, first)
        if found and found.start(1) <= begin < found.end(1):
            scan.done("table", found.end())
            yield from _in_table(names, data, found[1], found.span(2), mark)
            return
    within = max(data.rfind(b">", first, begin), data.rfind(b"[", first, begin))
    titles = _TITLES.match(data, within + 1 or first)
    if titles and titles.start(1) <= begin < titles.end(1):
        mark = titles[2]
        end = _end_of_rows(data, titles.end(), titles[1].count(mark), mark)
        scan.done("table", end)
        lines = titles.end(), end
        yield from _in_table(names, data, titles[1], lines, mark, Place.TEXT)


def _end_of_rows(data: bytes, at: int, count: int, mark: bytes) -> int:
    """Return where the lines end that have as many cells as there are titles; one in
    quotes may go on in the next line."""
    row, is_open = at, False
    while at < len(data):
        end = data.find(b"\n", at) + 1 or len(data)
        is_open ^= data.count(b'"', at, end) % 2 == 1
        at = end
        if not is_open:
            if data[row:at].strip() and data.count(mark, row, at) < count:
                return row
            row = at
    return at


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
