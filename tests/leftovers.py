"""Processes that the tests have started and that are still there."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

#: Every process that is started here has it in its environment, and so have its own.
MARK = "STARTED_BY_TESTS"

_ENDS: list[Callable[[], None]] = []


def at_the_end(end: Callable[[], None]) -> None:
    """Have this called when the tests are through, for what is shared by all."""
    _ENDS.append(end)


def end_all() -> None:
    while _ENDS:
        _ENDS.pop()()


def mark() -> None:
    """To be called before anything is started."""
    os.environ[MARK] = str(os.getpid())


def left_behind() -> list[str]:
    """The number and the command line of each, where the system tells of processes."""
    return [f"{pid}: {command}" for pid, command in _marked() if pid != os.getpid()]


def _marked() -> Iterator[tuple[int, str]]:
    wanted = f"{MARK}={os.getpid()}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
                if command:  # what has ended, and nobody waited for, has none
                    yield int(folder.name), command.decode(errors="replace")
        except OSError:  # it has ended, or is not ours to see
            continue
