"""What must never be reached: listens in a namespace and keeps all that comes."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

from end_to_end import resolver
from end_to_end.namespace import Namespace

#: Another address than the proxy's and the origin's.
HOST, ECHO, DNS = "127.0.0.2", 7, 53


class Canary:
    """Answers TCP and UDP with what came, and DNS questions; for as long as a
    namespace lives. ``got`` is what has reached it, oldest first."""

    def __init__(self, namespace: Namespace) -> None:
        self.got: list[bytes] = []
        self.ended = threading.Event()
        with namespace.entered():
            self._door = socket.create_server((HOST, ECHO))
            self._udp = self._datagrams(ECHO)
            self._dns = self._datagrams(DNS)
        for serve in (self._accept, self._echo, self._resolve):
            threading.Thread(target=serve, daemon=True).start()

    @staticmethod
    def _datagrams(port: int) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind((HOST, port))
        return made

    def forget(self) -> None:
        self.got.clear()
        self.ended.clear()

    def close(self) -> None:
        for each in (self._door, self._udp, self._dns):
            with suppress(OSError):  # wakes its thread, and says that it is unconnected
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                plug, _ = self._door.accept()
                self.got.append(b"connected")
                threading.Thread(target=self._talk, args=[plug], daemon=True).start()

    def _talk(self, plug: socket.socket) -> None:
        with plug, suppress(OSError):
            while data := plug.recv(4096):
                self.got.append(data)
                plug.sendall(data)
        self.ended.set()

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
