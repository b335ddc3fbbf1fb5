"""The cassettes that are named, and how they are read to be written anew."""

import os
from collections.abc import Iterable
from pathlib import Path

from mitmvcr.cassette_options import is_cassette
from mitmvcr.core.errors import CassetteError, CassetteNotFoundError
from mitmvcr.format import reader
from mitmvcr.store.files import whole_beside
from mitmvcr.store.place import Place, State
from mitmvcr.tools import Sheet


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
        found = reader.loads(data, str(path), lazy=True).interactions
        held = data if isinstance(data, bytes) else b""
        self.sheet = Sheet(found, str(path), held)
