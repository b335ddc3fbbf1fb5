"""Where a cassette is kept. A file is replaced whole or left untouched.

While recording, each interaction is appended to a journal beside the target
(``chat.yaml.part``, itself a sound cassette) and flushed to the system; the target
changes once, by an atomic replace, when the session ends.
"""

import errno
import hashlib
import os
from collections.abc import Callable, Iterable, Sequence
from io import BufferedIOBase
from pathlib import Path
from typing import Protocol

from mitmvcr.core.errors import (
    CassetteDamagedError,
    CassetteError,
    CassetteNotFoundError,
    CassetteWriteError,
)
from mitmvcr.core.model import Cassette, Interaction, Layout
from mitmvcr.format import reader, writer
from mitmvcr.format.packed import is_packed, packed, unpacked
from mitmvcr.format.source import Source
from mitmvcr.store.files import finish_in_place, replace_file, whole_beside, why
from mitmvcr.store.journal import Journal, SyncedJournal, without_cut_off
from mitmvcr.store.rewrite import Change, amended
from mitmvcr.store.source import opened
from mitmvcr.store.volatile import keep_volatile

_FOLDER = "make its folder writable, or choose another one"
_REMEDIES = {
    errno.EACCES: _FOLDER,
    errno.EPERM: _FOLDER,
    errno.EROFS: _FOLDER,
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
}

#: Up to this size a cassette is read whole at the start, within 20 ms; a larger one
#: is indexed, and a damaged interaction in it is found when it is asked for.
READ_WHOLE = 1 << 20

#: A larger body is not to be in memory several times over.
_LARGE = 8 << 20


class Store(Protocol):
    """What a session needs of the place its cassette is kept in.

    ``load`` finds damage; with ``sendable`` also what cannot be an HTTP message.
    ``begin`` opens a recording that follows ``kept`` interactions, ``append`` makes
    one more safe, ``publish`` puts the whole in place and ends the recording.
    ``amend`` changes what was recorded so far where it holds one of some texts.
    ``replace`` writes a cassette anew while nothing is recorded.
    ``digest`` is the SHA-256 of the cassette as it stands, None without one.
    ``leave`` ends it and keeps it beside the cassette: it returns where, or None where
    there was nothing. ``left_over`` describes a recording that lies there.
    """

    name: str

    def exists(self) -> bool: ...
    def load(self, *, sendable: bool = False) -> Cassette: ...
    def begin(self, kept: Sequence[Interaction]) -> None: ...
    def append(self, interaction: Interaction) -> None: ...
    def amend(self, change: Change, texts: Sequence[bytes]) -> None: ...
    def publish(self) -> None: ...
    def replace(self, interactions: Sequence[Interaction]) -> None: ...
    def leave(self) -> str | None: ...
    def left_over(self) -> str | None: ...
    def digest(self) -> str | None: ...


