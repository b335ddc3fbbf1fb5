"""Messages as they are kept (http.py: RequestData, ResponseData): the parts of one
without the decoding and the checks of its properties, which cost more than the rest
of a replay."""

from typing import Any

from mitmproxy import http


def request_parts(wire: http.Request) -> Any:
    """What was sent: bytes, and ``host`` and ``port`` as they are connected to."""
    return wire.data


def response_parts(wire: http.Response) -> Any:
    """What was sent, in bytes; ``status_code`` is an int."""
    return wire.data


def make_response(
    code: int,
    reason: bytes,
    headers: http.Headers,
    body: bytes,
    trailers: http.Headers | None,
) -> http.Response:
    """An HTTP/1.1 response of just this; mitmproxy sets its times."""
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
