"""Amazon's aws-chunked: a payload in pieces that are each signed anew with each
request.

As S3's clients send it: ``SIZE;chunk-signature=HEX``, the piece, and so on, a last
piece of no bytes, and trailers behind it.
"""

import re

from mitmvcr.codings.table import CodingError, names

NAME = "aws-chunked"
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})(?:;[^\r\n]{0,1000})?\r\n")
#: Trailers: checksums of the payload, and their signature.
_TRAILERS = re.compile(rb"(?:[\w-]{1,100}:[^\r\n]{0,1000}\r?\n){0,20}(?:\r?\n)*")


def looks_chunked(body: bytes) -> bool:
    """Return whether a body shows by itself that it is in pieces: it is signed, or has
    trailers. Not every client says so, and not every cassette keeps headers."""
    return b";chunk-signature=" in body[:40] or (
        _SIZE.match(body) is not None and b"\r\n0\r\nx-amz-" in body[-400:]
    )


def is_said_chunked(codings: str, content_sha256: str) -> bool:
    """Return whether a body is in pieces by its Content-Encoding or its
    ``x-amz-content-sha256``."""
    return NAME in names(codings) or content_sha256.startswith("STREAMING-")


def without_it(codings: str) -> str:
    """Return the other codings: wherever it is named, it is around them."""
    return ",".join(name for name in names(codings) if name != NAME)


def payload(body: bytes) -> bytes:
    """Return the payload. Raise CodingError where the body is not in such pieces."""
    found: list[memoryview] = []
    at = 0
    while True:
        head = _SIZE.match(body, at)
        if head is None:
            raise CodingError("not in pieces of aws-chunked")
        start, size = head.end(), int(head[1], 16)
        if not size:
            if _TRAILERS.fullmatch(body, start) is None:
                raise CodingError("something else stands behind the last piece")
            return b"".join(found)
        at = start + size
        if body[at : at + 2] != b"\r\n":
            raise CodingError("a piece has another length than it says")
        found.append(memoryview(body)[start:at])
        at += 2
