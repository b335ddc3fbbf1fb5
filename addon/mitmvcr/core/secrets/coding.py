"""Content codings that a body may still be in when it is recorded."""

from collections.abc import Callable
from typing import NamedTuple

#: What unpacks to more is a bomb, or not worth the wait.
_MOST = 64 << 20


class Coding(NamedTuple):
    decode: Callable[[bytes], bytes]
    encode: Callable[[bytes], bytes]


def coding_of(body: bytes, named: str) -> Coding | None:
    """By how the body begins, else by its Content-Encoding."""
    if body[:3] == b"\x1f\x8b\x08":
        return Coding(lambda data: _inflate(data, 31), _gzip)
    if named.strip().lower() == "deflate":
        import zlib

        return Coding(lambda data: _inflate(data, 15), zlib.compress)
    return None


def _inflate(data: bytes, window: int) -> bytes:
    """Raises ValueError."""
    import zlib  # as gzip: not at every start

    machine = zlib.decompressobj(window)
    try:
        plain = machine.decompress(data, _MOST)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if machine.unconsumed_tail or not machine.eof:
        raise ValueError("cut off, or too much")
    return plain


def _gzip(data: bytes) -> bytes:
    """With no time in it: the same every time."""
    import gzip

    return gzip.compress(data, mtime=0)
