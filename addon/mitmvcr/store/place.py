"""Where a cassette lies: a file. What lies elsewhere is in ``remote``."""

import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from mitmvcr.core.errors import CassetteError, CassetteWriteError
from mitmvcr.format.source import Source, is_packed, packed, unpacked
from mitmvcr.store.files import replace_file, why
from mitmvcr.store.source import opened

#: What tells one version of a cassette from another; empty where there is none.
State = tuple[object, ...]

_FOLDER = "make its folder writable, or choose another one"
_REMEDIES = {
    errno.EACCES: _FOLDER,
    errno.EPERM: _FOLDER,
    errno.EROFS: _FOLDER,
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
}


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
            raise CassetteError(self.name, "is not a file; name another one")
        return True

    def state(self) -> State:
        """Return the state of the cassette, which every replace changes."""
        try:
            status = os.stat(self.path)
        except (FileNotFoundError, NotADirectoryError):
            return ()
        return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns

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
        return CassetteError(self.name, f"cannot be read: {why(error)}")

    def cannot_write(self, reason: str, number: int | None = None) -> CassetteError:
        """Return the error for this reason, with the remedy that its errno has."""
        remedy = _REMEDIES.get(number or 0, "choose another file")
        return CassetteWriteError(self.name, f"cannot be written: {reason}; {remedy}")
