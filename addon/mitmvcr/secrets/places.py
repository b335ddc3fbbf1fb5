"""Values with secret names, found from a part of the name outwards.

Not by parsing: a body may be JSON in a string in JSON, a stream of events, or cut off,
and what is not a secret is not to change by a byte.
"""

import html
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from mitmvcr.secrets import pairs
from mitmvcr.secrets.literals import literal
from mitmvcr.secrets.names import Names, Place, is_about
from mitmvcr.secrets.scan import Scan
from mitmvcr.secrets.spans import Span

_NAME = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.$@:%[]"
_LONGEST = 64
#: What stands behind a name that has a value; where a blank does, more is to follow.
_ENDS = frozenset(bytes([each]) for each in b"=:\"'\\><")
_BLANKS = frozenset(bytes([each]) for each in b" \t\r\n")
_ASSIGNED = re.compile(rb"[ \t\r\n]{1,20}+(?:[:=]|value:)")

#: The words of a title before its last: "Api Key".
_TITLE = re.compile(rb"[\"'>]([A-Za-z0-9][A-Za-z0-9_-]*+(?: [A-Za-z0-9_-]++){0,5}+ )\Z")

_COLON = re.compile(rb'(\\{0,15})"[ \t\r\n]{0,200}+(?::|=>)[ \t\r\n]{0,200}+')
_QUOTE = re.compile(rb'[ \t\r\n]{0,200}+(\\{0,15})"')
_NUMBER = re.compile(rb"[0-9]{3,40}+(?=[ \t\r\n]{0,200}+[,}\]])")
#: What an object or a list holds: a string and whether a colon follows, a number, a
#: bracket.
_TOKEN = re.compile(
    rb"[^\"\\{}\[\]0-9]*+(?:\\{0,15}\"()|([0-9]++(?:\.[0-9]++)?+)|[{\[]()|[}\]]())"
)
_STRING, _DIGITS, _OPENS = 1, 2, 3
_MEANT = re.compile(rb"value|data|plaintext|content")
#: An object is looked into so far.
_DEEP = 1 << 12
#: {"name": "X-Api-Key", "value": "x"}
_NAMED = re.compile(
    rb"(?i)\"(?:name|key|header|field)\\{0,15}\""
    rb"[ \t\r\n]{0,4}:[ \t\r\n]{0,4}\\{0,15}\"\Z"
)
#: A string or a word of JSON, and a name with its colon.
_SCALAR = rb"(?:\\{0,15}\"[^\"\\{}]{0,200}+\\{0,15}\"|[\w.-]{1,30}+)[ \t\r\n]{0,9}+"
_KEY = rb"[ \t\r\n]{0,200}+\\{0,15}\"%b\\{0,15}\"[ \t\r\n]{0,9}+:[ \t\r\n]{0,9}+"
_PAIR = re.compile(
    rb"(?i)\\{0,15}\"[ \t\r\n]{0,9}+,(?:%b%b,){0,6}?%b"
    % (_KEY % rb"[\w.-]{1,40}+", _SCALAR, _KEY % b"value")
)
_PARAMETER = re.compile(rb"=([^&#\s\"'<>\\;,)\]}]++)")
_FORM_FIELD = re.compile(rb"=([^&\r\n]++)")
_ATTRIBUTE = re.compile(rb"\s{0,20}+=\s{0,20}+(?:\"([^\"<>]++)\"|'([^'<>]++)')")
_OPENED = re.compile(rb"(?:\s[^<>]{0,2000}+)?+>")
_CDATA = re.compile(rb"\s{0,200}+<!\[CDATA\[")
_TEXT = re.compile(rb"[^<]++")
_PART = re.compile(rb"\r?\n(?:[^\r\n]{1,500}+\r?\n){0,20}+\r?\n")
_TAG_VALUE = re.compile(
    rb"(?:value|content)\s*+=\s*+(?:\"([^\"]++)\"|'([^']++)')", re.I
)


class _Value(NamedTuple):
    """Where a value stands, and its text without the escapes there."""

    start: int
    end: int
    text: bytes
    place: Place = Place.FIELD


_Values = Sequence[_Value]
_NONE: _Values = ()


