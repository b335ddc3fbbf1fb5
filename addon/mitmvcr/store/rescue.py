"""Where a recording goes on after somebody else laid hands on its journal."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from mitmvcr.store.files import BINARY, NO_FOLLOW, PRIVATE, home

_MOST = 1000


def open_rescue(target: Path) -> tuple[Path, int]:
    """Create a file for the recording of this target, open to read and write: beside
    it, else among mitmvcr's own files, else among the system's temporary ones.

    Nothing that is there is touched. Raises OSError where no place takes it.
    """
    first: OSError | None = None
    for folder in _folders(target):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return _create(folder / target.name)
        except OSError as error:
            first = first or error
    assert first is not None
    raise first


def _folders(target: Path) -> Iterator[Path]:
    yield target.parent
    with suppress(RuntimeError):  # nobody's home
        yield home(os.environ) / "rescued"
    yield Path(tempfile.gettempdir())


def _create(target: Path) -> tuple[Path, int]:
    flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | NO_FOLLOW | BINARY
    for number in range(1, _MOST):
        path = target.with_name(f"{target.name}.rescued-{number}")
        with suppress(FileExistsError):
            return path, os.open(path, flags, PRIVATE)
    raise FileExistsError(f"there are {_MOST} rescued recordings in {target.parent}")
