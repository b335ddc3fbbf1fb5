"""Values with secret names, found from a part of the name outwards.

Not by parsing: a body may be JSON in a string in JSON, a stream of events, or cut off,
and what is not a secret is not to change by a byte.
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from mitmvcr.secrets.columns import table
from mitmvcr.secrets.names import Names
from mitmvcr.secrets.scan import NONE, Place, Scan, Values
from mitmvcr.secrets.spans import Span
from mitmvcr.secrets.syntaxes import values

_NAME = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.$@:%[]"
_LETTERS = frozenset(_NAME)
_LONGEST = 64
#: What stands behind a name that has a value.
_FOLLOWED = frozenset(bytes([each]) for each in b"=:\"'`\\>< \t\r\n,;|}]")
#: The words of a title before its last: "Api Key".
_TITLE = re.compile(rb"[\"'>]([A-Za-z0-9][A-Za-z0-9_-]*+(?: [A-Za-z0-9_-]++){0,5}+ )\Z")
_PARAMETER = re.compile(rb"=([^&#\s\"'<>\\;,)\]}]++)")
_FORM_FIELD = re.compile(rb"=([^&\r\n]++)")


class Fields:
    """Finds the value that belongs to a name."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def of(self, scan: Scan, start: int, end: int) -> Iterator[Span]:
        """Yield the values of the field whose name holds ``data[start:end]``, if they
        are secrets."""
        data = scan.data
        begin, finish = _name_around(data, start, end)
        scan.named = finish
        name = data[begin:finish]
        known = self._names.of(name)
        if not known.parameter or data[finish : finish + 1] not in _FOLLOWED:
            return
        found = _parameter(scan, begin, finish)
        if not found and known.field:
            found = values(scan, begin, finish)
            if not found and data[finish : finish + 1] in b",|} ":
                yield from table(self._names, scan, begin)
        for start, end, text, place in found:
            if verdict := self._names.judge(name, text, place):
                scan.named = max(scan.named, end)
                kind, is_sure = verdict
                new = b"0" if place is Place.NUMBER else b""
                yield Span(start, end, kind, text, is_sure, new)

    def named(self, data: bytes, start: int, end: int) -> tuple[int, bool]:
        """Return where the name ends that holds ``data[start:end]``, and whether it is
        that of a secret, and a value can follow."""
        begin, finish = _name_around(data, start, end)
        can_follow = data[finish : finish + 1] in _FOLLOWED
        return finish, can_follow and self._names.of(data[begin:finish]).parameter > 0


def _name_around(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Return where the whole name stands that a part of it was found in."""
    while data[start] not in _LETTERS:  # the part itself says so, here and below
        start += 1
    while data[end - 1] not in _LETTERS:
        end -= 1
    begin, finish = start, end
    if start and data[start - 1] in _LETTERS:
        left = data[max(0, start - _LONGEST) : start]
        begin = start - (len(left) - len(left.rstrip(_NAME)))
    if end < len(data) and data[end] in _LETTERS:
        right = data[end : end + _LONGEST]
        finish = end + len(right) - len(right.lstrip(_NAME))
        colon = data.find(b":", end, finish)
        if colon >= 0 and not (
            colon < finish - 1
            and data[begin - 1 : begin] in (b"<", b'"')
            and data[finish : finish + 1] in (b'"', b">", b" ", b"\\")
        ):
            finish = colon  # the value follows, as in a line of a file
    before = data[begin - 1 : begin]
    if before == b"\\" and begin < start:
        begin += 5 if data[begin : begin + 5] == b"u0026" else data[begin] in b"nrt"
    elif before == b" " and data[begin - 2] in _LETTERS:
        begin = _title(data, begin)
    return begin, finish


def _title(data: bytes, begin: int) -> int:
    """Return where the title begins whose last word does so here."""
    first = max(0, begin - 64)
    at = max(data.rfind(mark, first, begin) for mark in (b'"', b"'", b">"))
    title = _TITLE.match(data, at, begin) if at >= 0 else None
    return title.start(1) if title else begin


def _parameter(scan: Scan, begin: int, finish: int) -> Values:
    if scan.data[finish : finish + 1] != b"=":
        return NONE
    before = scan.left(begin, 5)
    if not (scan.form or before.endswith((b"?", b"&", b"#", b"&amp;", b"u0026"))):
        return NONE
    regex = _FORM_FIELD if scan.form else _PARAMETER
    return scan.value(regex, finish, Place.QUERY, _percent)


def _percent(raw: bytes) -> bytes:
    return unquote_to_bytes(raw.replace(b"+", b" ")) if b"%" in raw else raw
