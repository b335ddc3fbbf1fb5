"""Responses as go-vcr would have recorded them.

go-vcr sits above Go's transport and a proxy below it; what the transport adds and
takes away is undone here, so that go-vcr's own matcher accepts the cassette. The
rules were measured with Go 1.27 and go-vcr v4.
"""

from collections.abc import Mapping
from functools import lru_cache

from mitmvcr.codings import CodingError, CutOffError, are_accepted, decoded
from mitmvcr.core.model import Response
from mitmvcr.view.golang import (
    STATUS_TEXT,
    announced,
    canonical,
    number,
    text,
    trailers,
)
from mitmvcr.view.parts import ResponseParts
from mitmvcr.view.requests import LiveRequest, to_request

__all__ = ["to_request", "to_response"]

_CHUNKED = ("chunked",)
#: Go's transport takes these out of Response.Header, the last where it says ``close``.
_FRAMING = frozenset({"Trailer", "Transfer-Encoding", "Connection"})
#: As Go's readTransfer has it, whatever was announced.
_NO_BODY = frozenset({204, 304, *range(100, 200)})


def to_response(
    wire: ResponseParts, body: bytes, asked: LiveRequest, *, duration: int
) -> Response:
    """Return the response as go-vcr records it. ``body`` as it was on the wire;
    ``duration`` in nanoseconds."""
    headers: dict[str, list[str]] = {}
    for name, value in wire.headers.fields:
        spelled, text = _spelled(name), value.decode("utf-8", "surrogateescape")
        if spelled in headers:
            headers[spelled].append(text)
        else:
            headers[spelled] = [text]
    chunked = False
    if not _FRAMING.isdisjoint(headers):
        chunked = _take_framing(headers)
    proto, major, minor, status = _started(
        wire.http_version, wire.status_code, wire.reason
    )
    length = (
        announced(headers["Content-Length"][0]) if "Content-Length" in headers else -1
    )
    if asked.request.method != "HEAD":
        if major != 1:
            length = 0 if length < 0 and not body else length
        elif wire.status_code in _NO_BODY:
            length = 0
        elif chunked:
            length = -1
    plain = None
    if "Content-Encoding" in headers and body:
        plain = _decoded(wire.status_code, body, headers, asked.decodes)
        if plain is not None:
            del headers["Content-Encoding"]
            headers.pop("Content-Length", None)
            length = -1
    return Response(
        proto,
        major,
        minor,
        transfer_encoding=_CHUNKED if chunked else (),
        trailer=trailers(wire.trailers) if wire.trailers else {},
        content_length=length,
        uncompressed=plain is not None,
        body=body if plain is None else plain,
        headers=headers,
        status=status,
        code=wire.status_code,
        duration=duration,
    )


@lru_cache(maxsize=4096)
def _spelled(name: bytes) -> str:
    return text(canonical(name))


def _take_framing(headers: dict[str, list[str]]) -> bool:
    """Take out what Go's transport takes out; whether the body came in chunks."""
    headers.pop("Trailer", None)
    kept = [v for v in headers.pop("Connection", ()) if v.lower() != "close"]
    if kept:
        headers["Connection"] = kept
    return "chunked" in ",".join(headers.pop("Transfer-Encoding", ())).lower()


@lru_cache(maxsize=256)
def _started(version: bytes, code: int, reason: bytes) -> tuple[str, int, int, str]:
    """Return proto, its numbers, and the status, for which HTTP/2 has no words."""
    major, _, minor = version.removeprefix(b"HTTP/").partition(b".")
    if not minor:  # mitmproxy's HTTP/3, as Go names it
        version += b".0"
    words = text(reason) if major == b"1" else STATUS_TEXT.get(code, "")
    proto = text(version), number(major, 0), number(minor, 0)
    return (*proto, f"{code} {words}")


def _decoded(
    code: int, body: bytes, headers: Mapping[str, list[str]], undone: tuple[str, ...]
) -> bytes | None:
    """Return the body without its content coding, or None where it has none to undo."""
    codings = ", ".join(headers["Content-Encoding"])
    if code == 206 or not are_accepted(codings, undone):
        return None
    try:
        return decoded(body, codings)
    except CutOffError as error:
        # A stream that was flushed and never finished is read as clients read it.
        return error.start or None
    except CodingError:
        # Clients differ in what they make of it: kept as it was on the wire.
        return None
