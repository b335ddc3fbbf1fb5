"""What an isolated command can reach: the proxy, what is allowed besides, and ports.

Ports come and go with those of the proxy: of sessions, of workers, of the control API.
Each has the number that it has out here. Only a process that is within can listen
there, so the child that made the namespace stays for it.
"""

import asyncio
import errno
import ipaddress
import os
import signal
import socket
import struct
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from mitmvcr.cli.isolate import network
from mitmvcr.cli.isolate.forward import Forwarder, ignore
from mitmvcr.core.errors import OptionError
from mitmvcr.core.wording import authority
from mitmvcr.network_options import Place
from mitmvcr.options import ISOLATE_ALLOW

_ADDRESS = "127.0.0.1"
_PORT = struct.Struct("!H")
_LONGEST = 1 << 10


def stay(theirs: socket.socket) -> None:
    """Listen within wherever the other end of this socket wants, until it is closed;
    no signal that is meant for the command ends it."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(each, signal.SIG_IGN)
    while wanted := theirs.recv(_PORT.size):
        try:
            (port,) = _PORT.unpack(wanted)
            # What is carried to the proxy may have all addresses with that port.
            with network.listen(_ADDRESS, port, shares=True) as made:
                socket.send_fds(theirs, [b"\0"], [made.fileno()])
        except OSError as error:
            theirs.send((error.strerror or str(error)).encode())


class Ports:
    """Opens them, for as long as the gate is open; ``maker`` leads to who stays within
    (None: nobody does, and there are none), and ``taken`` are others' there."""

    def __init__(
        self, maker: socket.socket | None, taken: Collection[int] = ()
    ) -> None:
        self._maker, self._taken = maker, taken
        self._turn = asyncio.Lock()
        self._open: dict[int, Forwarder] = {}
        self._closed: list[Forwarder] = []

    async def open(self, port: int, host: str = _ADDRESS) -> None:
        """Carry connections to a port within on to the same port of a host out here.
        Raise OSError."""
        if self._maker is None:
            return
        if port in self._taken:
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
        async with self._turn:
            listening = await asyncio.to_thread(_listening, self._maker, port)
        forwarder = Forwarder(host, port, ignore)
        await forwarder.open(listening)
        self._open[port] = forwarder

    def close(self, port: int) -> None:
        """Listen there no more; what is open stays open."""
        forwarder = self._open.pop(port, None)
        if forwarder is not None:
            forwarder.stop()
            self._closed.append(forwarder)

    async def close_all(self) -> None:
        """Cut off what is open, too."""
        for forwarder in (*self._open.values(), *self._closed):
            await forwarder.close()


def _listening(maker: socket.socket, port: int) -> socket.socket:
    maker.send(_PORT.pack(port))
    words, descriptors, _, _ = socket.recv_fds(maker, _LONGEST, 1)
    if not descriptors:
        raise OSError(0, words.decode() or "the process in the namespace has died")
    made = socket.socket(fileno=descriptors[0])
    made.setblocking(False)
    return made


@dataclass(frozen=True, slots=True)
class Route:
    """How a command reaches the proxy, isolated or not: on which port, and what it has
    to ``enter`` first. ``attempts`` to go another way are complete once the gate is
    closed. ``ports`` are further ones of an isolated command."""

    port: int
    enter: Callable[[], None] | None = None
    attempts: Counter[str] = field(default_factory=Counter)
    ports: "Ports | None" = None


@dataclass(frozen=True, slots=True)
class Allowed:
    """``addresses`` are those of ``host`` outside; inside the namespace they are the
    same."""

    host: str
    port: int
    addresses: tuple[str, ...]

    def __str__(self) -> str:
        return authority(self.host, self.port)


def resolve(place: Place) -> Allowed:
    """Look up the host's addresses. Raises OptionError where it has none."""
    return Allowed(place.host, place.port, _addresses(place))


def _addresses(place: Place) -> tuple[str, ...]:
    host, option = place.host, ISOLATE_ALLOW.word
    try:
        entries = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        problem = f"{host} has no address: {reason}"
        raise OptionError(option, place.text, problem) from error
    addresses = tuple(dict.fromkeys(str(each[4][0]) for each in entries))
    for address in addresses:
        parsed = ipaddress.ip_address(address)
        if parsed.is_unspecified or parsed.is_multicast or "%" in address:
            problem = f"{address} is not an address that a program can connect to"
            raise OptionError(option, place.text, problem)
    return addresses
