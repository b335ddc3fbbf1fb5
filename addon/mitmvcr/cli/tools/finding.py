"""The cassettes that are named, and how they are read to be written anew."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from mitmvcr.cassette_options import is_cassette
from mitmvcr.core.errors import CassetteError, CassetteNotFoundError
from mitmvcr.format import reader, source
from mitmvcr.store.files import whole_beside
from mitmvcr.store.place import Place, State
from mitmvcr.tools import Sheet

#: So many bytes are read at once: a call to the system for each interaction is a
#: seventh of what it takes to merge them.
_SIZE = 1 << 18


class Ahead:
    """A source that reads ahead where it is read in order; elsewhere it reads what is
    wanted."""

    def __init__(self, whole: source.Source) -> None:
        self._source = whole
        self._data, self._at = b"", 0
        #: Where the last one ended.
        self._last = 0

    def __len__(self) -> int:
        return len(self._source)

    def _holds(self, start: int, end: int) -> bool:
        """Return whether these bytes are in memory; load them where they follow what
        was read last."""
        is_next = 0 <= start - self._last < _SIZE
        self._last = end
        if self._at <= start and end <= self._at + len(self._data):
            return True
        if not is_next or end - start > _SIZE:
            return False
        stop = min(len(self), start + _SIZE)
        self._data, self._at = self._source.read(start, stop), start
        return True

    def read(self, start: int, end: int) -> bytes:
        if self._holds(start, end):
            return self._data[start - self._at : end - self._at]
        return self._source.read(start, end)

    def around(self, start: int, end: int) -> tuple[bytes, int]:
        return self.read(start, end), start

    def find(self, text: bytes, start: int, end: int) -> int:
        if not self._holds(start, end):
            return self._source.find(text, start, end)
        place = self._data.find(text, start - self._at, end - self._at)
        return place + self._at if place >= 0 else -1

    def windows(self, start: int, end: int, ahead: int) -> Iterator[source.Window]:
        return self._source.windows(start, end, ahead)


def find_cassettes(paths: Iterable[Path]) -> list[Path]:
    """Return the files named, and all in the folders named, each once, in order."""
    files = (file for path in paths for file in _files(path))
    return list(dict.fromkeys(files))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    inside = (file for file in path.rglob("*") if is_cassette(file.name))
    return sorted(file for file in inside if file.is_file())


class Source:
    """A cassette in a file; ``state`` is that of the file when it was read."""

    def __init__(self, path: Path) -> None:
        """Read it. Raise CassetteError."""
        self.path, self.place = path, Place(path, str(path))
        if os.path.lexists(whole_beside(self.place.path)):
            remedy = f"run 'mitmvcr cassette recover {path}'"
            raise CassetteError(str(path), f"is being written, or was: {remedy}")
        try:
            self.state: State = self.place.state()
            data = self.place.open()
        except FileNotFoundError:
            raise CassetteNotFoundError(str(path), "there is no such file") from None
        except OSError as error:
            raise self.place.cannot_read(error) from error
        if not isinstance(data, bytes):
            data = Ahead(data)
        found = reader.loads(data, str(path), lazy=True).interactions
        held = data if isinstance(data, bytes) else b""
        self.sheet = Sheet(found, str(path), held)
