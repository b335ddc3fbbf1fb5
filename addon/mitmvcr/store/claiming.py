"""The system's lock on a file: it ends with its process, however that ended."""

import sys
from collections.abc import Callable

if sys.platform != "win32":  # pragma: no branch
    import fcntl


def try_lock(file: int) -> bool | None:
    """Return whether an open file is locked now, for us alone; None on a file system
    without locks."""
    try:
        return _lock(file)
    except OSError:
        return None


def claim(file: int) -> bool:
    """Lock a file itself, until it is closed; return whether nobody else has done so.
    On Windows it stays unlocked, since others could not read it then."""
    return sys.platform == "win32" or try_lock(file) is not False


def owns(file: int) -> bool:
    """Lock a file as :func:`claim` does; return whether it is ours beyond doubt, which
    is never so without locks."""
    return sys.platform != "win32" and try_lock(file) is True


def _by_flock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _by_library(file: int) -> bool:
    from filelock import lock_descriptor

    return lock_descriptor(file, blocking=False)


#: filelock calls flock too, so that each heeds the other's lock; but to import it
#: takes 8 to 12 ms, so it is used where the standard library has no such lock.
_lock: Callable[[int], bool] = _by_library if sys.platform == "win32" else _by_flock
