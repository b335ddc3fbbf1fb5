"""Columns whose names are those of secrets, of CSV, TSV, TOON, Markdown and SQL, and of
JSON that has names and rows apart."""

import re
from collections.abc import Iterable, Iterator

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
#: Names in brackets, and what stands between them and their rows: of an INSERT, of
#: pg_dump's COPY, and of JSON.
_INSIDE = re.compile(rb"[^()\[\]{}]{0,2000}+")
_APART = re.compile(
    rb"[(\[]([^()\[\]{}]{1,2000}+)[)\]](?:\s{0,20}(?i:VALUES)\s{0,60}(?=\()"
    rb"|\s{1,9}(?i:FROM\s{1,9}stdin)[^;\r\n]{0,99};\r?\n"
    rb"|,\s{0,60}\\{0,7}\"\w{1,20}\\{0,7}\"\s{0,9}:\s{0,9}\[\s{0,60}(?=\[))"
)
#: A cell in quotes; within a text in JSON they are escaped.
_TEXTS = (
    rb"N?'(%b(?:[^'\\]|\\.|'')*+)'",
    rb"\"(%b(?:[^\"\\]|\\.)*+)\"",
    rb"\\{1,7}\"(%b[^\"\\]*+)\\{1,7}\"",
)
_ROW = re.compile(
    rb"[(\[]((?:" + b"|".join(_TEXTS) % ((b"?:",) * 3) + rb"|[^()\[\]'\"&\\])++)[)\]]"
    rb"\s{0,20}(?:,\s{0,60})?",
    re.DOTALL,
)
_VALUE = re.compile(
    rb"\s*+(?:"
    + b"|".join(_TEXTS) % ((b"",) * 3)
    + rb"|([^,'\"\\]*+))\s*+(?:,|(?<!,)\Z)",
    re.DOTALL,
)


def columns(names: Names, data: bytes, kind: str) -> Iterator[Span]:
    """Yield the values of such columns, in a text whose Content-Type says that it is
    one of columns."""
    mark = next((mark for name, mark in _MARKS.items() if name in kind.lower()), None)
    if mark is not None:
        head, _, _ = data.partition(b"\n")
        if mark == b"," and b"," not in head:
            mark = b";"  # as where numbers have commas
        cells = _cells(data, len(head) + 1, len(data), mark)
        yield from _judged(names, head.split(mark), cells)


def table(names: Names, scan: Scan, begin: int) -> Iterator[Span]:
    """Yield the same of a table in whose titles a name stands, anywhere in a text."""
    if not scan.is_done("apart", begin):
        yield from _apart(names, scan, begin)
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
            cells = _cells(data, *found.span(2), mark)
            yield from _judged(names, found[1].split(mark), cells)
            return
    within = max(data.rfind(b">", first, begin), data.rfind(b"[", first, begin))
    titles = _TITLES.match(data, within + 1 or first)
    if titles and titles.start(1) <= begin < titles.end(1):
        mark = titles[2]
        end = _end_of_rows(data, titles.end(), titles[1].count(mark), mark)
        scan.done("table", end)
        cells = _cells(data, titles.end(), end, mark)
        yield from _judged(names, titles[1].split(mark), cells, Place.TEXT)


def _apart(names: Names, scan: Scan, begin: int) -> Iterator[Span]:
    """Yield the same where the names stand in brackets, and each row does, or is a
    line."""
    data = scan.data
    inside = _INSIDE.match(data, begin)
    scan.done("apart", inside.end() if inside else begin)
    first = max(0, begin - 2000)
    opened = max(data.rfind(b"(", first, begin), data.rfind(b"[", first, begin))
    found = _APART.match(data, opened) if opened >= 0 else None
    if found and begin < found.end(1):
        at, end = found.end(), data.find(b"\n\\.", found.end())
        are_lines = data[at - 1 : at] == b"\n" and b";" in found[0]
        cells = _cells(data, at, end, b"\t") if are_lines else _in_rows(scan, at)
        yield from _judged(names, found[1].split(b","), cells)


def _in_rows(scan: Scan, at: int) -> Iterator[tuple[int, re.Match[bytes]]]:
    while row := _ROW.match(scan.data, at):
        at = row.end()
        scan.done("apart", at)
        yield from enumerate(_VALUE.finditer(scan.data, *row.span(1)))


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


def _judged(
    names: Names,
    head: Iterable[bytes],
    cells: Iterable[tuple[int, re.Match[bytes]]],
    place: Place = Place.FIELD,
) -> Iterator[Span]:
    titles = [title.strip(b" \t\r\n\\\"'`") for title in head]
    secret = {at: each for at, each in enumerate(titles) if names.of(each).field}
    for number, found in cells if secret else ():
        group = found.lastindex or 0
        value = found[group].strip()
        if number in secret and (verdict := names.judge(secret[number], value, place)):
            start = found.string.index(value, found.start(group))
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
