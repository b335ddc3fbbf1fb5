"""A company's network in threads: an HTTP proxy that wants a password, a socks proxy,
and origins of names that only they know."""

import base64
import select
import socket
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager

from cli.served import served

LOGIN = ("me@corp", "s3cret word")
_BASIC = "Basic " + base64.b64encode(":".join(LOGIN).encode()).decode()


class Gateway(socketserver.ThreadingTCPServer):
    """``asked`` are the places that were asked for; ``known`` says where a made-up name
    is on this machine, or one port of it (``name:port``). ``wants_login``: it refuses
    whoever shows none."""

    daemon_threads = True

    def __init__(self, kind: type[socketserver.BaseRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), kind)
        self.asked: list[str] = []
        self.known: dict[str, int] = {}
        self.wants_login = False
        #: Did who asked show a login?
        self.logins: set[bool] = set()

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    def reach(self, host: str, port: int) -> socket.socket | None:
        place = f"{host}:{port}"
        self.asked.append(place)
        here = self.known.get(place, self.known.get(host))
        return None if here is None else socket.create_connection(("127.0.0.1", here))


class HttpProxy(socketserver.StreamRequestHandler):
    """Knows CONNECT, and whole URLs."""

    server: Gateway
    rbufsize = 0  # a body is passed on as it comes

    def handle(self) -> None:
        head = self._head()
        if not head:
            return
        method, target, _ = head.split("\r\n")[0].split(" ")
        self.server.logins.add("Proxy-Authorization:" in head)
        if self.server.wants_login and f"Proxy-Authorization: {_BASIC}" not in head:
            self._say("407 Proxy Authentication Required")
            return
        place = target.removeprefix("http://").partition("/")[0]
        host, _, port = place.partition(":")
        there = self.server.reach(host, int(port or 80))
        if there is None:
            self._say("503 No Such Host")
            return
        if method == "CONNECT":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            path = target.removeprefix(f"http://{place}")
            there.sendall(head.replace(target, path, 1).encode() + b"\r\n\r\n")
        pump(self.request, there)

    def _head(self) -> str:
        lines = []
        while (line := self.rfile.readline().decode().rstrip("\r\n")) != "":
            lines.append(line)
        return "\r\n".join(lines)

    def _say(self, status: str) -> None:
        self.wfile.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())


class SocksProxy(socketserver.StreamRequestHandler):
    """Version 5, and names resolved here."""

    server: Gateway

    def handle(self) -> None:
        _, count = self.rfile.read(2)
        ways = self.rfile.read(count)
        if self.server.wants_login and 2 not in ways:
            self.wfile.write(b"\x05\xff")
            return
        self.wfile.write(b"\x05\x02" if self.server.wants_login else b"\x05\x00")
        if self.server.wants_login:
            self.rfile.read(1)
            words = tuple(self.rfile.read(self.rfile.read(1)[0]) for _ in range(2))
            right = words == tuple(each.encode() for each in LOGIN)
            self.wfile.write(b"\x01\x00" if right else b"\x01\x01")
            if not right:
                return
        *_, kind = self.rfile.read(4)
        assert kind == 3
        host = self.rfile.read(self.rfile.read(1)[0]).decode()
        there = self.server.reach(host, int.from_bytes(self.rfile.read(2)))
        told = b"\x00" if there else b"\x04"
        self.wfile.write(b"\x05" + told + b"\x00\x01" + bytes(6))
        if there is not None:
            pump(self.request, there)


def pump(one: socket.socket, other: socket.socket) -> None:
    """Pass on what either says until one has said all."""
    with other:
        while True:
            for ready in select.select([one, other], [], [])[0]:
                piece = ready.recv(65536)
                if not piece:
                    return
                (other if ready is one else one).sendall(piece)


@contextmanager
def gateway(kind: type[socketserver.BaseRequestHandler]) -> Iterator[Gateway]:
    with served(Gateway(kind)) as server:
        yield server
