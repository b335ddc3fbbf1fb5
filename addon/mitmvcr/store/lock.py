"""Who records a cassette: a lock beside its journal, which vanishes with its holder.

The system's lock is what counts, not the file: it ends with its process, however that
ended, and a file that is left over is taken over. The file's text names the holder.
"""

import os
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path

from mitmvcr.core.errors import CassetteWriteError
from mitmvcr.store.claiming import try_lock
from mitmvcr.store.files import BINARY, NO_FOLLOW, close, is_at, open_own

#: Whoever looks whether a journal is in use holds its lock for an instant.
_TRIES, _PAUSE = 5, 0.02
#: Windows keeps the locked first byte from readers, so the text begins behind it.
_TEXT_AT = 1


class Lock:
    """Held from :meth:`take` until :meth:`release`. ``name`` is the cassette's."""

    def __init__(self, path: Path, name: str) -> None:
        self._path, self._name = path, name
        self._file = -1

    def take(self) -> bool:
        """Take the lock, and return False on a file system without locks. Raise
        CassetteWriteError, with the holder's name, where somebody has it, and
        OSError."""
        for left in reversed(range(_TRIES)):
            held = self._try()
            if held is not False:
                self._sign(held is True)
                return held is True
            if left:
                time.sleep(_PAUSE)
        raise self.refusal()

    def refusal(self) -> CassetteWriteError:
        """Return the error for a lock that somebody else has."""
        problem = f"is being recorded already by {self._holder()}"
        return CassetteWriteError(
            self._name, problem, remedy="end that first, or choose another cassette"
        )

    def _try(self) -> bool | None:
        """Lock as :func:`try_lock` does; also False where another lock was put in the
        place of this one meanwhile."""
        file = open_own(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            held = try_lock(file)
            if held and not is_at(file, self._path):
                held = False
            if held is not False:
                self._file, file = file, -1
            return held
        finally:
            if file >= 0:
                close(file)

    def _sign(self, held: bool) -> None:
        """Write who holds the lock into its file. Release a lock that is not held:
        where there are no locks, the file would only mislead."""
        try:
            if held:
                os.ftruncate(self._file, 0)
                os.write(self._file, b" " * _TEXT_AT + f"{_myself()}\n".encode())
        except OSError:
            held = False
            raise
        finally:
            if not held:
                self.release()

    def was_taken_away(self) -> bool:
        """Return whether somebody else has removed or replaced the file, so that
        another one may hold what it guards. False where there are no locks."""
        with suppress(OSError):
            return self._file >= 0 and not is_at(self._file, self._path)
        return False

    def is_free(self) -> bool:
        """Return whether nobody holds it, as far as we can see."""
        try:
            file = os.open(self._path, os.O_RDWR | NO_FOLLOW | BINARY)
        except OSError:  # there is none, or it is not ours to open
            return not os.path.lexists(self._path)
        try:
            return try_lock(file) is not False
        finally:
            close(file)

    def _holder(self) -> str:
        with suppress(OSError):  # it has just ended, or may not be read
            with open(self._path, "rb", buffering=0) as file:
                file.seek(_TEXT_AT)
                text = file.read(500).decode("utf-8", "replace").strip()
            if text:
                return text
        return "another process"

    def release(self) -> None:
        if self._file < 0:
            return
        file, self._file = self._file, -1
        is_mine = False
        with suppress(OSError):
            is_mine = is_at(file, self._path)
        if sys.platform == "win32":  # pragma: no cover - it deletes no open file
            close(file)
        # A file that stays is no lock, and the next one takes it over.
        if is_mine:
            with suppress(OSError):
                self._path.unlink()
        if sys.platform != "win32":  # pragma: no branch
            close(file)


#: What Python calls a program that was started as text or as a module.
_NAMELESS = ("", "-", "-c", "-m", "__main__.py")


def _myself() -> str:
    """Return this process as text, without the arguments, which may hold a password."""
    named = os.path.basename(sys.argv[0])
    command = "mitmvcr" if named in _NAMELESS else named
    since = time.strftime("%Y-%m-%d %H:%M:%S")
    where = f"process {os.getpid()} on {socket.gethostname()}"
    return f"{command} ({where}, since {since})"
