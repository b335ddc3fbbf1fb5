"""Linux calls that Python has only from 3.12 on, or not at all. Each raises OSError."""

import ctypes
import functools
import os

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000

_MS_BIND, _MS_REC, _MS_SLAVE = 0x1000, 0x4000, 0x80000


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(name: str, result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    _checked("unshare", _libc().unshare(flags))


def setns(descriptor: int, kind: int) -> None:
    _checked("setns", _libc().setns(descriptor, kind))


def keep_mounts_to_ourselves() -> None:
    """Keep our mounts from leaving this namespace; mounts from outside still come
    in."""
    flags = ctypes.c_ulong(_MS_REC | _MS_SLAVE)
    _checked("mount", _libc().mount(b"none", b"/", None, flags, None))


def cover(path: str) -> None:
    """Put /dev/null over it."""
    place, flags = os.fsencode(path), ctypes.c_ulong(_MS_BIND)
    _checked("mount", _libc().mount(b"/dev/null", place, None, flags, None))
