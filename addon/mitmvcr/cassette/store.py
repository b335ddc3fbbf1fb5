"""Where a cassette is kept. A file is replaced whole or left untouched.

While recording, each interaction is appended to a journal beside the target
(``chat.yaml.part``, itself a sound cassette) and flushed to the system; the target
changes once, by an atomic replace, when the session ends.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from mitmvcr.cassette import reader, writer
from mitmvcr.core.errors import CassetteError, CassetteWriteError
from mitmvcr.core.model import Cassette, Interaction


class Store(Protocol):
    """What a session needs of the place its cassette is kept in.

    ``begin`` opens a recording that follows ``kept`` interactions, ``append`` makes
    one more safe, ``publish`` puts the whole in place and ends the recording.
    """

    name: str

    def exists(self) -> bool: ...
    def load(self) -> Cassette: ...
    def begin(self, kept: Sequence[Interaction]) -> None: ...
    def append(self, interaction: Interaction) -> None: ...
    def publish(self) -> None: ...


class FileStore:
    """A cassette in a file. A symbolic link is followed; the mode is kept."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._target = Path(os.path.realpath(path))
        self._journal = self._target.with_name(self._target.name + ".part")
        self._file: int | None = None
        self._size = 0
        self._written = 0
        self._kept: Sequence[Interaction] = ()

    def __repr__(self) -> str:
        state = f"recording, {self._written} written" if self._file else "closed"
        return f"<FileStore {self.name} {state}>"

    def exists(self) -> bool:
        try:
            return self._target.is_file()
        except OSError as error:
            raise CassetteError(self.name, f"cannot be read: {_why(error)}") from error

    def load(self) -> Cassette:
        try:
            data = self._target.read_bytes()
        except OSError as error:
            raise CassetteError(self.name, f"cannot be read: {_why(error)}") from error
        return reader.loads(data, self.name, lazy=True)

    def begin(self, kept: Sequence[Interaction] = ()) -> None:
        self._kept = kept
        self._written = len(kept)
        try:
            self._journal.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
            self._file = os.open(self._journal, flags, 0o600)
            self._write(writer.preamble())
        except FileExistsError:
            raise self._left_over() from None
        except OSError as error:
            raise self._cannot_write(error) from error

    def append(self, interaction: Interaction) -> None:
        try:
            self._write(writer.dump_interaction(interaction, self._written))
        except OSError as error:
            raise self._cannot_write(error) from error
        self._written += 1

    def publish(self) -> None:
        """Nothing recorded writes nothing: the target stays as it was."""
        if self._file is None:
            return
        try:
            if self._written > len(self._kept):
                self._replace()
            else:
                os.close(self._file)
                self._journal.unlink()
        except OSError as error:
            raise self._cannot_write(error) from error
        finally:
            self._file = None

    def recover(self) -> int:
        """Put a journal that was left over in place, behind what the cassette holds.

        Returns how many interactions were recovered. A cut-off last one is dropped.
        """
        try:
            data = self._journal.read_bytes()
        except OSError as error:
            raise CassetteError(
                str(self._journal), f"nothing to recover: {_why(error)}"
            ) from error
        found = _whole_items(data, str(self._journal))
        kept = self.load().interactions if self.exists() else ()
        both = writer.dumps(Cassette([*kept, *found]))
        try:
            if found:
                replace_file(self._target, both)
            self._journal.unlink()
        except OSError as error:
            raise self._cannot_write(error) from error
        return len(found)

    def _write(self, data: bytes) -> None:
        """All of it or none: what a full disk cut off is taken back."""
        assert self._file is not None
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._file, view) :]
        except OSError:
            with suppress(OSError):  # the first error is the one to tell
                os.ftruncate(self._file, self._size)
                os.lseek(self._file, self._size, os.SEEK_SET)
            raise
        self._size += len(data)

    def _replace(self) -> None:
        assert self._file is not None
        if self._kept:
            with open(self._journal, "rb") as journal:
                new = journal.read()[len(writer.preamble()) :]
            kept = writer.dumps(Cassette(self._kept))
            os.close(self._file)
            replace_file(self._target, kept + new)
            self._journal.unlink()
            return
        os.fchmod(self._file, _mode_of(self._target))
        os.fsync(self._file)
        os.close(self._file)
        os.replace(self._journal, self._target)
        _sync_folder(self._target.parent)

    def _left_over(self) -> CassetteWriteError:
        return CassetteWriteError(
            str(self._journal),
            "a recording is under way in another process, or one was cut off: end it,"
            f" or run 'mitmvcr cassette recover {self.name}', or delete the file",
        )

    def _cannot_write(self, error: OSError) -> CassetteWriteError:
        return CassetteWriteError(
            self.name, f"cannot be written: {_why(error)}; make the folder writable"
        )


def replace_file(target: Path, data: bytes) -> None:
    """Write a file whole, or leave the old one as it was."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with open(fresh, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), _mode_of(target))
            os.fsync(file.fileno())
        os.replace(fresh, target)
    finally:
        fresh.unlink(missing_ok=True)
    _sync_folder(target.parent)


def _whole_items(data: bytes, name: str) -> Sequence[Interaction]:
    """The interactions of a journal, without a last one that was cut off."""
    if len(data) < len(writer.preamble()):
        return ()
    try:
        return reader.loads(data, name).interactions
    except CassetteError:
        cut = data.rfind(b"\n- id: ") + 1
        if not cut:
            raise
        return reader.loads(data[:cut], name).interactions


def _mode_of(target: Path) -> int:
    """The target's own mode, else what the umask leaves of a new file's."""
    with suppress(FileNotFoundError):
        return target.stat().st_mode & 0o7777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # a folder cannot be opened there
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


class MemoryStore:
    """The double that ships: a cassette that is kept in memory."""

    def __init__(self, cassette: Cassette | None = None, name: str = "memory") -> None:
        self.name = name
        self.cassette = cassette
        self._recording: list[Interaction] | None = None
        self._kept = 0

    def exists(self) -> bool:
        return self.cassette is not None

    def load(self) -> Cassette:
        if self.cassette is None:
            raise CassetteError(self.name, "cannot be read: no such cassette")
        return self.cassette

    def begin(self, kept: Sequence[Interaction] = ()) -> None:
        if self._recording is not None:
            raise CassetteWriteError(self.name, "a recording is under way")
        self._recording = list(kept)
        self._kept = len(kept)

    def append(self, interaction: Interaction) -> None:
        assert self._recording is not None
        self._recording.append(interaction)

    def publish(self) -> None:
        if self._recording is not None and len(self._recording) > self._kept:
            self.cassette = Cassette(self._recording)
        self._recording = None
