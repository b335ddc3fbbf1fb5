"""HTTP/2 over an asyncio stream, with h2 saying what the bytes mean."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions

from origin.app import Answer, App, Ask

Fields = list[tuple[bytes, bytes]]


@dataclass
class _Stream:
    fields: Fields
    body: bytearray = field(default_factory=bytearray)
    task: "asyncio.Task[None] | None" = None


async def serve(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    app: App,
    seen: Callable[[str, str, str], None],
) -> None:
    """Each stream is answered by a task of its own."""
    wire = _Wire(writer, app, seen)
    try:
        await wire.start()
        while data := await reader.read(65536):
            for event in wire.h2.receive_data(data):
                wire.handle(event)
            await wire.flush()
    finally:
        await wire.close()


class _Wire:
    def __init__(
        self,
        writer: asyncio.StreamWriter,
        app: App,
        seen: Callable[[str, str, str], None],
    ) -> None:
        self._writer, self._app, self._seen = writer, app, seen
        self._streams: dict[int, _Stream] = {}
        self._window = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        config = h2.config.H2Configuration(client_side=False, header_encoding=None)
        self.h2 = h2.connection.H2Connection(config)

    async def start(self) -> None:
        self.h2.initiate_connection()
        self.h2.increment_flow_control_window(2**24)
        await self.flush()

    async def flush(self) -> None:
        self._writer.write(self.h2.data_to_send())
        await self._writer.drain()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def handle(self, event: object) -> None:
        match event:
            case h2.events.RequestReceived():
                self._begin(event.stream_id, list(event.headers))
            case h2.events.DataReceived():
                self._take(event)
            case h2.events.StreamEnded():
                self._run(self._answer(event.stream_id))
            case h2.events.StreamReset():
                self._streams.pop(event.stream_id, None)
                self._run(self._wake())
            case h2.events.WindowUpdated() | h2.events.RemoteSettingsChanged():
                self._run(self._wake())

    def _begin(self, stream_id: int, fields: Fields) -> None:
        self._streams[stream_id] = _Stream(fields)
        pseudo = dict(fields)
        self._seen(pseudo[b":method"].decode(), pseudo[b":path"].decode(), "HTTP/2")

    def _take(self, event: h2.events.DataReceived) -> None:
        self._streams[event.stream_id].body += event.data
        if event.flow_controlled_length:
            self.h2.acknowledge_received_data(
                event.flow_controlled_length, event.stream_id
            )

    def _run(self, work: object) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _wake(self) -> None:
        async with self._window:
            self._window.notify_all()

    async def _answer(self, stream_id: int) -> None:
        ask = _ask(self._streams[stream_id])
        answer = self._app(ask)
        await asyncio.sleep(answer.delay)
        if stream_id not in self._streams:
            return
        bare = ask.method == "HEAD" or not answer.has_body
        parts = [] if bare else [part for part in answer.parts if part]
        ends = not parts and not answer.trailers
        self.h2.send_headers(stream_id, _fields(answer), end_stream=ends)
        for place, part in enumerate(parts):
            await self.flush()
            if answer.gate and place:
                await answer.gate()
            await asyncio.sleep(answer.pause if place else 0)
            last = part is parts[-1] and not answer.trailers
            ends = last and not answer.gate and not answer.aborts
            await self._send(stream_id, part, ends=ends)
        if answer.gate and parts:
            await answer.gate()
        if answer.aborts:
            self.h2.reset_stream(stream_id, h2.errors.ErrorCodes.INTERNAL_ERROR)
        elif answer.gate and parts and not answer.trailers:
            self.h2.end_stream(stream_id)
        if answer.trailers:
            self.h2.send_headers(stream_id, list(answer.trailers), end_stream=True)
        self._streams.pop(stream_id, None)
        await self.flush()

    async def _send(self, stream_id: int, data: bytes, *, ends: bool) -> None:
        """As much at a time as the client's windows allow."""
        while data:
            room = await self._room(stream_id)
            head, data = data[:room], data[room:]
            self.h2.send_data(stream_id, head, end_stream=ends and not data)
            await self.flush()

    async def _room(self, stream_id: int) -> int:
        async with self._window:
            while not (room := self.h2.local_flow_control_window(stream_id)):
                await self._window.wait()
        return min(room, self.h2.max_outbound_frame_size)


def _ask(stream: _Stream) -> Ask:
    pseudo = dict(stream.fields)
    return Ask(
        pseudo[b":method"].decode(),
        pseudo[b":path"].decode(),
        [pair for pair in stream.fields if not pair[0].startswith(b":")],
        bytes(stream.body),
        "HTTP/2",
    )


def _fields(answer: Answer) -> Fields:
    fields: Fields = [(b":status", str(answer.status).encode()), *answer.headers]
    if answer.has_body and answer.sized:
        length = answer.length
        fields.append((b"content-length", str(length).encode()))
    return fields
