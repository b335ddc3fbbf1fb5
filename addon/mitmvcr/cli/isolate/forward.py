"""Connections of a socket that are carried on to another place."""

import asyncio
import socket
import struct
from collections.abc import Callable

_AT_ONCE = struct.pack("ii", 1, 0)


def ignore(reason: str) -> None:
    """Pass over an error: the run has ended, and a process that was left behind still
    connects."""


class Forwarder:
    """Forwards from a listening socket to ``host`` and ``port``, for as long as it is
    open. ``failed`` is called with the reason when the other side cannot be reached."""

    def __init__(self, host: str, port: int, failed: Callable[[str], None]) -> None:
        self.target, self.failed = (host, port), failed
        self._starting: set[asyncio.Task[None]] = set()
        self.ends: set[End] = set()
        self._server: asyncio.Server | None = None

    async def open(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._accept, sock=listening)

    def stop(self) -> None:
        """Take no more; what is open stays open."""
        if self._server is not None:
            self._server.close()

    async def close(self) -> None:
        self.stop()
        for task in self._starting:
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        for end in list(self.ends):
            end.abort()

    def _accept(self) -> "End":
        here = End(self.ends)
        task = asyncio.get_running_loop().create_task(self.go_on(here))
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)
        return here

    async def go_on(self, here: "End") -> None:
        """Connect to the other side, and let both ends go on."""
        loop = asyncio.get_running_loop()
        there = End(self.ends)
        try:
            await loop.create_connection(lambda: there, *self.target)
        except OSError as error:
            self.failed(error.strerror or str(error))
            here.abort()
            return
        here.join(there)


class End(asyncio.Protocol):
    """One end of a connection; what comes in goes out at the other end."""

    def __init__(self, all_ends: "set[End]") -> None:
        self._all, self._other = all_ends, self
        self._transport: asyncio.Transport | None = None
        self._has_sent_all = self._is_gone = False
        #: Set once there is a connection.
        self.connected = asyncio.Event()

    @property
    def socket(self) -> socket.socket:
        """Return the socket of the connection."""
        assert self._transport is not None
        taken: socket.socket = self._transport.get_extra_info("socket")
        return taken

    def join(self, other: "End") -> None:
        self._other, other._other = other, self
        if self._is_gone:
            other.abort()
        for end in (self, other):
            if end._transport is not None and not end._is_gone:
                end._transport.resume_reading()

    def abort(self) -> None:
        """Close with a reset: what was cut short must not look as if it had ended."""
        if self._transport is not None and not self._is_gone:
            taken = self._transport.get_extra_info("socket")
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._all.add(self)
        self.connected.set()
        if self._other is self:
            transport.pause_reading()  # until there are two

    def data_received(self, data: bytes) -> None:
        assert self._other._transport is not None
        self._other._transport.write(data)

    def pause_writing(self) -> None:
        if self._other._transport is not None and not self._other._has_sent_all:
            self._other._transport.pause_reading()

    def resume_writing(self) -> None:
        if self._other._transport is not None and not self._other._has_sent_all:
            self._other._transport.resume_reading()

    def eof_received(self) -> bool:
        """Pass on that one direction has ended; the other may go on."""
        self._has_sent_all = True
        assert self._other._transport is not None
        if self._other._has_sent_all:
            self._other._transport.close()
            return False
        self._other._transport.write_eof()
        return True

    def connection_lost(self, error: Exception | None) -> None:
        self._is_gone = True
        self._all.discard(self)
        if self._other is self or self._other._transport is None:
            return
        if error is not None:
            self._other.abort()
        else:
            self._other._transport.close()
