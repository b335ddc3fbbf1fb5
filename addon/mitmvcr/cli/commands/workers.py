"""``mitmvcr serve`` with several workers: a parent that starts processes which share
one port, and waits for them."""

import asyncio
import json
import signal
import socket
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from mitmvcr.cli.report.console import say
from mitmvcr.core.errors import VcrError
from mitmvcr.core.wording import authority, number_of
from mitmvcr.options import WORKERS
from mitmvcr.store.files import why

#: Where this package lies, for an interpreter that does not find it by itself.
_HOME = str(Path(__file__).parents[3])
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
#: How many sessions are named.
_SHOWN = 4


def check_system() -> None:
    """Raise VcrError where processes cannot share a port, or pass connections on."""
    needed = ((socket, "SO_REUSEPORT"), (socket, "send_fds"), (socket, "AF_UNIX"))
    for place, name in needed:
        if not hasattr(place, name):
            raise VcrError(
                f"{WORKERS.word} needs {name}, which this system does not have: leave"
                " it out"
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
        problem = f"cannot listen on {authority(host, port)}: {why(error)}"
        raise VcrError(problem) from error


def run_workers(
    count: int, arguments: Sequence[str], ready: Sequence[str], *, alone: bool
) -> int:
    """Run workers until a signal ends them, or none can go on; return the exit status.
    ``ready`` is said when all of them serve. ``alone``: there is one session."""
    return asyncio.run(_Parent(count, arguments, ready, alone).run())


@dataclass
class Started:
    """A worker; ``line`` is this end of its last socket. ``names`` are the sessions
    that are in play in it, as it says there, or were lost with the one before."""

    index: int
    process: asyncio.subprocess.Process
    line: tuple[asyncio.StreamReader, asyncio.StreamWriter]
    names: set[str]
    is_told: bool = False

    def end(self, number: signal.Signals) -> None:
        """Let it save and end, by a signal. A second one would kill it, once it has
        saved and no longer listens for any."""
        if not self.is_told:
            self.is_told = True
            with suppress(ProcessLookupError):
                self.process.send_signal(number)


class _Parent:
    def __init__(
        self, count: int, arguments: Sequence[str], ready: Sequence[str], alone: bool
    ) -> None:
        self._count, self._arguments, self._ready = count, arguments, ready
        self._is_alone = alone
        self._workers: dict[int, Started] = {}
        self._is_ending = False
        self._status, self._serving = 0, set[int]()

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._end)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup has it
            loop.add_signal_handler(signal.SIGHUP, self._end, signal.SIGHUP)
        with ExitStack() as stack:
            self._sockets = _Sockets(self._count, stack)
            for index in range(self._count):
                await self._start(index)
            await asyncio.gather(*map(self._watch, range(self._count)))
        return self._status

    def _end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Let all workers save and end, by this signal: of SIGHUP each knows that there
        may be no terminal any more."""
        self._is_ending = True
        for each in self._workers.values():
            each.end(number)

    async def _start(self, index: int, lost: Collection[str] = ()) -> None:
        """Start a worker; ``lost`` are names of sessions that are not to begin in it by
        themselves."""
        mine, given = socket.socketpair()
        mine.setblocking(False)
        with given:
            last = given.fileno()
            passed = self._sockets.mine[index], self._sockets.ways, last
            code = f"import sys; sys.path.append({_HOME!r})"
            code += "; from mitmvcr.proxy.working import Given, main"
            code += f"; main(Given({index}, *{passed}), sys.argv[1:])"
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-Wignore", "-c", code, *self._arguments),
                stdin=asyncio.subprocess.PIPE,
                pass_fds=(passed[0], *passed[1], last),
                process_group=0,  # Ctrl-C is for the parent
            )
        assert process.stdin is not None
        process.stdin.write(json.dumps([*lost]).encode())
        process.stdin.close()
        line = await asyncio.open_connection(sock=mine)
        self._workers[index] = Started(index, process, line, {*lost})
        if self._is_ending:
            self._workers[index].end(signal.SIGTERM)  # it has begun since

    async def _watch(self, index: int) -> None:
        """Wait for a worker's end, and start it anew where nobody wanted that."""
        while True:
            worker = self._workers[index]
            has_served = await self._heed(worker)
            code = await worker.process.wait()
            if self._is_ending and (code == 0 or not has_served):
                return
            self._status = max(self._status, code if code > 0 else 1)
            if not has_served:
                self._end()  # it has said why itself
                return
            is_last = self._is_ending or (self._is_alone and bool(worker.names))
            if code < 0 or not self._is_ending:
                say(self._lost(worker, code, is_last=is_last))
            if is_last:
                self._end()
                return
            await self._start(index, worker.names)

    async def _heed(self, worker: Started) -> bool:
        """Note what a worker says until it ends, and return whether it has served; say
        where they are when all do."""
        has_served = False
        reader, writer = worker.line
        while line := await reader.readline():
            try:
                what, name = json.loads(line)
            except ValueError:  # it was killed while it said so
                break
            if what == "begun":
                worker.names.add(name)
            elif what == "ended":
                worker.names.discard(name)
            else:
                has_served = True
                self._note_serving(worker.index)
        writer.close()
        return has_served

    def _note_serving(self, index: int) -> None:
        if len(self._serving) == self._count:
            return  # it was said before
        self._serving.add(index)
        if len(self._serving) == self._count:
            for text in self._ready:
                say(text)

    def _lost(self, worker: Started, code: int, *, is_last: bool) -> str:
        how = f"ended with status {code}"
        if code < 0:
            how = f"was killed by {signal.Signals(-code).name}"
        return (
            f"error: worker {worker.index + 1} of {self._count} (process"
            f" {worker.process.pid}) {how}: {self._became(worker, is_last=is_last)}"
        )

    def _became(self, worker: Started, *, is_last: bool) -> str:
        names = sorted(worker.names)
        if not names:
            goes_on = "" if is_last else "it is started anew; "
            return f"{goes_on}no session was in it"
        shown = ", ".join(names[:_SHOWN])
        if len(names) > _SHOWN:
            shown += f" and {number_of(len(names) - _SHOWN, 'other')}"
        if self._is_ending:
            became = f"it has not saved {shown}"
        elif is_last:
            became = "the one session was in it, and all workers end"
        else:
            became = (
                "it is started anew, and requests for the sessions that were in it are"
                f" refused until POST /sessions opens them anew: {shown}"
            )
        recover = "If it was recording, 'mitmvcr cassette recover' puts that in place"
        return f"{became}. {recover}"


class _Sockets:
    """What workers read from, each from its own of ``mine``, and the ``ways`` to them.
    They are open here too, so that what is sent to one that has ended waits for the
    next."""

    def __init__(self, count: int, stack: ExitStack) -> None:
        pairs = [
            socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(count)
        ]
        for each in chain.from_iterable(pairs):
            stack.enter_context(each)
        self.mine = [mine.fileno() for mine, _ in pairs]
        self.ways = tuple(way.fileno() for _, way in pairs)
