"""Values of XML and HTML, and the parts of multipart bodies."""

import re

from mitmvcr.secrets.scan import Scan
from mitmvcr.secrets.values import NONE, Value, Values, grouped, unescaped

_ATTRIBUTE = re.compile(rb"\s{0,20}+=\s{0,20}+(?:\"([^\"<>]++)\"|'([^'<>]++)')")
_OPENED = re.compile(rb"(?:\s[^<>]{0,2000}+)?+>")
_CDATA = re.compile(rb"\s{0,200}+<!\[CDATA\[")
_TEXT = re.compile(rb"[^<]++")
_PART = re.compile(rb"\r?\n(?:[^\r\n]{1,500}+\r?\n){0,20}+\r?\n")
_TAG_VALUE = re.compile(
    rb"(?:value|content)\s*+=\s*+(?:\"([^\"]++)\"|'([^']++)')", re.I
)


def element(scan: Scan, begin: int, finish: int) -> Values:
    """Return the text of an element: its end has to follow, since ``<password>`` stands
    in texts too."""
    data, opened = scan.data, _OPENED.match(scan.data, finish)
    if opened is None or scan.is_done("element", begin):
        return NONE
    if cdata := _CDATA.match(data, opened.end()):
        start = cdata.end()
        end = scan.find(b"]]>", start)
        scan.done("element", end)
        return (Value(start, end, data[start:end]),) if end > start else NONE
    found = _TEXT.match(data, opened.end())
    if found and data.startswith(b"</" + data[begin:finish], found.end()):
        return (Value(*found.span(), unescaped(found[0])),)
    return NONE


def in_tag(data: bytes, begin: int) -> bool:
    opened = data.rfind(b"<", max(0, begin - 2000), begin)
    return opened >= 0 and data.find(b">", opened, begin) < 0


def attribute(scan: Scan, finish: int) -> Values:
    if scan.is_done("attribute", finish):
        return NONE
    found = _ATTRIBUTE.match(scan.data, finish)
    scan.done("attribute", found.end() if found else 0)
    return grouped(found, unescaped)


def part(scan: Scan, begin: int, finish: int) -> Values:
    """Return the value of a part of a multipart body, or of an input of a form in
    HTML."""
    line = scan.data.find(b"\n", finish, finish + 500)
    found = None
    if line >= 0 and not scan.is_done("part", finish):
        first = line - (scan.data[line - 1 : line] == b"\r")
        found = _PART.match(scan.data, first)
    if found is None:
        return entered(scan, begin, finish)
    start = found.end()
    end = scan.find(b"\r\n--", start)
    if end < 0:
        end = scan.find(b"\n--", start)
    scan.done("part", end)
    return (Value(start, end, scan.data[start:end]),) if end >= 0 else NONE


def entered(scan: Scan, begin: int, finish: int) -> Values:
    """Return the value of ``<input name="csrf_token" value="...">``, and of the like of
    ``<meta>``."""
    if scan.is_done("input", begin):
        return NONE
    opened = scan.data.rfind(b"<", max(0, begin - 500), begin)
    closed = scan.data.find(b">", finish, finish + 5000)
    if opened < 0 or closed < 0:
        return NONE
    scan.done("input", closed)
    return grouped(_TAG_VALUE.search(scan.data, opened, closed), unescaped)
