"""The origin's process: ``python -m origin LEAF.pem LOG``.

Prints its ports as a line of JSON when it listens on both, writes a line of JSON to LOG
for each connection and each request (before anything is answered), and ends when its
standard input does, so that it never outlives the tests.
"""

import argparse
import asyncio
import contextlib
import json
import os
import socket
import ssl
import sys
from pathlib import Path

import h2.exceptions
import h11

from origin import http1, http2
from origin.app import App

GONE = (OSError, EOFError, ssl.SSLError, h11.ProtocolError, h2.exceptions.H2Error)


class Log:
    """One ``write`` a line, so a reader never sees half of one."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def connection(self, scheme: str) -> None:
        self._line({"connection": scheme})

    def request(self, method: str, target: str, protocol: str) -> None:
        self._line({"request": f"{method} {target}", "protocol": protocol})

    def _line(self, fact: dict[str, str]) -> None:
        os.write(self._file, json.dumps(fact).encode() + b"\n")


class Server:
    """Plain and TLS listeners over one app."""

    def __init__(self, leaf: Path, log: Log) -> None:
        self._app, self._log = App(), log
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(leaf)
        self._tls.set_alpn_protocols(["h2", "http/1.1"])

    async def accept(self, scheme: str, listener: socket.socket) -> None:
        """For ever. By hand, so that a bare TCP connection counts too."""
        loop = asyncio.get_running_loop()
        while True:
            accepted, _ = await loop.sock_accept(listener)
            self._log.connection(scheme)
            self._greet(accepted, self._tls if scheme == "https" else None)

    def _greet(self, accepted: socket.socket, tls: ssl.SSLContext | None) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader, self._serve)
        connect = loop.connect_accepted_socket(lambda: protocol, accepted, ssl=tls)
        task = loop.create_task(connect)
        task.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        tls = writer.get_extra_info("ssl_object")
        chosen = tls.selected_alpn_protocol() if tls else None
        speak = http2.serve if chosen == "h2" else http1.serve
        with _closing(writer):
            await speak(reader, writer, self._app, self._log.request)


class _closing(contextlib.AbstractContextManager[None]):
    """A client that leaves, or talks nonsense, is no error of ours."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> bool:
        self._writer.close()
        return kind is not None and issubclass(kind, GONE)


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("leaf", type=Path)
    parser.add_argument("log", type=Path)
    parser.add_argument("--https-port", type=int, default=0)
    parser.add_argument("--http-port", type=int, default=0)
    parser.add_argument("--host", default="127.0.0.1")
    args = parser.parse_args()
    server = Server(args.leaf, Log(args.log))
    with (
        listening(args.host, args.https_port) as https,
        listening(args.host, args.http_port) as http,
    ):
        doors = {"https": https, "http": http}
        ports = {scheme: door.getsockname()[1] for scheme, door in doors.items()}
        sys.stdout.write(json.dumps(ports) + "\n")
        sys.stdout.flush()
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(server.accept(scheme, door))
                for scheme, door in doors.items()
            ]
            await _end_of_input()
            for task in tasks:
                task.cancel()


def listening(host: str, port: int) -> socket.socket:
    listener = socket.create_server((host, port), backlog=200)
    listener.setblocking(False)
    return listener


async def _end_of_input() -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(0, lambda: ended.set() if not os.read(0, 4096) else None)
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(main())
