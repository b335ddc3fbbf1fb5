"""The workers of one ``serve``, as one of them sees the others.

Each reads from a socket of its own, which all others can send to; one that is started
in its place reads on from it. What is sent is an open connection: of a client, or of a
worker that asks something of the control API. Whose a client is is seen from what it
has sent, of which nothing is read.
"""

import asyncio
import json
import logging
import re
import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from mitmproxy import http

from mitmvcr.control.office import Problem
from mitmvcr.core.errors import UnusableValueError
from mitmvcr.proxy.flow.player import DEFAULT
from mitmvcr.proxy.host import shared_port
from mitmvcr.proxy.host.options import gives_up_after
from mitmvcr.proxy.sessions.routes import said_in
from mitmvcr.proxy.sessions.shared import Worker
from mitmvcr.store.names import session_name

if TYPE_CHECKING:
    from tornado import web

    from mitmvcr.control.within import Answer, Asked

#: In bytes: what names a session stands before that.
_MOST = 16 << 10
_END = re.compile(rb"\r?\n\r?\n")
_LONGEST_WAIT = 86400.0


def meant(head: bytes) -> str:
    """Return the name of the session that a request means by its head."""
    lines = _END.split(head, 1)[0].split(b"\r\n")[1:]
    pairs = (line.partition(b":") for line in lines)
    fields = [(name, value.strip()) for name, colon, value in pairs if colon]
    wanted = said_in(http.Headers(fields))
    return DEFAULT if wanted is None else wanted.name


def is_whole(head: bytes) -> bool:
    """Return whether more of it would say no more."""
    is_text = head[:1].isalpha()  # else it is TLS, or no request at all
    return not is_text or len(head) >= _MOST or _END.search(head) is not None


class Meeting:
    """Waits for the head of what each client sends, and gives client and name to
    ``settle``; one that leaves before, or says nothing, is left."""

    def __init__(self, settle: Callable[[socket.socket, str], None]) -> None:
        self._settle = settle
        #: Clients that wait, and what leaves them.
        self._waiting: dict[socket.socket, asyncio.TimerHandle] = {}

    def meet(self, client: socket.socket) -> None:
        self._look(client, 0)

    def close(self) -> None:
        """Leave all that still wait."""
        for client in list(self._waiting):
            self._leave(client)

    def _look(self, client: socket.socket, seen: int) -> None:
        """Look at what has come, of which ``seen`` bytes were looked at before."""
        try:
            head = client.recv(_MOST, socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError):
            self._wait(client, 0)
            return
        except OSError:
            head = b""
        if not head:
            self._leave(client)
        elif is_whole(head) or len(head) == seen:  # no more will come
            self._forget(client)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
            self._settle(client, meant(head))
        else:
            self._wait(client, len(head))

    def _wait(self, client: socket.socket, seen: int) -> None:
        """Look again when more has come than that."""
        loop = asyncio.get_running_loop()
        if client not in self._waiting:
            patience = min(gives_up_after(), _LONGEST_WAIT)
            self._waiting[client] = loop.call_later(patience, self._leave, client)
        with suppress(OSError):
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, seen + 1)
        loop.add_reader(client, self._look, client, seen)

    def _leave(self, client: socket.socket) -> None:
        self._forget(client)
        client.close()

    def _forget(self, client: socket.socket) -> None:
        waiting = self._waiting.pop(client, None)
        if waiting is not None:
            waiting.cancel()
            asyncio.get_running_loop().remove_reader(client)


logger = logging.getLogger("mitmvcr")

_CLIENT, _ASKED = b"c", b"a"


class Sockets(NamedTuple):
    """``mine`` is what this worker reads from, ``ways`` lead to each worker."""

    mine: socket.socket
    ways: tuple[socket.socket, ...]


