"""A file system that fails, or a process that dies, at a chosen operation.

Every call to the system that the store makes goes through a function of ``os``; the
shim counts them and makes one fail. The process is this one, so a test wants it back:
``with Faults(...)``.
"""

import os
import signal
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

OPERATIONS = """
open close read write lseek ftruncate fsync fstat lstat stat chmod rename replace unlink
mkdir rmdir
""".split()  # noqa: SIM905 - as a list it would take 17 lines

#: Given what was to be called and with what, what happens instead.
Fault = Callable[[Callable[..., Any], tuple[Any, ...], dict[str, Any]], Any]


def error(number: int) -> Fault:
    def fail(call: Callable[..., Any], args: tuple[Any, ...], _: object) -> None:
        if call.__name__ == "close":  # an error closes it too, on Linux
            call(*args)
        raise OSError(number, os.strerror(number))

    return fail


def cut_short(number: int) -> Fault:
    """A part is written; the next write is the one that fails."""

    def write_a_part(
        write: Callable[..., Any], args: tuple[Any, ...], more: dict[str, Any]
    ) -> Any:
        if write.__name__ != "write":
            return error(number)(write, args, more)
        file, data = args
        write(file, bytes(data)[: len(data) // 2])
        raise OSError(number, os.strerror(number))

    return write_a_part


def die(after: bool) -> Fault:
    def kill(
        call: Callable[..., Any], args: tuple[Any, ...], more: dict[str, Any]
    ) -> None:
        try:
            if after:
                call(*args, **more)
        finally:
            os.kill(os.getpid(), signal.SIGKILL)

    return kill


class Faults:
    """Makes the operation with this number fail, and with ``lasting`` all from it on.

    ``seen`` are the names of those that were called.
    """

    def __init__(self, at: int, fault: Fault, *, lasting: bool = False) -> None:
        self._at, self._fault, self._lasting = at, fault, lasting
        self._real = {name: getattr(os, name) for name in OPERATIONS}
        self.seen: list[str] = []

    def __enter__(self) -> Self:
        for name in OPERATIONS:
            setattr(os, name, self._wrap(name))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for name, real in self._real.items():
            setattr(os, name, real)

    def _wrap(self, name: str) -> Callable[..., Any]:
        real = self._real[name]

        def call(*args: Any, **more: Any) -> Any:
            number = len(self.seen)
            self.seen.append(name)
            if number == self._at or (self._lasting and number > self._at >= 0):
                return self._fault(real, args, more)
            return real(*args, **more)

        return call
