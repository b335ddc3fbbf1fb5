"""Files that are replaced whole or left as they were."""

import errno
import os
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import chain, count, islice, takewhile
from pathlib import Path

from mitmvcr.core.errors import CassetteWriteError, VcrError
from mitmvcr.format.speed import no_collection
from mitmvcr.store.claiming import claim, owns

#: Windows would change line ends.
BINARY = getattr(os, "O_BINARY", 0)
NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
_NEW = os.O_CREAT | os.O_EXCL | os.O_WRONLY | BINARY
#: The disk, or what this user may have of it.
FULL = (errno.ENOSPC, errno.EDQUOT)
#: Windows knows files by their names, and moves none that is open.
_BY_NUMBER = sys.platform != "win32"
_FOLDER = "make its folder writable, or choose another one"
_REMEDIES = {
    errno.EACCES: _FOLDER,
    errno.EPERM: _FOLDER,
    errno.EROFS: _FOLDER,
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EMFILE: "let the process open more files (ulimit -n)",
    errno.ENFILE: "close some files of other programs",
}
#: What helps who has no place for mitmvcr's own files, and who may not read one.
OWN_FOLDER = "let MITMVCR_HOME name a folder that can be written"
READABLE = "make it and its folder readable, or choose another one"
#: Of a recording under way: for nobody else to read.
PRIVATE = 0o600


def home(environment: Mapping[str, str]) -> Path:
    """Return the folder of mitmvcr's own files: ``MITMVCR_HOME``, else ``~/.mitmvcr``.
    Raise VcrError where nobody's home can be found."""
    named = environment.get("MITMVCR_HOME") or "~/.mitmvcr"
    found = os.path.expanduser(named)
    if found.startswith("~"):  # as of a user who is in no list, without HOME
        raise VcrError(f"{named}: that home is not known", remedy=OWN_FOLDER)
    return Path(found).absolute()


def replace_file(target: Path, *parts: bytes | Iterable[bytes | memoryview]) -> None:
    """Write a file whole, or leave the old one as it was. A link is followed; one that
    has other names keeps them: see :func:`finish_in_place`."""
    target = Path(os.path.realpath(target))
    # What is secret in the old file is not to be read in the new one, but by us: what
    # is left of it is opened again.
    fresh, file = _begin_beside(target, mode_for(target) | PRIVATE)
    try:
        with no_collection():
            for part in parts:
                for data in [part] if isinstance(part, bytes) else part:
                    write_all(file, data)
        keep_look(file, fresh, target)
        os.fsync(file)
        if not _BY_NUMBER:
            os.close(file)
            file = -1
        if has_other_names(target):
            _replace_in_place(target, fresh)
        else:
            os.replace(fresh, target)
    except BaseException:
        with suppress(OSError):
            if file < 0 or is_at(file, fresh):
                fresh.unlink()
        raise
    finally:
        close(file)
    sync_folder(target.parent)


def check_replaceable(target: Path) -> None:
    """Raise OSError where :func:`replace_file` could not begin: it does, and leaves the
    file as it was."""
    fresh, file = _begin_beside(Path(os.path.realpath(target)), PRIVATE)
    fresh.unlink()
    close(file)


def _begin_beside(target: Path, mode: int) -> tuple[Path, int]:
    """Create the file that will take the target's place, open to be written, and lock
    it: the next one then knows what a killed process left, and deletes that."""
    drop_unfinished(target)
    names = _beside(target)
    while True:
        fresh = next(names)
        with suppress(FileExistsError):
            file = os.open(fresh, _NEW, mode)
            if _is_claimed(file, fresh):
                return fresh, file


def _is_claimed(file: int, fresh: Path) -> bool:
    """Lock a new file; close it where somebody looked at it before it was locked, who
    deletes it."""
    try:
        if claim(file) and is_at(file, fresh):
            return True
    except BaseException:
        fresh.unlink(missing_ok=True)
        close(file)
        raise
    close(file)
    return False


_OURS = ".mitmvcr"
#: So many names are looked at: more are taken only while as many write at once.
_FEW = 8


def _beside(target: Path) -> Iterator[Path]:
    """Return names for what will take the target's place. All but the first are for
    when somebody else writes just now, or there are no locks."""
    middles = chain([""], (f".{number}" for number in count(1)))
    return (target.with_name(f".{target.name}{each}{_OURS}") for each in middles)


def drop_unfinished(target: Path) -> None:
    """Delete what was to take the target's place when its process was killed."""
    for fresh in islice(_beside(target), _FEW):
        _drop_if_left(fresh)


def _drop_if_left(fresh: Path) -> None:
    with suppress(OSError):  # it has gone since, or is not ours to open
        file = os.open(fresh, os.O_RDWR | NO_FOLLOW | _NO_WAIT | BINARY)
        try:
            is_file = stat.S_ISREG(os.fstat(file).st_mode)  # a pipe is somebody else's
            if is_file and owns(file) and is_at(file, fresh):
                fresh.unlink()
        finally:
            close(file)


def has_other_names(target: Path) -> bool:
    """Return whether there are hard links: to put another file in place would part
    them."""
    try:
        return os.stat(target).st_nlink > 1
    except FileNotFoundError:
        return False


def whole_beside(target: Path) -> Path:
    """Return where the whole new content stands while it is written in place."""
    return Path(f"{target}.whole")


def _replace_in_place(target: Path, fresh: Path) -> None:
    whole = whole_beside(target)
    if os.path.lexists(whole):
        raise FileExistsError(errno.EEXIST, f"{whole} is in the way")
    os.replace(fresh, whole)
    sync_folder(whole.parent)
    finish_in_place(target)


