"""Ports within a namespace that come and go with those of the proxy: of sessions, of
the workers of a test framework, and of the control API. Each has the number that it has
out here.

Only a process that is within can listen there, so the child that made the namespace
stays for it.
"""

import asyncio
import signal
import socket
import struct

from mitmvcr.cli.isolate import network
from mitmvcr.cli.isolate.forward import Forwarder, ignore

_ADDRESS = "127.0.0.1"
_PORT = struct.Struct("!H")
_LONGEST = 1 << 10


def stay(theirs: socket.socket) -> None:
    """Listen within wherever the other end of this socket wants, until it is closed;
    no signal that is meant for the command ends it."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(each, signal.SIG_IGN)
    while wanted := theirs.recv(_PORT.size):
        try:
            (port,) = _PORT.unpack(wanted)
            with network.listen(_ADDRESS, port) as made:
                socket.send_fds(theirs, [b"\0"], [made.fileno()])
        except OSError as error:
            theirs.send((error.strerror or str(error)).encode())


class Ports:
    """Opens them, for as long as the gate is open; ``maker`` leads to who stays within
    (None: nobody does, and there are none)."""

    def __init__(self, maker: socket.socket | None) -> None:
        self._maker = maker
        self._turn = asyncio.Lock()
        self._open: dict[int, Forwarder] = {}
        self._closed: list[Forwarder] = []

    async def open(self, port: int, host: str = _ADDRESS) -> None:
        """Carry connections to a port within on to the same port of a host out here.
        Raise OSError."""
        if self._maker is None:
            return
        async with self._turn:
            listening = await asyncio.to_thread(_listening, self._maker, port)
        forwarder = Forwarder(host, port, ignore)
        await forwarder.open(listening)
        self._open[port] = forwarder

    def close(self, port: int) -> None:
        """Listen there no more; what is open stays open."""
        forwarder = self._open.pop(port, None)
        if forwarder is not None:
            forwarder.stop()
            self._closed.append(forwarder)

    async def close_all(self) -> None:
        """Cut off what is open, too."""
        for forwarder in (*self._open.values(), *self._closed):
            await forwarder.close()


def _listening(maker: socket.socket, port: int) -> socket.socket:
    maker.send(_PORT.pack(port))
    words, descriptors, _, _ = socket.recv_fds(maker, _LONGEST, 1)
    if not descriptors:
        raise OSError(0, words.decode() or "the process in the namespace has died")
    made = socket.socket(fileno=descriptors[0])
    made.setblocking(False)
    return made
