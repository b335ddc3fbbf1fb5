"""Files that are replaced whole or left as they were."""

import gc
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

#: Windows would change line ends.
BINARY = getattr(os, "O_BINARY", 0)
#: Of a recording under way: for nobody else to read.
PRIVATE = 0o600


@contextmanager
def no_collection() -> Iterator[None]:
    """No garbage is made while a cassette is read or written, and looking for it takes
    up to two thirds of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def replace_file(target: Path, *parts: bytes | Iterable[bytes]) -> None:
    """Write a file whole, or leave the old one as it was. A link is followed."""
    target = Path(os.path.realpath(target))
    fresh = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    fresh.unlink(missing_ok=True)
    try:
        # What is secret in the old file is not to be read in the new one.
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | BINARY
        file = os.open(fresh, flags, mode_for(target))
        try:
            with no_collection():
                for part in parts:
                    for data in [part] if isinstance(part, bytes) else part:
                        write_all(file, data)
            keep_mode(fresh, target)
            os.fsync(file)
        finally:
            close(file)
        os.replace(fresh, target)
    finally:
        fresh.unlink(missing_ok=True)
    sync_folder(target.parent)


def write_all(file: int, data: bytes) -> None:
    """A disk that fills up takes a part first, and gives its error the next time."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]


def close(file: int) -> None:
    """Of a file that nothing is owed to any more: read, or synced, or given up. An
    error closes it too, and would hide one that matters."""
    with suppress(OSError):
        os.close(file)


def mode_for(target: Path) -> int:
    """The target's own mode, else any new file's; the umask takes from it."""
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        return 0o666


def give_mode(path: Path, target: Path) -> None:
    """Give a private file the mode of the one that it will replace, or that of any
    new one."""
    path.chmod(mode_for(target) if target.exists() else 0o666 & ~_umask())


def _umask() -> int:
    """It can be read only by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def keep_mode(path: Path, target: Path) -> None:
    """Give a file the mode of the one that it will replace, if there is one."""
    with suppress(FileNotFoundError):
        path.chmod(stat.S_IMODE(target.stat().st_mode))


def sync_folder(folder: Path) -> None:
    """Make a rename outlast a power cut, where the system can: Windows cannot, and
    the file is in place already."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