class Places:
    """Finds the value that belongs to a name."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def of(self, scan: Scan, start: int, end: int) -> Iterator[Span]:
        """Yield the values of the field whose name holds ``data[start:end]``, if they
        are secrets."""
        begin, finish = _name_around(scan.data, start, end)
        scan.named = finish
        after = scan.data[finish : finish + 1]
        if after not in _ENDS and not _is_assigned(scan, begin, finish, after):
            return
        name = scan.data[begin:finish]
        known = self._names.of(name)
        if not known.parameter:
            return
        for start, end, text, place in _values(scan, begin, finish, known.field):
            if verdict := self._names.judge(name, text, place):
                scan.named = max(scan.named, end)
                kind, is_sure = verdict
                new = b"0" if place is Place.NUMBER else b""
                yield Span(start, end, kind, text, is_sure, new)

    def is_named(self, data: bytes, start: int, end: int) -> bool:
        """Return whether the name that holds ``data[start:end]`` is that of a
        secret."""
        begin, finish = _name_around(data, start, end)
        return self._names.of(data[begin:finish]).parameter > 0


def _is_assigned(scan: Scan, begin: int, finish: int, after: bytes) -> bool:
    """Return whether a value can follow a name and a blank."""
    return after in _BLANKS and (
        scan.data[begin - 1 : begin] == b"<"
        or scan.data.startswith(b"--", begin)
        or _ASSIGNED.match(scan.data, finish) is not None
        or scan.has(b"login")
    )


def _values(scan: Scan, begin: int, finish: int, field: int) -> _Values:
    data = scan.data
    before, after = data[begin - 1 : begin], data[finish : finish + 1]
    if after == b"=" and (
        before in (b"?", b"&", b"#") or scan.form or _amp(data, begin)
    ):
        return _parameter(scan, finish)
    return _of_field(scan, begin, finish, before, after) if field else _NONE


def _of_field(
    scan: Scan, begin: int, finish: int, before: bytes, after: bytes
) -> _Values:
    data = scan.data
    if before == b'"' and after in (b'"', b"\\"):
        if data[begin - 6 : begin] == b'name="' and after == b'"':
            return _part(scan, begin, finish)
        if b":" in data[begin - 9 : begin] and _NAMED.search(
            data, max(0, begin - 40), begin
        ):
            return _pair(scan, finish) or _apart(pairs.turned_round(data, begin))
        if pairs.is_key(data, begin):
            return _input(scan, begin, finish) or _apart(
                pairs.tag_text(scan, begin, finish)
            )
        return _json_values(scan, finish) or _apart(pairs.argument(data, begin, finish))
    if before == b"<" and after in (b">", b" ", b"\t", b"\r", b"\n"):
        return _element(scan, begin, finish)
    if before == b">" and after == b"<":
        return _apart(pairs.next_tag(data, finish))
    if after in (b"=", b" ") and before.isspace() and _in_tag(data, begin):
        return _attribute(scan, finish)
    if before in (b'"', b"'") and data[begin - 6 : begin - 1] == b"name=":
        return _input(scan, begin, finish)
    found = pairs.next_line(data, begin, finish)
    if found is not None:
        return _apart(found)
    found = literal(scan, begin, finish)
    return (_Value(*found, Place.TEXT),) if found else _NONE


def _apart(found: pairs.Found | None) -> _Values:
    return (_Value(*found),) if found else _NONE


def _name_around(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Return where the whole name stands that a part of it was found in."""
    left = data[max(0, start - _LONGEST) : start]
    begin = start - (len(left) - len(left.rstrip(_NAME)))
    if data[start] in b"?&#":  # the part itself says so, here and below
        begin = start + 1
    right = data[end : end + _LONGEST]
    finish = end + len(right) - len(right.lstrip(_NAME))
    if data[end - 1 : end] == b"=":
        finish = end - 1
    elif (colon := data.find(b":", end, finish)) >= 0 and not (
        colon < finish - 1
        and data[begin - 1 : begin] in (b"<", b'"')
        and data[finish : finish + 1] in (b'"', b">", b" ", b"\\")
    ):
        finish = colon  # the value follows, as in a line of a file
    before = data[begin - 1 : begin]
    if before == b"\\" and begin < start:
        begin += 5 if data[begin : begin + 5] == b"u0026" else data[begin] in b"nrt"
    elif before == b" " and (title := _TITLE.search(data, max(0, begin - 64), begin)):
        begin = title.start(1)
    return begin, finish


def _percent(raw: bytes) -> bytes:
    return unquote_to_bytes(raw.replace(b"+", b" ")) if b"%" in raw else raw


def _html(raw: bytes) -> bytes:
    if b"&" not in raw:
        return raw
    text = html.unescape(raw.decode("utf-8", "surrogateescape"))
    return text.encode("utf-8", "surrogateescape")


def _amp(data: bytes, begin: int) -> bool:
    return data[begin - 5 : begin] in (b"&amp;", b"u0026")


def _parameter(scan: Scan, finish: int) -> _Values:
    if scan.is_done("query", finish):
        return _NONE
    found = (_FORM_FIELD if scan.form else _PARAMETER).match(scan.data, finish)
    if not found:
        return _NONE
    scan.done("query", found.end())
    return (_Value(*found.span(1), _percent(found[1]), Place.QUERY),)


# JSON


def _json_values(scan: Scan, finish: int) -> _Values:
    found = _COLON.match(scan.data, finish)
    if found is None:
        return _NONE
    at, level = found.end(), len(found[1])
    mark = scan.data[at : at + 1]
    if mark in (b"[", b"{"):
        return list(_within(scan, at, level))
    if mark.isdigit():
        number = _NUMBER.match(scan.data, at)
        return (_Value(at, number.end(), number[0], Place.NUMBER),) if number else _NONE
    # As often escaped as the key's own quotes: JSON in a string in JSON.
    value = _string(scan, at, level)
    return (value,) if value else _NONE


