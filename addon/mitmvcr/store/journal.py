"""What is recorded before it is put in place: a file that grows beside the target.

It is a sound cassette after every append. Who records holds a lock beside it, so that
a journal in use differs from one that was left over.
"""

import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path

from mitmvcr.core.errors import CassetteWriteError
from mitmvcr.core.wording import as_word
from mitmvcr.format import writer
from mitmvcr.store.appended import AppendedFile
from mitmvcr.store.claiming import claim
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
)
from mitmvcr.store.lock import Lock
from mitmvcr.store.rescue import Made, contents, interactions_in, write_rescue
from mitmvcr.store.waiting import Piece, Waiting, tell_lost

logger = logging.getLogger("mitmvcr")

_NO_ROOM = "has no room for all of it"


class Journal:
    """The journal of one target. Methods raise OSError, and CassetteWriteError where
    somebody records already or there is a journal that holds something.

    Where somebody else lays hands on it, the recording goes on in another file, and
    ``harm`` says what happened: it is not to be put in place then.

    What cannot be written waits in memory until it can; ``lost`` counts what could not
    be written in the end.
    """

    def __init__(self, target: Path, name: str) -> None:
        self.path = self._part = Path(f"{target}.part")
        self.harm: str | None = None
        self._target, self._name = target, name
        self._lock = Lock(Path(f"{target}.part.lock"), name)
        self._file = self._appended_to(-1)
        self._waiting, self.lost = Waiting(name), 0

    def _appended_to(self, number: int) -> AppendedFile:
        return AppendedFile(number, self._target.parent)

    @property
    def is_open(self) -> bool:
        return self._file.number >= 0

    @property
    def is_beside(self) -> bool:
        """Return whether the journal has its usual name."""
        return self.path == self._part

    def begin(self) -> None:
        """Create it, or take over one that holds nothing and nobody uses."""
        locked = self._lock.take()
        self.path, self.harm, self.lost = self._part, None, 0
        try:
            self._file = self._appended_to(self._create(locked))
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
            self._append(writer.preamble())
        except OSError:
            self.remove()
            raise

    def open(self, place: Path | None = None) -> None:
        """Open one that was left over, here or in another place, unless somebody uses
        it."""
        self._lock.take()
        try:
            self.path = place or self.path
            file = self._claimed(open_own(self.path, os.O_RDWR))
            self._file = self._appended_to(file)
            self._file.measure()
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

    def _check_is_empty(self, locked: bool) -> None:
        """Raise CassetteWriteError unless the journal is locked and empty. Nothing can
        be made of an interaction that was cut off."""
        count = interactions_in(self.path)
        if locked and count == 0:
            return
        unsure = "" if locked else ", or is under way"
        problem = f"{contents(count)}{unsure}"
        raise CassetteWriteError(str(self.path), problem, remedy=self._remedy())

    def left_over(self) -> str | None:
        """Return what stands in a journal that nobody uses, with the remedy; None
        without one."""
        if not os.path.exists(self.path) or not self._lock.is_free():
            return None
        close(open_own(self.path, os.O_RDONLY))  # a pipe would never end
        count = interactions_in(self.path)
        if count == 0:
            return None
        return f"{self.path}: {contents(count)}: {self._remedy()}"

    def _remedy(self) -> str:
        keep = f"run 'mitmvcr cassette recover {as_word(self._name)}' to keep it"
        return f"{keep}; to record anew, delete the file"

    def append(self, piece: Piece) -> None:
        """Append all of it or nothing: what a full disk cut off is taken back. It waits
        then, behind what waits already; raise OSError where that is too much."""
        try:
            self._waiting.write(self._write)
            self._write(piece)
        except OSError as error:
            self._waiting.add(piece, error)

    def _write(self, piece: Piece) -> None:
        before = self._file.mark
        try:
            for part in piece.parts():
                self._append(part)
        except BaseException:
            if self._file.mark != before:
                self._file.take_back(before)
            raise

    def _append(self, data: bytes | memoryview) -> None:
        if self._went_elsewhere(at_a_glance=True):
            logger.error("mitmvcr: %s; the recording is in %s", self.harm, self.path)
        self._file.append(data)

    # What somebody else may do to it

    def check(self) -> None:
        """Raise CassetteWriteError where somebody else changed the journal. Call it
        before the recording is put in place: it also appends what waits."""
        self._went_elsewhere()
        self._waiting.write(self._write)
        if not self.harm and self._lock.was_taken_away():
            self._go_elsewhere("has lost its lock, which somebody removed or replaced")
        if self.harm:
            raise CassetteWriteError(self._name, self.harm)

    def _went_elsewhere(self, *, at_a_glance: bool = False) -> bool:
        """Look for what somebody else did to the file; go on elsewhere and return True
        if there is anything."""
        if harm := self._file.harm(self.path, at_a_glance=at_a_glance):
            self._go_elsewhere(harm)
        return bool(harm)

    def _go_elsewhere(self, harm: str, *, with_waiting: bool = False) -> None:
        """Go on in a file of another name, with all that was appended, and with what
        waits if that is wanted."""
        waiting = self._waiting if with_waiting else Waiting(self._name)
        file = self._moved(harm, lambda: chain(self._file.sound(), waiting.parts()))
        self._file.note(waiting.parts())
        waiting.clear()
        self._file.go_on_in(file)

    def _moved(self, harm: str, parts: Made) -> int:
        """Write these parts into a file of another name, and return it, open."""
        path, file = write_rescue(self._target, parts)
        self.harm = self.harm or f"{self.path} {harm}"
        self._leave_behind()
        self.path = path
        return file

    def _leave_behind(self) -> None:
        """Delete what is still ours alone; what somebody else has touched stays."""
        with suppress(OSError):
            if not self._file.harm(self.path) and self._file.is_sound():
                self.remove()
        close(self._file.number)
        self._file.number = -1

    def read(self) -> bytes:
        """Return what was appended or waits, also where somebody has deleted the
        file."""
        return b"".join(chain(self._file.sound(), self._waiting.parts()))

    def parts(self) -> Iterator[bytes]:
        """Yield what was appended, behind the head. Raise OSError, at the end at the
        latest, where it is not what was appended."""
        return self._file.parts(len(writer.preamble()))

    # The end

    def rewrite(self, parts: Sequence[bytes], *, goes_on: bool = False) -> None:
        """Put something else in the place of all that was appended or waits, whole or
        not at all; in another place where there is no room, unless it ``goes_on``."""
        self._went_elsewhere()
        try:
            file = self._replaced(parts)
        except OSError as error:
            if goes_on or error.errno not in FULL:
                raise
            file = self._moved(_NO_ROOM, lambda: parts)
        fresh = self._appended_to(-1)
        fresh.note(parts)
        fresh.go_on_in(file)
        self._file.close()
        self._file = fresh
        self._waiting.clear()

    def _replaced(self, parts: Iterable[bytes]) -> int:
        self._file.free_its_name()
        replace_file(self.path, parts)
        file = open_own(self.path, os.O_RDWR)
        claim(file)
        os.lseek(file, 0, os.SEEK_END)
        return file

    def replace_target(self) -> None:
        """Put it in place as the target."""
        if has_other_names(self._target):
            replace_file(self._target, writer.preamble(), self.parts())
            self.remove()
            return
        self._file.cut()
        before = os.fstat(self._file.number)
        self._file.prove()
        give_look(self._file.number, self.path, self._target)
        self._file.sync()
        self._file.free_its_name()
        os.replace(self.path, self._target)
        self._check_target(before)
        sync_folder(self._target.parent)

    def _check_target(self, before: os.stat_result) -> None:
        """Raise CassetteWriteError where somebody changed the target as it was put in
        place."""
        if not self.is_open:  # pragma: no cover - on Windows alone
            return
        try:
            now = os.fstat(self._file.number)
            is_ours = is_at(self._file.number, self._target)
        except OSError:  # nobody can know, and it was put in place
            return
        if is_ours and (now.st_size, now.st_mtime) == (before.st_size, before.st_mtime):
            return
        self._go_elsewhere("was changed by somebody else as it was put in place")
        self.check()

    def remove(self) -> None:
        """Delete the journal; a file that somebody else has put in its place stays."""
        if is_at(self._file.number, self.path):
            self._file.free_its_name()
            self.path.unlink()

    def sync(self) -> None:
        self._file.sync()

    def rescue(self) -> Path:
        """Return where the recording is after all else failed: still here, or in a file
        of another name."""
        try:
            self._went_elsewhere()
            if not self._file.is_sound():
                self._go_elsewhere("was changed by somebody else")
        except OSError as error:
            for piece in self._waiting.clear():
                self._lose(piece, error)
            raise
        if self._waiting:
            self._find_room()
        return self.path

    def _find_room(self) -> None:
        """Append what waits, elsewhere with all the rest, or here as far as it fits."""
        try:
            self._go_elsewhere(_NO_ROOM, with_waiting=True)
        except OSError:
            for piece in self._waiting.clear():
                try:
                    self._write(piece)
                except OSError as error:
                    self._lose(piece, error)

    def _lose(self, piece: Piece, error: OSError) -> None:
        self.lost += 1
        tell_lost(piece, error)

    def close(self) -> None:
        """Close the file, and hold its lock until then, lest somebody takes it over."""
        self._file.close()
        self._waiting.clear()
        self._lock.release()


class SyncedJournal(Journal):
    """A journal whose every interaction outlasts a power cut too."""

    def _append(self, data: bytes | memoryview) -> None:
        before = self._file.mark
        super()._append(data)
        try:
            self.sync()
        except OSError:
            self._file.take_back(before)
            raise
