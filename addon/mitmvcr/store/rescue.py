"""What saves a recording from whoever lays hands on its journal: a second copy, which
nobody else can reach, and a file of another name to go on in."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import IO

from mitmvcr.store.files import BINARY, NO_FOLLOW, PRIVATE, home

_MOST = 1000
#: Most recordings are smaller, and stay in memory; a larger one is in a file
#: without a name, which ends with the process.
_IN_MEMORY = 1 << 20
_PART = 1 << 20
_BUFFER = 1 << 18


class Spare:
    """What was written to a journal, for when somebody else has changed that: ``size``
    bytes. It is given up where there is no space for both, or no place for it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: IO[bytes] | None = BytesIO()
        self.size = 0

    @property
    def is_on_disk(self) -> bool:
        return not isinstance(self._file, (BytesIO, type(None)))

    def append(self, data: bytes | memoryview) -> None:
        if self._file is None:
            return
        self.size += len(data)
        try:
            if isinstance(self._file, BytesIO) and self.size > _IN_MEMORY:
                self._move_to_disk(self._file)
            self._file.write(data)
        except OSError:
            self.give_up()

    def _move_to_disk(self, held: BytesIO) -> None:
        self._file = tempfile.TemporaryFile(  # noqa: SIM115 - closed
            buffering=_BUFFER, dir=self._folder
        )
        self._file.write(held.getbuffer())

    def cut(self, size: int) -> None:
        if self._file is None:
            return
        try:
            self._file.seek(size)
            self._file.truncate()
            self.size = size
        except OSError:
            self.give_up()

    def parts(self) -> Iterator[bytes]:
        """Yield all of it; nothing of a copy that was given up. Raise OSError."""
        if self._file is None:
            return
        self._file.seek(0)
        while part := self._file.read(_PART):
            yield part
        self._file.seek(self.size)

    def give_up(self) -> None:
        """Free what the copy takes on the disk."""
        file, self._file, self.size = self._file, None, 0
        if file is not None:
            with suppress(OSError):  # what was still to be written
                file.close()


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
