"""Values that stand apart from their names, which are values themselves: a name and a
value of one object, one tag, two tags, two lines or one call."""

import html
import re

from mitmvcr.secrets.scan import Scan

#: Where the value stands, and its text.
Found = tuple[int, int, bytes]

#: The value stands in front of its name: in one object, and not far.
_FAR = 600
_TURNED = re.compile(
    rb"(?i)\"value\\{0,15}\"[ \t\r\n]{0,9}:[ \t\r\n]{0,9}\\{0,15}\"([^\"\\{}]{1,400})"
    rb"\\{0,15}\"[ \t\r\n]{0,9},[ \t\r\n]{0,200}\\{0,15}\"(?:name|key|header|field)"
    rb"\\{0,15}\"[ \t\r\n]{0,4}:[ \t\r\n]{0,4}\\{0,15}\"\Z"
)
_CALL = re.compile(rb"\\{0,15}\"[ \t]{0,9},[ \t]{0,9}(\\{0,15})\"([^\"\\\r\n]{1,400})")
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


def turned_round(data: bytes, begin: int) -> Found | None:
    """Return the value of ``{"value": "x", "name": "X-Api-Key"}``."""
    first = max(0, begin - _FAR)
    at = data.rfind(b"{", first, begin)
    found = _TURNED.search(data, max(first, at), begin)
    return found and (*found.span(1), found[1])


def argument(data: bytes, begin: int, finish: int) -> Found | None:
    """Return the value of ``put("password", "x")``."""
    if data[begin - 2 : begin - 1] != b"(":
        return None
    found = _CALL.match(data, finish)
    return found and (*found.span(2), found[2])


def next_line(data: bytes, begin: int, finish: int) -> Found | None:
    """Return the value of YAML's ``name: PASSWORD``, in whose next line it stands."""
    if not _YAML_NAME.search(data, max(0, begin - 20), begin):
        return None
    found = _YAML_VALUE.match(data, finish)
    return found and (*found.span(1), found[1])


def next_tag(data: bytes, finish: int) -> Found | None:
    """Return the value of ``<key>Password</key><string>x</string>``."""
    found = _TAGS.match(data, finish)
    return found and (*found.span(1), _html(found[1]))


def is_key(data: bytes, begin: int) -> bool:
    """Return whether an attribute that names something begins here."""
    return data[max(0, begin - 7) : begin - 1].endswith(_KEYS)


def tag_text(scan: Scan, begin: int, finish: int) -> Found | None:
    """Return the text of ``<entry key="password">x</entry>``."""
    opened = scan.data.rfind(b"<", max(0, begin - 500), begin)
    tag = _TAG.match(scan.data, opened) if opened >= 0 else None
    found = _TAG_TEXT.match(scan.data, finish) if tag else None
    if tag is None or found is None or found[2] != tag[1]:
        return None
    return (*found.span(1), _html(found[1]))


def _html(raw: bytes) -> bytes:
    text = html.unescape(raw.decode("utf-8", "surrogateescape"))
    return text.encode("utf-8", "surrogateescape")
