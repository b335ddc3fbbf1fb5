"""The content codings that are known, each with its library.

Python brings zlib; brotli and zstd are imported when a body needs them.
"""

import logging
import zlib
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, NamedTuple, Protocol

logger = logging.getLogger("mitmvcr")

GZIP, BARE = 16 + zlib.MAX_WBITS, -zlib.MAX_WBITS


class CodingError(ValueError):
    """A body is not what its codings say. ``start`` is what was decoded until then."""

    start = b""


class Decompressor(Protocol):
    """Undoes one member: a gzip member, a zstd frame, the whole of other codings."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


class Compressor(NamedTuple):
    """Takes a body in parts. ``flush`` brings out what was taken, ``finish`` ends."""

    compress: Callable[[bytes], bytes]
    flush: Callable[[], bytes]
    finish: Callable[[], bytes]


class Coding(NamedTuple):
    """How a coding is undone and applied.

    ``decompressor`` is made for the data that it begins with. ``step`` bytes swell
    to some 40 MiB at the very most. ``again``: the bytes that another member may begin
    with, where the coding has more than one.
    """

    decompressor: Callable[[bytes], Decompressor]
    whole: Callable[[bytes], bytes]
    compressor: Callable[[], Compressor]
    step: int
    again: bytes = b""


def _zlib_compressor(wbits: int) -> Compressor:
    state = zlib.compressobj(wbits=wbits)
    return Compressor(
        state.compress, lambda: state.flush(zlib.Z_SYNC_FLUSH), state.flush
    )


def zlib_whole(body: bytes, wbits: int) -> bytes:
    """Compress with no time in it: the same every time."""
    return zlib.compress(body, wbits=wbits)


def _gzip() -> Coding:
    return Coding(
        lambda _: zlib.decompressobj(GZIP),
        lambda body: zlib_whole(body, GZIP),
        lambda: _zlib_compressor(GZIP),
        step=1 << 14,
        again=b"\x1f",
    )


def is_bare(data: bytes) -> bool:
    """Return whether it is deflate without zlib's frame, as some servers send it."""
    return data[0] & 0x0F != zlib.DEFLATED


def _deflate() -> Coding:
    return Coding(
        lambda data: zlib.decompressobj(BARE if is_bare(data) else zlib.MAX_WBITS),
        zlib.compress,
        lambda: _zlib_compressor(zlib.MAX_WBITS),
        step=1 << 14,
    )


class _Unbrotli:
    """brotli's Decompressor with zlib's names; it refuses what follows its end."""

    unused_data = b""

    def __init__(self, state: Any) -> None:
        self._state = state

    @property
    def eof(self) -> bool:
        return bool(self._state.is_finished())

    def decompress(self, data: bytes, /) -> bytes:
        found: bytes = self._state.process(data)
        return found


#: Quick, and close to the best.
_BROTLI_QUALITY = 5


def _brotli() -> Coding:
    import brotli

    def compressor() -> Compressor:
        state = brotli.Compressor(quality=_BROTLI_QUALITY)
        return Compressor(state.process, state.flush, state.finish)

    return Coding(
        lambda _: _Unbrotli(brotli.Decompressor()),
        lambda body: brotli.compress(body, quality=_BROTLI_QUALITY),
        compressor,
        step=64,
    )


#: Of a frame, and of those that are skipped.
_ZSTD_STARTS = bytes([0x28, *range(0x50, 0x60)])
_ZSTD_STEP = 1 << 10


def _zstd_of_python() -> Any:
    """Return Python's own module, there from 3.14 on, or the package that brings it to
    older ones."""
    try:
        from compression import zstd
    except ImportError:
        try:
            from backports import zstd
        except ImportError:
            return None
    return zstd


def _zstd() -> Coding:
    zstd = _zstd_of_python()
    if zstd is None:
        return _zstandard()

    def compressor() -> Compressor:
        state = zstd.ZstdCompressor()
        block = state.FLUSH_BLOCK
        return Compressor(state.compress, lambda: state.flush(block), state.flush)

    return Coding(
        lambda _: zstd.ZstdDecompressor(),
        zstd.compress,
        compressor,
        _ZSTD_STEP,
        _ZSTD_STARTS,
    )


def _zstandard() -> Coding:
    import zstandard

    def compressor() -> Compressor:
        state = zstandard.ZstdCompressor().compressobj()
        block = zstandard.COMPRESSOBJ_FLUSH_BLOCK
        return Compressor(state.compress, lambda: state.flush(block), state.flush)

    return Coding(
        lambda _: zstandard.ZstdDecompressor().decompressobj(),
        zstandard.compress,
        compressor,
        _ZSTD_STEP,
        _ZSTD_STARTS,
    )


_CODINGS: dict[str, Callable[[], Coding]] = {
    "gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
#: What was an own name once, and is to be taken for the other (RFC 9110, 8.4.1.3).
_ALIASES = {"x-gzip": "gzip"}
_WANTED = {"br": "brotli", "zstd": "backports.zstd"}


def find(name: str) -> Coding | None:
    """Return a coding by its name; None where nothing here knows it."""
    return _loaded(name) if name in _CODINGS else None


@cache
def _loaded(name: str) -> Coding | None:
    """Return the coding with its library; warn once where that is absent."""
    try:
        return _CODINGS[name]()
    except ImportError:
        logger.warning(
            "mitmvcr: bodies in the content coding %s stay as they are, and secrets in"
            " them are not found: the module %s is missing (pip install %s)",
            *(name, _WANTED[name], _WANTED[name]),
        )
        return None


def known(name: str) -> Coding:
    """Return a coding. Raises CodingError for one that nothing here can apply."""
    found = find(name)
    if found is None:
        raise CodingError(f"the content coding {name} is not known here")
    return found


@lru_cache(maxsize=256)
def names(codings: str) -> tuple[str, ...]:
    """Return the codings of a Content-Encoding, in the order in which they were
    applied."""
    listed = map(usual, codings.lower().split(","))
    return tuple(name for name in listed if name not in ("", "identity"))


def usual(name: str) -> str:
    """Return the name in small letters that a coding has now."""
    name = name.strip()
    return _ALIASES.get(name, name)
