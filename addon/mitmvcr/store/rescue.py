"""Saving a recording: counting what a leftover journal holds, and, in case somebody
else changes a journal, a second copy that nobody can reach, and a new file to go on
in."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import IO

from mitmvcr.core.errors import CassetteError, VcrError
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.core.wording import number_of
from mitmvcr.format import reader, writer
from mitmvcr.store.claiming import claim
from mitmvcr.store.files import BINARY, NO_FOLLOW, PRIVATE, close, home, write_all


def interactions_in(path: Path) -> int | None:
    """Return how many whole interactions a journal holds; None if it is no journal."""
    data = without_cut_off(path.read_bytes())
    if data == writer.preamble():
        return 0
    try:
        return len(reader.loads(data, str(path), lazy=True).interactions)
    except CassetteError:
        return None


def contents(count: int | None) -> str:
    """Describe a journal that holds this many interactions; None is no journal."""
    if count is None:
        return "does not hold a recording, and blocks a new one"
    interactions = number_of(count, "interaction")
    return f"holds {interactions} of a recording that was not saved"


def without_cut_off(data: bytes) -> bytes:
    """Return a journal without a last interaction that was cut off: a complete one ends
    with the line of its duration. Data that is not a journal is returned as it is."""
    sample = writer.dumper()(Interaction(0, Request(), Response()), 0)
    last_line = sample[sample.rindex(b"\n", 0, -1) :].removesuffix(b"0s\n")
    lines = data[: data.rfind(b"\n") + 1]
    last = lines.rfind(last_line)
    if last >= 0:
        return data[: data.index(b"\n", last + 1) + 1]
    head = writer.preamble()
    return head if data.startswith(head) or head.startswith(data) else data


_MOST = 1000
#: Most recordings are smaller, and stay in memory; a larger one is in a file
#: without a name, which ends with the process.
_IN_MEMORY = 1 << 20
_PART = 1 << 20
_BUFFER = 1 << 18


class Spare:
    """A copy of what was written to a journal, ``size`` bytes, in case somebody else
    changes that. It is given up if there is no space for both, or no place for it."""

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
        """Free the disk space of the copy."""
        file, self._file, self.size = self._file, None, 0
        if file is not None:
            with suppress(OSError):  # what was still to be written
                file.close()


#: Makes what is written, for one place after another.
Made = Callable[[], Iterable[bytes | memoryview]]


def write_rescue(target: Path, parts: Made) -> tuple[Path, int]:
    """Write a file with the recording of this target, locked and open to read and
    write: beside it, else among mitmvcr's own files, else among the system's temporary
    ones.

    Existing files are not touched. Raises OSError if no place accepts it.
    """
    first: OSError | None = None
    for folder in _folders(target):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return _written(folder / target.name, parts())
        except OSError as error:
            first = first or error
    assert first is not None
    raise first


def _folders(target: Path) -> Iterator[Path]:
    yield target.parent
    with suppress(VcrError):  # nobody's home
        yield home(os.environ) / "rescued"
    yield Path(tempfile.gettempdir())


def _written(target: Path, parts: Iterable[bytes | memoryview]) -> tuple[Path, int]:
    path, file = _create(target)
    try:
        claim(file)
        for part in parts:
            write_all(file, part)
    except BaseException:
        close(file)
        path.unlink(missing_ok=True)
        raise
    return path, file


def move_aside(part: Path) -> Path | None:
    """Give what was left beside a cassette a name that is not in the way of another
    recording, and return it; None where it is gone. Raise OSError."""
    fresh, file = _create(part.with_suffix(""))
    close(file)
    try:
        os.replace(part, fresh)
    except BaseException as error:
        fresh.unlink(missing_ok=True)
        if isinstance(error, FileNotFoundError):
            return None
        raise
    return fresh


def _create(target: Path) -> tuple[Path, int]:
    flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | NO_FOLLOW | BINARY
    for number in range(1, _MOST):
        path = target.with_name(f"{target.name}.rescued-{number}")
        with suppress(FileExistsError):
            return path, os.open(path, flags, PRIVATE)
    raise FileExistsError(f"there are {_MOST} rescued recordings in {target.parent}")
