"""Amazon's aws-chunked: a payload in pieces that are each signed anew with each
request.

As S3's clients send it: ``SIZE;chunk-signature=HEX``, the piece, and so on, a last
piece of no bytes, and trailers behind it.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

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


class Piece(NamedTuple):
    """``head`` is all of its line but the size."""

    head: bytes
    data: memoryview


def pieces(body: bytes) -> tuple[Sequence[Piece], int]:
    """Return the pieces before the last, and where they end; one may be cut off."""
    found: list[Piece] = []
    at = 0
    while head := _SIZE.match(body, at):
        start = head.end()
        end = start + int(head[1], 16)
        if end == start or body[end : end + 2] not in (b"\r\n", b"\r", b""):
            break
        found.append(Piece(body[head.end(1) : start], memoryview(body)[start:end]))
        at = end + 2
    return found, at


def joined(found: Sequence[Piece]) -> bytes:
    """Return what they carry."""
    return b"".join(piece.data for piece in found)


def payload(body: bytes) -> bytes:
    """Return the payload. Raise CodingError where the body is not in such pieces."""
    found, at = pieces(body)
    head = _SIZE.match(body, at)
    if head is None:
        raise CodingError("not in pieces of aws-chunked")
    if int(head[1], 16):
        raise CodingError("a piece is not as long as it says")
    if _TRAILERS.fullmatch(body, head.end()) is None:
        raise CodingError("something follows the last piece")
    return joined(found)


def in_pieces(new: bytes, like: Sequence[Piece]) -> bytes:
    """Return a payload in pieces like those of another: each but the last keeps its
    length."""
    sizes = [len(piece.data) for piece in like[:-1]]
    parts: list[bytes] = []
    at = 0
    for size, piece in zip([*sizes, len(new)], like, strict=True):
        data, at = new[at : at + size], at + size
        parts += [b"%x" % len(data), piece.head, data, b"\r\n"] if data else ()
    return b"".join(parts)
