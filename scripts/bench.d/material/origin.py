"""An origin that costs little: GET /SIZE/... is answered with SIZE bytes of JSON.

Prints its port, and serves until its standard input ends.
"""

import asyncio
import sys

FIELDS = (
    (b"Content-Type", b"application/json"),
    (b"Date", b"Wed, 21 Oct 2015 07:28:00 GMT"),
    (b"X-Request-Id", b"req_0123456789abcdef"),
)


def body(size: int) -> bytes:
    """JSON on one line, as APIs send it."""
    item = b'{"id": 1, "name": "a widget", "price": 9.99, "tags": ["x", "y"]}'
    text = b"[" + (item + b", ") * (size // len(item) + 1)
    return text[: size - 4] + b'"x"]'


def answer(size: int) -> bytes:
    head = b"".join(b"%b: %b\r\n" % field for field in FIELDS)
    length = b"Content-Length: %d\r\n\r\n" % size
    return b"HTTP/1.1 200 OK\r\n" + head + length + body(size)


ANSWERS = {b"%d" % size: answer(size) for size in (1024, 1024 * 1024)}


class Origin(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._heard = b""

    def data_received(self, data: bytes) -> None:
        self._heard += data
        if self._heard.endswith(b"\r\n\r\n"):
            size = self._heard.split(b"/", 2)[1]
            self._heard = b""
            self._transport.write(ANSWERS[size])


async def serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Origin, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve())
