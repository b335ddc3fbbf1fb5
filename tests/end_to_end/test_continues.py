"""A client that waits to be told to go on, and whose origin then fails, is answered."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from end_to_end.proxy import Proxy
from patience import PATIENCE


@pytest.fixture
def closed() -> int:
    """A port of which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    return port


def told(plug: socket.socket) -> bytes:
    """All that comes until the end."""
    received = b""
    while part := plug.recv(65536):
        received += part
    return received


@pytest.mark.parametrize("sized", [True, False], ids=["length", "chunked"])
def test_it_is_told_why(
    mitmdump: Callable[..., Proxy], tmp_path: Path, closed: int, sized: bool
) -> None:
    proxy = mitmdump(tmp_path / "chat.yaml", "record_only").wait_until_listening()
    length = "Content-Length: 2" if sized else "Transfer-Encoding: chunked"
    head = f"Host: 127.0.0.1:{closed}\r\nExpect: 100-continue\r\n{length}\r\n\r\n"
    address = "127.0.0.1", proxy.port
    with socket.create_connection(address, timeout=PATIENCE) as plug:
        plug.sendall(f"POST http://127.0.0.1:{closed}/ HTTP/1.1\r\n{head}".encode())
        assert plug.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        plug.sendall(b"ok" if sized else b"2\r\nok\r\n0\r\n\r\n")
        answer = told(plug)
    assert answer.startswith(b"HTTP/1.1 502 Bad Gateway\r\n"), answer
    assert b"127.0.0.1" in answer
    assert proxy.stop() == 0, proxy.log
    assert "not recorded" in proxy.log
