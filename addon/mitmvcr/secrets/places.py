"""Fields with secret names, found from a part of the name outwards.

Not by parsing: a body may be JSON in a string in JSON, a stream of events, or cut off,
and what is not a secret is not to change by a byte.
"""

import html
import json
import re
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import unquote_to_bytes

from mitmvcr.secrets.names import Names, kind_of, last_part
from mitmvcr.secrets.spans import Span

_NAME = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.$@:%[]"
_LONGEST = 64

_JSON_KEY = re.compile(rb'(\\{0,15})"[ \t\r\n]{0,200}+:[ \t\r\n]{0,200}+(\\{0,15})"')
_PARAMETER = re.compile(rb"=([^&\s\"'<>\\;,)\]}]++)")
_FORM_FIELD = re.compile(rb"=([^&\r\n]++)")
_ATTRIBUTE = re.compile(rb"\s{0,20}+=\s{0,20}+(?:\"([^\"<>]++)\"|'([^'<>]++)')")
_ELEMENT = re.compile(
    rb"(?:\s[^<>]{0,2000}+)?+>(?:\s{0,200}+<!\[CDATA\[([^\]]++)\]\]>|([^<]++))"
)
_PART = re.compile(rb'"[^\r\n]{0,500}+\r?\n(?:[^\r\n]{1,500}+\r?\n){0,20}+\r?\n')
_TAG_VALUE = re.compile(
    rb"(?:value|content)\s*+=\s*+(?:\"([^\"]++)\"|'([^']++)')", re.I
)
_NOTHING = re.compile(
    rb"(?i:true|false|null|none|nil|undefined|yes|no|deleted|redacted|\*+|x{3,}|\.{3}|<[A-Z][A-Z0-9_]*>)?"
)


def is_real(value: bytes) -> bool:
    """Return whether a value is neither a word that says there is none, nor a
    placeholder."""
    return _NOTHING.fullmatch(value) is None and b"REDACTED" not in value


class Places:
    """Finds the value that belongs to a name."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def of(self, data: bytes, start: int, end: int, *, is_form: bool) -> Span | None:
        """Return the value of the field whose name holds ``data[start:end]``, if that
        is a secret's."""
        begin, finish = _name_around(data, start, end)
        name = data[begin:finish]
        if not self._names.parameter(name):
            return None
        is_field = self._names.field(name)
        return self._value(data, begin, finish, is_form=is_form, is_field=is_field)

    def has_secret_name(self, data: bytes, start: int, end: int) -> bool:
        begin, finish = _name_around(data, start, end)
        return self._names.parameter(data[begin:finish])

    def _value(
        self, data: bytes, begin: int, finish: int, *, is_form: bool, is_field: bool
    ) -> Span | None:
        before, after = data[begin - 1 : begin], data[finish : finish + 1]
        name = data[begin:finish]
        if after == b"=" and (before in (b"?", b"&") or is_form or _amp(data, begin)):
            found = (_FORM_FIELD if is_form else _PARAMETER).match(data, finish)
            return found and _span(
                found.start(1), found.end(1), name, found[1], _percent
            )
        if not is_field:
            return None
        if before == b'"' and after in (b'"', b"\\"):
            if data[begin - 6 : begin] == b'name="' and after == b'"':
                return _part(data, begin, finish)
            return _json_value(data, begin, finish)
        if before == b"<" and after in (b">", b" ", b"\t", b"\r", b"\n"):
            return _group(_ELEMENT.match(data, finish), name)
        if after in (b"=", b" ") and before.isspace() and _in_tag(data, begin):
            return _group(_ATTRIBUTE.match(data, finish), name)
        if before in (b'"', b"'") and data[begin - 6 : begin - 1] == b"name=":
            return _input(data, begin, finish)
        return None


