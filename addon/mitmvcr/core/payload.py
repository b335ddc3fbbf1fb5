"""What a request's body carries, without what only carried it: content codings,
aws-chunked, compressed messages."""

from mitmvcr.codings import CodingError, aws_chunked, decoded_or_same
from mitmvcr.core.keys import all_values, header
from mitmvcr.core.model import Request
from mitmvcr.core.rpcframes import is_framed, plain

_MESSAGE_CODINGS = ("grpc-encoding", "connect-content-encoding")


def payload(request: Request, media: str) -> bytes:
    """Return the body as its media type has it; nothing that is not what it says is
    undone."""
    body, headers = request.body, request.headers
    codings = all_values(headers, "content-encoding")
    sha256 = header(headers, "x-amz-content-sha256")
    if aws_chunked.is_chunked(body, codings, sha256):
        try:
            body = aws_chunked.payload(body)
        except CodingError:
            return body
        codings = aws_chunked.without_it(codings)
    body = decoded_or_same(body, codings)
    if is_framed(media):
        found = (header(headers, name) for name in _MESSAGE_CODINGS)
        return plain(body, media, next(filter(None, found), ""))
    return body
