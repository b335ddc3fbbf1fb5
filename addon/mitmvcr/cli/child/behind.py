"""What a command has left running: a server, or a build tool's daemon."""

import os
from pathlib import Path

_PROC = Path("/proc")


def left_behind(proxy_url: str) -> dict[int, str]:
    """Return the names of processes that were given this proxy, by their numbers. Only
    Linux says which those are."""
    mark = b"\0MITMVCR_PROXY_URL=" + proxy_url.encode() + b"\0"
    found: dict[int, str] = {}
    for number in _numbers():
        folder = _PROC / str(number)
        try:
            # One that has ended has no variables, and those of others are not for us.
            if mark in b"\0" + (folder / "environ").read_bytes() + b"\0":
                found[number] = _name(folder)
        except OSError:
            continue
    return found


def _numbers() -> list[int]:
    """Return all processes but this one, which may run within another run."""
    try:
        names = os.listdir(_PROC)
    except OSError:
        return []
    return sorted(
        int(name) for name in names if name.isdigit() and int(name) != os.getpid()
    )


def _name(folder: Path) -> str:
    words = (folder / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
    return b" ".join(words[:3]).decode("utf-8", "replace")
