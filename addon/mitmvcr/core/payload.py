"""What a request's body carries, without what only carried it: content codings,
aws-chunked, compressed messages."""

from contextlib import suppress
from typing import NamedTuple

from mitmvcr.codings import CodingError, aws_chunked, decoded_or_same
from mitmvcr.core.keys import all_values, header
from mitmvcr.core.model import Request
from mitmvcr.core.rpcframes import is_framed
from mitmvcr.core.rpcframes import plain as unframed

_MESSAGE_CODINGS = ("grpc-encoding", "connect-content-encoding")


class Payload(NamedTuple):
    """``plain`` is the body whatever the headers say of it, ``typed`` as they have
    it."""

    plain: bytes
    typed: bytes


def payload(request: Request, media: str) -> Payload:
    """Return what a body carries. Nothing that is not what it says is undone."""
    body, headers = request.body, request.headers
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
    return Payload(plain, typed)


def _unchunked(body: bytes) -> tuple[bytes, bool]:
    if aws_chunked.looks_chunked(body):
        with suppress(CodingError):
            return aws_chunked.payload(body), True
    return body, False
