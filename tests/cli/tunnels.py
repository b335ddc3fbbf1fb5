"""A proxy that makes no tunnels: it notes where to, and answers as the origin would."""

import socket
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager

from cli.served import served

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


class FakeProxy(socketserver.ThreadingTCPServer):
    """``asked`` are the first lines that came; ``status`` is its answer to CONNECT."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.status = "200 OK"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def variables(self) -> dict[str, str]:
        names = ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy")
        bypass = dict.fromkeys(("NO_PROXY", "no_proxy"), "past.test")
        return dict.fromkeys((*names, "MITMVCR_PROXY_URL"), self.url) | bypass


class _Handler(socketserver.BaseRequestHandler):
    server: FakeProxy
    request: socket.socket

    def handle(self) -> None:
        head = self._head()
        self.server.asked.append(head.split(b"\r\n")[0].decode())
        if head.startswith(b"CONNECT"):
            self.request.sendall(f"HTTP/1.1 {self.server.status}\r\n\r\n".encode())
            if self.server.status[:3] != "200":
                return
            self._head()
        self.request.sendall(OK)

    def _head(self) -> bytes:
        seen = b""
        while b"\r\n\r\n" not in seen and (piece := self.request.recv(4096)):
            seen += piece
        return seen


@contextmanager
def fake_proxy() -> Iterator[FakeProxy]:
    with served(FakeProxy()) as server:
        yield server
