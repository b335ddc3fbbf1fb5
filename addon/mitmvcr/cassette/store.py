"""Where a cassette is kept. A file is replaced whole or left untouched.

While recording, each interaction is appended to a journal beside the target
(``chat.yaml.part``, itself a sound cassette) and flushed to the system; the target
changes once, by an atomic replace, when the session ends.
"""

import errno
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from mitmvcr.cassette import codec
from mitmvcr.cassette.files import replace_file, why
from mitmvcr.cassette.journal import Journal, without_cut_off
from mitmvcr.core.errors import (
    CassetteError,
    CassetteNotFoundError,
    CassetteWriteError,
)
from mitmvcr.core.model import Cassette, Interaction, Layout

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


class Store(Protocol):
    """What a session needs of the place its cassette is kept in.

    ``begin`` opens a recording that follows ``kept`` interactions, ``append`` makes
    one more safe, ``publish`` puts the whole in place and ends the recording.
    ``replace`` writes a cassette anew while nothing is recorded.
    """

    name: str

    def exists(self) -> bool: ...
    def load(self) -> Cassette: ...
    def begin(self, kept: Sequence[Interaction]) -> None: ...
    def append(self, interaction: Interaction) -> None: ...
    def publish(self) -> None: ...
    def replace(self, interactions: Sequence[Interaction]) -> None: ...


class FileStore:
    """A cassette in a file. A symbolic link is followed; the mode is kept."""

    def __init__(self, path: Path, layout: Layout = "v4") -> None:
        self._layout = layout
        self.name = str(path)
        self._target = Path(os.path.realpath(path))
        self._journal = Journal(self._target, self.name)
        self._dump: Callable[[Interaction, int], bytes]
        self._written = 0
        self._kept: Sequence[Interaction] = ()

    def __repr__(self) -> str:
        new = self._written - len(self._kept)
        state = f"recording, {new} written" if self._journal.is_open else "closed"
        return f"<FileStore {self.name} {state}>"

    def exists(self) -> bool:
        """What is there but is no file is an error: it is not to be replaced."""
        try:
            if self._target.is_file():
                return True
            if self._target.exists():
                raise CassetteError(self.name, "is not a file; name another one")
        except OSError as error:
            raise self._cannot_read(error) from error
        return False

    def load(self) -> Cassette:
        try:
            data = self._target.read_bytes()
        except FileNotFoundError:
            raise CassetteNotFoundError(self.name, "there is no such file") from None
        except OSError as error:
            raise self._cannot_read(error) from error
        # A small one is known to be sound before the first request comes.
        return codec.loads(data, self.name, lazy=len(data) > READ_WHOLE)

    def begin(self, kept: Sequence[Interaction] = ()) -> None:
        folder = self._target.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise self._cannot_write(f"{folder} is not a folder") from None
        except OSError as error:
            raise self._cannot_write(why(error), error) from error
        try:
            self._journal.begin()
        except OSError as error:
            raise self._cannot_write(why(error), error) from error
        self._kept, self._written = kept, len(kept)
        self._dump = codec.dumper(self._layout)

    def append(self, interaction: Interaction) -> None:
        data = self._dump(interaction, self._written)
        try:
            self._journal.append(data)
        except OSError as error:
            raise self._cannot_write(why(error), error) from error
        self._written += 1

    def publish(self) -> None:
        """Nothing recorded writes nothing: the target stays as it was."""
        if not self._journal.is_open:
            return
        try:
            self._put_in_place()
        except (OSError, CassetteError) as error:
            reason = why(error) if isinstance(error, OSError) else error.problem
            raise CassetteWriteError(
                self.name,
                f"cannot be written: {reason}; the recording is in"
                f" {self._journal.path}: run 'mitmvcr cassette recover {self.name}'",
            ) from error
        finally:
            self._journal.close()

    def _put_in_place(self) -> None:
        if self._written == len(self._kept):
            self._journal.remove()
        elif self._kept:
            new = self._journal.read().removeprefix(codec.preamble())
            kept = codec.dumps(Cassette(self._kept), self._layout)
            replace_file(self._target, kept + new)
            self._journal.remove()
        else:
            self._journal.replace_target()

    def replace(self, interactions: Sequence[Interaction]) -> None:
        """Write the cassette anew, whole or not at all."""
        try:
            data = codec.dumps(Cassette(interactions), self._layout)
            replace_file(self._target, data)
        except OSError as error:
            raise self._cannot_write(why(error), error) from error

    def recover(self) -> int:
        """Put a journal that was left over in place, behind what the cassette holds.

        Returns how many interactions were recovered. A cut-off last one is dropped.
        """
        try:
            self._journal.open()
        except OSError as error:
            raise CassetteError(
                str(self._journal.path), f"nothing to recover: {why(error)}"
            ) from error
        try:
            return self._recover()
        except OSError as error:
            raise self._cannot_write(why(error), error) from error
        finally:
            self._journal.close()

    def _recover(self) -> int:
        data = without_cut_off(self._journal.read())
        found = codec.loads(data, str(self._journal.path)).interactions
        if found:
            kept = self.load().interactions if self.exists() else ()
            both = codec.dumps(Cassette([*kept, *found]), self._layout)
            replace_file(self._target, both)
        self._journal.remove()
        return len(found)

    def _cannot_read(self, error: OSError) -> CassetteError:
        return CassetteError(self.name, f"cannot be read: {why(error)}")

    def _cannot_write(
        self, reason: str, error: OSError | None = None
    ) -> CassetteWriteError:
        number = error.errno if error and error.errno else 0
        remedy = _REMEDIES.get(number, "choose another file")
        return CassetteWriteError(self.name, f"cannot be written: {reason}; {remedy}")


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
            raise CassetteNotFoundError(self.name, "there is no such cassette")
        return self.cassette

    def begin(self, kept: Sequence[Interaction] = ()) -> None:
        if self._recording is not None:
            raise CassetteWriteError(self.name, "is being recorded already")
        self._recording = [replace(each, id=at) for at, each in enumerate(kept)]
        self._kept = len(kept)

    def append(self, interaction: Interaction) -> None:
        assert self._recording is not None
        self._recording.append(replace(interaction, id=len(self._recording)))

    def publish(self) -> None:
        if self._recording is not None and len(self._recording) > self._kept:
            self.cassette = Cassette(self._recording)
        self._recording = None

    def replace(self, interactions: Sequence[Interaction]) -> None:
        renumbered = [replace(each, id=at) for at, each in enumerate(interactions)]
        self.cassette = Cassette(renumbered)
