"""HTTP/1.1 over an asyncio stream, with h11 saying what the bytes mean."""

import asyncio
import socket
import struct
from collections.abc import Callable

import h11

from origin.app import Answer, App, Ask


async def serve(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    app: App,
    seen: Callable[[str, str, str], None],
) -> None:
    """Requests one after the other until either side has had enough."""
    wire = _Wire(reader, writer)
    while (head := await wire.next_request()) is not None:
        method, target = head.method.decode(), head.target.decode("latin-1")
        seen(method, target, "HTTP/1.1")
        ask = Ask(
            method, target, head.headers.raw_items(), await wire.body(), "HTTP/1.1"
        )
        await wire.send(ask, app(ask))
        if not wire.reusable():
            return


class _Wire:
    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._reader, self._writer = reader, writer
        self._h11 = h11.Connection(h11.SERVER)

    async def _event(self) -> object:
        while (event := self._h11.next_event()) is h11.NEED_DATA:
            if self._h11.they_are_waiting_for_100_continue:
                await self._put(h11.InformationalResponse(status_code=100, headers=[]))
            self._h11.receive_data(await self._reader.read(65536))
        return event

    async def next_request(self) -> h11.Request | None:
        event = await self._event()
        return event if isinstance(event, h11.Request) else None

    async def body(self) -> bytes:
        parts = []
        while isinstance(event := await self._event(), h11.Data):
            parts.append(bytes(event.data))
        return b"".join(parts)

    async def send(self, ask: Ask, answer: Answer) -> None:
        await asyncio.sleep(answer.delay)
        if answer.until_close:
            await self._send_until_close(answer)
            return
        await self._put(_head(answer))
        if ask.method != "HEAD" and answer.has_body:
            for place, part in enumerate(answer.parts):
                if answer.gate and place:
                    await answer.gate()
                await asyncio.sleep(answer.pause if place else 0)
                await self._put(h11.Data(data=part))
            if answer.gate:
                await answer.gate()
        if answer.aborts:
            raise EOFError
        await self._put(h11.EndOfMessage())

    async def _send_until_close(self, answer: Answer) -> None:
        """By hand: h11 would choose chunks, the better way."""
        headers = [*answer.headers, (b"Connection", b"close")]
        lines = [b"HTTP/1.1 %d " % answer.status + answer.reason_bytes]
        lines += [name + b": " + value for name, value in headers]
        self._writer.write(b"\r\n".join([*lines, b"", b""]) + b"".join(answer.parts))
        await self._writer.drain()
        if answer.end:
            await self._end_unsaid(is_reset=answer.end == "reset")

    async def _end_unsaid(self, *, is_reset: bool) -> None:
        await asyncio.sleep(0.3)  # what was sent is read before
        if is_reset:
            plug = self._writer.get_extra_info("socket")
            at_once = struct.pack("ii", 1, 0)
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        self._writer.transport.abort()

    async def _put(self, event: object) -> None:
        self._writer.write(self._h11.send(event) or b"")
        await self._writer.drain()

    def reusable(self) -> bool:
        if self._h11.our_state is not h11.DONE or self._h11.their_state is not h11.DONE:
            return False
        self._h11.start_next_cycle()
        return True


def _head(answer: Answer) -> h11.Response:
    headers = list(answer.headers)
    if answer.has_body and answer.sized:
        length = answer.length
        headers.append((b"Content-Length", str(length).encode()))
    elif answer.has_body:
        headers.append((b"Transfer-Encoding", b"chunked"))
    return h11.Response(
        status_code=answer.status, headers=headers, reason=answer.reason_bytes
    )
