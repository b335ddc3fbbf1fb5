"""Values of JSON and of what is written like it: strings, numbers, and what lists and
objects hold."""

import json
import re
from bisect import bisect_right
from contextlib import suppress
from itertools import chain

from mitmvcr.secrets import lists
from mitmvcr.secrets.anchors import occurrences
from mitmvcr.secrets.looks import OPAQUE, is_by_chance, is_likely, is_no_scope, is_scope
from mitmvcr.secrets.scan import (
    BYTES,
    LABEL,
    NONE,
    OF,
    VALUE,
    Place,
    Scan,
    Value,
    Values,
)

_COLON = re.compile(rb'\\{0,15}"[ \t\r\n]{0,200}+(?::|=>)')
_QUOTE = re.compile(rb'[ \t\r\n]{0,200}+(\\{0,15})"')
_NUMBER = re.compile(rb"([0-9]{3,40}+)(?=[ \t\r\n]{0,200}+[,}\]])")
#: What an object or a list holds: a string, and whether a colon follows; one that is
#: escaped; a number; brackets, also behind a key.
_TOKEN, _ESCAPED = (
    re.compile(
        rb"[^\"\\{}\[\]0-9]*+"
        + key
        + rb"(?:\"([^\"\\]*+)\"([ \t\r\n]{0,200}+(?::|=>))?+"
        rb"|\\{0,15}\"()|([0-9]++(?:\.[0-9]++)?+)|([{\[]++)|([}\]]++))"
    )
    for key in (rb"(?:\"[^\"\\]*+\"[ \t\r\n]{0,9}+:[ \t\r\n]{0,9}+(?=[{\[]))?+", rb"")
)
_NAME, _STRING, _DIGITS, _OPENS = 2, 3, 4, 5
_MEANT = frozenset(
    b"value data plaintext content string base64 stringvalue bytesvalue newvalue"
    b" __base64__ raw computed".split()
)
#: An object is looked into so far.
_DEEP = 1 << 12
#: What ends so tells of a secret and is none: ``id``.
_ABOUT = tuple(word.lower().encode() for word in lists.ABOUT_SECRETS)


def json_regex(regex: bytes) -> bytes:
    """Return a regex in which ``~`` stands for what escapes a quote in JSON, and ``_``
    for blanks."""
    return regex.replace(b"~", rb"\\{0,15}+").replace(b"_", rb"[ \t\r\n]{0,200}+")


def json_value(scan: Scan, at: int, level: int) -> Values:
    """Return what stands where a value begins. Its quotes are as often escaped as the
    key's own are, as in JSON in a string in JSON."""
    mark = scan.data[at : at + 1]
    if mark in (b"[", b"{"):
        return _within(scan, at, level)
    if mark.isdigit():
        return scan.value(_NUMBER, at, Place.NUMBER)
    value = string(scan, at, level)
    return (value,) if value else NONE


def string(scan: Scan, at: int, level: int | None = None) -> Value | None:
    """Return the string that begins here, its quotes escaped by any number of
    backslashes or by ``level``."""
    found = _QUOTE.match(scan.data, at)
    if found is None or (level is not None and len(found[1]) != level):
        return None
    level = len(found[1])
    end = scan.closing_quote(found.end(), level, b'"')
    if end < 0:
        return None
    return Value(found.end(), end, json_text(scan.data[found.end() : end], level))


def _within(scan: Scan, at: int, level: int) -> list[Value]:
    """Return what an object or a list holds: all that a list has itself, and what an
    object calls its value; of the rest it has to look like a secret. Fields in it are
    looked at by their own names too, so that it is not done."""
    data, start, depth, key, values = scan.data, at, 0, b"", list[Value]()
    are_scopes = False
    is_list, most = data[at : at + 1] == b"[", at + _DEEP * (scan.room > 0)
    token = _ESCAPED if level else _TOKEN
    while at < most and (found := token.match(data, at)):
        at, group = found.end(), found.lastindex or 0
        is_own = is_list and depth == 1
        if group >= _OPENS:
            size = at - found.start(group)
            depth += size if group == _OPENS else -size
            if depth <= 0:
                break
        elif group == _DIGITS:
            if is_own or _is_meant(key):
                values.append(Value(*found.span(group), found[group], Place.NUMBER))
        else:
            value = _of_token(scan, found, level)
            if value is None:
                break
            at = max(at, value.end + level + 1)
            if group == _NAME or (group == _STRING and _COLON.match(data, value.end)):
                key = value.text
                continue
            if is_own:
                # {"oauth2_password": ["read:user"]} of OpenAPI
                are_scopes |= is_scope(value.text)
                values.append(value)
            elif _is_meant(key) or (key == b"key" and is_by_chance(value.text)):
                values.append(value)
            elif _is_inner(key, value.text):
                values.append(value._replace(place=Place.INNER))
        key = b""
    scan.room -= at - start
    return [each for each in values if not are_scopes or is_no_scope(each.text)]


def _is_meant(key: bytes) -> bool:
    return key.lower() in _MEANT or key in (b"S", b"B")


def _is_inner(key: bytes, text: bytes) -> bool:
    """Return whether a member of an object may be a secret itself: it is opaque, and a
    long one is no name that has digits in it."""
    if len(text) < OPAQUE or key == b"$ref" or key.lower().endswith(_ABOUT):
        return False
    return len(text) < 20 or is_by_chance(text)


