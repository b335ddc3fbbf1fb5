"""What is recorded before it is put in place: a file that grows beside the target.

It is a sound cassette after every append. Who records holds a lock on it, where the
system has locks, so that a journal in use can be told from one that was left over.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from mitmvcr.cassette import codec
from mitmvcr.cassette.files import (
    BINARY,
    PRIVATE,
    give_mode,
    replace_file,
    sync_folder,
)
from mitmvcr.core.errors import CassetteWriteError
from mitmvcr.core.model import Interaction, Request, Response

if sys.platform != "win32":  # pragma: no branch
    import fcntl


class Journal:
    """The journal of one target. Methods raise OSError, and CassetteWriteError where
    there is a journal already that holds something."""

    def __init__(self, target: Path, name: str) -> None:
        self.path = target.with_name(target.name + ".part")
        self._target, self._name = target, name
        self._file = -1
        self._size = 0

    @property
    def is_open(self) -> bool:
        return self._file >= 0

    def begin(self) -> None:
        """Create it, or take over one that holds nothing and nobody uses."""
        flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | BINARY
        try:
            file = os.open(self.path, flags, PRIVATE)
        except FileExistsError:
            self._hold(os.open(self.path, os.O_RDWR | BINARY), self._check_is_empty)
        else:
            self._hold(file, _try_lock)
        self._size = 0
        os.lseek(self._file, 0, os.SEEK_SET)  # one that is taken over was read
        try:
            self.append(codec.preamble())
        except OSError:
            self.remove()
            self.close()
            raise

    def open(self) -> None:
        """Open one that was left over, unless somebody uses it."""
        self._hold(os.open(self.path, os.O_RDWR | BINARY), _try_lock)
        self._size = os.fstat(self._file).st_size

    def _hold(self, file: int, check: Callable[[int], object]) -> None:
        try:
            check(file)
        except BlockingIOError:
            os.close(file)
            raise CassetteWriteError(
                str(self.path),
                f"{self._name} is being recorded already: end that first",
            ) from None
        except BaseException:
            os.close(file)
            raise
        self._file = file

    def _check_is_empty(self, file: int) -> None:
        locked = _try_lock(file)
        if not os.path.samestat(os.fstat(file), os.stat(self.path)):
            raise BlockingIOError  # that one was put in place, and there is a new one
        start = os.read(file, len(codec.preamble()) + 1)
        if not locked or not codec.preamble().startswith(start):
            raise CassetteWriteError(
                str(self.path),
                "a recording was cut off"
                + ("" if locked else ", or is under way")
                + f": run 'mitmvcr cassette recover {self._name}', or delete the file",
            )

    def append(self, data: bytes) -> None:
        """All of it or none: what a full disk cut off is taken back."""
        try:
            written = os.write(self._file, data)
            while written < len(data):
                written += os.write(self._file, memoryview(data)[written:])
        except OSError:
            with suppress(OSError):  # the first error is the one to tell
                os.lseek(self._file, self._size, os.SEEK_SET)
                os.ftruncate(self._file, self._size)
            raise
        self._size += len(data)

    def read(self) -> bytes:
        """What was appended; also where somebody deleted the file meanwhile."""
        os.lseek(self._file, 0, os.SEEK_SET)
        with open(self._file, "rb", closefd=False) as file:
            return file.read(self._size)

    def replace_target(self) -> None:
        """Put it in place as the target."""
        os.ftruncate(self._file, self._size)
        try:
            give_mode(self.path, self._target)
            os.fsync(self._file)
            self._last(lambda: os.replace(self.path, self._target))
        except FileNotFoundError:
            replace_file(self._target, self.read())
        sync_folder(self._target.parent)

    def remove(self) -> None:
        self._last(lambda: self.path.unlink(missing_ok=True))

    def _last(self, step: Callable[[], None]) -> None:
        """The lock is held until the file is gone, lest somebody takes it over before;
        but Windows neither moves nor deletes an open file."""
        if sys.platform == "win32":  # pragma: no cover - there are no locks either
            self.close()
        step()

    def close(self) -> None:
        if self.is_open:
            os.close(self._file)
            self._file = -1


def _try_lock(file: int) -> bool:
    """Whether the file is locked now; BlockingIOError where somebody else has it."""
    if sys.platform == "win32":  # pragma: no cover - O_EXCL is all that there is
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:  # a file system without locks
        return False
    return True


def without_cut_off(data: bytes) -> bytes:
    """A journal without a last interaction that was cut off: a whole one ends with
    the line of its duration. What is no journal is left as it is."""
    sample = codec.dump_interaction(Interaction(0, Request(), Response()), 0)
    last_line = sample[sample.rindex(b"\n", 0, -1) :].removesuffix(b"0s\n")
    lines = data[: data.rfind(b"\n") + 1]
    last = lines.rfind(last_line)
    if last >= 0:
        return data[: data.index(b"\n", last + 1) + 1]
    head = codec.preamble()
    return head if data.startswith(head) or head.startswith(data) else data
