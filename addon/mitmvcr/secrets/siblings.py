"""What a field says of others in its object: that a value is sensitive, that it is a
key whose members have one letter."""

import re
from collections.abc import Iterator

from mitmvcr.secrets import jsonvalues
from mitmvcr.secrets.jsonvalues import json_regex
from mitmvcr.secrets.scan import NONE, Scan, Value, Values

#: No object is looked through farther from its flag.
_FAR = 1 << 12
#: A value stands so near before its flag.
_NEAR = 600


_FIELDS = (
    rb'(?:_~"[\w.-]{1,40}+~"_:_(?:~"[^"\\{}]{0,400}+~"|\[_\]|[\w.-]{1,30}+)_,){0,8}?'
)
_IS_TRUE = re.compile(json_regex(rb"~\"_:_true\b_,?"))
_IS_TYPE = re.compile(json_regex(rb"(?i)~\"type~\"_:_~\"\Z"))
_TYPE_ENDS = re.compile(json_regex(rb"~\"_,?"))
_VALUE_BEHIND = re.compile(json_regex(_FIELDS + rb'_~"(?:[Vv]alue|default)(~)"_:_'))
_VALUE_BEFORE = re.compile(json_regex(rb'"[Vv]alue~"_:'))
_BETWEEN = re.compile(json_regex(rb'(?i)~"_,' + _FIELDS + rb'(?:_~"type~"_:)?_~"\Z'))
_MEMBER = re.compile(json_regex(rb'"(?:dp|dq|qi|[dpqk])~"_:_~"([\w+/=-]{16,4000}+)'))


def flagged(scan: Scan, begin: int, finish: int, *, is_flag: bool) -> Values:
    """Return the values that the flag, type or member of a key at
    ``data[begin:finish]`` says to be secrets; the name of no flag may be a type."""
    name = scan.data[begin:finish]
    if name == b"kty":
        return list(_members(scan, begin, finish))
    is_type = (is_flag or name == b"password") and _IS_TYPE.search(scan.left(begin, 60))
    if not is_type and not is_flag:
        return NONE
    end = scan.match(_TYPE_ENDS if is_type else _IS_TRUE, finish)
    if end is None:
        return NONE
    if behind := scan.match(_VALUE_BEHIND, end.end()):
        return jsonvalues.json_value(scan, behind.end(), len(behind[1]))
    value = _before(scan, begin)
    return (value,) if value else NONE


def _before(scan: Scan, begin: int) -> Value | None:
    """Return the value that stands before a flag, with no more than plain fields
    between."""
    data = scan.data
    at = data.rfind(b"alue", max(0, begin - _NEAR), begin)
    found = _VALUE_BEFORE.match(data, at - 2, begin) if at >= 2 else None
    value = jsonvalues.string(scan, found.end()) if found else None
    if value is None or not _BETWEEN.match(data, value.end, begin):
        return None
    return value


def _members(scan: Scan, begin: int, finish: int) -> Iterator[Value]:
    data = scan.data
    if scan.is_done("key", begin):
        return
    start = data.rfind(b"{", max(0, begin - _FAR), begin)
    end = data.find(b"}", finish, finish + _FAR)
    end = finish + _FAR if end < 0 else end
    scan.done("key", end)
    for found in _MEMBER.finditer(data, start, end) if start >= 0 else ():
        yield Value(*found.span(1), found[1])
