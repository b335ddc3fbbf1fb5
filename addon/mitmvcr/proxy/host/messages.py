"""The raw parts of mitmproxy's messages (http.py: RequestData, ResponseData). Their
properties decode and check, which costs more than the rest of a replay."""

from mitmproxy import http

from mitmvcr.proxy.host.capabilities import capabilities
from mitmvcr.proxy.host.trailers import know_trailers
from mitmvcr.view.parts import (
    Fields,
    PlainRequest,
    PlainResponse,
    RequestParts,
    ResponseParts,
    raw,
)
from mitmvcr.view.requests import PROXY_HEADERS
from mitmvcr.view.restore import CHUNKED


def request_parts(wire: http.Request) -> RequestParts:
    """Return what was sent: bytes, and ``host`` and ``port`` as they are connected
    to."""
    return wire.data if capabilities.has("raw messages") else _request_parts(wire)


def response_parts(wire: http.Response) -> ResponseParts:
    """Return what was sent, in bytes; ``status_code`` is an int."""
    return wire.data if capabilities.has("raw messages") else _response_parts(wire)


def drop_proxy_headers(request: http.Request) -> None:
    """Remove the headers that are meant for a proxy, which plain http has."""
    if request_parts(request).scheme == b"http":
        for name in PROXY_HEADERS:
            request.headers.pop(name.decode(), None)


def make_response(
    code: int,
    reason: bytes,
    fields: Fields,
    body: bytes,
    trailing: Fields | None,
) -> http.Response:
    """Return an HTTP/1.1 response of just this; mitmproxy sets its times."""
    if trailing is not None and CHUNKED in fields and not know_trailers():
        trailing = None
    headers = http.Headers(fields)
    trailers = None if trailing is None else http.Headers(trailing)
    if not capabilities.has("raw messages"):
        made = (b"HTTP/1.1", code, reason, headers, body, trailers)
        return http.Response(*made, timestamp_start=0.0, timestamp_end=0.0)
    data = object.__new__(http.ResponseData)
    data.http_version = b"HTTP/1.1"
    data.status_code = code
    data.reason = reason
    data.headers = headers
    data.content = body
    data.trailers = trailers
    data.timestamp_start = data.timestamp_end = 0.0
    response = object.__new__(http.Response)
    response.data = data
    return response


def _request_parts(wire: http.Request) -> PlainRequest:
    return PlainRequest(
        host=wire.host,
        port=wire.port,
        method=raw(wire.method),
        scheme=raw(wire.scheme),
        authority=_authority(wire.authority),
        path=raw(wire.path),
        http_version=raw(wire.http_version),
        headers=wire.headers,
        content=wire.raw_content,
        trailers=wire.trailers,
    )


def _response_parts(wire: http.Response) -> PlainResponse:
    return PlainResponse(
        status_code=wire.status_code,
        reason=wire.reason.encode("ISO-8859-1", "surrogateescape"),
        http_version=raw(wire.http_version),
        headers=wire.headers,
        content=wire.raw_content,
        trailers=wire.trailers,
    )


def _authority(text: str) -> bytes:
    """Return an authority in punycode, which mitmproxy has decoded."""
    try:
        return text.encode("idna")
    except UnicodeError:
        return raw(text)
