"""A large cassette is read from its file as it is needed.

A file is read, never mapped: what is mapped counts as memory of the process, and one
that somebody cuts short would end it.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from mitmvcr.core.errors import CassetteError
from mitmvcr.format import source
from mitmvcr.format.source import Source, Window, in_windows
from mitmvcr.store.files import BINARY, why

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
            problem = "was changed by another process while it was in use: start again"
            raise CassetteError(self._name, problem)
        return data

    def _rest(self, data: bytes, start: int, end: int) -> bytes:
        parts = [data]
        while parts[-1]:
            start += len(parts[-1])
            parts.append(os.pread(self._file, end - start, start))
        return b"".join(parts)

    def around(self, start: int, end: int) -> tuple[bytes, int]:
        return self.read(start, end), start

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
