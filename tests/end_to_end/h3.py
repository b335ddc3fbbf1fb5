"""HTTP/3 by aioquic: ``python h3.py serve LEAF.pem`` and ``python h3.py get PORT CA.pem
PATH...``, of the interpreter that has mitmproxy, which needs aioquic too.

The server prints its port, and serves until its standard input ends; the client prints
each answer as JSON.
"""

import asyncio
import json
import ssl
import sys
from collections import defaultdict
from pathlib import Path

from aioquic.asyncio import connect, serve
from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.h3.connection import H3_ALPN, H3Connection
from aioquic.h3.events import DataReceived, H3Event, HeadersReceived
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import QuicEvent

EVENTS = [b"data: %d\n\n" % number for number in range(3)]


class Speaker(QuicConnectionProtocol):
    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)
        self.http = H3Connection(self._quic)

    def quic_event_received(self, event: QuicEvent) -> None:
        for happened in self.http.handle_event(event):
            self.heard(happened)

    def heard(self, event: H3Event) -> None:
        raise NotImplementedError


class Server(Speaker):
    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)
        self.tasks: set[asyncio.Future[None]] = set()

    def heard(self, event: H3Event) -> None:
        if isinstance(event, HeadersReceived):
            path = dict(event.headers)[b":path"]
            work = asyncio.ensure_future(self.answer(event.stream_id, path))
            self.tasks.add(work)

    async def answer(self, stream: int, path: bytes) -> None:
        is_stream = path == b"/sse"
        kind = b"text/event-stream" if is_stream else b"text/plain"
        fields = [(b":status", b"200"), (b"content-type", kind)]
        parts = EVENTS if is_stream else [b"over QUIC: " + path]
        if not is_stream:
            fields.append((b"content-length", str(len(parts[0])).encode()))
        self.http.send_headers(stream, fields)
        for part in parts:
            await asyncio.sleep(0.02)
            is_last = part is parts[-1] and not is_stream
            self.http.send_data(stream, part, end_stream=is_last)
            self.transmit()
        if is_stream:
            self.http.send_headers(stream, [(b"x-sum", b"3")], end_stream=True)
            self.transmit()


class Client(Speaker):
    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)
        self.answers: defaultdict[int, dict[str, object]] = defaultdict(dict)
        self.ended: dict[int, asyncio.Future[None]] = {}

    def heard(self, event: H3Event) -> None:
        answer = self.answers[event.stream_id]
        if isinstance(event, HeadersReceived) and "status" not in answer:
            answer["status"] = dict(event.headers)[b":status"].decode()
            answer["parts"] = []
        elif isinstance(event, HeadersReceived):
            answer["trailers"] = {n.decode(): v.decode() for n, v in event.headers}
        elif isinstance(event, DataReceived) and event.data:
            answer["parts"].append(event.data.decode())
        if event.stream_ended:
            self.ended[event.stream_id].set_result(None)

    async def get(self, authority: str, path: str) -> dict[str, object]:
        stream = self._quic.get_next_available_stream_id()
        self.ended[stream] = asyncio.get_running_loop().create_future()
        pseudo = {":method": "GET", ":scheme": "https", ":authority": authority}
        fields = [*pseudo.items(), (":path", path)]
        encoded = [(name.encode(), value.encode()) for name, value in fields]
        self.http.send_headers(stream, encoded, end_stream=True)
        self.transmit()
        await asyncio.wait_for(self.ended[stream], 100)
        return self.answers[stream]


async def run_server(leaf: str) -> None:
    configuration = QuicConfiguration(is_client=False, alpn_protocols=H3_ALPN)
    configuration.load_cert_chain(leaf, leaf)
    server = await serve(
        "127.0.0.1", 0, configuration=configuration, create_protocol=Server
    )
    port = server._transport.get_extra_info("sockname")[1]
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


async def run_client(port: str, ca: str, *paths: str) -> None:
    configuration = QuicConfiguration(
        alpn_protocols=H3_ALPN, server_name="api.test", verify_mode=ssl.CERT_REQUIRED
    )
    configuration.load_verify_locations(cadata=Path(ca).read_bytes())
    async with connect(
        "127.0.0.1", int(port), configuration=configuration, create_protocol=Client
    ) as client:
        answers = [await client.get(f"localhost:{port}", path) for path in paths]
    sys.stdout.write(json.dumps(answers))


if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    asyncio.run((run_server if what == "serve" else run_client)(*arguments))
