"""Content codings that a body may still be in when it is recorded."""

from collections.abc import Callable
from typing import NamedTuple

from mitmvcr.core.codings import inflated


class Coding(NamedTuple):
    decode: Callable[[bytes], bytes]
    encode: Callable[[bytes], bytes]


def coding_of(body: bytes, named: str) -> Coding | None:
    """By how the body begins, else by its Content-Encoding."""
    if body[:3] == b"\x1f\x8b\x08":
        return Coding(lambda data: inflated(data, 31), _gzip)
    if named.strip().lower() == "deflate":
        import zlib

        return Coding(lambda data: inflated(data, 15), zlib.compress)
    return None


def _gzip(data: bytes) -> bytes:
    """With no time in it: the same every time."""
    import gzip

    return gzip.compress(data, mtime=0)
