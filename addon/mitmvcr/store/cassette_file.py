"""A cassette as it lies there: read, looked at, and replaced whole."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mitmvcr.core.errors import CassetteDamagedError, CassetteNotFoundError
from mitmvcr.core.model import Cassette, Interaction, Layout
from mitmvcr.core.wording import as_word
from mitmvcr.format import reader, writer
from mitmvcr.store.files import whole_beside, why
from mitmvcr.store.place import Place, State

#: Up to this size a cassette is read whole at the start, within 20 ms; a larger one
#: is indexed, and a damaged interaction in it is found when it is asked for.
READ_WHOLE = 1 << 20


class CassetteFile:
    """A cassette in a file, or at a URL (a text)."""

    def __init__(self, place: Path | str, layout: Layout = "v4") -> None:
        self._layout = layout
        self._place = _place(place)
        self.name = self._place.name
        self._seen: State | None = None

    @property
    def path(self) -> Path:
        """Return where the cassette lies, or would, were it a file; its journal stands
        beside it."""
        return self._place.path

    def exists(self) -> bool:
        """Return whether the cassette is there. Raise CassetteError for what is no
        file."""
        try:
            self._seen = self._place.state()
            return self._place.exists()
        except OSError as error:
            raise self._place.cannot_read(error) from error

    def load(self, *, sendable: bool = False) -> Cassette:
        try:
            self._seen = self._place.state()
            self._check_is_whole()
            data = self._place.open()
        except FileNotFoundError:
            raise CassetteNotFoundError(self.name, "there is no such file") from None
        except OSError as error:
            raise self._place.cannot_read(error) from error
        # A small one is known to be sound before the first request comes.
        lazy = len(data) > READ_WHOLE
        return reader.loads(data, self.name, lazy=lazy, sendable=sendable)

    def _check_is_whole(self) -> None:
        if os.path.lexists(whole_beside(self._place.path)):
            raise CassetteDamagedError(
                self.name,
                "is being written, or its recorder was killed as it wrote",
                remedy=f"run 'mitmvcr cassette recover {as_word(self.name)}'",
            )

    def digest(self) -> str | None:
        """Return the SHA-256 of the cassette's bytes in hexadecimal, None without one.
        Raise CassetteError."""
        try:
            if not self._place.exists():
                return None
            return hashlib.sha256(self._place.raw()).hexdigest()
        except OSError as error:
            raise self._place.cannot_read(error) from error

    def is_stale(self) -> bool:
        """Return whether somebody has changed the cassette since it was loaded, as far
        as this machine can see."""
        return self._seen is not None and self._place.is_other(self._seen)

    def replace(self, interactions: Sequence[Interaction]) -> None:
        """Write the cassette anew, whole or not at all."""
        with self._writing():
            self._place.put(writer.parts(Cassette(interactions), self._layout))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Turn OSError into CassetteWriteError, with a remedy."""
        try:
            yield
        except OSError as error:
            raise self._place.cannot_write(why(error), error.errno) from error


def _place(place: Path | str) -> Place:
    if isinstance(place, Path):
        return Place(place)
    from mitmvcr.store.remote import RemotePlace

    return RemotePlace(place)
