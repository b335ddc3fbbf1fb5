"""What is recorded before it is put in place: a file that grows beside the target.

It is a sound cassette after every append. Who records holds a lock beside it, so that
a journal in use differs from one that was left over.
"""

import errno
import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from zlib import crc32

from mitmvcr.core.errors import CassetteError, CassetteWriteError
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.format import reader, writer
from mitmvcr.store.files import (
    BINARY,
    FULL,
    PRIVATE,
    close,
    give_look,
    has_other_names,
    is_at,
    open_own,
    replace_file,
    sync_folder,
    write_all,
)
from mitmvcr.store.lock import Lock, claim
from mitmvcr.store.rescue import open_rescue
from mitmvcr.store.spare import Spare

logger = logging.getLogger("mitmvcr")

_PART = 1 << 20


class _ChangedError(OSError):
    """The journal does not hold what was appended."""


class Journal:
    """The journal of one target. Methods raise OSError, and CassetteWriteError where
    somebody records already or there is a journal that holds something.

    Where somebody else lays hands on it, the recording goes on in another file, and
    ``harm`` says what happened: it is not to be put in place then.
    """

    def __init__(self, target: Path, name: str) -> None:
        self.path = self._part = target.with_name(target.name + ".part")
        self.harm: str | None = None
        self._target, self._name = target, name
        self._lock = Lock(target.with_name(target.name + ".part.lock"), name)
        self._file = -1
        #: What was appended: its size and its checksum. A write that failed and could
        #: not be taken back reaches farther.
        self._size = self._sum = self._reach = 0
        self._spare = Spare(target.parent)

    @property
    def is_open(self) -> bool:
        return self._file >= 0

    @property
    def is_beside(self) -> bool:
        """Return whether the journal has its usual name."""
        return self.path == self._part

    def begin(self) -> None:
        """Create it, or take over one that holds nothing and nobody uses."""
        locked = self._lock.take()
        self.path, self.harm, self._spare = self._part, None, Spare(self._part.parent)
        try:
            self._file = self._create(locked)
            self._size = self._sum = self._reach = 0
            self._write_head()
        except BaseException:
            self.close()
            raise

    def _create(self, locked: bool) -> int:
        flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | BINARY
        with suppress(FileExistsError):
            return self._claimed(os.open(self.path, flags, PRIVATE))
        file = self._claimed(open_own(self.path, os.O_RDWR))
        try:
            self._check_is_empty(locked)
            os.ftruncate(file, 0)
        except BaseException:
            close(file)
            raise
        return file

    def _claimed(self, file: int) -> int:
        """Lock the journal itself and return it: the lock beside it may be deleted, and
        nobody may take over or recover a journal in use."""
        if claim(file):
            return file
        close(file)
        raise self._lock.refusal()

    def _write_head(self) -> None:
        try:
            self.append(writer.preamble())
        except OSError:
            self.remove()
            raise

    def open(self, place: Path | None = None) -> None:
        """Open one that was left over, here or in another place, unless somebody uses
        it."""
        self._lock.take()
        try:
            self.path = place or self.path
            self._file = self._claimed(open_own(self.path, os.O_RDWR))
            self._measure()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep anybody else from recording in the block."""
        self._lock.take()
        try:
            yield
        finally:
            self._lock.release()

    def _measure(self) -> None:
        self._size = self._reach = os.fstat(self._file).st_size
        self._sum = 0
        for part in self._all():
            self._sum = crc32(part, self._sum)

    def _check_is_empty(self, locked: bool) -> None:
        """Raise CassetteWriteError unless the journal is locked and empty. Nothing can
        be made of an interaction that was cut off."""
        count = _count(self.path)
        if locked and count == 0:
            return
        unsure = "" if locked else ", or is under way"
        raise CassetteWriteError(
            str(self.path), f"{_contents(count)}{unsure}: {self._remedy()}"
        )

    def left_over(self) -> str | None:
        """Return what stands in a journal that nobody uses, with the remedy; None
        without one."""
        if not os.path.exists(self.path) or not self._lock.is_free():
            return None
        close(open_own(self.path, os.O_RDONLY))  # a pipe would never end
        count = _count(self.path)
        if count == 0:
            return None
        return f"{self.path}: {_contents(count)}: {self._remedy()}"

    def _remedy(self) -> str:
        return f"run 'mitmvcr cassette recover {self._name}', or delete the file"

    def append(self, data: bytes | memoryview) -> None:
        """Append all of it or nothing: what a full disk cut off is taken back."""
        if self._heed(at_a_glance=True):
            logger.error("mitmvcr: %s; the recording is in %s", self.harm, self.path)
        try:
            self._write(data)
        except OSError as error:
            if error.errno not in FULL or not self._spare.is_on_disk:
                raise
            self._spare.give_up()  # it takes just what is missing
            self._write(data)
        self._size, self._sum = self._reach, crc32(data, self._sum)
        self._spare.append(data)

    def _write(self, data: bytes | memoryview) -> None:
        self._reach = self._size + len(data)
        try:
            written = os.write(self._file, data)
            while written < len(data):
                written += os.write(self._file, memoryview(data)[written:])
        except OSError:
            self._take_back(self._size, self._sum)
            raise

    def append_parts(self, parts: Iterable[bytes | memoryview]) -> None:
        """Append what is too large to be in one piece, all of it or nothing."""
        before = self._size, self._sum
        try:
            for part in parts:
                self.append(part)
        except BaseException:
            self._take_back(*before)
            raise

    def _take_back(self, size: int, total: int) -> None:
        self._size, self._sum = size, total
        self._spare.cut(size)
        with suppress(OSError):  # the first error is the one to tell
            os.lseek(self._file, size, os.SEEK_SET)
            os.ftruncate(self._file, size)
            self._reach = size

    # What somebody else may do to it

    def check(self) -> None:
        """Raise CassetteWriteError where somebody else changed the journal. Call it
        before the recording is put in place."""
        self._heed()
        if not self.harm and self._lock.was_taken_away():
            self._go_elsewhere("has lost its lock, which somebody removed or replaced")
        if self.harm:
            raise CassetteWriteError(self._name, self.harm)

    def _heed(self, *, at_a_glance: bool = False) -> bool:
        """Look for what somebody else did to the file; go on elsewhere and return True
        if there is anything."""
        if harm := self._found_harm(at_a_glance=at_a_glance):
            self._go_elsewhere(harm)
        return bool(harm)

    def _found_harm(self, *, at_a_glance: bool = False) -> str:
        """Return what somebody else did to the file, seen at a glance, with one call to
        the system. A file that was moved away is not missed: what is written to it is
        still ours."""
        try:
            mine = os.fstat(self._file)
            if mine.st_size < self._size:
                return "was cut off by somebody else"
            if mine.st_size > self._reach:
                return "was written to by somebody else"
            if at_a_glance and mine.st_nlink:
                return ""
            if not os.path.samestat(mine, os.lstat(self.path)):
                return "was replaced by somebody else"
        except (FileNotFoundError, NotADirectoryError):
            return "was removed by somebody else, or its folder"
        except OSError:  # the next write says more
            pass
        return ""

    def _go_elsewhere(self, harm: str) -> None:
        """Go on in a file of another name, with all that was appended."""
        source = self._sound()
        path, file = open_rescue(self._target)
        try:
            claim(file)
            for part in source:
                write_all(file, part)
        except BaseException:
            close(file)
            path.unlink(missing_ok=True)
            raise
        self.harm = self.harm or f"{self.path} {harm}"
        self._leave_behind()
        self._file, self.path, self._reach = file, path, self._size

    def _leave_behind(self) -> None:
        """Delete what is still ours alone; what somebody else has touched stays."""
        with suppress(OSError):
            if not self._found_harm() and self._is_sound():
                self.remove()
        close(self._file)

    def _sound(self) -> Iterator[bytes]:
        """Yield what was appended, from the file, or else from the second copy.

        Raises OSError where both are gone.
        """
        if self._is_sound():
            return self._all()
        if self._spare.size == self._size:
            return self._spare.parts()
        raise OSError(errno.EIO, "somebody has changed it, and there is no copy")

    def _is_sound(self) -> bool:
        try:
            self._prove()
        except OSError:
            return False
        return True

    def _prove(self) -> None:
        """Raise OSError where the file does not hold what was appended."""
        for _ in self.parts():
            pass

    def read(self) -> bytes:
        """Return what was appended, also where somebody has deleted the file."""
        return b"".join(self._sound())

    def parts(self) -> Iterator[bytes]:
        """Yield what was appended, behind the head. Raise OSError, at the end at the
        latest, where it is not what was appended."""
        total, head = 0, len(writer.preamble())
        for part in self._all():
            total = crc32(part, total)
            yield part[head:] if head else part
            head = 0
        if total != self._sum:
            raise _ChangedError(errno.EIO, "somebody has changed it")

    def _all(self) -> Iterator[bytes]:
        at = 0
        while at < self._size:
            os.lseek(self._file, at, os.SEEK_SET)
            part = os.read(self._file, min(_PART, self._size - at))
            if not part:
                raise _ChangedError(errno.EIO, "somebody has cut it off")
            at += len(part)
            yield part

    # The end

    def rewrite(self, parts: Iterable[bytes]) -> None:
        """Put something else in the place of all that was appended, whole or not at
        all."""
        self._heed()
        spare, size, total = Spare(self._target.parent), 0, 0

        def noted() -> Iterator[bytes]:
            nonlocal size, total
            for part in parts:
                spare.append(part)
                size, total = size + len(part), crc32(part, total)
                yield part

        if sys.platform == "win32":  # pragma: no cover - it replaces no open file
            close(self._file)
        replace_file(self.path, noted())
        close(self._file)
        self._file = open_own(self.path, os.O_RDWR)
        claim(self._file)
        os.lseek(self._file, 0, os.SEEK_END)
        self._spare.give_up()
        self._spare, self._size, self._reach, self._sum = spare, size, size, total

    def replace_target(self) -> None:
        """Put it in place as the target."""
        if has_other_names(self._target):
            replace_file(self._target, writer.preamble(), self.parts())
            self.remove()
            return
        os.ftruncate(self._file, self._size)
        self._reach = self._size
        before = os.fstat(self._file)
        self._prove()
        give_look(self._file, self.path, self._target)
        os.fsync(self._file)
        self._last(lambda: os.replace(self.path, self._target))
        self._check_target(before)
        sync_folder(self._target.parent)

    def _check_target(self, before: os.stat_result) -> None:
        """Raise CassetteWriteError where somebody changed the target as it was put in
        place."""
        if self._file < 0:  # pragma: no cover - on Windows alone
            return
        try:
            now = os.fstat(self._file)
            is_ours = is_at(self._file, self._target)
        except OSError:  # nobody can know, and it was put in place
            return
        if is_ours and (now.st_size, now.st_mtime) == (before.st_size, before.st_mtime):
            return
        self._go_elsewhere("was changed by somebody else as it was put in place")
        self.check()

    def remove(self) -> None:
        """Delete the journal; a file that somebody else has put in its place stays."""
        if is_at(self._file, self.path):
            self._last(self.path.unlink)

    def sync(self) -> None:
        os.fsync(self._file)

    def rescue(self) -> Path:
        """Return where the recording is after all else failed: still here, or in a file
        of another name."""
        self._heed()
        if not self._is_sound():
            self._go_elsewhere("was changed by somebody else")
        return self.path

    def _last(self, step: Callable[[], None]) -> None:
        """Take the last step with the file, which Windows neither moves nor deletes
        while it is open."""
        if sys.platform == "win32":  # pragma: no cover
            close(self._file)
            self._file = -1
        step()

    def close(self) -> None:
        """Close the file, and hold the lock until it is gone, lest somebody takes it
        over."""
        file, self._file = self._file, -1
        if file >= 0:
            close(file)
        self._spare.give_up()
        self._lock.release()


class SyncedJournal(Journal):
    """A journal whose every interaction outlasts a power cut too."""

    def append(self, data: bytes | memoryview) -> None:
        before = self._size, self._sum
        super().append(data)
        try:
            os.fsync(self._file)
        except OSError:
            self._take_back(*before)
            raise


def _count(path: Path) -> int | None:
    """Return how many whole interactions a journal holds; None if it is no journal."""
    data = without_cut_off(path.read_bytes())
    if data == writer.preamble():
        return 0
    try:
        return len(reader.loads(data, str(path), lazy=True).interactions)
    except CassetteError:
        return None


def _contents(count: int | None) -> str:
    if count is None:
        return "does not hold a recording, and blocks a new one"
    found = f"{count} interaction{'' if count == 1 else 's'}"
    return f"holds {found} of a recording that was not saved"


def without_cut_off(data: bytes) -> bytes:
    """Return a journal without a last interaction that was cut off: a whole one ends
    with the line of its duration. What is no journal is left as it is."""
    sample = writer.dumper()(Interaction(0, Request(), Response()), 0)
    last_line = sample[sample.rindex(b"\n", 0, -1) :].removesuffix(b"0s\n")
    lines = data[: data.rfind(b"\n") + 1]
    last = lines.rfind(last_line)
    if last >= 0:
        return data[: data.index(b"\n", last + 1) + 1]
    head = writer.preamble()
    return head if data.startswith(head) or head.startswith(data) else data
