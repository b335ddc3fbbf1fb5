"""Files that are replaced whole or left as they were."""

import gc
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mitmvcr.core.errors import CassetteWriteError

#: Windows would change line ends.
BINARY = getattr(os, "O_BINARY", 0)
NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
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


def open_own(path: Path, flags: int, mode: int = PRIVATE) -> int:
    """Open a file that is ours alone, whose content may go: no link to another one.

    Raises CassetteWriteError, with its name, where it is something else, and OSError.
    """
    if os.path.islink(path):  # Windows knows no O_NOFOLLOW
        raise CassetteWriteError(str(path), f"is a symbolic link, and {_NOT_OWN}")
    if os.path.isdir(path):
        raise CassetteWriteError(str(path), f"is a folder, and {_NOT_OWN}")
    file = os.open(path, flags | NO_FOLLOW | _NO_WAIT | BINARY, mode)
    found = os.fstat(file)
    if stat.S_ISREG(found.st_mode) and found.st_nlink <= 1:
        return file
    close(file)
    what = "a hard link" if stat.S_ISREG(found.st_mode) else "no plain file"
    raise CassetteWriteError(str(path), f"is {what}, and {_NOT_OWN}")


_NOT_OWN = "is in the way of a recording: delete it, or choose another cassette"


def is_at(file: int, path: Path) -> bool:
    """Whether it is this open file that has the name. Raises OSError where that cannot
    be found out."""
    try:
        return os.path.samestat(os.fstat(file), os.lstat(path))
    except (FileNotFoundError, NotADirectoryError):
        return False


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
