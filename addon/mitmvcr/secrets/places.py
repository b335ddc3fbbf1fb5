"""Values with secret names, found from a part of the name outwards.

Not by parsing: a body may be JSON in a string in JSON, a stream of events, or cut off,
and what is not a secret is not to change by a byte.
"""

import html
import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from mitmvcr.secrets import lists, looks
from mitmvcr.secrets.literals import literals
from mitmvcr.secrets.names import SURE, Names, kind_of, last_part, plain
from mitmvcr.secrets.scan import Scan
from mitmvcr.secrets.spans import Span

_NAME = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.$@:%[]"
_LONGEST = 64

_COLON = re.compile(rb'(\\{0,15})"[ \t\r\n]{0,200}+:[ \t\r\n]{0,200}+')
_QUOTE = re.compile(rb'[ \t\r\n]{0,200}+(\\{0,15})"')
_COMMA = re.compile(rb"[ \t\r\n]{0,200}+,")
_NUMBER = re.compile(rb"[0-9]{3,19}+(?=[ \t\r\n]{0,200}+[,}\]])")
#: The value within an object: {"secret": {"value": "x"}}
_INNER = re.compile(
    rb"\{[ \t\r\n]{0,200}+(?:\\{0,15}\"[^\"\\{]{0,64}+\\{0,15}\"[ \t\r\n]{0,9}+:"
    rb"[ \t\r\n]{0,9}+(?:\\{0,15}\"[^\"\\{]{0,200}+\\{0,15}\"|[a-z0-9.]{1,20}+)"
    rb"[ \t\r\n]{0,9}+,[ \t\r\n]{0,200}+){0,8}?"
    rb"\\{0,15}\"(?:value|data|plaintext|content)\\{0,15}\""
    rb"[ \t\r\n]{0,9}+:[ \t\r\n]{0,9}+"
)
#: {"name": "X-Api-Key", "value": "x"}
_NAMED = re.compile(
    rb"(?i)\"(?:name|key|header|field)\\{0,15}\""
    rb"[ \t\r\n]{0,4}:[ \t\r\n]{0,4}\\{0,15}\"\Z"
)
_PAIR = re.compile(
    rb"(?i)\\{0,15}\"[ \t\r\n]{0,9}+,[ \t\r\n]{0,200}+\\{0,15}\"value\\{0,15}\""
    rb"[ \t\r\n]{0,9}+:[ \t\r\n]{0,9}+"
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
    #: A value in the query of a URL is a secret by its name alone.
    place: str = ""


class Places:
    """Finds the value that belongs to a name."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def of(self, scan: Scan, start: int, end: int) -> Iterator[Span]:
        """Yield the values of the field whose name holds ``data[start:end]``, if they
        are secrets."""
        if scan.is_done("name", start):
            return
        begin, finish = _name_around(scan.data, start, end)
        scan.done("name", finish)
        name = scan.data[begin:finish]
        if not self._names.parameter(name):
            return
        for value in self._values(scan, begin, finish, self._names.field(name)):
            span = self._judged(name, value)
            if span is not None:
                yield span

    def has_secret_name(self, scan: Scan, start: int, end: int) -> bool:
        begin, finish = _name_around(scan.data, start, end)
        return self._names.parameter(scan.data[begin:finish]) > 0

    def _judged(self, name: bytes, value: _Value) -> Span | None:
        """Return a secret, unless the value tells that it is none."""
        text = value.text.strip()
        sure = self._names.field(name) == SURE
        last = last_part(name)
        if not looks.is_real(text) or not _is_secret(last, text, sure, value.place):
            return None
        is_sure = sure or looks.is_random(text)
        new = b"0" if value.place == "number" else b""
        return Span(value.start, value.end, kind_of(last), value.text, is_sure, new)

    def _values(
        self, scan: Scan, begin: int, finish: int, field: int
    ) -> Iterator[_Value]:
        data = scan.data
        before, after = data[begin - 1 : begin], data[finish : finish + 1]
        is_parameter = before in (b"?", b"&", b"#") or scan.form or _amp(data, begin)
        if after == b"=" and is_parameter:
            yield from _parameter(scan, finish)
        elif field:
            yield from self._of_field(scan, begin, finish, before, after)

    def _of_field(
        self, scan: Scan, begin: int, finish: int, before: bytes, after: bytes
    ) -> Iterator[_Value]:
        data = scan.data
        if before == b'"' and after in (b'"', b"\\"):
            if data[begin - 6 : begin] == b'name="' and after == b'"':
                yield from _part(scan, begin, finish)
            elif _NAMED.search(data, max(0, begin - 40), begin):
                yield from _pair(scan, finish)
            else:
                yield from _json_values(scan, begin, finish)
        elif before == b"<" and after in (b">", b" ", b"\t", b"\r", b"\n"):
            yield from _element(scan, begin, finish)
        elif after in (b"=", b" ") and before.isspace() and _in_tag(data, begin):
            yield from _attribute(scan, finish)
        elif before in (b'"', b"'") and data[begin - 6 : begin - 1] == b"name=":
            yield from _input(scan, begin, finish)
        else:
            for start, end, text in literals(scan, begin, finish):
                yield _Value(start, end, text, "text")


def _is_secret(name: str, text: bytes, sure: bool, place: str) -> bool:
    if place == "query":
        return True
    if place == "number":
        return plain(name) in lists.NUMBERS
    if not sure:
        return looks.is_likely(text, least=12 if place == "text" else looks.LEAST)
    if plain(name) == "pwd" and looks.is_path(text):
        return False
    if plain(text.decode("latin-1")) == plain(name) or looks.is_said(text):
        return False
    return place != "text" or looks.is_likely(text, least=6)


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
        data[begin - 1 : begin] in (b"<", b'"')
        and data[finish : finish + 1] in (b'"', b">", b" ", b"\\")
    ):
        finish = colon  # the value follows, as in a line of a file
    if data[begin - 1 : begin + 5] == b"\\u0026":  # how Go writes & into JSON
        begin += 5
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


def _parameter(scan: Scan, finish: int) -> Iterator[_Value]:
    if scan.is_done("query", finish):
        return
    found = (_FORM_FIELD if scan.form else _PARAMETER).match(scan.data, finish)
    if found:
        scan.done("query", found.end())
        yield _Value(found.start(1), found.end(1), _percent(found[1]), "query")


# JSON


def _json_values(scan: Scan, begin: int, finish: int) -> Iterator[_Value]:
    found = _COLON.match(scan.data, finish)
    if found is None:
        return
    at, level = found.end(), len(found[1])
    mark = scan.data[at : at + 1]
    if mark == b"[":
        yield from _array(scan, at + 1, level)
    elif mark == b"{":
        inner = _INNER.match(scan.data, at)
        if inner:
            yield from _string(scan, inner.end(), level)
    elif mark.isdigit():
        number = _NUMBER.match(scan.data, at)
        if number:
            yield _Value(at, number.end(), number[0], "number")
    else:
        # As often escaped as the key's own quotes: JSON in a string in JSON.
        yield from _string(scan, at, level)


def _string(scan: Scan, at: int, level: int) -> Iterator[_Value]:
    found = _QUOTE.match(scan.data, at)
    rule = f"json {level}"
    if found is None or len(found[1]) != level or scan.is_done(rule, at):
        return
    start = found.end()
    end = scan.closing_quote(start, level, b'"')
    if end >= 0:
        scan.done(rule, end)
        yield _Value(start, end, _json_text(scan.data[start:end], level))


def _array(scan: Scan, at: int, level: int) -> Iterator[_Value]:
    while True:
        value = next(_string(scan, at, level), None)
        if value is None:
            return
        yield value
        comma = _COMMA.match(scan.data, value.end + level + 1)
        if comma is None:
            return
        at = comma.end()


def _pair(scan: Scan, finish: int) -> Iterator[_Value]:
    found = _PAIR.match(scan.data, finish)
    if found:
        quote = _QUOTE.match(scan.data, found.end())
        yield from _string(scan, found.end(), len(quote[1]) if quote else 0)


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


def _grouped(
    found: re.Match[bytes] | None, decode: Callable[[bytes], bytes] = _html
) -> Iterator[_Value]:
    """Yield the group that matched."""
    if found is not None and (group := found.lastindex):
        yield _Value(found.start(group), found.end(group), decode(found[group]))


def _element(scan: Scan, begin: int, finish: int) -> Iterator[_Value]:
    """Yield the text of an element: its end has to follow, since ``<password>`` stands
    in texts too."""
    opened = _OPENED.match(scan.data, finish)
    if opened is None or scan.is_done("element", begin):
        return
    cdata = _CDATA.match(scan.data, opened.end())
    if cdata:
        end = scan.find(b"]]>", cdata.end())
        scan.done("element", end)
        if end > cdata.end():
            text = scan.data[cdata.end() : end]
            yield _Value(cdata.end(), end, text)
    elif found := _TEXT.match(scan.data, opened.end()):
        name = scan.data[begin:finish]
        if scan.data.startswith(b"</" + name, found.end()):
            yield _Value(found.start(), found.end(), _html(found[0]))


def _in_tag(data: bytes, begin: int) -> bool:
    opened = data.rfind(b"<", max(0, begin - 2000), begin)
    return opened >= 0 and data.find(b">", opened, begin) < 0


def _attribute(scan: Scan, finish: int) -> Iterator[_Value]:
    if not scan.is_done("attribute", finish):
        found = _ATTRIBUTE.match(scan.data, finish)
        scan.done("attribute", found.end() if found else 0)
        yield from _grouped(found)


def _part(scan: Scan, begin: int, finish: int) -> Iterator[_Value]:
    """Yield the value of a part of a multipart body, or of an input of a form in
    HTML."""
    line = scan.data.find(b"\n", finish, finish + 500)
    found = None
    if line >= 0 and not scan.is_done("part", finish):
        first = line - (scan.data[line - 1 : line] == b"\r")
        found = _PART.match(scan.data, first)
    if found is None:
        yield from _input(scan, begin, finish)
        return
    end = scan.find(b"\r\n--", found.end())
    if end < 0:
        end = scan.find(b"\n--", found.end())
    scan.done("part", end)
    if end >= 0:
        yield _Value(found.end(), end, scan.data[found.end() : end])


def _input(scan: Scan, begin: int, finish: int) -> Iterator[_Value]:
    """Yield the value of ``<input name="csrf_token" value="...">``, and of the like of
    ``<meta>``."""
    if scan.is_done("input", begin):
        return
    opened = scan.data.rfind(b"<", max(0, begin - 500), begin)
    closed = scan.data.find(b">", finish, finish + 5000)
    if opened < 0 or closed < 0:
        return
    scan.done("input", closed)
    yield from _grouped(_TAG_VALUE.search(scan.data, opened, closed))
