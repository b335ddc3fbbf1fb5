"""Columns of CSV and TSV whose names are those of secrets."""

import re
from collections.abc import Iterator

from mitmvcr.secrets.names import Names
from mitmvcr.secrets.spans import Span
from mitmvcr.secrets.values import Place

_MARKS = {"csv": b",", "tab-separated-values": b"\t", "tsv": b"\t"}


def columns(names: Names, data: bytes, kind: str) -> Iterator[Span]:
    """Yield the values of such columns, in a text whose Content-Type says that it is
    one of columns."""
    mark = next((mark for name, mark in _MARKS.items() if name in kind.lower()), None)
    if mark is None:
        return
    head, _, _ = data.partition(b"\n")
    titles = [title.strip(b' \r"') for title in head.split(mark)]
    secret = {at: each for at, each in enumerate(titles) if names.of(each).field}
    for number, found in _cells(data, len(head) + 1, mark) if secret else ():
        group = found.lastindex or 0
        value = found[group]
        if number in secret and (
            verdict := names.judge(secret[number], value, Place.FIELD)
        ):
            raw = value.replace(b'""', b'"')
            start, end = found.span(group)
            yield Span(start, end, verdict.kind, raw, verdict.is_sure)


def _cells(data: bytes, at: int, mark: bytes) -> Iterator[tuple[int, re.Match[bytes]]]:
    """Yield each cell with the number of its column."""
    cell = re.compile(
        rb'"((?:[^"]|"")*+)"|([^%b\r\n"][^%b\r\n]*+)|' % (mark, mark), re.DOTALL
    )
    number = 0
    while at < len(data):
        found = cell.match(data, at)
        assert found is not None
        yield number, found
        at = found.end()
        number = number + 1 if data[at : at + 1] == mark else 0
        at += 1
