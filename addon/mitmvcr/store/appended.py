"""A file that only we append to: its size and its checksum show whether somebody else
has changed it."""

import errno
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from zlib import crc32

from mitmvcr.store.files import FULL, close
from mitmvcr.store.rescue import Spare

_PART = 1 << 20


class _ChangedError(OSError):
    """The file does not hold what was appended."""


class AppendedFile:
    """An open file; ``number`` is its descriptor, below 0 where it is closed.

    All methods raise OSError but :meth:`close`. A second copy of what was appended is
    kept in the ``folder``, as long as there is room for it.
    """

    def __init__(self, number: int, folder: Path) -> None:
        self.number = number
        self.size = 0
        self._sum = 0
        #: A write that failed and could not be taken back reaches beyond the size.
        self._reach = 0
        self._spare = Spare(folder)

    def measure(self) -> None:
        """Treat what the file holds as appended by us."""
        self.size = self._reach = os.fstat(self.number).st_size
        self._sum = 0
        for part in self._all():
            self._sum = crc32(part, self._sum)

    def append(self, data: bytes | memoryview) -> None:
        """Append all of it or nothing: a write that a full disk cut off is undone."""
        try:
            self._write(data)
        except OSError as error:
            if error.errno not in FULL or not self._spare.is_on_disk:
                raise
            self._spare.give_up()  # it takes up the space that is missing
            self._write(data)
        self._note(data)

    def _write(self, data: bytes | memoryview) -> None:
        self._reach = self.size + len(data)
        try:
            written = os.write(self.number, data)
            while written < len(data):
                written += os.write(self.number, memoryview(data)[written:])
        except OSError:
            self.take_back(self.mark)
            raise

    def _note(self, data: bytes | memoryview) -> None:
        self.size, self._sum = self.size + len(data), crc32(data, self._sum)
        self._spare.append(data)

    def note(self, parts: Iterable[bytes | memoryview]) -> None:
        """Treat parts as appended: they are in the file that :meth:`go_on_in` will
        name."""
        for part in parts:
            self._note(part)

    def go_on_in(self, number: int) -> None:
        """Append to another open file from now on, which holds all that was appended
        and is positioned at its end. The previous one stays open."""
        self.number, self._reach = number, self.size

    @property
    def mark(self) -> tuple[int, int]:
        """Return what :meth:`take_back` needs to come back to this state."""
        return self.size, self._sum

    def take_back(self, mark: tuple[int, int]) -> None:
        """Take back what was appended since the mark."""
        self.size, self._sum = mark
        self._spare.cut(self.size)
        with suppress(OSError):  # the first error is the one to report
            os.lseek(self.number, self.size, os.SEEK_SET)
            self.cut()

    def cut(self) -> None:
        """Cut off what reaches beyond the size."""
        os.ftruncate(self.number, self.size)
        self._reach = self.size

    def harm(self, path: Path, *, at_a_glance: bool = False) -> str:
        """Return what somebody else did to the file at this path, empty for nothing.
        ``at_a_glance`` takes one system call, and does not notice that the file was
        moved: what is written to it is still ours."""
        try:
            mine = os.fstat(self.number)
            if mine.st_size < self.size:
                return "was cut off by somebody else"
            if mine.st_size > self._reach:
                return "was written to by somebody else"
            if at_a_glance and mine.st_nlink:
                return ""
            if not os.path.samestat(mine, os.lstat(path)):
                return "was replaced by somebody else"
        except (FileNotFoundError, NotADirectoryError):
            return "was removed by somebody else, or its folder"
        except OSError:  # the next write says more
            pass
        return ""

    def sound(self) -> Iterator[bytes]:
        """Yield what was appended, from the file, or else from the second copy. Raise
        OSError where both are gone."""
        if self.is_sound():
            return self._all()
        if self._spare.size == self.size:
            return self._spare.parts()
        raise OSError(errno.EIO, "somebody has changed it, and there is no copy")

    def is_sound(self) -> bool:
        """Return whether the file holds what was appended."""
        try:
            self.prove()
        except OSError:
            return False
        return True

    def prove(self) -> None:
        """Raise OSError where the file does not hold what was appended."""
        for _ in self.parts():
            pass

    def parts(self, skip: int = 0) -> Iterator[bytes]:
        """Yield what was appended, without its first ``skip`` bytes. Raise OSError, at
        the end at the latest, where it is not what was appended."""
        total = 0
        for part in self._all():
            total = crc32(part, total)
            yield part[skip:] if skip else part
            skip = 0
        if total != self._sum:
            raise _ChangedError(errno.EIO, "somebody has changed it")

    def _all(self) -> Iterator[bytes]:
        place = 0
        while place < self.size:
            os.lseek(self.number, place, os.SEEK_SET)
            part = os.read(self.number, min(_PART, self.size - place))
            if not part:
                raise _ChangedError(errno.EIO, "somebody has cut it off")
            place += len(part)
            yield part

    def sync(self) -> None:
        os.fsync(self.number)

    def free_its_name(self) -> None:
        """Close it on Windows, which neither replaces, moves nor deletes an open
        file."""
        if sys.platform == "win32":  # pragma: no cover
            close(self.number)
            self.number = -1

    def close(self) -> None:
        """Close the file, and free what its second copy takes on the disk."""
        number, self.number = self.number, -1
        if number >= 0:
            close(number)
        self._spare.give_up()
