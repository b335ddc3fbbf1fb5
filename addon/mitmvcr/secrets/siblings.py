"""What a field says of others in its object: that a value is sensitive, that it is a
key whose members have one letter; and what stands in a list under names of its own.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator

from mitmvcr.secrets import jsonvalues
from mitmvcr.secrets.jsonvalues import json_regex
from mitmvcr.secrets.lists import COOKIES, TYPES
from mitmvcr.secrets.looks import is_by_chance
from mitmvcr.secrets.names import plain
from mitmvcr.secrets.scan import NONE, Place, Scan, Value, Values

#: No object is looked through farther from its flag.
_FAR = 1 << 12
#: A value stands so near before its flag.
_NEAR = 600


_FIELDS = (
    rb'(?:_~"[\w.-]{1,40}+~"_:_(?:~"[^"\\{}]{0,400}+~"|\[_\]|[\w.-]{1,30}+)_,){0,8}?'
)
_IS_TRUE = re.compile(json_regex(rb"~\"_:_true\b_,?"))
_IS_TYPE = re.compile(json_regex(rb"(?i)~\"type~\"_:_~\"\Z"))
_IS_KIND = re.compile(
    json_regex(rb'"(?:\w{0,20}type|kind|object)~"_:_~"[\w./-]{0,60}\Z')
)
_IN_KIND = 3  # quotes
_VALUE_ENDS = re.compile(json_regex(rb'~"_[,}\]]'))
_KEY = re.compile(json_regex(rb'"(?:key|value|code)~"_:_~"([^"\\\s]{20,500}+)~"'))
_TYPE_ENDS = re.compile(json_regex(rb"~\"_,?"))
_VALUE_BEHIND = re.compile(json_regex(_FIELDS + rb'_~"(?:[Vv]alue|text|default)~"_:_'))
_VALUE_BEFORE = re.compile(json_regex(rb'"(?:[Vv]alue|text)~"_:'))
#: So often the value may have such a word in it itself.
_WORDS = 3
_BETWEEN = re.compile(json_regex(rb'(?i)~"_,' + _FIELDS + rb'(?:_~"type~"_:)?_~"\Z'))
#: The name of who logs in, not its label: ``"email": "E-mail"``.
_WHO = re.compile(
    rb"(?i)\b(user|user[\x5f-]?name|e?-?mail|email[\x5f-]?address|login|identifier"
    rb"|account|phone|grant[\x5f-]?type|client[\x5f-]?id)"
    rb"(?:\\{0,7}\"?\s?[:=]\s?\\{0,7}\"|>|\"\r\n\r\n)([^\s\"\\<>]{1,99}+)(?=[\"\\<\r])"
)
_MEMBERS = {
    b"kty": re.compile(json_regex(rb'"(?:dp|dq|qi|[dpqk])~"_:_~"([\w+/=-]{16,4000}+)')),
    b"rriot": re.compile(json_regex(rb'"[shk]~"_:_~"([\w+/=-]{4,40}+)')),
}


def flagged(scan: Scan, begin: int, finish: int) -> Values:
    """Return the values that the flag, type or member of a key at
    ``data[begin:finish]`` says to be secrets."""
    if members := _MEMBERS.get(scan.data[begin:finish]):
        return list(_members(scan, begin, finish, members))
    is_type = _IS_TYPE.search(scan.left(begin, 60))
    end = scan.match(_TYPE_ENDS if is_type else _IS_TRUE, finish)
    if end is None:
        return NONE
    if behind := scan.match(_VALUE_BEHIND, end.end()):
        name = behind[0].rpartition(b'"')[0]
        level = len(name) - len(name.rstrip(b"\\"))
        return jsonvalues.json_value(scan, behind.end(), level)
    value = _before(scan, begin)
    return (value,) if value else NONE


def of_its_type(scan: Scan, begin: int, finish: int) -> Values:
    """Return what is called a key, a value or a code where ``data[begin:finish]`` is
    the type of the object that has it."""
    is_value = _VALUE_ENDS.match(scan.data, finish)
    if not is_value or scan.data[begin:finish] in TYPES:
        return NONE
    if not jsonvalues.from_quote(_IS_KIND, scan.left(begin, 150), _IN_KIND):
        return NONE
    if scan.is_done("type", begin):
        return NONE
    scan.done("type", finish + _NEAR)
    around = max(0, begin - _NEAR), finish + _NEAR
    return [
        Value(*found.span(1), found[1])
        for found in _KEY.finditer(scan.data, *around)
        if is_by_chance(found[1])
    ]


def logs_in(scan: Scan, start: int, end: int) -> bool:
    """Return whether who logs in stands beside a value."""
    there = scan.once(_who)
    at = bisect_left(there, start - _NEAR)
    return at < len(there) and there[at] < end + _NEAR


def _who(data: bytes) -> list[int]:
    """Return where those stand who log in."""
    return [
        found.start()
        for found in _WHO.finditer(data)
        if plain(found[1].decode()) != plain(found[2].decode("latin-1"))
    ]


def _before(scan: Scan, begin: int) -> Value | None:
    """Return the value that stands before a flag, with no more than plain fields
    between."""
    data = scan.data
    found, at = None, begin
    for _ in range(_WORDS):
        ends = (
            data.rfind(word, max(0, begin - _NEAR), at) for word in (b"alue", b"ext")
        )
        at = max(ends)
        if at < 0 or (found := _VALUE_BEFORE.match(data, at - 2, begin)):
            break
    value = jsonvalues.string(scan, found.end()) if found else None
    if value is None or not _BETWEEN.match(data, value.end, begin):
        return None
    return value


def _members(
    scan: Scan, begin: int, finish: int, regex: re.Pattern[bytes]
) -> Iterator[Value]:
    data = scan.data
    if scan.is_done("key", begin):
        return
    start = data.rfind(b"{", max(0, begin - _FAR), begin)
    end = data.find(b"}", finish, finish + _FAR)
    end = finish + _FAR if end < 0 else end
    scan.done("key", end)
    for found in regex.finditer(data, start, end) if start >= 0 else ():
        yield Value(*found.span(1), found[1])


# Names of their own

#: All objects of a list, or one object.
_HELD = re.compile(
    json_regex(rb'~"_:_(?:\[_(?:\{[^{}]{0,6000}+\}_,?_)++|\{[^{}]{0,6000}+\})')
)
#: An object of objects: {"A": {"raw": "x"}}
_HOLDS = re.compile(json_regex(rb'(~)"_:_(?=\{)'))
_OBJECT = re.compile(rb"\{[^{}]++")
_ITS_NAME = re.compile(json_regex(rb'"(?i:name|key)~"_:_~"([^"\\]{1,200}+)'))
_ITS_VALUE = re.compile(json_regex(rb'"[Vv]alue~"_:_(?=~")'))
_NAMED = re.compile(json_regex(rb'"([^"\\]{1,200}+)~"_:_~"([^"\\]{1,4000}+)~"'))
_IS_SET = re.compile(json_regex(rb'~"_:_(?:true|false)'))
#: Of Terraform: where the values stand, behind which name, and which of them are meant.
_PATHS = json_regex(rb'~"_:_\[(?:_\[(?:_\{[^{}]{0,300}+\}_,?)*+_\]_,?)++')
_SET_OF_NAMES = json_regex(rb'~"_:_\{[^{}]*+(?:\{[^{}]*+\}[^{}]*+)*+')
_SENSITIVE = {
    b"sensitive_attributes": (
        b'"attributes',
        re.compile(_PATHS),
        re.compile(json_regex(rb'"get\x5fattr~"_,_~"value~"_:_~"([\w-]{1,99}+)')),
    ),
    **dict.fromkeys(
        (b"sensitive_values", b"after_sensitive", b"before_sensitive"),
        (
            b"",
            re.compile(_SET_OF_NAMES),
            re.compile(json_regex(rb'"([\w-]{1,99}+)~"_:_true\b')),
        ),
    ),
}
_BEHIND = {b"sensitive_values": b'"values'}
#: All of a list of secrets is one.
_PLACES = {b"cookie": Place.COOKIE, b"secret": Place.HEADER, b"secure": Place.HEADER}
#: So far before their names the values of a resource stand, and so many are looked for.
_RESOURCE, _MOST_NAMES = 1 << 15, 50


def held(scan: Scan, begin: int, finish: int) -> Iterator[tuple[bytes, Value]]:
    """Yield names and values: of cookies and of parameters in a list of pairs or an
    object, and of attributes of which something else says that they are secrets."""
    holder = scan.data[begin:finish]
    if holder in _SENSITIVE:
        yield from _sensitive(scan, begin, finish, holder)
    elif holder.lower() == b"httponly":
        yield from _around(scan, begin, finish)
    elif found := scan.match(_HELD, finish):
        place = _PLACES.get(holder[:6].lower(), Place.QUERY)
        if b"[" in found[0][:200].partition(b"{")[0]:
            for each in _OBJECT.finditer(scan.data, *found.span()):
                yield from _pair(scan, *each.span(), place)
        else:
            yield from _members_of(scan, *found.span(), place)
    elif holder.lower() == b"secrets" and not scan.is_done(b"secrets", begin):
        for value in _within(scan, finish):
            scan.done(b"secrets", value.end)
            yield holder, value


def _within(scan: Scan, finish: int) -> Iterator[Value]:
    """Yield what the objects in an object call their values."""
    if found := _HOLDS.match(scan.data, finish):
        for value in jsonvalues.json_value(scan, found.end(), len(found[1])):
            if value.place is Place.FIELD:
                yield value._replace(place=Place.HEADER)


def _around(scan: Scan, begin: int, finish: int) -> Iterator[tuple[bytes, Value]]:
    """Yield the cookie in whose object a flag stands."""
    data = scan.data
    if scan.is_done("cookie", begin) or not _IS_SET.match(data, finish):
        return
    start = data.rfind(b"{", max(0, begin - 2 * _FAR), begin)
    end = data.find(b"}", finish, finish + 2 * _FAR)
    if start >= 0 and end >= 0:
        scan.done("cookie", end)
        yield from _pair(scan, start, end, Place.COOKIE)


def _pair(
    scan: Scan, start: int, end: int, place: Place
) -> Iterator[tuple[bytes, Value]]:
    name = _ITS_NAME.search(scan.data, start, end)
    value = _ITS_VALUE.search(scan.data, start, end)
    text = jsonvalues.string(scan, value.end()) if name and value else None
    if name and text:
        yield name[1], text._replace(place=place)


def _members_of(
    scan: Scan, start: int, end: int, place: Place
) -> Iterator[tuple[bytes, Value]]:
    """Yield the members of an object; texts of a page about cookies are none."""
    for found in _NAMED.finditer(scan.data, start + 1, end):
        name = found[1].decode("latin-1").lower()
        is_one = place is Place.QUERY or any(part in name for part in COOKIES)
        if is_one or is_by_chance(found[2]):
            yield found[1], Value(*found.span(2), found[2], place)


def _sensitive(
    scan: Scan, begin: int, finish: int, holder: bytes
) -> Iterator[tuple[bytes, Value]]:
    behind, regex, name = _SENSITIVE[holder]
    behind = behind or _BEHIND.get(holder, b'"change')
    start = scan.data.rfind(behind, max(0, begin - _RESOURCE), begin)
    meant = scan.match(regex, finish) if start >= 0 else None
    if meant is None or scan.is_done(holder, start + 1):
        return
    scan.done(holder, begin)
    names = {each[1] for each in name.finditer(meant[0])}
    for each in sorted(names)[:_MOST_NAMES]:
        key = re.compile(rb'"' + re.escape(each) + json_regex(rb'~"_:'))
        for found in key.finditer(scan.data, start, begin):
            if value := jsonvalues.string(scan, found.end()):
                yield each, value._replace(place=Place.HEADER)
