"""The payload of a request's body, without its wrapping: content codings, aws-chunked,
compressed messages."""

from contextlib import suppress
from dataclasses import replace

from mitmvcr.codings import CodingError, aws_chunked, decoded_or_same
from mitmvcr.core.bodies.protobuf import plain as unframed
from mitmvcr.core.media import is_framed
from mitmvcr.core.model import Request, all_values, header

_MESSAGE_CODINGS = ("grpc-encoding", "connect-content-encoding")
#: Headers that describe the wrapping, and how an aws-chunked body begins.
_COUNT = frozenset(("content-encoding", "x-amz-content-sha256", *_MESSAGE_CODINGS))
_DIGITS = frozenset(bytes([each]) for each in b"0123456789abcdefABCDEF")
_SAY = frozenset(("content-type", *_COUNT))


def says(request: Request) -> tuple[tuple[str, str], ...]:
    """Return the headers that describe a request's body."""
    lowered = ((name.lower(), values) for name, values in request.headers.items())
    found = ((name, v) for name, values in lowered if name in _SAY for v in values)
    return tuple(found)


def payload(request: Request, media: str) -> tuple[bytes, bytes]:
    """Return the body by its looks alone, and the payload by the request's headers. A
    wrapping that is not what it claims to be is left alone."""
    body, headers = request.body, request.headers
    if body[:1] not in _DIGITS and _COUNT.isdisjoint(map(str.lower, headers)):
        return body, unframed(body, media, "") if is_framed(media) else body
    plain, is_chunked = _unchunked(body)
    codings = all_values(headers, "content-encoding")
    if not is_chunked and aws_chunked.is_said_chunked(
        codings, header(headers, "x-amz-content-sha256")
    ):
        with suppress(CodingError):
            body, is_chunked = aws_chunked.payload(body), True
    if is_chunked:
        codings = aws_chunked.without_it(codings)
    typed = decoded_or_same(body if body is not request.body else plain, codings)
    if is_framed(media):
        found = (header(headers, name) for name in _MESSAGE_CODINGS)
        typed = unframed(typed, media, next(filter(None, found), ""))
    return plain, typed


def without_codings(request: Request) -> Request:
    """Return a request whose body is its payload, without the headers that describe the
    wrapping; the request itself if there is none."""
    body = payload(request, header(request.headers, "content-type"))[1]
    if body is request.body:
        return request
    kept = {n: v for n, v in request.headers.items() if n.lower() not in _COUNT}
    return replace(request, body=body, headers=kept)


def _unchunked(body: bytes) -> tuple[bytes, bool]:
    if aws_chunked.looks_chunked(body):
        with suppress(CodingError):
            return aws_chunked.payload(body), True
    return body, False
