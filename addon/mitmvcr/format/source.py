"""The bytes of a cassette: in memory, or wherever they are read from as needed."""

import gzip
import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from mitmvcr.core.errors import (
    CassetteDamagedError,
    CassetteError,
    CassetteNotFoundError,
)
from mitmvcr.format import foreign

#: The start of a cassette says that it is go-vcr's own.
_START = 1 << 12
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
#: How what stands for a cassette begins, what it is, and what brings the cassette.
_STAND_INS = {
    b"version https://git-lfs.": ("is a pointer of Git LFS's", "git lfs pull"),
    b"/annex/objects/": ("is a pointer of git-annex's", "git annex get"),
    b"\0GITCRYPT\0": ("is encrypted by git-crypt", "git-crypt unlock"),
    b"$ANSIBLE_VAULT;": ("is encrypted by Ansible's vault", "ansible-vault decrypt"),
    b"age-encryption.org/": ("is encrypted by age", "age --decrypt"),
    b"-----BEGIN AGE ENCRYPTED": ("is encrypted by age", "age --decrypt"),
    b"-----BEGIN PGP MESSAGE": ("is encrypted by OpenPGP", "gpg --decrypt"),
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
            remedy = "unpack it, or pack it with gzip"
            problem = f"{kind}, and only gzip is read"
            raise CassetteDamagedError(name, problem, remedy=remedy)
        _check_stands_for_nothing(data, name)
        return data
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        problem = f"is not a complete gzip file: {str(error).lower()}"
        raise CassetteDamagedError(name, problem) from error


def _check_stands_for_nothing(data: bytes, name: str) -> None:
    if data.startswith(tuple(_STAND_INS)):
        what, command = next(
            _STAND_INS[each] for each in _STAND_INS if data.startswith(each)
        )
        problem = f"{what}, and not the cassette itself"
        remedy = f"'{command}' brings it"
        raise CassetteDamagedError(name, problem, remedy=remedy)


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


#: In bytes: how much is looked through at once.
WINDOW = 1 << 20


class Window(NamedTuple):
    """A part of the bytes, ``at`` its place; the first ``own`` bytes are this part's,
    and what follows is in the next one too."""

    data: bytes
    at: int
    own: int


class Source(Protocol):
    """The bytes of a file; places count from its start. All methods raise
    CassetteError."""

    def __len__(self) -> int: ...

    def read(self, start: int, end: int) -> bytes:
        """Return exactly the bytes from ``start`` to ``end``."""

    def find(self, text: bytes, start: int, end: int) -> int:
        """Return a place, as ``bytes.find`` does."""

    def windows(self, start: int, end: int, ahead: int) -> Iterator[Window]:
        """Yield all of it in parts, of which each also holds ``ahead`` bytes of the
        next."""


class Held:
    """Bytes in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.find = data.find

    def __len__(self) -> int:
        return len(self._data)

    def read(self, start: int, end: int) -> bytes:
        return self._data[start:end]

    def windows(self, start: int, end: int, ahead: int) -> Iterator[Window]:
        if end - start == len(self._data):  # where there is nothing to be copied
            yield Window(self._data, start, end)
        else:
            yield from in_windows(self, start, end, ahead)


def in_windows(source: Source, start: int, end: int, ahead: int) -> Iterator[Window]:
    for at in range(start, end, WINDOW):
        stop = min(end, at + WINDOW + ahead)
        yield Window(source.read(at, stop), at, min(end - at, WINDOW))


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    """Return a cassette's bytes, of a compressed one those within. Raise
    CassetteError."""
    name = os.fspath(path)
    try:
        return unpacked(Path(path).read_bytes(), name)
    except FileNotFoundError:
        raise CassetteNotFoundError(name, "there is no such cassette") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise CassetteError(name, f"cannot be read: {reason}") from None


def kind_of_file(path: Path) -> str:
    """Return the kind of a recording of another recorder, else an empty text. What
    cannot be read, or is no file, as a pipe that would be waited for, is left to who
    reads it and says why."""
    if not os.path.isfile(path):
        return ""
    try:
        with open(path, "rb", buffering=0) as file:
            if foreign.is_own(file.read(_START)):
                return ""
        return foreign.kind_of(read_bytes(path))
    except (OSError, CassetteError):
        return ""
