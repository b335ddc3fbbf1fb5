"""A form, and the parameters of URLs within a text."""

import re
from urllib.parse import unquote_to_bytes

from mitmvcr.core.media import FORM
from mitmvcr.secrets.looks import IN_QUERY
from mitmvcr.secrets.scan import NONE, Place, Scan, Values

_FORM = re.compile(
    rb"[\w.\-%\[\]]{1,80}+=[^&\s\"'<>{}]*+(?:&[\w.\-%\[\]]{1,80}+=[^&\s\"'<>{}]*+)*+"
)
_PARAMETER = re.compile(rb"=((?:" + IN_QUERY + rb")++)")
_FORM_FIELD = re.compile(rb"=([^&\r\n]++)")


def is_form(data: bytes, kind: str) -> bool:
    """Return whether all of it is ``name=value&name=value``, or says so."""
    if FORM in kind.lower():
        return True
    return b"=" in data[:200] and _FORM.fullmatch(data) is not None


def parameter(scan: Scan, begin: int, finish: int) -> Values:
    """Return the value of a parameter whose name is ``data[begin:finish]``, before a
    sign."""
    before = scan.left(begin, 7).rstrip(b"!/")  # of a page's route, #!/token=x
    if not (scan.form or before.endswith((b"?", b"&", b"#", b"&amp;", b"u0026"))):
        return NONE
    if scan.data.startswith(b"==", finish) and scan.data.startswith(b"?.", begin - 1):
        return NONE  # user?.password === x
    regex = _FORM_FIELD if scan.form else _PARAMETER
    return scan.value(regex, finish, Place.QUERY, _percent)


def _percent(raw: bytes) -> bytes:
    return unquote_to_bytes(raw.replace(b"+", b" ")) if b"%" in raw else raw