class Team:
    """Passes clients on to the worker that has their session, and asks other workers.
    It is an addon."""

    name = "vcr.team"

    def __init__(self, worker: Worker, sockets: Sockets) -> None:
        self._worker = worker
        self._mine = sockets.mine
        self._ways = [_Way(each) for each in sockets.ways]
        self._meeting = Meeting(self._settle)
        self._tasks: set[asyncio.Task[None]] = set()
        #: Answers what other workers ask, once the control API is served.
        self.answers: web.Application | None = None
        #: Whether clients name their sessions.
        self.has_names: Callable[[], bool] = lambda: True

    # Life

    def running(self) -> None:
        self._mine.setblocking(False)
        asyncio.get_running_loop().add_reader(self._mine, self._receive)

    def done(self) -> None:
        asyncio.get_running_loop().remove_reader(self._mine)
        self._meeting.close()
        self._mine.close()

    # Clients

    def meet(self, client: socket.socket) -> None:
        """Take a client of the shared port."""
        if self.has_names():
            self._meeting.meet(client)
        else:
            self._settle(client, DEFAULT)

    def _settle(self, client: socket.socket, name: str) -> None:
        owner = self._worker.owner(name)
        if owner == self._worker.number:
            self._adopt(client)
        else:
            self._ways[owner].send(_CLIENT, client, self._adopt)

    def _adopt(self, client: socket.socket) -> None:
        self._do(shared_port.adopt(client))

    # What workers ask

    def elsewhere(self, name: str) -> int | None:
        """Return the number of a session's worker; None if it is this one, or
        the name is none."""
        try:
            owner = self._worker.owner(session_name(name))
        except UnusableValueError:
            return None
        return None if owner == self._worker.number else owner

    def others(self) -> list[int]:
        return [i for i in range(self._worker.of) if i != self._worker.number]

    async def ask(self, number: int, asked: "Asked") -> "Answer":
        """Return what another worker answers. Raise Problem where it has ended."""
        from mitmvcr.control.within import packed_answer

        here, there = socket.socketpair()
        self._ways[number].send(_ASKED, there, lambda end: end.close())
        reader, writer = await asyncio.open_unix_connection(sock=here)
        try:
            writer.write(json.dumps(asked.packed()).encode())
            writer.write_eof()
            found = await reader.read()
        except OSError:
            found = b""
        finally:
            writer.close()
        if not found:
            raise self._gone(number)
        return packed_answer(json.loads(found))

    def _gone(self, number: int) -> Problem:
        detail = f"{Worker(number, self._worker.of)} has ended meanwhile"
        return Problem(503, "worker", detail, "ask again: it is started anew")

    def _receive(self) -> None:
        while True:
            try:
                kind, passed, *_ = socket.recv_fds(self._mine, 16, 1)
            except (BlockingIOError, InterruptedError):
                return
            for each in passed:
                found = socket.socket(fileno=each)
                found.setblocking(False)
                if kind == _CLIENT:
                    self._adopt(found)
                else:
                    self._do(self._answer(found))

    async def _answer(self, asker: socket.socket) -> None:
        from mitmvcr.control.within import Asked, answer

        reader, writer = await asyncio.open_unix_connection(sock=asker)
        try:
            asked = Asked.unpacked(json.loads(await reader.read()))
            if self.answers is not None:
                found = await answer(self.answers, asked)
                writer.write(json.dumps(found.packed()).encode())
                await writer.drain()
        except (OSError, ValueError) as error:
            logger.debug("mitmvcr: another worker has left: %s", error)
        finally:
            writer.close()

    def _do(self, doing: "asyncio._CoroutineLike[None]") -> None:
        task = asyncio.get_running_loop().create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Way:
    """Sends open connections to one worker, in their order."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._queue: deque[tuple[bytes, socket.socket, Callable[..., None]]] = deque()
        sock.setblocking(False)

    def send(
        self,
        kind: bytes,
        passed: socket.socket,
        failed: Callable[[socket.socket], None],
    ) -> None:
        """Send one, which is closed here then, and waits for a worker that is started
        anew; ``failed`` gets it where that cannot be."""
        self._queue.append((kind, passed, failed))
        if len(self._queue) == 1:
            self._flush()

    def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        while self._queue:
            kind, passed, failed = self._queue[0]
            try:
                socket.send_fds(self._socket, [kind], [passed.fileno()])
            except (BlockingIOError, InterruptedError):
                loop.add_writer(self._socket, self._flush)
                return
            except OSError:
                self._queue.popleft()
                failed(passed)
            else:
                self._queue.popleft()
                passed.close()
        loop.remove_writer(self._socket)
