"""Heads of requests, in the spelling that clients send.

This is no parser of HTTP: a head that is spelled in any other way is None, and
mitmproxy reads it. So there is nothing here that two parsers could read differently.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from mitmvcr.view.parts import Fields, PlainHeaders, PlainRequest

#: A longer head is mitmproxy's.
LONGEST = 1 << 14
_END = b"\r\n\r\n"

_LINE = re.compile(rb"([A-Z]{3,16}) ([!-~]+) HTTP/1\.1")
_CONNECT = re.compile(rb"CONNECT ([a-z0-9.-]+):([1-9][0-9]{0,4}) (HTTP/1\.[01])")
_ABSOLUTE = re.compile(rb"http://([a-z0-9.-]+)(?::([1-9][0-9]{0,4}))?(/.*)?")
_FIELD = re.compile(
    rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*((?:[!-~\x80-\xff](?:[\t -~\x80-\xff]*"
    rb"[!-~\x80-\xff])?)?)[ \t]*"
)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
#: What changes how the message goes on, or where it ends.
_OTHERS = frozenset((b"transfer-encoding", b"expect", b"upgrade", b"http2-settings"))
#: mitmproxy's own site, and its own files.
OF_MITMPROXY = (b"mitm.it", b"/mitmproxy-")
#: The control API at the proxy's own port.
_CONTROL = b"/_vcr"


class Headers(NamedTuple):
    """``length`` is that of the body; ``closes``: the client reads one answer."""

    fields: PlainHeaders
    length: int = 0
    closes: bool = False


class Head(NamedTuple):
    """``host`` is empty where the target names none."""

    method: bytes
    host: str
    port: int
    path: bytes
    headers: Headers

    def request(self, place: tuple[str, int], body: bytes) -> PlainRequest:
        """Return the request with its body; ``place`` is the tunnel's."""
        host, port = (self.host, self.port) if self.host else place
        return PlainRequest(
            host,
            port,
            self.method,
            b"http" if self.host else b"https",
            b"",
            self.path,
            b"HTTP/1.1",
            self.headers.fields,
            body,
        )


class Tunnel(NamedTuple):
    """A CONNECT; ``version`` is its own, which its answer has too."""

    host: str
    port: int
    version: bytes


def end_of(data: bytes, start: int) -> int:
    """Return where the blank line stands after a head that begins at ``start``; -1
    while it may still come, and -2 where this is none that is known here."""
    end = data.find(_END, start)
    if end >= 0:
        return end if end - start <= LONGEST else -2
    if len(data) - start > LONGEST or not data[start : start + 1].isupper():
        return -2
    # What mitmproxy takes for a blank line would be waited for here.
    if data.find(b"\n\n", start) >= 0 or data.find(b"\n\r\n", start) >= 0:
        return -2
    return -1


def read(data: bytes, start: int, end: int) -> Head | Tunnel | None:
    """Read the head in this part of the data."""
    line, _, block = data[start:end].partition(b"\r\n")
    headers = _headers(block)
    if headers is None:
        return None
    matched = _LINE.fullmatch(line)
    if line.startswith(b"CONNECT ") or matched is None:
        return _tunnel(line, headers)
    method, target = matched.groups()
    if OF_MITMPROXY[1] in target:
        return None
    if target[0] == 47:  # a slash
        return Head(method, "", 0, target, headers)
    found = _ABSOLUTE.fullmatch(target)
    host = host_of(found[1]) if found else ""
    if found is None or not host:
        return None
    port, path = int(found[2] or 80), found[3] or b"/"
    if port > 65535 or path.startswith(_CONTROL):
        return None
    return Head(method, host, port, path, headers)


def _tunnel(line: bytes, headers: Headers) -> Tunnel | None:
    found = _CONNECT.fullmatch(line)
    if found is None or headers.length or headers.closes:
        return None
    host, port = host_of(found[1]), int(found[2])
    return Tunnel(host, port, found[3]) if host and port < 65536 else None


@lru_cache(maxsize=1024)
def host_of(sent: bytes) -> str:
    """Return a host in lower-case ASCII, empty for any other."""
    name = sent.decode("ascii")
    known = _HOST.fullmatch(name) and len(name) <= 253 and "xn--" not in name
    return name if known and sent not in OF_MITMPROXY else ""


def _headers(block: bytes) -> Headers | None:
    """Read the lines of a head; a client sends most of them again and again."""
    return _known(block) if len(block) <= 2048 else _known.__wrapped__(block)


@lru_cache(maxsize=512)
def _known(block: bytes) -> Headers | None:
    fields: list[tuple[bytes, bytes]] = []
    for line in block.split(b"\r\n") if block else ():
        matched = _FIELD.fullmatch(line)
        if matched is None:
            return None
        fields.append((matched[1], matched[2]))
    return framed(tuple(fields))


def framed(fields: Fields) -> Headers | None:
    """Return what the headers say of the message, None where mitmproxy is to say."""
    named = {name.lower(): value for name, value in fields}
    lengths = [value for name, value in fields if name.lower() == b"content-length"]
    connection = [value for name, value in fields if name.lower() == b"connection"]
    if not _OTHERS.isdisjoint(named) or len(lengths) > 1 or len(connection) > 1:
        return None
    if connection and connection[0] not in (b"keep-alive", b"Keep-Alive", b"close"):
        return None
    if lengths and not re.fullmatch(rb"0|[1-9][0-9]{0,8}", lengths[0]):
        return None
    if OF_MITMPROXY[0] in named.get(b"host", b"").lower():
        return None
    length = int(lengths[0]) if lengths else 0
    return Headers(PlainHeaders(fields), length, connection == [b"close"])
