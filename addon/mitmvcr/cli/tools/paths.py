"""Cassettes by the paths that people name: nothing of them is read here."""

from collections.abc import Iterable, Sequence
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
    inside = (file for file in path.rglob("*") if is_cassette(file.name))
    return sorted(file for file in inside if file.is_file())
