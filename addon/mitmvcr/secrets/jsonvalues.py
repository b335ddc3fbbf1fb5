"""Values of JSON: strings, numbers, and what lists and objects hold."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress

from mitmvcr.secrets import lists
from mitmvcr.secrets.looks import is_scope
from mitmvcr.secrets.scan import Scan
from mitmvcr.secrets.values import BYTES, NONE, Place, Value, Values

_COLON = re.compile(rb'(\\{0,15})"[ \t\r\n]{0,200}+(?::|=>)[ \t\r\n]{0,200}+')
_QUOTE = re.compile(rb'[ \t\r\n]{0,200}+(\\{0,15})"')
_STRING_PLAIN = re.compile(rb'[ \t\r\n]{0,200}+"([^"\\]*+)"')
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
#: A string or a word of JSON, and a name with its colon.
_SCALAR = rb"(?:\\{0,15}\"[^\"\\{}]{0,200}+\\{0,15}\"|[\w.-]{1,30}+)[ \t\r\n]{0,9}+"
_KEY = rb"[ \t\r\n]{0,200}+\\{0,15}\"%b\\{0,15}\"[ \t\r\n]{0,9}+:[ \t\r\n]{0,9}+"
_PAIR = re.compile(
    rb"(?i)\\{0,15}\"[ \t\r\n]{0,9}+,(?:%b%b,){0,6}?%b"
    % (_KEY % rb"[\w.-]{1,40}+", _SCALAR, _KEY % b"value")
)
#: What ends so tells of a secret and is none: ``id``.
_ABOUT = tuple(word.lower().encode() for word in lists.ABOUT_SECRETS)


def of_key(scan: Scan, finish: int) -> Values:
    found = _COLON.match(scan.data, finish)
    if found is None:
        return NONE
    at, level = found.end(), len(found[1])
    mark = scan.data[at : at + 1]
    if mark in (b"[", b"{"):
        return list(_within(scan, at, level))
    if mark.isdigit():
        number = _NUMBER.match(scan.data, at)
        return (Value(at, number.end(), number[0], Place.NUMBER),) if number else NONE
    # As often escaped as the key's own quotes: JSON in a string in JSON.
    value = _string(scan, at, level)
    return (value,) if value else NONE


def _string(scan: Scan, at: int, level: int) -> Value | None:
    if scan.is_done(level, at):
        return None
    if level == 0 and (found := _STRING_PLAIN.match(scan.data, at)):
        scan.done(level, found.end(1))
        return Value(*found.span(1), found[1])
    found = _QUOTE.match(scan.data, at)
    if found is None or len(found[1]) != level:
        return None
    start = found.end()
    end = scan.closing_quote(start, level, b'"')
    if end < 0:
        return None
    scan.done(level, end)
    return Value(start, end, _json_text(scan.data[start:end], level))


def _within(scan: Scan, at: int, level: int) -> Iterator[Value]:
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
            if is_list and depth == 1 and is_scope(value.text):
                continue  # {"oauth2_password": ["read:user"]} of OpenAPI
            if is_meant or not key.lower().endswith(_ABOUT):
                yield value if is_meant else value._replace(place=Place.INNER)
        elif group == _DIGITS:
            if is_meant:
                yield Value(*found.span(group), found[group], Place.NUMBER)
        else:
            depth += 1 if group == _OPENS else -1
            if depth == 0:
                return
        key = b""


def paired(scan: Scan, finish: int) -> Values:
    found = _PAIR.match(scan.data, finish)
    if not found:
        return NONE
    quote = _QUOTE.match(scan.data, found.end())
    value = _string(scan, found.end(), len(quote[1]) if quote else 0)
    return (value,) if value else NONE


def _json_text(raw: bytes, level: int) -> bytes:
    if b"\\" not in raw:
        return raw
    text = raw.decode(*BYTES)
    with suppress(ValueError):  # it is not as JSON is: taken as it stands
        for _ in range((level + 1).bit_length()):
            text = json.loads(f'"{text}"', strict=False)
        return text.encode(*BYTES)
    return raw
