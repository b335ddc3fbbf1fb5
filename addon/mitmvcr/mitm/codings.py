"""Content codings: which a client accepts; those of streams undone part by part.

mitmproxy's own functions want a whole body. brotli and zstandard are its
dependencies, and are imported where a body needs them.
"""

import zlib
from collections.abc import Callable
from functools import lru_cache

#: Each part in, what it comes to out.
Step = Callable[[bytes], bytes]

_GZIP = 16 + zlib.MAX_WBITS


def decoder(coding: str) -> Step | None:
    """None for a coding that is not known. It raises ValueError for what is not in
    the coding."""
    make = _DECODERS.get(coding)
    return None if make is None else _translated(make())


def _translated(step: Step) -> Step:
    def decode(part: bytes) -> bytes:
        try:
            return step(part)
        except Exception as error:
            raise ValueError(f"not what its coding says: {error}") from error

    return decode


class _Inflate:
    """zlib's format, or bare as some servers send it; the first byte tells."""

    def __init__(self) -> None:
        self._decode: Step | None = None

    def __call__(self, part: bytes) -> bytes:
        if self._decode is None:
            if not part:
                return b""
            bare = part[0] & 0x0F != 8
            wbits = -zlib.MAX_WBITS if bare else zlib.MAX_WBITS
            self._decode = zlib.decompressobj(wbits).decompress
        return self._decode(part)


def _unbrotli() -> Step:
    import brotli  # type: ignore[import-untyped] # it has no types

    step: Step = brotli.Decompressor().process
    return step


def _unzstd() -> Step:
    import zstandard

    step: Step = zstandard.ZstdDecompressor().decompressobj().decompress
    return step


_DECODERS: dict[str, Callable[[], Step]] = {
    "gzip": lambda: zlib.decompressobj(_GZIP).decompress,
    "deflate": _Inflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}


def decode_start(body: bytes, coding: str) -> bytes | None:
    """What a body that was cut off comes to, as far as it goes."""
    decode = decoder(coding)
    if decode is None:
        return None
    try:
        return decode(body)
    except ValueError:
        return None


def encode_pieces(pieces: list[bytes], coding: str) -> list[bytes]:
    """One body in this coding, cut so that each piece can be decoded when it comes."""
    encode, flush, finish = _ENCODERS[coding]()
    encoded = [encode(piece) + flush() for piece in pieces]
    if encoded:
        encoded[-1] += finish()
    return encoded


Encoder = tuple[Step, Callable[[], bytes], Callable[[], bytes]]


def _deflater(wbits: int) -> Encoder:
    state = zlib.compressobj(wbits=wbits)
    return state.compress, lambda: state.flush(zlib.Z_SYNC_FLUSH), state.flush


def _brotli() -> Encoder:
    import brotli

    state = brotli.Compressor(quality=5)
    return state.process, state.flush, state.finish


def _zstd() -> Encoder:
    import zstandard

    state = zstandard.ZstdCompressor().compressobj()
    block = zstandard.COMPRESSOBJ_FLUSH_BLOCK
    return state.compress, lambda: state.flush(block), state.flush


_ENCODERS: dict[str, Callable[[], Encoder]] = {
    "gzip": lambda: _deflater(_GZIP),
    "deflate": lambda: _deflater(zlib.MAX_WBITS),
    "br": _brotli,
    "zstd": _zstd,
}


#: In the order in which a replay prefers them.
_CODINGS = ("gzip", "br", "zstd", "deflate")


@lru_cache(maxsize=256)
def accepted_codings(codings: str) -> tuple[str, ...]:
    """The content codings a client accepts, of those that are known here."""
    if not codings:
        return ()
    offered = {}
    for item in codings.lower().split(","):
        name, _, parameters = item.partition(";")
        weight = parameters.replace(" ", "").removeprefix("q=")
        offered[name.strip()] = weight.strip("0.") != "" or not parameters
    return tuple(coding for coding in _CODINGS if offered.get(coding))
