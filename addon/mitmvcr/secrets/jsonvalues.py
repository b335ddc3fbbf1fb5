"""Values of JSON and of what is written like it: strings, numbers, and what lists and
objects hold."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress

from mitmvcr.secrets import lists
from mitmvcr.secrets.looks import is_scope
from mitmvcr.secrets.scan import BYTES, NONE, Place, Scan, Value, Values

_COLON = re.compile(rb'\\{0,15}"[ \t\r\n]{0,200}+(?::|=>)')
_QUOTE = re.compile(rb'[ \t\r\n]{0,200}+(\\{0,15})"')
_NUMBER = re.compile(rb"([0-9]{3,40}+)(?=[ \t\r\n]{0,200}+[,}\]])")
#: What an object or a list holds: a string and whether a colon follows, a number, a
#: bracket.
_TOKEN = re.compile(
    rb"[^\"\\{}\[\]0-9]*+(?:\\{0,15}\"()|([0-9]++(?:\.[0-9]++)?+)|[{\[]()|[}\]]())"
)
_STRING, _DIGITS, _OPENS = 1, 2, 3
_MEANT = re.compile(rb"value|data|plaintext|content")
#: An object is looked into so far.
_DEEP = 1 << 12
#: What ends so tells of a secret and is none: ``id``.
_ABOUT = tuple(word.lower().encode() for word in lists.ABOUT_SECRETS)


def json_value(scan: Scan, at: int, level: int) -> Values:
    """Return what stands where a value begins. Its quotes are as often escaped as the
    key's own are, as in JSON in a string in JSON."""
    mark = scan.data[at : at + 1]
    if mark in (b"[", b"{"):
        return list(_within(scan, at, level))
    if mark.isdigit():
        return scan.value(_NUMBER, at, Place.NUMBER)
    value = string(scan, at, level)
    return (value,) if value else NONE


def string(
    scan: Scan, at: int, level: int | None = None, *, is_again: bool = False
) -> Value | None:
    """Return the string that begins here, its quotes escaped by any number of
    backslashes or by ``level``; unless it ``is_again``, none that was looked through
    before."""
    found = _QUOTE.match(scan.data, at)
    if found is None or (level is not None and len(found[1]) != level):
        return None
    # Within a string another may stand whose quotes are escaped more often.
    level = len(found[1])
    if not is_again and scan.is_done(level, found.end()):
        return None
    end = scan.closing_quote(found.end(), level, b'"')
    if end < 0:
        return None
    scan.done(level, 0 if is_again else end)
    return Value(found.end(), end, _json_text(scan.data[found.end() : end], level))


def _within(scan: Scan, at: int, level: int) -> Iterator[Value]:
    """Yield what an object or a list holds: all that a list has itself, and what an
    object calls its value; of the rest it has to look like a secret. Fields in it are
    looked at by their own names too, so that it is not done."""
    depth, key, most = 0, b"", at + _DEEP
    is_list = scan.data[at : at + 1] == b"["
    while at < most and scan.may_spend and (found := _TOKEN.match(scan.data, at)):
        scan.spend(found.end() - at)
        at, group = found.end(), found.lastindex
        is_meant = _MEANT.fullmatch(key) or (is_list and depth == 1)
        if group == _STRING:
            value = string(scan, at - level - 1, level, is_again=True)
            if value is None:
                return
            scan.spend(value.end - at)
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


def _json_text(raw: bytes, level: int) -> bytes:
    if b"\\" not in raw:
        return raw
    text = raw.decode(*BYTES)
    with suppress(ValueError):  # it is not as JSON is: taken as it stands
        for _ in range((level + 1).bit_length()):
            text = json.loads(f'"{text}"', strict=False)
        return text.encode(*BYTES)
    return raw
