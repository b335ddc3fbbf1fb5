"""Values with secret names, found from a part of the name outwards.

Not by parsing: a body may be JSON in a string in JSON, a stream of events, or cut off,
and what is not a secret is not to change by a byte.
"""

import re
from collections.abc import Sequence
from urllib.parse import unquote_to_bytes

from mitmvcr.secrets import jsonvalues, markup, pairs
from mitmvcr.secrets.literals import literal
from mitmvcr.secrets.names import Names
from mitmvcr.secrets.scan import Scan
from mitmvcr.secrets.spans import Span
from mitmvcr.secrets.values import NONE, Place, Value, Values

_NAME = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.$@:%[]"
_LETTERS = frozenset(_NAME)
_EQUALS = ord("=")
_LONGEST = 64
#: What stands behind a name that has a value; where a blank does, more is to follow.
_ENDS = frozenset(bytes([each]) for each in b"=:\"'\\><")
_BLANKS = frozenset(bytes([each]) for each in b" \t\r\n")
#: The last one is a column's.
_FOLLOWED = _ENDS | _BLANKS | {b","}
_ASSIGNED = re.compile(rb"[ \t\r\n]{1,20}+(?:[:=]|value:)")
#: The words of a title before its last: "Api Key".
_TITLE = re.compile(rb"[\"'>]([A-Za-z0-9][A-Za-z0-9_-]*+(?: [A-Za-z0-9_-]++){0,5}+ )\Z")
#: {"name": "X-Api-Key", "value": "x"}
_NAMED = re.compile(
    rb"(?i)\"(?:name|key|header|field)\\{0,15}\""
    rb"[ \t\r\n]{0,4}:[ \t\r\n]{0,4}\\{0,15}\"\Z"
)
_PARAMETER = re.compile(rb"=([^&#\s\"'<>\\;,)\]}]++)")
_FORM_FIELD = re.compile(rb"=([^&\r\n]++)")


class Places:
    """Finds the value that belongs to a name."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def of(self, scan: Scan, start: int, end: int) -> Sequence[Span]:
        """Return the values of the field whose name holds ``data[start:end]``, if they
        are secrets."""
        begin, finish = _name_around(scan.data, start, end)
        scan.named = finish
        after = scan.data[finish : finish + 1]
        if after not in _ENDS and not _is_assigned(scan, begin, finish, after):
            return ()
        name = scan.data[begin:finish]
        known = self._names.of(name)
        if not known.parameter:
            return ()
        spans: list[Span] = []
        for start, end, text, place in _values(scan, begin, finish, known.field):
            if verdict := self._names.judge(name, text, place):
                scan.named = max(scan.named, end)
                kind, is_sure = verdict
                new = b"0" if place is Place.NUMBER else b""
                spans.append(Span(start, end, kind, text, is_sure, new))
        return spans

    def named(self, data: bytes, start: int, end: int) -> tuple[int, bool]:
        """Return where the name ends that holds ``data[start:end]``, and whether it is
        that of a secret, and a value can follow."""
        begin, finish = _name_around(data, start, end)
        can_follow = data[finish : finish + 1] in _FOLLOWED
        return finish, can_follow and self._names.of(data[begin:finish]).parameter > 0


def _is_assigned(scan: Scan, begin: int, finish: int, after: bytes) -> bool:
    """Return whether a value can follow a name and a blank."""
    return after in _BLANKS and (
        scan.data[begin - 1 : begin] == b"<"
        or scan.data.startswith(b"--", begin)
        or _ASSIGNED.match(scan.data, finish) is not None
        or b"login" in scan.data[max(0, begin - 150) : begin]  # as in a .netrc
    )


def _values(scan: Scan, begin: int, finish: int, field: int) -> Values:
    data = scan.data
    before, after = data[begin - 1 : begin], data[finish : finish + 1]
    if after == b"=" and (
        before in (b"?", b"&", b"#") or scan.form or _amp(data, begin)
    ):
        return _parameter(scan, finish)
    return _of_field(scan, begin, finish, before, after) if field else NONE


def _of_field(
    scan: Scan, begin: int, finish: int, before: bytes, after: bytes
) -> Values:
    data = scan.data
    if before == b'"' and after in (b'"', b"\\"):
        if data[begin - 6 : begin] == b'name="' and after == b'"':
            return markup.part(scan, begin, finish)
        if b":" in data[begin - 9 : begin] and _NAMED.search(
            data, max(0, begin - 40), begin
        ):
            return jsonvalues.paired(scan, finish) or pairs.turned_round(data, begin)
        if pairs.is_key(data, begin):
            return markup.entered(scan, begin, finish) or pairs.tag_text(
                scan, begin, finish
            )
        return jsonvalues.of_key(scan, finish) or pairs.argument(data, begin, finish)
    if before == b"<" and after in (b">", b" ", b"\t", b"\r", b"\n"):
        return markup.element(scan, begin, finish)
    if before == b">" and after == b"<":
        return pairs.next_tag(data, finish)
    if after in (b"=", b" ") and before.isspace() and markup.in_tag(data, begin):
        return markup.attribute(scan, finish)
    if before in (b'"', b"'") and data[begin - 6 : begin - 1] == b"name=":
        return markup.entered(scan, begin, finish)
    return pairs.next_line(data, begin, finish) or literal(scan, begin, finish)


def _name_around(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Return where the whole name stands that a part of it was found in."""
    begin, finish = start, end
    if data[start] in b"?&#":  # the part itself says so, here and below
        begin = start + 1
    elif start and data[start - 1] in _LETTERS:
        left = data[max(0, start - _LONGEST) : start]
        begin = start - (len(left) - len(left.rstrip(_NAME)))
    if data[end - 1] == _EQUALS:
        finish = end - 1
    elif end < len(data) and data[end] in _LETTERS:
        right = data[end : end + _LONGEST]
        finish = end + len(right) - len(right.lstrip(_NAME))
    if (colon := data.find(b":", end, finish)) >= 0 and not (
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


def _percent(raw: bytes) -> bytes:
    return unquote_to_bytes(raw.replace(b"+", b" ")) if b"%" in raw else raw


def _amp(data: bytes, begin: int) -> bool:
    return data[begin - 5 : begin] in (b"&amp;", b"u0026")


def _parameter(scan: Scan, finish: int) -> Values:
    if scan.is_done("query", finish):
        return NONE
    found = (_FORM_FIELD if scan.form else _PARAMETER).match(scan.data, finish)
    if not found:
        return NONE
    scan.done("query", found.end())
    return (Value(*found.span(1), _percent(found[1]), Place.QUERY),)
