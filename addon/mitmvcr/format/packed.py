"""Cassettes that are compressed: ``chat.yaml.gz``."""

import gzip
import zlib
from collections.abc import Iterable, Iterator

from mitmvcr.core.errors import CassetteDamagedError

_SUFFIX = ".gz"
_MAGIC = b"\x1f\x8b"
#: How others begin, and what they are.
_OTHERS = {
    b"BZh": "is compressed with bzip2",
    b"\xfd7zXZ\x00": "is compressed with xz",
    b"\x28\xb5\x2f\xfd": "is compressed with zstd",
    b"\x04\x22\x4d\x18": "is compressed with lz4",
    b"PK\x03\x04": "is a zip archive",
    b"7z\xbc\xaf\x27\x1c": "is a 7z archive",
}
_GZIP = 16 + zlib.MAX_WBITS


def is_packed(name: str) -> bool:
    """Return whether a cassette of this name is written compressed."""
    return name.lower().endswith(_SUFFIX)


def unpacked(data: bytes, name: str) -> bytes:
    """Return the YAML that a file holds, which is compressed or not, whatever its name.
    Raise CassetteDamagedError."""
    if not data.startswith(_MAGIC):
        if data.startswith(tuple(_OTHERS)):
            kind = next(_OTHERS[each] for each in _OTHERS if data.startswith(each))
            remedy = "and only gzip is read: unpack it, or pack it with gzip"
            raise CassetteDamagedError(name, f"{kind}, {remedy}")
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
