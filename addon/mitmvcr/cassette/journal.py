"""What is recorded before it is put in place: a file that grows beside the target.

It is a sound cassette after every append. Who records holds a lock beside it, so that
a journal in use can be told from one that was left over.
"""

import errno
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from mitmvcr.cassette import reader, writer
from mitmvcr.cassette.files import (
    BINARY,
    PRIVATE,
    close,
    give_mode,
    replace_file,
    sync_folder,
)
from mitmvcr.cassette.lock import Lock
from mitmvcr.core.errors import CassetteError, CassetteWriteError
from mitmvcr.core.model import Interaction, Request, Response

_PART = 1 << 20


class Journal:
    """The journal of one target. Methods raise OSError, and CassetteWriteError where
    somebody records already or there is a journal that holds something."""

    def __init__(self, target: Path, name: str) -> None:
        self.path = target.with_name(target.name + ".part")
        self._target, self._name = target, name
        self._lock = Lock(target.with_name(target.name + ".part.lock"), name)
        self._file = -1
        self._size = 0

    @property
    def is_open(self) -> bool:
        return self._file >= 0

    def begin(self) -> None:
        """Create it, or take over one that holds nothing and nobody uses."""
        locked = self._lock.take()
        try:
            self._file = self._create(locked)
            self._size = 0
            self._write_head()
        except BaseException:
            self.close()
            raise

    def _create(self, locked: bool) -> int:
        flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | BINARY
        with suppress(FileExistsError):
            return os.open(self.path, flags, PRIVATE)
        file = os.open(self.path, os.O_RDWR | BINARY)
        try:
            self._check_is_empty(locked)
            os.ftruncate(file, 0)
        except BaseException:
            close(file)
            raise
        return file

    def _write_head(self) -> None:
        try:
            self.append(writer.preamble())
        except OSError:
            self.remove()
            raise

    def open(self) -> None:
        """Open one that was left over, unless somebody uses it."""
        self._lock.take()
        try:
            self._file = os.open(self.path, os.O_RDWR | BINARY)
            self._size = os.fstat(self._file).st_size
        except BaseException:
            self.close()
            raise

    def _check_is_empty(self, locked: bool) -> None:
        """Of an interaction that was cut off nothing can be made."""
        count = _count(self.path)
        if locked and count == 0:
            return
        unsure = "" if locked else ", or is under way"
        raise CassetteWriteError(
            str(self.path), f"{_contents(count)}{unsure}: {self._remedy()}"
        )

    def left_over(self) -> str | None:
        """What stands in a journal that nobody uses, with the remedy; None without."""
        if not os.path.exists(self.path) or not self._lock.is_free():
            return None
        count = _count(self.path)
        if count == 0:
            return None
        return f"{self.path}: {_contents(count)}: {self._remedy()}"

    def _remedy(self) -> str:
        return f"run 'mitmvcr cassette recover {self._name}', or delete the file"

    def append(self, data: bytes | memoryview) -> None:
        """All of it or none: what a full disk cut off is taken back."""
        try:
            written = os.write(self._file, data)
            while written < len(data):
                written += os.write(self._file, memoryview(data)[written:])
        except OSError:
            self._take_back(self._size)
            raise
        self._size += len(data)

    def append_parts(self, parts: Iterable[bytes | memoryview]) -> None:
        """The same, of what is too large to be in one piece."""
        before = self._size
        try:
            for part in parts:
                self.append(part)
        except BaseException:
            self._take_back(before)
            raise

    def _take_back(self, size: int) -> None:
        self._size = size
        with suppress(OSError):  # the first error is the one to tell
            os.lseek(self._file, size, os.SEEK_SET)
            os.ftruncate(self._file, size)

    def read(self) -> bytes:
        """What was appended; also where somebody deleted the file meanwhile."""
        os.lseek(self._file, 0, os.SEEK_SET)
        with open(self._file, "rb", closefd=False) as file:
            return file.read(self._size)

    def parts(self) -> Iterator[bytes]:
        """What was appended, behind the head."""
        at = len(writer.preamble())
        while at < self._size:
            os.lseek(self._file, at, os.SEEK_SET)
            part = os.read(self._file, min(_PART, self._size - at))
            if not part:
                raise OSError(errno.EIO, "somebody has cut it off")
            at += len(part)
            yield part

    def rewrite(self, parts: Iterable[bytes]) -> None:
        """Put something else in the place of all that was appended, whole or not at
        all."""
        if sys.platform == "win32":  # pragma: no cover - it replaces no open file
            close(self._file)
        replace_file(self.path, parts)
        close(self._file)
        self._file = os.open(self.path, os.O_RDWR | BINARY)
        self._size = os.lseek(self._file, 0, os.SEEK_END)

    def replace_target(self) -> None:
        """Put it in place as the target."""
        os.ftruncate(self._file, self._size)
        try:
            give_mode(self.path, self._target)
            os.fsync(self._file)
            self._last(lambda: os.replace(self.path, self._target))
        except FileNotFoundError:  # somebody deleted it, or the whole folder
            self._target.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self._target, self.read())
        sync_folder(self._target.parent)

    def remove(self) -> None:
        self._last(lambda: self.path.unlink(missing_ok=True))

    def sync(self) -> None:
        os.fsync(self._file)

    def rescue(self) -> Path:
        """Where the recording is after all else failed: still here, or, where somebody
        deleted it, in a new file among the system's temporary ones."""
        with suppress(OSError):
            if os.path.samestat(os.fstat(self._file), os.stat(self.path)):
                return self.path
        handle, name = tempfile.mkstemp(suffix=self.path.name)
        with open(handle, "wb") as file:
            file.write(self.read())
        return Path(name)

    def _last(self, step: Callable[[], None]) -> None:
        """Windows neither moves nor deletes an open file."""
        if sys.platform == "win32":  # pragma: no cover
            close(self._file)
            self._file = -1
        step()

    def close(self) -> None:
        """The lock is held until the file is gone, lest somebody takes it over."""
        file, self._file = self._file, -1
        if file >= 0:
            close(file)
        self._lock.release()


class SyncedJournal(Journal):
    """One whose every interaction outlasts a power cut too."""

    def append(self, data: bytes | memoryview) -> None:
        before = self._size
        super().append(data)
        try:
            os.fsync(self._file)
        except OSError:
            self._take_back(before)
            raise


def _count(path: Path) -> int | None:
    """How many whole interactions a journal holds; None if it is no journal."""
    data = without_cut_off(path.read_bytes())
    if data == writer.preamble():
        return 0
    try:
        return len(reader.loads(data, str(path), lazy=True).interactions)
    except CassetteError:
        return None


def _contents(count: int | None) -> str:
    if count is None:
        return "holds what is no recording, and is in the way of one"
    found = f"{count} interaction{'' if count == 1 else 's'}"
    return f"holds {found} of a recording that was not saved"


def without_cut_off(data: bytes) -> bytes:
    """A journal without a last interaction that was cut off: a whole one ends with
    the line of its duration. What is no journal is left as it is."""
    sample = writer.dumper()(Interaction(0, Request(), Response()), 0)
    last_line = sample[sample.rindex(b"\n", 0, -1) :].removesuffix(b"0s\n")
    lines = data[: data.rfind(b"\n") + 1]
    last = lines.rfind(last_line)
    if last >= 0:
        return data[: data.index(b"\n", last + 1) + 1]
    head = writer.preamble()
    return head if data.startswith(head) or head.startswith(data) else data