def _name_around(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Return where the whole name stands that a part of it was found in."""
    left = data[max(0, start - _LONGEST) : start]
    begin = start - (len(left) - len(left.rstrip(_NAME)))
    if data[start] in b"?&":  # the part itself says so, here and below
        begin = start + 1
    right = data[end : end + _LONGEST]
    finish = end + len(right) - len(right.lstrip(_NAME))
    if data[end - 1 : end] == b"=":
        finish = end - 1
    if data[begin - 1 : begin + 5] == b"\\u0026":  # how Go writes & into JSON
        begin += 5
    return begin, finish


def _span(
    start: int, end: int, name: bytes, raw: bytes, decode: Callable[[bytes], bytes]
) -> Span | None:
    value = decode(raw)
    if not is_real(value.strip()):
        return None
    return Span(start, end, kind_of(last_part(name)), value)


def _percent(raw: bytes) -> bytes:
    return unquote_to_bytes(raw.replace(b"+", b" ")) if b"%" in raw else raw


def _html(raw: bytes) -> bytes:
    if b"&" not in raw:
        return raw
    text = html.unescape(raw.decode("utf-8", "surrogateescape"))
    return text.encode("utf-8", "surrogateescape")


def _amp(data: bytes, begin: int) -> bool:
    return data[begin - 5 : begin] in (b"&amp;", b"u0026")


def _json_value(data: bytes, begin: int, finish: int) -> Span | None:
    found = _JSON_KEY.match(data, finish)
    if found is None:
        return None
    # As often escaped as the key's own quotes: JSON in a string in JSON.
    level = len(found[2])
    if len(found[1]) != level:
        return None
    start = found.end()
    end = _closing_quote(data, start, level)
    if end is None:
        return None

    def decode(raw: bytes) -> bytes:
        return _json_text(raw, level)

    return _span(start, end, data[begin:finish], data[start:end], decode)


def _closing_quote(data: bytes, start: int, level: int) -> int | None:
    at = start
    while (quote := data.find(b'"', at)) >= 0:
        slashes = 0
        while quote - slashes > start and data[quote - slashes - 1] == 0x5C:
            slashes += 1
        if slashes % (2 * level + 2) == level:
            return quote - level
        if slashes < level:
            return None
        at = quote + 1
    return None


def _json_text(raw: bytes, level: int) -> bytes:
    if b"\\" not in raw:
        return raw
    text = raw.decode("utf-8", "surrogateescape")
    with suppress(ValueError):  # it is not as JSON is: taken as it stands
        for _ in range((level + 1).bit_length()):
            text = json.loads(f'"{text}"', strict=False)
        return text.encode("utf-8", "surrogateescape")
    return raw


def _group(found: re.Match[bytes] | None, name: bytes) -> Span | None:
    """Return the group that matched."""
    if found is None or not found.lastindex:
        return None
    group = found.lastindex
    return _span(found.start(group), found.end(group), name, found[group], _html)


def _in_tag(data: bytes, begin: int) -> bool:
    opened = data.rfind(b"<", max(0, begin - 2000), begin)
    return opened >= 0 and data.find(b">", opened, begin) < 0


def _part(data: bytes, begin: int, finish: int) -> Span | None:
    """Return the value of a part of a multipart body, or of an input of a form in
    HTML."""
    found = _PART.match(data, finish)
    if found is None:
        return _input(data, begin, finish)
    end = data.find(b"\r\n--", found.end())
    if end < 0:
        end = data.find(b"\n--", found.end())
    if end < 0:
        return None
    return _span(found.end(), end, data[begin:finish], data[found.end() : end], bytes)


def _input(data: bytes, begin: int, finish: int) -> Span | None:
    """Return the value of ``<input name="csrf_token" value="...">``, and of the like of
    ``<meta>``."""
    opened = data.rfind(b"<", max(0, begin - 500), begin)
    closed = data.find(b">", finish, finish + 5000)
    if opened < 0 or closed < 0:
        return None
    found = _TAG_VALUE.search(data, opened, closed)
    return _group(found, data[begin:finish])
