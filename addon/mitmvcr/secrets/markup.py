"""Values of XML and HTML, and the parts of multipart bodies."""

import re

from mitmvcr.secrets.scan import NONE, Scan, Value, Values, unescaped

_OPENED = re.compile(rb"(?:\s[^<>]{0,2000}+)?+>")
_CDATA = re.compile(rb"\s{0,200}+<!\[CDATA\[")
_TEXT = re.compile(rb"[^<]++")
#: What no element of a text in JSON, or of one event, goes on across: from the end of
#: a string to the beginning of another, and to the data of the next event.
_ENDS_STRING = re.compile(rb"[^\"]*+\"\s*+[,\]}]")
_BEGINS_STRING = re.compile(rb"[,:\[{]\s*+\\*+\Z")
_NEXT_EVENT = b"\ndata:"
#: An element in it alone.
_NESTED = re.compile(rb"\s{0,200}+<(?:\w{1,20}:)?[Vv]alue>([^<]{1,400}+)</")
#: So many letters of a value that was cut off are none.
_FEW = 3
_PART = re.compile(rb"\"?+[^\r\n]{0,500}+\r?\n(?:[^\r\n]{1,500}+\r?\n){0,20}+\r?\n")
_TAG_VALUE = re.compile(
    rb"(?:value|content)\s*+=\s*+(?:\"([^\"]++)\"|'([^']++)'|([^\"'\s<>]++))", re.I
)
_TAG = re.compile(rb"<([\w:.-]{1,60})[ \t\r\n]")
_TAG_TEXT = re.compile(
    rb"[\"'][^<>/]{0,300}>(?:\s{0,200}+<(?:\w{1,20}:)?(?:[Vv]alue|AttributeValue"
    rb"(?:\s[^<>]{0,200})?)>)?([^<]{1,400})"
    rb"</([\w:.-]{1,60})[ \t]{0,9}>"
)


def element(scan: Scan, begin: int, finish: int) -> Values:
    """Return the text of an element: its end has to follow, since ``<password>`` stands
    in texts too."""
    data, opened = scan.data, _OPENED.match(scan.data, finish)
    if opened is None or scan.is_done(b"]]>", begin):
        return NONE
    if cdata := _CDATA.match(data, opened.end()):
        return scan.until(b"]]>", cdata.end())
    if nested := scan.value(_NESTED, opened.end(), decode=unescaped):
        return nested
    found = scan.match(_TEXT, opened.end())
    if found is None or _leaves(found[0]):
        return NONE
    end = b"</" + data[begin:finish]
    if data.startswith(end, found.end()) or _is_cut(scan, found, end):
        return (Value(*found.span(), unescaped(found[0])),)
    return NONE


def _leaves(text: bytes) -> bool:
    """Return whether a text is of more than one string of JSON, or event: a password
    may have such a sign, or be on a line of its own."""
    if _NEXT_EVENT in text:
        return True
    last = _ENDS_STRING.match(text) and text.rindex(b'"')
    return bool(last and _BEGINS_STRING.search(text[max(0, last - 60) : last]))


def _is_cut(scan: Scan, found: re.Match[bytes], end: bytes) -> bool:
    """Return whether the text of an element ends with all that there is: no words
    behind what only looks like one."""
    rest = len(scan.data) - found.end()
    return (
        rest < len(end)
        and end.startswith(scan.data[found.end() :])
        and len(found[0].split(None, 1)) == 1
        and len(found[0].strip()) > _FEW
    )


def part(scan: Scan, begin: int, finish: int) -> Values:
    """Return the value of a part of a multipart body, its name in quotes or, as .NET's
    HttpClient sends it, in none."""
    is_named = scan.left(begin, 6).endswith((b'name="', b"name="))
    if not is_named or scan.is_done(b"\n--", finish):
        return NONE
    found = scan.match(_PART, finish)
    if found is None:
        return NONE
    value = scan.until(b"\n--", found.end()) or _rest_of_form(scan, begin, found.end())
    scan.done(_PART.pattern, value[0].end if value else 0)
    if value and scan.data[value[0].end - 1 : value[0].end] == b"\r":
        return (Value(found.end(), value[0].end - 1, value[0].text[:-1]),)
    return value


def _rest_of_form(scan: Scan, begin: int, start: int) -> Values:
    """Return all behind the head of a part, where the last border was cut off."""
    is_form = scan.data.startswith(b"--") and b"form-data" in scan.left(begin, 100)
    end = len(scan.data)
    return (
        (Value(start, end, scan.data[start:end]),) if is_form and start < end else NONE
    )


def entered(scan: Scan, begin: int, finish: int) -> Values:
    """Return the value of ``<input name="csrf_token" value="...">`` and the like, of
    ``<input type="password" value="...">`` whatever its name, or the text of
    ``<entry key="password">x</entry>``."""
    left = scan.left(begin, 7).rstrip(b"\"'").lower()
    is_type = left.endswith(b"type=") and scan.data[begin:finish].lower() == b"password"
    if not is_type and not left.endswith((b"name=", b" key=", b"\tkey=", b" id=")):
        return NONE
    data = scan.data
    opened = data.rfind(b"<", max(0, begin - 500), begin)
    closed = data.find(b">", finish, finish + 5000)
    if opened < 0 or closed < 0 or scan.is_done("input", begin):
        return NONE
    scan.done("input", closed)
    if found := _TAG_VALUE.search(data, opened, closed):
        group = found.lastindex or 0
        return (Value(*found.span(group), unescaped(found[group])),)
    tag, text = _TAG.match(data, opened), _TAG_TEXT.match(data, finish)
    if tag and text and (text[2] == tag[1] or text[2].endswith(b"alue")):
        return (Value(*text.span(1), unescaped(text[1])),)
    return NONE


def attribute(scan: Scan, begin: int, finish: int) -> Values:
    opened = scan.data.rfind(b"<", max(0, begin - 2000), begin)
    if opened < 0 or scan.data.find(b">", opened, begin) >= 0:
        return NONE
    value = scan.value(_ATTRIBUTE, finish, decode=unescaped)
    is_letter = value and len(value[0].text) == 1 and scan.data[finish - 1] in b"yY"
    return NONE if is_letter else value  # <a accesskey="p">


_ATTRIBUTE = re.compile(rb"\s{0,20}+=\s{0,20}+(?:\"([^\"<>]++)\"|'([^'<>]++)')")
