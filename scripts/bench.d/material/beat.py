"""A bare asyncio server of streams, one event every GAP seconds.

``python beat.py COUNT GAP`` prints two ports, of HTTP/1.1 and of HTTP/2 in the clear,
and serves until its standard input ends. An event is ``data: T`` with the time at
which it was written, in nanoseconds of the monotonic clock.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator

import h2.config
import h2.connection
import h2.events

COUNT, GAP = int(sys.argv[1]), float(sys.argv[2])
HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)


async def events() -> AsyncIterator[bytes]:
    start = time.monotonic()
    for number in range(COUNT):
        await asyncio.sleep(max(0.0, start + number * GAP - time.monotonic()))
        yield b"data: %d\n\n" % time.monotonic_ns()


async def serve_h1(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(HEAD)
    async for event in events():
        writer.write(b"%x\r\n%b\r\n" % (len(event), event))
    writer.write(b"0\r\n\r\n")
    await writer.drain()
    writer.close()


async def serve_h2(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    config = h2.config.H2Configuration(client_side=False, header_encoding=None)
    wire = h2.connection.H2Connection(config)
    wire.initiate_connection()
    tasks = set()

    async def answer(stream: int) -> None:
        fields = [(b":status", b"200"), (b"content-type", b"text/event-stream")]
        wire.send_headers(stream, fields)
        async for event in events():
            wire.send_data(stream, event)
            writer.write(wire.data_to_send())
        wire.end_stream(stream)
        writer.write(wire.data_to_send())

    while data := await reader.read(65536):
        for event in wire.receive_data(data):
            if isinstance(event, h2.events.RequestReceived):
                tasks.add(asyncio.create_task(answer(event.stream_id)))
        writer.write(wire.data_to_send())
    for task in tasks:
        task.cancel()


async def main() -> None:
    ports = []
    for serve in (serve_h1, serve_h2):
        server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=200)
        ports.append(server.sockets[0].getsockname()[1])
    print(*ports, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
