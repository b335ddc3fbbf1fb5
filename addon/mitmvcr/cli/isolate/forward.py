"""Connections that are made within, carried on out here."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress

_PIECE = 1 << 16


class Forwarder:
    """From a listening socket to ``host`` and ``port``, for as long as it is open.
    ``failed`` is called with the reason when the other side cannot be reached."""

    def __init__(self, host: str, port: int, failed: Callable[[str], None]) -> None:
        self._target, self._failed = (host, port), failed
        self._under_way: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def open(self, listening: socket.socket) -> None:
        self._server = await asyncio.start_server(self._carry, sock=listening)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        try:
            await self._between(reader, writer)
        finally:
            self._under_way.discard(task)

    async def _between(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            there, back = await asyncio.open_connection(*self._target)
        except OSError as error:
            self._failed(error.strerror or str(error))
            writer.transport.abort()
            return
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_pump(reader, back))
                both.create_task(_pump(there, writer))
        except* OSError:  # one end was reset: so is the other
            back.transport.abort()
            writer.transport.abort()
        finally:
            back.close()
            writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(_PIECE):
        writer.write(piece)
        await writer.drain()
    with suppress(OSError):  # the other side has gone
        writer.write_eof()
