"""``mitmvcr serve`` with several workers: a parent that starts processes which share
one port, and waits for them."""

import asyncio
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from mitmvcr.cli.report.console import say
from mitmvcr.core.errors import VcrError
from mitmvcr.options import WORKERS
from mitmvcr.store.files import why

#: Where this package lies, for an interpreter that does not find it by itself.
_HOME = str(Path(__file__).parents[3])
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def check_system() -> None:
    """Raise VcrError where processes cannot share a port, or pass connections on."""
    needed = ((socket, "SO_REUSEPORT"), (socket, "send_fds"), (socket, "AF_UNIX"))
    for place, name in needed:
        if not hasattr(place, name):
            raise VcrError(
                f"{WORKERS.word} needs {name}, which this system has not: leave it out"
            )


@contextmanager
def reserved(host: str, port: int) -> Iterator[int]:
    """Yield a port that processes of this one's can share; 0 is any free one, and it is
    nobody else's meanwhile. Raise VcrError."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as holder:
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            holder.bind(address)
            yield int(holder.getsockname()[1])
    except OSError as error:
        raise VcrError(f"cannot listen on {host}:{port}: {why(error)}") from error


def run_workers(count: int, arguments: Sequence[str], ready: Sequence[str]) -> int:
    """Run workers until a signal ends them, or all have ended; return the exit
    status. ``ready`` is said when all of them serve."""
    return asyncio.run(_Parent(count, arguments, ready).run())


@dataclass
class _Started:
    """A worker; ``line`` is this end of its last socket."""

    number: int
    process: asyncio.subprocess.Process
    line: socket.socket


class _Parent:
    def __init__(
        self, count: int, arguments: Sequence[str], ready: Sequence[str]
    ) -> None:
        self._count, self._arguments, self._ready = count, arguments, ready
        self._workers: list[_Started] = []
        self._is_ending = False
        self._status = self._serving = 0

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._end)
        with ExitStack() as stack:
            for start in _sockets(self._count, stack):
                self._workers.append(await self._start(*start))
        if self._is_ending:
            self._end()  # those that began since
        await asyncio.gather(*(self._watch(each) for each in self._workers))
        return self._status

    def _end(self) -> None:
        """Let all workers save and end."""
        self._is_ending = True
        for each in self._workers:
            with suppress(ProcessLookupError):
                each.process.terminate()

    async def _start(
        self, index: int, mine: int, ways: tuple[int, ...], stack: ExitStack
    ) -> _Started:
        line, given = socket.socketpair()
        line.setblocking(False)
        stack.enter_context(given)
        code = f"import sys; sys.path.append({_HOME!r})"
        code += "; from mitmvcr.proxy.working import Given, main"
        code += (
            f"; main(Given({index}, {mine}, {ways}, {given.fileno()}), sys.argv[1:])"
        )
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", code, *self._arguments),
            stdin=asyncio.subprocess.DEVNULL,
            pass_fds=(mine, *ways, given.fileno()),
            process_group=0,  # Ctrl-C is for the parent
        )
        return _Started(index + 1, process, line)

    async def _watch(self, worker: _Started) -> None:
        """Wait until a worker serves, and for its end; say so where nobody wanted
        that."""
        has_served = await self._is_ready(worker)
        code = await worker.process.wait()
        worker.line.close()
        if self._is_ending and (code == 0 or not has_served):
            return
        self._status = max(self._status, code if code > 0 else 1)
        if not has_served:
            self._end()  # it has said why itself
        elif code < 0 or not self._is_ending:
            say(self._lost(worker, code))

    async def _is_ready(self, worker: _Started) -> bool:
        """Return whether it serves, once it does or has ended; say where they are when
        all do."""
        loop = asyncio.get_running_loop()
        is_ready = bool(await loop.sock_recv(worker.line, 1))
        self._serving += is_ready
        if is_ready and self._serving == self._count:
            for text in self._ready:
                say(text)
        return is_ready

    def _lost(self, worker: _Started, code: int) -> str:
        how = f"ended with status {code}"
        if code < 0:
            how = f"was killed by {signal.Signals(-code).name}"
        return (
            f"error: worker {worker.number} of {self._count} (process"
            f" {worker.process.pid}) {how}: its sessions have ended with it, and"
            " requests for them are refused; the other workers go on. 'mitmvcr"
            " cassette recover' puts in place what it was recording"
        )


def _sockets(
    count: int, stack: ExitStack
) -> Iterator[tuple[int, int, tuple[int, ...], ExitStack]]:
    """Yield what each worker is started with. All of it is closed here in the end, so
    that what a worker reads from ends with it."""
    pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(count)]
    for pair in pairs:
        for each in pair:
            stack.enter_context(each)
    ways = tuple(way.fileno() for _, way in pairs)
    for index, (mine, _) in enumerate(pairs):
        yield index, mine.fileno(), ways, stack