def _of_token(scan: Scan, found: re.Match[bytes], level: int) -> Value | None:
    if found.lastindex == _STRING:
        return string(scan, found.end() - level - 1, level)
    return None if level else Value(*found.span(1), found[1])


def json_text(raw: bytes, level: int) -> bytes:
    """Return a string of JSON without the escapes of its level."""
    if b"\\" not in raw:
        return raw
    text = raw.decode(*BYTES)
    with suppress(ValueError):  # it is not as JSON is: taken as it stands
        for _ in range((level + 1).bit_length()):
            text = json.loads(f'"{text}"', strict=False)
        return text.encode(*BYTES)
    return raw


# Names that are values themselves: {"name": "X-Api-Key", "value": "x"}

_JSON_NAMED = json_regex(rb'"(?i:' + LABEL + rb'~"_:_~")(?:[\w./-]{0,100}/)?\Z')
_IS_NAMED = re.compile(_JSON_NAMED)
#: So many quotes stand in what these match.
_IN_NAMED, _IN_TURNED = 3, 7
_PAIR = re.compile(
    json_regex(
        rb'(?i)~"_,(?:_~"[\w.-]{1,40}+~"_:_'
        rb'(?:~"[^"\\{}]{0,200}+~"|[\w.-]{1,30}+)_,){0,6}?_~"' + VALUE + rb'~"_:_'
    )
)
_TURNED = re.compile(
    json_regex(rb'"(?i:' + OF + rb'value)~"_:_~"([^"\\{}]{1,400})~"_,_~') + _JSON_NAMED
)


def paired(scan: Scan, begin: int, finish: int) -> Values:
    if not from_quote(_IS_NAMED, scan.left(begin, 150), _IN_NAMED):
        return NONE
    found = _PAIR.match(scan.data, finish)
    level = found[0].index(b'"') if found else 0
    return json_value(scan, found.end(), level) if found else NONE


def turned(scan: Scan, begin: int, _: int) -> Values:
    """Return the value that stands right before its name."""
    left = scan.left(begin, 600)
    found = from_quote(_TURNED, left, _IN_TURNED)
    at = begin - len(left)
    return (Value(at + found.start(1), at + found.end(1), found[1]),) if found else NONE


def from_quote(
    regex: re.Pattern[bytes], left: bytes, count: int
) -> re.Match[bytes] | None:
    """Match the end of a text from one place: where the last ``count`` quotes
    begin."""
    return regex.match(left, len(left.rsplit(b'"', count)[0]))


# Errors

#: The key of what is wrong with a request, how its quotes are escaped, and what it
#: opens.
_ERRORS = re.compile(
    rb"(?i)(?:errors?|violations|failures|invalid[_-]?params)"
    rb"(\\{0,15})\"\s{0,9}:\s{0,20}(?=[{\[])"
)
_SIGNS = re.compile(rb"[]\"{}[]")
#: What each of these keys has in it behind its first letter.
_ERROR_WORDS = (b"rror", b"RROR", b"iolations", b"ailures", b"nvalid")
#: In bytes: so far behind it a field is of it, and others in it are looked for.
_NEAR, _NEXT = 600, 150
_DIRECTLY = re.compile(rb"\\{0,15}\"\s{0,9}:[\s\[]{0,40}\\{0,15}\"")


def without_messages(scan: Scan, begin: int, finish: int, found: Values) -> Values:
    """Return the values of a field without what is said of it, in whatever language:
    words that stand directly under its name among errors."""
    if not found or not _DIRECTLY.fullmatch(scan.data, finish, found[0].start):
        return found
    likely = [each for each in found if _is_likely(each)]
    # Errors are looked for in all of the text, so last.
    is_said = len(likely) < len(found) and _is_among_errors(scan, begin)
    return likely if is_said else found


def _is_likely(value: Value) -> bool:
    return is_likely(value.text.rstrip(b" .!?:*"), least=1)


def _is_among_errors(scan: Scan, begin: int) -> bool:
    """Return whether what errors are called stands before, and is still open."""
    return bisect_right(scan.once(_errors), begin) % 2 == 1


def _errors(data: bytes) -> list[int]:
    """Return where errors begin and end, by turns."""
    scan, ends, done = Scan(data), [0, 0], 0
    words = (occurrences(word, data) for word in _ERROR_WORDS)
    for at in sorted(chain(*words)):
        opened = _ERRORS.match(data, at - 1) if at > done else None
        if opened is None:
            continue
        end = _closed(scan, opened.end(), len(opened[1]))
        done = min(end, opened.end() + _NEXT)
        if opened.end() > ends[-1]:
            ends += (opened.end(), end)
        ends[-1] = max(ends[-1], end)
    return ends


def _closed(scan: Scan, start: int, level: int) -> int:
    """Return where what opens in a place is closed, apart from what the strings there
    have; or how far it is looked for."""
    opens, at, last = 0, start, start + _NEAR
    while (sign := _SIGNS.search(scan.data, at, last)) is not None:
        at = sign.end()
        if sign[0] == b'"':
            end = scan.closing_quote(at, level, b'"')
            at = last if end < 0 else end + level + 1
        else:
            opens += 1 if sign[0] in b"{[" else -1
        if not opens:
            return at
    return last