def _string(scan: Scan, at: int, level: int) -> _Value | None:
    found = _QUOTE.match(scan.data, at)
    if found is None or len(found[1]) != level or scan.is_done(level, at):
        return None
    start = found.end()
    end = scan.closing_quote(start, level, b'"')
    if end < 0:
        return None
    scan.done(level, end)
    return _Value(start, end, _json_text(scan.data[start:end], level))


def _within(scan: Scan, at: int, level: int) -> Iterator[_Value]:
    """Yield what an object or a list holds: all that a list has itself, and what an
    object calls its value; of the rest it has to look like a secret."""
    depth, key, most = 0, b"", at + _DEEP
    is_list = scan.data[at : at + 1] == b"["
    while at < most and (found := _TOKEN.match(scan.data, at)):
        at = found.end()
        group = found.lastindex
        is_meant = _MEANT.fullmatch(key) or (is_list and depth == 1)
        if group == _STRING:
            value = _string(scan, at - level - 1, level)
            if value is None:
                return
            at = value.end + level + 1
            if _COLON.match(scan.data, value.end):
                key = value.text
                continue
            if is_meant or not is_about(key.decode("latin-1")):
                yield value if is_meant else value._replace(place=Place.INNER)
        elif group == _DIGITS:
            if is_meant:
                yield _Value(*found.span(group), found[group], Place.NUMBER)
        else:
            depth += 1 if group == _OPENS else -1
            if depth == 0:
                return
        key = b""


def _pair(scan: Scan, finish: int) -> _Values:
    found = _PAIR.match(scan.data, finish)
    if not found:
        return _NONE
    quote = _QUOTE.match(scan.data, found.end())
    value = _string(scan, found.end(), len(quote[1]) if quote else 0)
    return (value,) if value else _NONE


def _json_text(raw: bytes, level: int) -> bytes:
    if b"\\" not in raw:
        return raw
    text = raw.decode("utf-8", "surrogateescape")
    with suppress(ValueError):  # it is not as JSON is: taken as it stands
        for _ in range((level + 1).bit_length()):
            text = json.loads(f'"{text}"', strict=False)
        return text.encode("utf-8", "surrogateescape")
    return raw


# Markup


def _grouped(found: re.Match[bytes] | None) -> _Values:
    """Return the group that matched."""
    if found is None or not (group := found.lastindex):
        return _NONE
    return (_Value(*found.span(group), _html(found[group])),)


def _element(scan: Scan, begin: int, finish: int) -> _Values:
    """Return the text of an element: its end has to follow, since ``<password>`` stands
    in texts too."""
    data, opened = scan.data, _OPENED.match(scan.data, finish)
    if opened is None or scan.is_done("element", begin):
        return _NONE
    if cdata := _CDATA.match(data, opened.end()):
        start = cdata.end()
        end = scan.find(b"]]>", start)
        scan.done("element", end)
        return (_Value(start, end, data[start:end]),) if end > start else _NONE
    found = _TEXT.match(data, opened.end())
    if found and data.startswith(b"</" + data[begin:finish], found.end()):
        return (_Value(*found.span(), _html(found[0])),)
    return _NONE


def _in_tag(data: bytes, begin: int) -> bool:
    opened = data.rfind(b"<", max(0, begin - 2000), begin)
    return opened >= 0 and data.find(b">", opened, begin) < 0


def _attribute(scan: Scan, finish: int) -> _Values:
    if scan.is_done("attribute", finish):
        return _NONE
    found = _ATTRIBUTE.match(scan.data, finish)
    scan.done("attribute", found.end() if found else 0)
    return _grouped(found)


def _part(scan: Scan, begin: int, finish: int) -> _Values:
    """Return the value of a part of a multipart body, or of an input of a form in
    HTML."""
    line = scan.data.find(b"\n", finish, finish + 500)
    found = None
    if line >= 0 and not scan.is_done("part", finish):
        first = line - (scan.data[line - 1 : line] == b"\r")
        found = _PART.match(scan.data, first)
    if found is None:
        return _input(scan, begin, finish)
    start = found.end()
    end = scan.find(b"\r\n--", start)
    if end < 0:
        end = scan.find(b"\n--", start)
    scan.done("part", end)
    return (_Value(start, end, scan.data[start:end]),) if end >= 0 else _NONE


def _input(scan: Scan, begin: int, finish: int) -> _Values:
    """Return the value of ``<input name="csrf_token" value="...">``, and of the like of
    ``<meta>``."""
    if scan.is_done("input", begin):
        return _NONE
    opened = scan.data.rfind(b"<", max(0, begin - 500), begin)
    closed = scan.data.find(b">", finish, finish + 5000)
    if opened < 0 or closed < 0:
        return _NONE
    scan.done("input", closed)
    return _grouped(_TAG_VALUE.search(scan.data, opened, closed))
