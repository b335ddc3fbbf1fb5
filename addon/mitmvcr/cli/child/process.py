"""The child process: found, started, signalled, waited for, and what it left running.

It stays in our process group, so that the terminal treats both as one job: Ctrl-Z
stops both, and Ctrl-C reaches the child without us. A signal that was sent to us
alone is passed on; we ourselves live until the child has ended, and save.
"""

import asyncio
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from mitmvcr.cli.report import status
from mitmvcr.core.errors import VcrError
from mitmvcr.options import CASSETTE

if sys.platform != "win32":  # pragma: no branch
    import resource

_PROC = Path("/proc")
#: How often, and after how many seconds each, it is looked whether one still runs:
#: Erlang's helper ends once it has seen that the command has.
_LOOKS, _BETWEEN = 6, 0.05
#: What a shell takes apart, and a program's name hardly has.
_FOR_A_SHELL = re.compile(r"[\s|;&<>]")
_SETS_A_VARIABLE = re.compile(r"[A-Za-z_]\w*=")
_NOT_EXECUTABLE = (
    "is not executable; make it so by chmod +x, or name what runs it before it"
)


def left_behind(proxy_url: str) -> dict[int, str]:
    """Return the names of processes that were given this proxy, by their numbers, but
    not of those that end with the command, a little later. Only Linux says which those
    are."""
    mark = b"\0MITMVCR_PROXY_URL=" + proxy_url.encode() + b"\0"
    found = _with_variable(mark, _numbers())
    for _ in range(_LOOKS):
        if not found:
            break
        time.sleep(_BETWEEN)
        found = _with_variable(mark, found)
    return found


def _with_variable(mark: bytes, numbers: Iterable[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for number in numbers:
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


#: Those that end a process and can be caught. Stopping and going on is left alone.
_RELAYED = ("SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")
#: Those that do not mean an end.
_OF_USERS = (getattr(signal, "SIGUSR1", None), getattr(signal, "SIGUSR2", None))
_FROM_TERMINAL = (signal.SIGINT, getattr(signal, "SIGQUIT", signal.SIGINT))


class CommandError(VcrError):
    """The command cannot be started; ``status`` is what a shell would return."""

    def __init__(self, command: str, problem: str, exit_status: int) -> None:
        self.status = exit_status
        super().__init__(f"{command}: {problem}")


def find(name: str) -> None:
    """Raise CommandError for a command that is not there, before a proxy is started for
    it."""
    if shutil.which(name):
        return
    if not name.strip():
        problem = "the command is empty; name a program, as -- pytest tests/"
        raise CommandError(repr(name), problem, status.NOT_FOUND)
    is_cassette = name.endswith((".yaml", ".yml"))
    misplaced = f"is no command; a cassette goes behind {CASSETTE.word}"
    if os.path.dirname(name) and os.path.exists(name):
        problem = misplaced if is_cassette else _NOT_EXECUTABLE
        problem = "is a folder" if os.path.isdir(name) else problem
        raise CommandError(name, problem, status.CANNOT_EXECUTE)
    problem = misplaced if is_cassette else "command not found"
    if _FOR_A_SHELL.search(name):
        problem += f"; a line for a shell goes as sh -c {shlex.quote(name)}"
    elif _SETS_A_VARIABLE.match(name):
        problem += "; a variable goes before mitmvcr, or behind env"
    raise CommandError(name, problem, status.NOT_FOUND)


class Relay:
    """Passes signals on to the child; before there is one, they cancel the start, at
    once: also where the event loop waits for a cassette that takes seconds to load.

    A signal that we were started to ignore (``nohup``) is ignored by both.
    ``was_interrupted``: somebody wanted an end, whatever the child made of it.
    """

    def __init__(self) -> None:
        self.early: int | None = None
        self.was_interrupted = False
        self._child: asyncio.subprocess.Process | None = None
        self._is_starting = True
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._caught: list[int] = []
        #: A proxy that begins after this has room for more.
        self._files = _files_given()

    def __enter__(self) -> Self:
        for name in _RELAYED:
            number = getattr(signal, name, None)
            if number and signal.getsignal(number) is not signal.SIG_IGN:
                self._loop.add_signal_handler(number, self._pass_on, number)
                # In place of asyncio's own, which does nothing: that wakes the loop.
                signal.signal(number, self._hear)
                self._caught.append(number)
        return self

    def _hear(self, number: int, _: object) -> None:
        """End the start where it is under way, as if it had been cancelled there. Where
        the loop waits, or does something else, it hears of it in its turn."""
        is_free = self._is_starting and self.early is None
        if is_free and asyncio.current_task(self._loop) is self._task:
            self.early = number
            raise asyncio.CancelledError

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_starting = False
        for number in self._caught:
            self._loop.remove_signal_handler(number)

    async def run(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        enter: Callable[[], None] | None = None,
        stdout: int | None = None,
    ) -> int:
        """Run the command and return its exit code as a shell has it. ``enter`` is
        called in the child before it becomes the command; ``stdout`` is where it writes
        to, if not where we do."""
        self._is_starting = False  # a child may be there before it is known
        if self.early is not None:  # something has held up what ends the start
            raise asyncio.CancelledError
        with _with_files(self._files):
            self._child = await _start(command, environment, enter, stdout)
        return status.of_child(await self._child.wait())

    def _pass_on(self, number: int) -> None:
        self.was_interrupted |= number not in _OF_USERS
        if self._child is None:
            if self.early is None:  # the end of a start is not to be cut short
                self.early = number
                assert self._task is not None
                self._task.cancel()
        elif number not in _FROM_TERMINAL or not _in_foreground():
            with suppress(ProcessLookupError):  # it has just ended
                self._child.send_signal(number)


async def _start(
    command: Sequence[str],
    environment: Mapping[str, str],
    enter: Callable[[], None] | None,
    stdout: int | None,
) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            *command, env=environment, preexec_fn=enter, stdout=stdout
        )
    except subprocess.SubprocessError as error:
        problem = "cannot be started in its namespace"
        raise CommandError(command[0], problem, status.OWN_FAILURE) from error
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        code = status.NOT_FOUND if missing else status.CANNOT_EXECUTE
        raise CommandError(command[0], error.strerror or str(error), code) from error


def _in_foreground() -> bool:
    """Return whether the terminal sends its signals to our job; the child belongs to
    that job and has got the signal too."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


def _files_given() -> int:
    """Return how many there may be now; 0 where there is no limit to be set."""
    if sys.platform == "win32":  # pragma: no cover - it has no such limit
        return 0
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


@contextmanager
def _with_files(given: int) -> Iterator[None]:
    """Give what is started in the block this limit: a program may close all that it
    could have open, or know of no file beyond 1024 (``select``)."""
    if _files_given() == given:
        yield
        return
    own, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (given, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (own, most))
