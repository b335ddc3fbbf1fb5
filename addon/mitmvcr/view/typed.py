"""A request that nobody has sent, as the proxy would have understood it."""

from collections.abc import Iterable
from urllib.parse import quote

from mitmproxy import http

from mitmvcr.core.model import Request
from mitmvcr.view.requests import to_request


def request_from(
    method: str, url: str, headers: Iterable[tuple[str, str]], body: bytes
) -> Request:
    """Raises ValueError for a URL that no request can have."""
    origin, slashes, rest = url.partition("#")[0].partition("://")
    host, slash, path = rest.partition("/")
    host = host.rpartition("@")[2]
    clean = f"{origin}{slashes}{host}{slash}{_quoted(path)}"
    if origin.lower() not in ("http", "https") or not host:
        raise ValueError("it is not an http or https URL")
    fields = [(_bytes(name), _bytes(value)) for name, value in headers]
    wire = http.Request.make(method, clean, body, http.Headers(fields))
    wire.headers.setdefault("Host", host)
    return to_request(wire).request


def _quoted(path: str) -> str:
    """As clients send it: what is not ASCII, and spaces, percent-encoded."""
    raw = path.encode("utf-8", "surrogateescape")
    return quote(raw, safe="".join(map(chr, range(0x21, 0x7F))))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
