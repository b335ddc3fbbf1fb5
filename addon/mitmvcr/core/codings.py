"""Content codings undone, with a bound on what they may swell to."""

from collections.abc import Callable

#: What a body may come to, in bytes; a larger one is compared as it was sent.
MOST = 64 << 20


def decoded(body: bytes, codings: str) -> bytes:
    """The body without its content codings; as it stands where it is not in them."""
    if not codings:
        return body
    plain = body
    try:
        for coding in reversed(codings.lower().split(",")):
            plain = _UNDO[coding.strip()](plain)
    except (KeyError, ValueError):
        return body
    return plain


def _checked(plain: bytes, *, whole: bool = True) -> bytes:
    if not whole or len(plain) > MOST:
        raise ValueError("cut off, or too much")
    return plain


def inflated(body: bytes, window: int) -> bytes:
    """Of zlib's kind that the window names. Raises ValueError."""
    import zlib

    undoing = zlib.decompressobj(window)
    try:
        plain = undoing.decompress(body, MOST + 1)
    except zlib.error as error:
        raise ValueError(error) from error
    return _checked(plain, whole=undoing.eof)


def _gzip(body: bytes) -> bytes:
    return inflated(body, 31)


def _deflate(body: bytes) -> bytes:
    """As the RFC has it, or without its frame, as some send it."""
    try:
        return inflated(body, 15)
    except ValueError:
        return inflated(body, -15)


def _brotli(body: bytes) -> bytes:
    import brotli  # type: ignore[import-untyped] # it has no types

    undoing, found, size = brotli.Decompressor(), [], 0
    try:
        # Releases before 1.2 have no limit: 64 bytes come to some 100 MiB at the most.
        for at in range(0, len(body), 64):
            found.append(undoing.process(body[at : at + 64]))
            size += len(found[-1])
            if size > MOST:
                break
    except brotli.error as error:
        raise ValueError(error) from error
    return _checked(b"".join(found), whole=undoing.is_finished())


def _zstd(body: bytes) -> bytes:
    import zstandard

    undoing = zstandard.ZstdDecompressor()
    try:
        with undoing.stream_reader(body, read_across_frames=True) as reader:
            plain = reader.read(MOST + 1)
    except zstandard.ZstdError as error:
        raise ValueError(error) from error
    return _checked(plain)


def _identity(body: bytes) -> bytes:
    return body


_UNDO: dict[str, Callable[[bytes], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
    "identity": _identity,
    "": _identity,
}