def finish_in_place(target: Path) -> None:
    """Give a file the content of the whole one beside it, which then goes. Readers may
    see a part meanwhile. Who is killed can do it again; nothing is lost."""
    whole = whole_beside(target)
    with open(whole, "rb", opener=lambda _, flags: open_own(whole, flags)) as source:
        size = os.fstat(source.fileno()).st_size
        file = os.open(target, os.O_WRONLY | NO_FOLLOW | BINARY)
        try:
            _make_room(file, size, whole)
            while data := source.read(1 << 20):
                write_all(file, data)
            os.ftruncate(file, size)
            os.fsync(file)
        finally:
            close(file)
    whole.unlink()


def _make_room(file: int, size: int, whole: Path) -> None:
    """Reserve the space for a file, so that nothing is begun that finds none."""
    before = os.fstat(file).st_size
    if size <= before or not hasattr(os, "posix_fallocate"):
        return
    try:
        os.posix_fallocate(file, before, size - before)
    except OSError as error:
        if error.errno in FULL:
            os.ftruncate(file, before)
            whole.unlink()
            raise


def open_own(path: Path, flags: int, mode: int = PRIVATE) -> int:
    """Open a file that is ours alone, whose content may go: no link to another one.

    Raises CassetteWriteError, with its name, where it is something else, and OSError.
    """
    if os.path.islink(path):  # Windows knows no O_NOFOLLOW
        raise _not_own(path, "a symbolic link")
    if os.path.isdir(path):
        raise _not_own(path, "a folder")
    file = os.open(path, flags | NO_FOLLOW | _NO_WAIT | BINARY, mode)
    status = os.fstat(file)
    if stat.S_ISREG(status.st_mode) and status.st_nlink <= 1:
        return file
    close(file)
    what = "a hard link" if stat.S_ISREG(status.st_mode) else "no plain file"
    raise _not_own(path, what)


def _not_own(path: Path, what: str) -> CassetteWriteError:
    problem = f"is {what}, and blocks the recording"
    remedy = "delete it, or choose another cassette"
    return CassetteWriteError(str(path), problem, remedy=remedy)


def is_at(file: int, path: Path) -> bool:
    """Return whether the name belongs to this open file. Raise OSError where that
    cannot be found out."""
    try:
        return os.path.samestat(os.fstat(file), os.lstat(path))
    except (FileNotFoundError, NotADirectoryError):
        return False


def write_all(file: int, data: bytes | memoryview) -> None:
    """Write all of the data. A disk that fills up takes a part first, and gives its
    error the next time."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]


def close(file: int) -> None:
    """Close a file we are done with; ignore errors, so that they cannot mask an earlier
    one."""
    with suppress(OSError):
        os.close(file)


def mode_for(target: Path) -> int:
    """Return the target's own mode, else any new file's; the umask takes from it."""
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except FileNotFoundError:
        return 0o666


def give_look(file: int, path: Path, target: Path) -> None:
    """Give a private file the look of the one that it will replace, or that of any
    new one."""
    if not keep_look(file, path, target):
        os.chmod(file if _BY_NUMBER else path, 0o666 & ~_umask())


def _umask() -> int:
    """Return the umask, which can be read only by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def keep_look(file: int, path: Path, target: Path) -> bool:
    """Give an open file the mode of the one that it will replace, and its owner and
    attributes (as an ACL), as far as the system lets us. False where there is none."""
    try:
        wanted = os.stat(target)
    except FileNotFoundError:
        return False
    if _BY_NUMBER:  # pragma: no branch
        _keep_owner(file, wanted)
    if sys.platform == "linux":  # pragma: no branch
        _keep_attributes(file, target)
    os.chmod(file if _BY_NUMBER else path, stat.S_IMODE(wanted.st_mode))
    return True


def _keep_attributes(file: int, target: Path) -> None:
    with suppress(OSError):  # many file systems have none
        for name in os.listxattr(target):
            with suppress(OSError):  # some are the system's own business
                os.setxattr(file, name, os.getxattr(target, name))


def _keep_owner(file: int, target: os.stat_result) -> None:
    """Give a file its owner, which only root can, or its group."""
    mine = os.fstat(file)
    if (mine.st_uid, mine.st_gid) == (target.st_uid, target.st_gid):
        return
    with suppress(OSError):
        os.chown(file, -1, target.st_gid)
        os.chown(file, target.st_uid, -1)


def sync_folder(folder: Path) -> None:
    """Make a rename outlast a power cut, where the system can: Windows cannot, and
    the file is in place already."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def make_folders(folder: Path) -> list[Path]:
    """Make a folder and those above it, and return those that were not there, the
    innermost first."""
    made = list(takewhile(lambda each: not each.exists(), (folder, *folder.parents)))
    folder.mkdir(parents=True, exist_ok=True)
    return made


def drop_folders(made: Iterable[Path]) -> None:
    """Remove folders that are still empty, the innermost first."""
    with suppress(OSError):
        for each in made:
            each.rmdir()


def why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def remedy_for(number: int | None) -> str:
    """Return what helps where a file cannot be written for this errno."""
    return _REMEDIES.get(number or 0, "choose another file")


def put(
    target: Path, data: Iterable[bytes] | bytes, *, makes_folder: bool = False
) -> None:
    """Write a file, or leave the old one as it was. Raise CassetteWriteError."""
    try:
        if makes_folder:
            target.parent.mkdir(parents=True, exist_ok=True)
        replace_file(target, data)
    except OSError as error:
        problem = f"cannot be written: {why(error)}"
        remedy = remedy_for(error.errno)
        raise CassetteWriteError(str(target), problem, remedy=remedy) from error
