"""How Go's net/http spells what the wire leaves open."""

import re
from functools import lru_cache

from mitmvcr.core.model import Headers
from mitmvcr.view.parts import Fields, HeaderFields

#: A header name whose every byte is a token byte is spelled canonically by Go.
_TOKEN = re.compile(rb"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
_PART = re.compile(rb"[^-]+")


@lru_cache(maxsize=4096)
def canonical(name: bytes) -> bytes:
    """Return a header name in Go's canonical form
    (textproto.CanonicalMIMEHeaderKey)."""
    if not _TOKEN.fullmatch(name):
        return name
    return _PART.sub(lambda part: part[0][:1].upper() + part[0][1:].lower(), name)


def text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def group(
    fields: Fields, *, spell: bool, drop: frozenset[bytes] = frozenset()
) -> dict[str, list[str]]:
    """Return header fields as Go's map, names in canonical form if ``spell``."""
    grouped: dict[str, list[str]] = {}
    for name, value in fields:
        lower = name.lower()
        if lower in drop or (lower == b"connection" and value.lower() == b"close"):
            continue
        key = text(canonical(name) if spell else name)
        grouped.setdefault(key, []).append(text(value))
    return grouped


def trailers(trailers: HeaderFields) -> Headers:
    return group(trailers.fields, spell=True)


#: More digits are no length of anything, and Python reads no more than some thousands.
_DIGITS = 18


def announced(length: str, otherwise: int = -1) -> int:
    """Return a Content-Length, or ``otherwise`` where it is none."""
    is_number = length.isascii() and length.isdigit() and len(length) <= _DIGITS
    return int(length) if is_number else otherwise


def number(text: bytes, otherwise: int) -> int:
    return int(text) if text.isdigit() and len(text) <= _DIGITS else otherwise


#: http.StatusText, from Go's net/http/status.go.
STATUS_TEXT = {
    100: "Continue",
    101: "Switching Protocols",
    102: "Processing",
    103: "Early Hints",
    200: "OK",
    201: "Created",
    202: "Accepted",
    203: "Non-Authoritative Information",
    204: "No Content",
    205: "Reset Content",
    206: "Partial Content",
    207: "Multi-Status",
    208: "Already Reported",
    226: "IM Used",
    300: "Multiple Choices",
    301: "Moved Permanently",
    302: "Found",
    303: "See Other",
    304: "Not Modified",
    305: "Use Proxy",
    307: "Temporary Redirect",
    308: "Permanent Redirect",
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    407: "Proxy Authentication Required",
    408: "Request Timeout",
    409: "Conflict",
    410: "Gone",
    411: "Length Required",
    412: "Precondition Failed",
    413: "Request Entity Too Large",
    414: "Request URI Too Long",
    415: "Unsupported Media Type",
    416: "Requested Range Not Satisfiable",
    417: "Expectation Failed",
    418: "I'm a teapot",
    421: "Misdirected Request",
    422: "Unprocessable Entity",
    423: "Locked",
    424: "Failed Dependency",
    425: "Too Early",
    426: "Upgrade Required",
    428: "Precondition Required",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    451: "Unavailable For Legal Reasons",
    500: "Internal Server Error",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
    505: "HTTP Version Not Supported",
    506: "Variant Also Negotiates",
    507: "Insufficient Storage",
    508: "Loop Detected",
    510: "Not Extended",
    511: "Network Authentication Required",
}
