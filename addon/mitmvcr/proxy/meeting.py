"""Clients at the port that several workers share: whose they are is seen from what they
have sent, of which nothing is read."""

import asyncio
import re
import socket
from collections.abc import Callable
from contextlib import suppress

from mitmproxy import http

from mitmvcr.proxy.flow.player import DEFAULT
from mitmvcr.proxy.host.options import gives_up_after
from mitmvcr.proxy.sessions.routes import said_in

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
