"""Cassettes that are compressed: ``chat.yaml.gz``."""

import gzip
import zlib
from collections.abc import Iterable, Iterator

from mitmvcr.core.errors import CassetteDamagedError

_SUFFIX = ".gz"
_MAGIC = b"\x1f\x8b"
_GZIP = 16 + zlib.MAX_WBITS


def is_packed(name: str) -> bool:
    """Return whether a cassette of this name is written compressed."""
    return name.lower().endswith(_SUFFIX)


def unpacked(data: bytes, name: str) -> bytes:
    """Return the YAML that a file holds, which is compressed or not, whatever its name.
    Raise CassetteDamagedError."""
    if not data.startswith(_MAGIC):
        return data
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        problem = f"is no whole gzip file: {str(error).lower()}"
        raise CassetteDamagedError(name, problem) from error


def packed(name: str, *parts: bytes | Iterable[bytes]) -> Iterator[bytes]:
    """Yield the bytes of a file of this name that holds these parts. The same parts are
    always the same bytes."""
    pieces = (
        piece
        for part in parts
        for piece in ([part] if isinstance(part, bytes) else part)
    )
    if not is_packed(name):
        yield from pieces
        return
    compressor = zlib.compressobj(wbits=_GZIP)
    for piece in pieces:
        yield compressor.compress(piece)
    yield compressor.flush()
