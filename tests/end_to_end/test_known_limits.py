"""What mitmproxy cannot do by itself. Each test fails when a newer mitmproxy can: then
what we have instead is to be taken out."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import h2.events
import pytest

from end_to_end.h2_client import Answer, connected
from end_to_end.h2_origin import begun, speaking
from end_to_end.proxy import Proxy
from origin.certs import CertFiles
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
def test_http1_breaks_without_the_addon(
    mitmdump_bare: Callable[..., Proxy], limit: str
) -> None:
    """With it, it does not (test_trailers.py)."""
    proxy = mitmdump_bare().wait_until_listening()
    with server(LIMITS[limit]) as port:
        received = ask(proxy, port)
    assert not is_whole(received, limit), "mended: proxy/host/trailers.py can go"


# HTTP/2: an origin that takes no more requests, and completes what it has

#: GOAWAY, without an error: the first stream is the last that it answers.
GOAWAY = b"\0\0\x08\x07\0\0\0\0\0" + struct.pack(">II", 1, 0)


def _answer_and_leave(plug: ssl.SSLSocket) -> None:
    """Say in the midst of an answer that it is the last."""
    made = begun(plug)
    asked = False
    while not asked:
        events = made.receive_data(plug.recv(65536))
        asked = any(isinstance(each, h2.events.StreamEnded) for each in events)
    made.send_headers(1, [(":status", "200"), ("content-type", "text/event-stream")])
    made.send_data(1, b"data: 1\n\n")
    plug.sendall(made.data_to_send() + GOAWAY)
    made.send_data(1, b"data: 2\n\n", end_stream=True)
    plug.sendall(made.data_to_send())
    try:
        while plug.recv(65536):  # it reads to the end, so that nothing is lost
            pass
    except OSError:
        pass


def ask_who_leaves(proxy: Proxy, ca: Path, port: int) -> Answer:
    with connected(proxy.port, ca, "localhost", port) as client:
        return client.answer(client.ask("/"))


def test_http2_breaks_without_the_addon_where_an_origin_leaves(
    mitmdump_bare: Callable[..., Proxy], proxy_ca: Path, certs: CertFiles
) -> None:
    """With the addon it does not (test_goaway.py)."""
    proxy = mitmdump_bare().wait_until_listening()
    with speaking(certs, _answer_and_leave) as port:
        answer = ask_who_leaves(proxy, proxy_ca, port)
    is_whole = answer.status == 200 and answer.body.endswith(b"data: 2\n\n")
    assert not is_whole, "mended: proxy/host/goaway.py can go"
