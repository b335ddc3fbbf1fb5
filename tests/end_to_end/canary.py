"""What must never be reached: listens in a namespace and keeps all that comes."""

import base64
import hashlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

from end_to_end import resolver
from end_to_end.namespace import Namespace

#: Another address than the proxy's and the origin's.
HOST, ECHO, UPGRADE, DNS = "127.0.0.2", 7, 8, 53

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_SWITCHING = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: "
)


class Canary:
    """Answers TCP and UDP with what came, DNS questions, and the wish for a WebSocket;
    until it is closed. ``got`` is what has reached it, oldest first."""

    def __init__(self, namespace: Namespace) -> None:
        self.got: list[bytes] = []
        with namespace.entered():
            self._door = socket.create_server((HOST, ECHO))
            self._upgrades = socket.create_server((HOST, UPGRADE))
            self._udp = self._datagrams(ECHO)
            self._dns = self._datagrams(DNS)
        self._serve(self._accept, self._door, self._talk)
        self._serve(self._accept, self._upgrades, self._upgrade)
        self._serve(self._echo)
        self._serve(self._resolve)

    @staticmethod
    def _serve(serve: Callable[..., None], *arguments: object) -> None:
        threading.Thread(target=serve, args=arguments, daemon=True).start()

    @staticmethod
    def _datagrams(port: int) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind((HOST, port))
        return made

    def forget(self) -> None:
        self.got.clear()

    def close(self) -> None:
        for each in (self._door, self._upgrades, self._udp, self._dns):
            with suppress(OSError):  # wakes its thread, and says that it is unconnected
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(
        self, door: socket.socket, talk: Callable[[socket.socket], None]
    ) -> None:
        with suppress(OSError):
            while True:
                plug, _ = door.accept()
                self.got.append(b"connected")
                self._serve(talk, plug)

    def _talk(self, plug: socket.socket) -> None:
        with plug, suppress(OSError):
            while data := plug.recv(4096):
                self.got.append(data)
                plug.sendall(data)

    def _upgrade(self, plug: socket.socket) -> None:
        """All bytes behind the handshake are kept, and none is answered."""
        with plug, suppress(OSError):
            asked = plug.recv(4096)
            self.got.append(asked)
            (key,) = re.findall(rb"(?i)sec-websocket-key: *(\S+)", asked)
            proof = base64.b64encode(hashlib.sha1(key + _GUID).digest())
            plug.sendall(_SWITCHING + proof + b"\r\n\r\n")
            while data := plug.recv(4096):
                self.got.append(data)

    def _echo(self) -> None:
        for data, asker in _received(self._udp):
            self.got.append(data)
            self._udp.sendto(data, asker)

    def _resolve(self) -> None:
        for data, asker in _received(self._dns):
            self.got.append(data)
            self._dns.sendto(resolver.answer(data), asker)


def _received(plug: socket.socket) -> Iterator[tuple[bytes, object]]:
    """Until it is shut."""
    with suppress(OSError):
        while True:
            data, asker = plug.recvfrom(4096)
            if asker is None:
                return
            yield data, asker
