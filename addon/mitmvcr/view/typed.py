"""A request that nobody has sent, as the proxy would have understood it."""

import re
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

from mitmvcr.core.model import Request
from mitmvcr.view.parts import Fields, PlainHeaders, PlainRequest, raw
from mitmvcr.view.requests import DEFAULT_PORTS, LiveRequest, to_request

_AUTHORITY = re.compile(r"[^/?]*")
#: With the underscore that some use.
_HOST_NAME = re.compile(r"(?:[A-Za-z\d_-]{1,63}\.)*[A-Za-z\d_-]{1,63}\.?")
_LONGEST_HOST_NAME = 255


def request_from(
    method: str, url: str, headers: Iterable[tuple[str, str]], body: bytes
) -> Request:
    """Return the request. Raises ValueError for a URL that no request can have."""
    return live_from(method, url, headers, body).request


def live_from(
    method: str,
    url: str,
    headers: Iterable[tuple[str, str]],
    body: bytes,
    version: bytes = b"HTTP/1.1",
) -> LiveRequest:
    """Return the request with the codings that its client undoes. Raises ValueError
    for a URL that no request can have."""
    scheme, host, port, said, path = _split(url)
    given = tuple((raw(name), raw(value)) for name, value in headers)
    wire = PlainRequest(
        host=host,
        port=port,
        method=raw(method),
        scheme=scheme.encode(),
        authority=b"",
        path=path.encode(),
        http_version=version,
        headers=PlainHeaders(_as_sent(given, said.encode(), body)),
        content=body,
    )
    return to_request(wire)


def _split(url: str) -> tuple[str, str, int, str, str]:
    """Return scheme, host, port, the Host to send, and the path with its query."""
    start, _, rest = url.partition("#")[0].partition("://")
    match = _AUTHORITY.match(rest)
    authority = match[0] if match else ""
    scheme, path = start.lower(), rest[len(authority) :]
    parts = urlsplit(f"{scheme}://{authority}")
    if scheme not in DEFAULT_PORTS or not parts.hostname:
        raise ValueError("it is not an http or https URL")
    host = _host(parts.hostname)
    said = parts.netloc.rpartition("@")[2]
    if not said.isascii():
        said = host if parts.port is None else f"{host}:{parts.port}"
    path = _quoted(path if path[:1] == "/" else f"/{path}")
    return scheme, host, parts.port or DEFAULT_PORTS[scheme], said, path


def _host(name: str) -> str:
    """Return a host in ASCII. Raises ValueError where it can be none."""
    if ":" in name:
        ip_address(name)
        return name
    host = ""
    with suppress(UnicodeError):
        host = name.encode("idna").decode()
    if len(host) > _LONGEST_HOST_NAME or not _HOST_NAME.fullmatch(host):
        raise ValueError(f"{name} can be no host")
    return host


def _as_sent(given: Fields, host: bytes, body: bytes) -> Fields:
    """Return the headers with what a client adds by itself."""
    names = {name.lower() for name, _ in given}
    if b"transfer-encoding" not in names:
        kept = tuple(each for each in given if each[0].lower() != b"content-length")
        given = (*kept, (b"Content-Length", b"%d" % len(body)))
    return given if b"host" in names else (*given, (b"Host", host))


def _quoted(path: str) -> str:
    """Return it as clients send it: what is not ASCII, and spaces, percent-encoded."""
    return quote(raw(path), safe="".join(map(chr, range(0x21, 0x7F))))