class FileStore:
    """A cassette in a file. A symbolic link is followed; the mode is kept.

    ``fsync_each``: an interaction is on the disk itself when ``append`` returns, else
    with the system. ``write_empty``: a recording of nothing makes an empty cassette.
    ``keep_volatile``: what differs only as every recording does stays as it was.
    """

    def __init__(
        self,
        path: Path,
        layout: Layout = "v4",
        *,
        fsync_each: bool = False,
        write_empty: bool = False,
        keep_volatile: bool = False,
        name: str = "",
    ) -> None:
        self._layout, self._write_empty = layout, write_empty
        self._keep_volatile = keep_volatile
        self.name = name or str(path)
        self._target = Path(os.path.realpath(path))
        kind = SyncedJournal if fsync_each else Journal
        self._journal = kind(self._target, self.name)
        self._seen: tuple[object, ...] | None = None
        self._before: tuple[object, ...] = ()
        self._dump: Callable[[Interaction, int], bytes]
        self._written = 0
        self._kept: Sequence[Interaction] = ()

    def __repr__(self) -> str:
        new = self._written - len(self._kept)
        state = f"recording, {new} written" if self._journal.is_open else "closed"
        return f"<FileStore {self.name} {state}>"

    def exists(self) -> bool:
        """Return whether the cassette is there. Raise CassetteError for what is no
        file: it is not to be replaced."""
        try:
            self._seen = self._state()
            return self._is_there()
        except OSError as error:
            raise self._cannot_read(error) from error

    def load(self, *, sendable: bool = False) -> Cassette:
        try:
            self._seen = self._state()
            self._check_is_whole()
            data = self._open()
        except FileNotFoundError:
            raise CassetteNotFoundError(self.name, "there is no such file") from None
        except OSError as error:
            raise self._cannot_read(error) from error
        # A small one is known to be sound before the first request comes.
        lazy = len(data) > READ_WHOLE
        return reader.loads(data, self.name, lazy=lazy, sendable=sendable)

    def _check_is_whole(self) -> None:
        if os.path.lexists(whole_beside(self._target)):
            raise CassetteDamagedError(
                self.name,
                "is being written, or its recorder was killed as it wrote: run"
                f" 'mitmvcr cassette recover {self.name}'",
            )

    def begin(self, kept: Sequence[Interaction] = ()) -> None:
        folder = self._target.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise self._cannot_write(f"{folder} is not a folder") from None
        except OSError as error:
            raise self._cannot_write(why(error), error) from error
        try:
            self._begin_journal()
        except OSError as error:
            raise self._cannot_write(why(error), error) from error
        self._kept, self._written = kept, len(kept)
        self._dump = writer.dumper(self._layout)

    def _begin_journal(self) -> None:
        self._journal.begin()
        try:
            self._check_is_as_seen()
        except BaseException:
            try:
                self._journal.remove()
            finally:
                self._journal.close()
            raise

    def _check_is_as_seen(self) -> None:
        """Raise CassetteWriteError where the cassette has changed between the first
        look and the lock: what another recorder put in place would be lost."""
        self._before = self._state()
        if self._seen not in (None, self._before):
            problem = "was changed by another process just now: start again"
            raise CassetteWriteError(self.name, problem)

    def _check_is_as_before(self) -> None:
        """Raise CassetteWriteError where the cassette has changed since the recording
        began: no recorder may do that, but an editor or a checkout may. A deleted one
        is made again."""
        if self._state() not in (self._before, ()):
            problem = "was changed by somebody else since the recording began"
            raise CassetteWriteError(self.name, problem)

    def append(self, interaction: Interaction) -> None:
        try:
            if len(interaction.response.body) > _LARGE:
                self._append_large(interaction)
            else:
                self._journal.append(self._dump(interaction, self._written))
        except OSError as error:
            raise self._cannot_write(why(error), error) from error
        self._written += 1

    def _append_large(self, interaction: Interaction) -> None:
        parts = writer.item_pieces(interaction, self._written, self._layout)
        self._journal.append_parts(parts)

    def amend(self, change: Change, texts: Sequence[bytes]) -> None:
        """Change what was recorded so far where it may hold one of the texts."""
        if not self._journal.is_open:
            return
        try:
            data, name = self._journal.read(), str(self._journal.path)
            if parts := amended(data, name, texts, change, self._layout):
                self._journal.rewrite(parts)
        except (OSError, CassetteError) as error:
            try:
                raise self._not_published(error) from error
            finally:
                self._journal.close()

    def publish(self) -> None:
        """Put the recording in place. Write nothing when nothing was recorded, unless
        an empty cassette is wanted."""
        if not self._journal.is_open:
            return
        try:
            self._put_in_place()
        except (OSError, CassetteError) as error:
            raise self._not_published(error) from error
        finally:
            self._seen = None
            self._journal.close()

    def _put_in_place(self) -> None:
        if self._written > len(self._kept):
            self._journal.check()
            self._check_is_as_before()
        if self._written == len(self._kept):
            if self._write_empty and not self._kept:
                self._check_is_as_before()
                self._put(writer.dumps(Cassette()))
            self._journal.remove()
        elif self._kept:
            kept = writer.parts(Cassette(self._kept), self._layout)
            self._put(kept, self._journal.parts())
            self._journal.remove()
        elif self._keep_volatile and self.exists():
            self._put_what_differs()
            self._journal.remove()
        else:
            self._put_journal()

    def replace(self, interactions: Sequence[Interaction]) -> None:
        """Write the cassette anew, whole or not at all."""
        try:
            self._put(writer.parts(Cassette(interactions), self._layout))
        except OSError as error:
            raise self._cannot_write(why(error), error) from error

    def _put_what_differs(self) -> None:
        old = self._read()
        was = reader.loads(old, self.name).interactions
        now = reader.loads(self._journal.read(), str(self._journal.path)).interactions
        mixed = writer.dumps(Cassette([*keep_volatile(was, now)]), self._layout)
        if mixed != old:
            self._put(mixed)

    def _not_published(self, error: OSError | CassetteError) -> CassetteWriteError:
        reason = why(error) if isinstance(error, OSError) else error.problem
        problem = f"cannot be written: {reason}; the recording is in"
        try:
            place = self._journal.rescue()
        except OSError as worse:
            problem = (
                f"cannot be written: {reason}; the recording is lost: {why(worse)}"
            )
            return CassetteWriteError(self.name, problem)
        source = "" if self._journal.is_beside else f" --from {place}"
        remedy = f"run 'mitmvcr cassette recover {self.name}{source}'"
        return CassetteWriteError(self.name, f"{problem} {place}: {remedy}")

    def leave(self) -> str | None:
        """Leave the target as it was, and the journal beside it."""
        if not self._journal.is_open:
            return None
        try:
            if self._written == len(self._kept):
                self._journal.remove()
                return None
            self._journal.check()
            self._journal.sync()
            return str(self._journal.path)
        except (OSError, CassetteError) as error:
            raise self._not_published(error) from error
        finally:
            self._journal.close()

    def left_over(self) -> str | None:
        try:
            return self._journal.left_over()
        except OSError as error:
            return f"{self._journal.path}: cannot be read: {why(error)}"
        except CassetteError as error:
            return str(error)

    @property
    def place(self) -> Path:
        """Return where the cassette lies, or would, were it a file; its journal stands
        beside it."""
        return self._target

    def digest(self) -> str | None:
        """Return the SHA-256 of the cassette's bytes in hexadecimal. Raise
        CassetteError."""
        try:
            if not self._is_there():
                return None
            with self._opened() as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise self._cannot_read(error) from error

    def recover(self, *, instead: bool = False, source: Path | None = None) -> int:
        """Put a journal that was left over in place, behind what the cassette holds,
        or ``instead`` of that; ``source`` is one that is not beside the cassette.

        Returns how many interactions were recovered. A cut-off last one is dropped.
        """
        is_finished = self._finish()
        try:
            self._journal.open(source)
        except OSError as error:
            if is_finished and isinstance(error, FileNotFoundError) and not source:
                return len(self.load().interactions)
            raise CassetteError(
                str(self._journal.path), f"nothing to recover: {why(error)}"
            ) from error
        try:
            return self._recover(instead)
        except OSError as error:
            raise self._cannot_write(why(error), error) from error
        finally:
            self._journal.close()

    def _finish(self) -> bool:
        """Finish what a killed process was writing in place; return False where there
        is none."""
        if not os.path.lexists(whole_beside(self._target)):
            return False
        try:
            with self._journal.locked():
                finish_in_place(self._target)
        except OSError as error:
            raise self._cannot_write(why(error), error) from error
        return True

    def _recover(self, instead: bool) -> int:
        data = without_cut_off(self._journal.read())
        found = reader.loads(data, str(self._journal.path)).interactions
        if found and not self._is_in_place(data):
            loads = self.exists() and not instead
            kept = self.load().interactions if loads else ()
            self._put(writer.parts(Cassette([*kept, *found]), self._layout))
        self._journal.remove()
        return len(found)

    def _is_in_place(self, data: bytes) -> bool:
        """Return whether the recorder ended after it replaced the cassette and before
        it removed the journal. The ids, which go on where the cassette ended, show
        it."""
        items = data.removeprefix(writer.preamble())
        return self.exists() and self._read().endswith(items)

    # What another place than a file does otherwise. All raise OSError.

    def _is_there(self) -> bool:
        if self._target.exists() and not self._target.is_file():
            raise CassetteError(self.name, "is not a file; name another one")
        return self._target.exists()

    def _state(self) -> tuple[object, ...]:
        """Return the state of the target, which every replace changes. Empty where
        there is none."""
        try:
            found = os.stat(self._target)
        except (FileNotFoundError, NotADirectoryError):
            return ()
        return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns

    def _open(self) -> bytes | Source:
        """Return the cassette's bytes, or a source that reads it where it is large."""
        if is_packed(self._target.name):
            return self._read()
        data = opened(self._target, self.name)
        return unpacked(data, self.name) if isinstance(data, bytes) else data

    def _read(self) -> bytes:
        return unpacked(self._target.read_bytes(), self.name)

    def _opened(self) -> BufferedIOBase:
        return self._target.open("rb")

    def _put(self, *parts: bytes | Iterable[bytes]) -> None:
        """Replace the cassette whole; make its folder again if that vanished."""
        self._target.parent.mkdir(parents=True, exist_ok=True)
        replace_file(self._target, packed(self._target.name, *parts))

    def _put_journal(self) -> None:
        if is_packed(self._target.name):
            self._put(writer.preamble(), self._journal.parts())
            self._journal.remove()
        else:
            self._journal.replace_target()

    def _cannot_read(self, error: OSError) -> CassetteError:
        return CassetteError(self.name, f"cannot be read: {why(error)}")

    def _cannot_write(
        self, reason: str, error: OSError | None = None
    ) -> CassetteWriteError:
        number = error.errno if error and error.errno else 0
        remedy = _REMEDIES.get(number, "choose another file")
        return CassetteWriteError(self.name, f"cannot be written: {reason}; {remedy}")
