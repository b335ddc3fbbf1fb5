"""Cassettes by the paths that people name: nothing of them is read here."""

import os
import stat
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from mitmvcr.cassette_options import is_cassette
from mitmvcr.core.errors import CassetteError


def named_cassettes(paths: Sequence[Path]) -> list[Path]:
    """Return what :func:`find_cassettes` does. Raise CassetteError where that is none:
    a folder by the wrong name holds no secret and no fault either."""
    if files := find_cassettes(paths):
        return files
    raise holds_none(paths[0])


def holds_none(folder: Path) -> CassetteError:
    return CassetteError(str(folder), "holds no cassette; name another folder")


def find_cassettes(paths: Iterable[Path]) -> list[Path]:
    """Return the files named, and all in the folders named, each once, in order."""
    files = (file for path in paths for file in _files(path))
    return list(dict.fromkeys(files))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return inside(path, lambda each: is_cassette(each.name))


def inside(folder: Path, is_wanted: Callable[[Path], bool]) -> list[Path]:
    """Return the files that are wanted in a folder and below it, in order. A folder
    that cannot be looked into is one of them: whoever reads that says so, and nothing
    is left out without a word."""
    found: list[Path] = []

    def lock(error: OSError) -> None:
        if os.path.isdir(error.filename):
            found.append(Path(error.filename))

    for place, _, names in os.walk(folder, onerror=lock):
        wanted = filter(is_wanted, (Path(place, name) for name in names))
        found += filter(_is_file, wanted)
    return sorted(found)


def is_json(path: Path) -> bool:
    return path.suffix == ".json"


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except PermissionError:
        return True
    except OSError:  # a link that leads nowhere, or what is gone by now
        return False
