"""What mitmproxy cannot do, and docs/limits.md says so. Each test fails when a newer
mitmproxy can: then the limit is to be taken out."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from end_to_end.proxy import Proxy
from patience import PATIENCE

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
LIMITS = {
    "trailers": HEAD + b"Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
    b"2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n",
    "103": EARLY + HEAD + b"Content-Length: 2\r\n\r\nok",
}


@contextmanager
def server(answer: bytes) -> Iterator[int]:
    """It gives one answer, whatever it is asked."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            accepted, _ = listener.accept()
            with accepted:
                accepted.recv(65536)
                accepted.sendall(answer)
                accepted.recv(65536)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(PATIENCE)


def ask(proxy: Proxy, port: int) -> bytes:
    """All that comes until the end, or until nothing has come for a while."""
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=3) as plug:
        url = f"http://127.0.0.1:{port}/"
        host = f"Host: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
        plug.sendall(f"GET {url} HTTP/1.1\r\n{host}".encode())
        received = b""
        try:
            while part := plug.recv(65536):
                received += part
        except TimeoutError:
            pass
        return received


def is_whole(received: bytes, limit: str) -> bool:
    if limit == "trailers":
        return received.endswith(b"\r\n0\r\nX-Sum: 1\r\n\r\n")
    return b" 200 OK" in received and received.endswith(b"ok")


@pytest.mark.parametrize("limit", list(LIMITS))
def test_http1_breaks_as_the_readme_says(
    mitmdump_bare: Callable[..., Proxy], limit: str
) -> None:
    """mitmproxy alone, without the addon."""
    proxy = mitmdump_bare().wait_until_listening()
    with server(LIMITS[limit]) as port:
        received = ask(proxy, port)
    assert not is_whole(received, limit), "mended: take the limit out of docs/limits.md"


@pytest.mark.parametrize("limit", list(LIMITS))
def test_and_what_broke_is_not_recorded_as_if_whole(
    mitmdump: Callable[..., Proxy], tmp_path: Path, limit: str
) -> None:
    proxy = mitmdump(tmp_path / "a.yaml", "record_only", vcr_partial="drop")
    proxy.wait_until_listening()
    with server(LIMITS[limit]) as port:
        ask(proxy, port)
    proxy.stop()
    assert not (tmp_path / "a.yaml").exists()
    assert "not recorded" in proxy.log or "dropped" in proxy.log
