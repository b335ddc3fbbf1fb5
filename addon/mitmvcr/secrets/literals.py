"""Values of names in files and code: .env, YAML, INI, netrc, ``password = "x"``."""

import re

from mitmvcr.secrets.runs import is_in_url
from mitmvcr.secrets.scan import Scan
from mitmvcr.secrets.values import NONE, Place, Value, Values

_LONGEST = 2000
#: What may stand before the name in its line.
_BEFORE = frozenset((b"", b"export", b"set", b"ENV", b"ARG"))
#: The last line end, as it is or in a string of JSON, and what follows it.
_NEWLINE = re.compile(rb"(?:\n|\\[nr])([^\n\\]*+)\Z")
_LITERAL = re.compile(
    rb"(?:\\{0,15}[\"'])?[ \t]{0,20}+(?:=>|:=|[:=])[ \t]{0,20}+(\\{0,15})([\"'])"
)
_LINE = re.compile(
    rb"[ \t]{0,20}+[:=][ \t]{0,20}+([^\s\"'<>(){}\[\],;$`\\]{6,2000}+)"
    rb"(?=[ \t]{0,20}+(?:\r?\n|\Z|#|\\{1,15}[nr]|\\{0,15}\"))"
)
#: NAME=VALUE ./run
_FIRST = re.compile(rb"=([^\s\"'<>(){}\[\],;$`\\]{6,2000}+)(?=[ \t])")
#: --name=VALUE, --name VALUE
_OPTION = re.compile(
    rb"(?:=|[ \t]{1,9}+)([^\s\"'<>(){}\[\],;$`\\-][^\s\"'<>;\\]{5,2000}+)"
)
#: As in -H 'X-Api-Key: x'
_QUOTED_LINE = re.compile(rb":[ \t]?([^\s\"'\\<>]{6,2000}+)(?=\\{0,15}[\"'])")
_MATRIX = re.compile(rb"=([^;/?#&\"'\s<>\\]{4,500}+)")
_CONNECTED = re.compile(rb"[ \t]?=[ \t]?([^;\"'\s<>&\\]{4,500}+)")
#: What goes before a password in a connection string.
_CONNECTION = re.compile(
    rb"(?i)\b(?:server|host|hostname|data source|user id|uid|user|username|dbname"
    rb"|endpoint|database|initial catalog|accountname)[ \t]?=[^;\"'<>&\s]"
)
_NETRC = re.compile(rb"\blogin[ \t\r\n]{1,20}\S{1,100}[ \t\r\n]{1,20}\Z")
_NETRC_VALUE = re.compile(rb"[ \t]{1,20}+(\S{4,200}+)")


def literal(scan: Scan, begin: int, finish: int) -> Values:
    """Return the value of a name that stands at ``data[begin:finish]``."""
    return _quoted(scan, finish) or _bare(scan, begin, finish)


def _quoted(scan: Scan, finish: int) -> Values:
    found = _LITERAL.match(scan.data, finish)
    if found is None:
        return NONE
    start = found.end()
    end = scan.closing_quote(start, len(found[1]), found[2])
    if not start < end <= start + _LONGEST or scan.data.find(b"\n", start, end) >= 0:
        return NONE
    return (Value(start, end, scan.data[start:end], Place.TEXT),)


def _bare(scan: Scan, begin: int, finish: int) -> Values:
    data = scan.data
    found = None
    before, after = data[begin - 1 : begin], data[finish : finish + 1]
    if before in (b'"', b"'") and after == b":":
        found = _QUOTED_LINE.match(data, finish)
    elif data.startswith(b"--", begin):
        found = _OPTION.match(data, finish)
    elif _begins_line(data, begin):
        found = _LINE.match(data, finish) or _FIRST.match(data, finish)
    elif before == b";" and after == b"=" and is_in_url(data, begin):
        found = _MATRIX.match(data, finish)
    if found is None and after in (b"=", b" "):
        found = _CONNECTED.match(data, finish)
        if found is None:
            before = data[max(0, begin - 150) : begin]
            is_one = b"login" in before and _NETRC.search(before) is not None
            found = _NETRC_VALUE.match(data, finish)
        else:
            is_one = scan.stands_before(_CONNECTION, begin, 200)
        found = found if is_one else None
    return (Value(*found.span(1), found[1], Place.TEXT),) if found else NONE


def _begins_line(data: bytes, begin: int) -> bool:
    before = data[max(0, begin - 40) : begin]
    found = _NEWLINE.search(before)
    line = found[1] if found else before
    return (found is not None or begin <= 40) and line.strip(b" \t-") in _BEFORE
