"""Where a cassette lies: a file. What lies elsewhere is in ``remote``.

A large file is read as it is needed, and never mapped: what is mapped counts as memory
of the process, and one that somebody cuts short would end it.
"""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from mitmvcr.core.errors import CassetteError, CassetteWriteError
from mitmvcr.format import source
from mitmvcr.format.source import (
    Source,
    Window,
    in_windows,
    is_packed,
    packed,
    unpacked,
)
from mitmvcr.store.files import BINARY, READABLE, remedy_for, replace_file, why

#: A larger file is not held in memory, where the system can read at a place.
HELD = 32 << 20
#: What is sought mostly stands near.
_FIRST_LOOK = 1 << 14


class OnDisk:
    """A file that stays open, so that it may be replaced meanwhile. One that is
    written to in place is not what was indexed any more, and is refused."""

    def __init__(self, path: Path, name: str) -> None:
        """Open the file; ``name`` stands for it in messages. Raise OSError."""
        self._name = name
        self._file = os.open(path, os.O_RDONLY | BINARY)
        self._state = self._now()

    def __del__(self) -> None:
        file = getattr(self, "_file", None)
        if file is not None:
            os.close(file)

    def __len__(self) -> int:
        return self._state[0]

    def _now(self) -> tuple[int, int]:
        status = os.fstat(self._file)
        return status.st_size, status.st_mtime_ns

    def read(self, start: int, end: int) -> bytes:
        try:
            data = os.pread(self._file, end - start, start)
            if len(data) < end - start:  # the system gives 2 GiB at a time
                data = self._rest(data, start, end)
            is_same = self._now() == self._state
        except OSError as error:
            raise CassetteError(self._name, f"cannot be read: {why(error)}") from error
        if not is_same:
            problem = "was changed by another process while it was in use"
            raise CassetteError(self._name, problem, remedy="start again")
        return data

    def _rest(self, data: bytes, start: int, end: int) -> bytes:
        parts = [data]
        while parts[-1]:
            start += len(parts[-1])
            parts.append(os.pread(self._file, end - start, start))
        return b"".join(parts)

    def find(self, text: bytes, start: int, end: int) -> int:
        size = _FIRST_LOOK
        while start < end:
            offset = self.read(start, min(end, start + size + len(text) - 1)).find(text)
            if offset >= 0:
                return start + offset
            start += size
            size = min(size * 16, source.WINDOW)
        return -1

    def windows(self, start: int, end: int, ahead: int) -> Iterator[Window]:
        return in_windows(self, start, end, ahead)


def opened(path: Path, name: str) -> bytes | Source:
    """Return the bytes of a file, or a source that reads it where it is large. Raise
    OSError."""
    if hasattr(os, "pread") and path.stat().st_size > HELD:
        return OnDisk(path, name)
    return path.read_bytes()


#: What distinguishes one version of a cassette from another; empty without one.
State = tuple[object, ...]


class Place:
    """A file; a symbolic link is followed, and the mode is kept. ``name`` stands for it
    in messages; the journal lies beside ``path``. All methods raise OSError."""

    def __init__(self, path: Path, name: str = "") -> None:
        self.name = name or str(path)
        self.path = Path(os.path.realpath(path))

    def exists(self) -> bool:
        """Return whether the cassette is there. Raise CassetteError for what is no
        file: it is not to be replaced."""
        try:
            kind = os.stat(self.path).st_mode
        except (FileNotFoundError, NotADirectoryError):
            return False
        if not stat.S_ISREG(kind):
            raise CassetteError(self.name, "is not a file", remedy="name another one")
        return True

    def state(self) -> State:
        """Return the state of the cassette, which every replace changes."""
        try:
            status = os.stat(self.path)
        except (FileNotFoundError, NotADirectoryError):
            return ()
        return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns

    def is_other(self, seen: State) -> bool:
        """Return whether the cassette is another than it was seen to be; False where
        that cannot be known."""
        try:
            return self.state() != seen
        except OSError:
            return False

    def open(self) -> bytes | Source:
        """Return the cassette's bytes, or a source that reads it where it is large."""
        if is_packed(self.path.name):
            return self.read()
        data = opened(self.path, self.name)
        return unpacked(data, self.name) if isinstance(data, bytes) else data

    def read(self) -> bytes:
        return unpacked(self.raw(), self.name)

    def raw(self) -> bytes:
        """Return the bytes of the file itself, which may be compressed."""
        return self.path.read_bytes()

    def put(self, *parts: bytes | Iterable[bytes]) -> None:
        """Replace the cassette whole; make its folder again if that vanished."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(self.path, packed(self.path.name, *parts))

    @property
    def takes_files(self) -> bool:
        """Return whether a file that lies beside can become the cassette as it is."""
        return not is_packed(self.path.name)

    def cannot_read(self, error: OSError) -> CassetteError:
        remedy = f"; {READABLE}" if isinstance(error, PermissionError) else ""
        return CassetteError(self.name, f"cannot be read: {why(error)}{remedy}")

    def cannot_write(self, reason: str, number: int | None = None) -> CassetteError:
        """Return the error for this reason, with the remedy that its errno has."""
        remedy = remedy_for(number)
        error = CassetteWriteError(self.name, f"cannot be written: {reason}; {remedy}")
        error.remedy = remedy
        return error
