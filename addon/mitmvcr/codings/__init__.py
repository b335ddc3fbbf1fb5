"""Content codings, undone and applied.

All that has to do with them asks here, with the header as it stands (``"gzip, br"``
was gzip first and br around it). What a body may swell to is bounded. A coding whose
library is absent is one that is not known: its bodies stay as they are.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from mitmvcr.codings.table import (
    BARE,
    GZIP,
    Coding,
    CodingError,
    Compressor,
    Decompressor,
    find,
    is_bare,
    known,
    names,
    usual,
    zlib_whole,
)

#: How large a body may become: in bytes, or as a multiple of its own size.
MOST = 64 << 20
_SWELLS = 20


class CutOffError(CodingError):
    """A body ends before its coding does."""


class TooLargeError(CodingError):
    """A body swells to more than is allowed."""


class _Undoing:
    """Undoes one coding part by part, member by member.

    From a ``fault`` on nothing more comes. ``is_whole``: it may end here.
    """

    def __init__(self, coding: Coding, most: int) -> None:
        self._coding, self._left = coding, most
        self._member: Decompressor | None = None
        self._has_begun = False
        self.fault: CodingError | None = None

    @property
    def is_whole(self) -> bool:
        return self._member is None

    def __call__(self, part: bytes) -> bytes:
        found: list[bytes] = []
        try:
            for at in range(0, 0 if self.fault else len(part), self._coding.step):
                self._take(part[at : at + self._coding.step], found)
        except CodingError as error:
            self.fault = error
        except Exception as error:  # noqa: BLE001 - each library has its own
            self.fault = CodingError(f"not what its coding says: {error}")
        return b"".join(found)

    def _take(self, data: bytes, found: list[bytes]) -> None:
        while data:
            member = self._member = self._member or self._begin(data)
            found.append(member.decompress(data))
            self._left -= len(found[-1])
            if self._left < 0:
                raise TooLargeError("it expands to more than is allowed")
            if not member.eof:
                return
            data, self._member = member.unused_data, None

    def _begin(self, data: bytes) -> Decompressor:
        if self._has_begun and data[0] not in self._coding.again:
            raise CodingError("something follows its end")
        self._has_begun = True
        return self._coding.decompressor(data)


class Decoder:
    """Undoes a list of codings part by part."""

    def __init__(self, codings: str, size: int) -> None:
        most = max(MOST, _SWELLS * size)
        self._steps = [_Undoing(known(n), most) for n in reversed(names(codings))]

    def __call__(self, part: bytes) -> bytes:
        for step in self._steps:
            part = step(part)
        return part

    def fault(self) -> CodingError | None:
        found = next((step.fault for step in self._steps if step.fault), None)
        if found is None and not all(step.is_whole for step in self._steps):
            return CutOffError("it ends before its coding does")
        return found


def decoded(body: bytes, codings: str) -> bytes:
    """Undo the codings of a whole body. Raises CodingError."""
    decode = Decoder(codings, len(body))
    plain = decode(body)
    if fault := decode.fault():
        fault.start = plain
        raise fault
    return plain


def decoded_start(body: bytes, codings: str) -> bytes:
    """Undo the codings of a body that may be cut off. Raises CodingError."""
    try:
        return decoded(body, codings)
    except CutOffError as error:
        return error.start


def decoded_parts(parts: Sequence[bytes], codings: str) -> list[bytes]:
    """Undo the codings part by part: what each brings, where all may be cut off.
    Raises CodingError."""
    decode = Decoder(codings, sum(map(len, parts)))
    found = [decode(part) for part in parts]
    fault = decode.fault()
    if fault is not None and not isinstance(fault, CutOffError):
        raise fault
    return found


def decoded_or_same(body: bytes, codings: str) -> bytes:
    """Undo the codings of a body; as it stands where it is not in them."""
    if not codings:
        return body
    try:
        return decoded(body, codings)
    except CodingError:
        return body


def unpacked(body: bytes, codings: str) -> tuple[bytes, str]:
    """Undo the codings as far as anybody can read the body.

    Returns the codings that were undone too: they need not be those that the header
    says, since gzip is known by how it begins.
    """
    try:
        if (plain := decoded(body, codings)) is not body:
            return plain, codings
    except TooLargeError:
        return body, ""
    except CodingError as error:
        if error.start:
            return error.start, codings
    if body[:3] == b"\x1f\x8b\x08":
        return _first_member(body)
    return body, ""


def _first_member(body: bytes) -> tuple[bytes, str]:
    """Undo one member of gzip; archives are left alone behind it."""
    state = zlib.decompressobj(GZIP)
    try:
        plain = state.decompress(body, MOST + 1)
    except zlib.error:
        return body, ""
    return (plain, "gzip") if state.eof and len(plain) <= MOST else (body, "")


def encoded(body: bytes, codings: str) -> bytes:
    """Apply the codings. Raises CodingError."""
    for name in names(codings):
        body = known(name).whole(body)
    return body


def packed_as(old: bytes, body: bytes, codings: str) -> bytes:
    """Apply the codings as in ``old``, where deflate may be without its frame."""
    *inner, outer = names(codings)
    body = encoded(body, ",".join(inner))
    if outer == "deflate" and is_bare(old):
        return zlib_whole(body, BARE)
    return encoded(body, outer)


def encoded_pieces(pieces: Iterable[bytes], codings: str) -> Iterable[bytes]:
    """Apply the codings so that each piece can be decoded when it comes: as many are
    given as were taken, one by one. Raises CodingError."""
    for name in names(codings):
        pieces = _compressed(pieces, known(name).compressor())
    return pieces


def _compressed(pieces: Iterable[bytes], compressor: Compressor) -> Iterator[bytes]:
    compress, flush, finish = compressor
    last = None
    for piece in pieces:
        if last is not None:
            yield last
        last = compress(piece) + flush()
    if last is not None:
        yield last + finish()


# What an Accept-Encoding asks for

#: In the order in which a replay prefers them.
_PREFERRED = ("gzip", "br", "zstd", "deflate")


@lru_cache(maxsize=256)
def accepted_codings(header: str) -> tuple[str, ...]:
    """Return the content codings that an Accept-Encoding accepts, the preferred one
    first."""
    if not header:
        return ()
    offered = {}
    for item in header.lower().split(","):
        name, _, parameters = item.partition(";")
        weight = parameters.replace(" ", "").removeprefix("q=")
        offered[usual(name)] = weight.strip("0.") != "" or not parameters
    return tuple(coding for coding in _PREFERRED if offered.get(coding))


def are_accepted(codings: str, accepted: Sequence[str]) -> bool:
    """Return whether a client undoes these by itself. A client that accepts one coding
    does not undo several on one body: Go's transport takes it off once."""
    found = names(codings)
    if len(found) > 1 and len(accepted) == 1:
        return False
    return bool(found) and all(name in accepted for name in found)


def first_known(accepted: Iterable[str]) -> str:
    """Return the first coding that can be applied here, else ``""``."""
    return next((name for name in accepted if find(name)), "")
