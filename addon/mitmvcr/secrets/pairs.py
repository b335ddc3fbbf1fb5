"""Values that stand apart from their names, which are values themselves: a name and a
value of one object, one tag, two tags, two lines or one call."""

import re

from mitmvcr.secrets.scan import Scan
from mitmvcr.secrets.values import NONE, Value, Values, grouped, unescaped

#: The value stands in front of its name: in one object, and not far.
_FAR = 600
_TURNED = re.compile(
    rb"(?i)\"value\\{0,15}\"[ \t\r\n]{0,9}:[ \t\r\n]{0,9}\\{0,15}\"([^\"\\{}]{1,400})"
    rb"\\{0,15}\"[ \t\r\n]{0,9},[ \t\r\n]{0,200}\\{0,15}\"(?:name|key|header|field)"
    rb"\\{0,15}\"[ \t\r\n]{0,4}:[ \t\r\n]{0,4}\\{0,15}\"\Z"
)
_CALL = re.compile(rb"\\{0,15}\"[ \t]{0,9},[ \t]{0,9}\\{0,15}\"([^\"\\\r\n]{1,400})")
_YAML_NAME = re.compile(rb"(?:name|key):[ \t]{1,9}[\"']?\Z")
_YAML_VALUE = re.compile(
    rb"[\"']?[ \t]{0,9}\r?\n[ \t]{1,60}value:[ \t]{1,9}[\"']?([^\s\"']{4,400})"
)
#: <key>NAME</key><string>VALUE</string>
_TAGS = re.compile(
    rb"(?i)</(?:key|name)>[ \t\r\n]{0,200}<(?:string|value|data)>([^<]{1,400})</"
)
#: <entry key="NAME">VALUE</entry>
_TAG = re.compile(rb"<([\w:.-]{1,60})[ \t\r\n]")
_TAG_TEXT = re.compile(rb"[\"'][^<>/]{0,300}>([^<]{1,400})</([\w:.-]{1,60})[ \t]{0,9}>")
_KEYS = (b" key=", b" name=", b"\tkey=", b"\tname=")


def turned_round(data: bytes, begin: int) -> Values:
    """Return the value of ``{"value": "x", "name": "X-Api-Key"}``."""
    first = max(0, begin - _FAR)
    at = data.rfind(b"{", first, begin)
    return grouped(_TURNED.search(data, max(first, at), begin))


def argument(data: bytes, begin: int, finish: int) -> Values:
    """Return the value of ``put("password", "x")``."""
    is_call = data[begin - 2 : begin - 1] == b"("
    return grouped(_CALL.match(data, finish)) if is_call else NONE


def next_line(data: bytes, begin: int, finish: int) -> Values:
    """Return the value of YAML's ``name: PASSWORD``, in whose next line it stands."""
    if b":" not in data[max(0, begin - 11) : begin]:
        return NONE
    is_name = _YAML_NAME.search(data, max(0, begin - 20), begin)
    return grouped(_YAML_VALUE.match(data, finish)) if is_name else NONE


def next_tag(data: bytes, finish: int) -> Values:
    """Return the value of ``<key>Password</key><string>x</string>``."""
    return grouped(_TAGS.match(data, finish), unescaped)


def is_key(data: bytes, begin: int) -> bool:
    """Return whether an attribute that names something begins here."""
    return data[max(0, begin - 7) : begin - 1].endswith(_KEYS)


def tag_text(scan: Scan, begin: int, finish: int) -> Values:
    """Return the text of ``<entry key="password">x</entry>``."""
    opened = scan.data.rfind(b"<", max(0, begin - 500), begin)
    tag = _TAG.match(scan.data, opened) if opened >= 0 else None
    found = _TAG_TEXT.match(scan.data, finish) if tag else None
    if tag is None or found is None or found[2] != tag[1]:
        return NONE
    return (Value(*found.span(1), unescaped(found[1])),)
