"""Clients of streams that note when each event arrived, in monotonic nanoseconds."""

import asyncio
import time
from collections.abc import Sequence

import h2.config
import h2.connection
import h2.events
from harness.load import start_tls
from harness.processes import BenchError

#: Of one stream: when it was asked for, and each event with the time it came.
Heard = tuple[int, list[tuple[int, bytes]]]
_SECONDS = 60.0


async def _one(port: int, target: str) -> Heard:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    asked = time.monotonic_ns()
    writer.write(f"GET {target} HTTP/1.1\r\nHost: bench.test\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head:
        raise BenchError(f"{target} was answered with {head!r}")
    heard = []
    while size := int(await reader.readuntil(b"\r\n"), 16):
        event = await reader.readexactly(size + 2)
        heard.append((time.monotonic_ns(), event[:-2]))
    writer.close()
    return asked, heard


async def _all(port: int, targets: Sequence[str]) -> list[Heard]:
    return await asyncio.gather(*(_one(port, target) for target in targets))


def over_h1(port: int, targets: Sequence[str]) -> list[Heard]:
    """Each target on a connection of its own."""
    return asyncio.run(asyncio.wait_for(_all(port, targets), _SECONDS))


async def _multiplexed(
    port: int, paths: Sequence[str], through: str | None
) -> list[Heard]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    if through is not None:
        await start_tls(reader, writer, f"{through}:443", "h2")
    config = h2.config.H2Configuration(header_encoding=None)
    wire = h2.connection.H2Connection(config)
    wire.initiate_connection()
    wire.increment_flow_control_window(2**24)
    heard: dict[int, Heard] = {}
    for path in paths:
        stream = wire.get_next_available_stream_id()
        fields = [(":method", "GET"), (":scheme", "https"), (":path", path)]
        fields.append((":authority", through or "bench.test"))
        wire.send_headers(stream, fields, end_stream=True)
        heard[stream] = time.monotonic_ns(), []
    writer.write(wire.data_to_send())
    open_streams = set(heard)
    while open_streams:
        data = await reader.read(65536)
        now = time.monotonic_ns()
        if not data:
            raise BenchError("the connection was closed")
        for event in wire.receive_data(data):
            if isinstance(event, h2.events.DataReceived):
                if event.data:  # the end may come in an empty frame
                    heard[event.stream_id][1].append((now, event.data))
                size = event.flow_controlled_length or 0
                wire.acknowledge_received_data(size, event.stream_id)
            elif isinstance(event, h2.events.StreamEnded | h2.events.StreamReset):
                open_streams.discard(event.stream_id)
        writer.write(wire.data_to_send())
    writer.close()
    return list(heard.values())


def over_h2(port: int, paths: Sequence[str], through: str | None) -> list[Heard]:
    """All on one connection; ``through``: the host behind a proxy, if there is one."""
    work = _multiplexed(port, paths, through)
    return asyncio.run(asyncio.wait_for(work, _SECONDS))
