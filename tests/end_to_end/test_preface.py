"""HTTP/2 without TLS whose first bytes come in pieces, each in a packet of its own."""

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import pytest

from end_to_end import cassettes
from end_to_end.proxy import Proxy
from patience import PATIENCE

#: Seconds between two pieces, so that they are not read as one.
PACE = 0.05
HOST = "api.test"


@pytest.fixture(params=["replay_only", "replay_with_new_episodes"])
def proxy(
    mitmdump: Callable[..., Proxy], tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Proxy]:
    """A strict replay answers by itself, before mitmproxy looks at anything."""
    cassette = tmp_path / "a.yaml"
    cassettes.write(cassette, cassettes.interaction(f"http://{HOST}/a", "hello"))
    proxy = mitmdump(cassette, request.param).wait_until_listening()
    yield proxy
    proxy.stop()
    assert "is not HTTP" not in proxy.log, proxy.log


def through(proxy: Proxy) -> socket.socket:
    """A tunnel to the host, in which nothing was said."""
    plug = socket.create_connection(("127.0.0.1", proxy.port), timeout=PATIENCE)
    plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    plug.sendall(f"CONNECT {HOST}:80 HTTP/1.1\r\n\r\n".encode())
    assert b" 200 " in plug.recv(4096)
    return plug


def send(plug: socket.socket, data: bytes, size: int) -> None:
    """Send the first 24 bytes, which are HTTP/2's preface, in pieces."""
    for at in range(0, 24, size):
        plug.sendall(data[at : min(at + size, 24)])
        time.sleep(PACE)
    plug.sendall(data[24:])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 13, 14, 15, 16, 24])
def test_a_preface_in_pieces_is_that_of_http2(proxy: Proxy, size: int) -> None:
    client = h2.connection.H2Connection(h2.config.H2Configuration())
    client.initiate_connection()
    names = ("method", "GET"), ("scheme", "http"), ("authority", HOST), ("path", "/a")
    client.send_headers(1, [(f":{name}", value) for name, value in names], True)
    body, is_whole = b"", False
    with through(proxy) as plug:
        send(plug, client.data_to_send(), size)
        while not is_whole:
            data = plug.recv(65536)
            assert data, "the proxy closed the connection"
            for event in client.receive_data(data):
                if isinstance(event, h2.events.DataReceived):
                    body += event.data
                is_whole |= isinstance(event, h2.events.StreamEnded)
    assert body == b"hello"


@pytest.mark.parametrize("line", ["GET /a", "PRIVATE /a", "PRI /a", "P"])
def test_a_request_that_begins_like_a_preface_is_one(proxy: Proxy, line: str) -> None:
    """It is answered, or it is missed or sent on, as it would be in one piece."""
    data = f"{line} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()
    with through(proxy) as plug:
        if line == "P":  # and leaves
            plug.sendall(b"P")
            plug.shutdown(socket.SHUT_WR)
            assert plug.recv(65536) == b""
            return
        send(plug, data, 1)
        answer = plug.recv(65536)
    assert answer.startswith(b"HTTP/1.1 ")
    assert (b" 200 OK" in answer) == (line == "GET /a")
