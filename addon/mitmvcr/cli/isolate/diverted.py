"""Programs that know of no proxy, sent to it all the same.

Every name that the namespace looks up gets an address of its own, from a range that
nobody has and that is loopback's within. What connects there to port 80, 443 or another
that was named is carried to the proxy as a tunnel (CONNECT) to that name: nothing is
looked up outside unless the proxy does. So is what connects to another machine's IPv4
address that no name has, which leaving.py makes one of loopback's, and to loopback, if
requests to this machine are to be recorded. The names of ``/etc/hosts``, which no name
server is asked for, get addresses of that range in a copy of the file.
"""

import asyncio
import ipaddress
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path

from mitmvcr.cli.isolate.forward import End, Forwarder, ignore
from mitmvcr.core.urls import is_loopback
from mitmvcr.core.wording import authority

#: For benchmarks of network devices (RFC 2544): routed nowhere.
RANGE = ipaddress.IPv4Network("198.18.0.0/15")
HOSTS = Path("/etc/hosts")
_LONGEST = 65536
_END = b"\r\n\r\n"


class Names:
    """The addresses that names were given."""

    def __init__(self) -> None:
        self._addresses: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def address_of(self, name: str) -> str | None:
        """Return a name's address, the same each time; None when there are no more."""
        if name not in self._addresses:
            number = len(self._addresses) + 1
            if number >= RANGE.num_addresses - 1:
                return None
            address = str(RANGE[number])
            self._addresses[name], self._names[address] = address, name
        return self._addresses[name]

    @staticmethod
    def has(address: str) -> bool:
        return ipaddress.ip_address(address) in RANGE

    def name_of(self, address: str) -> str | None:
        return self._names.get(address)


class Diverter(Forwarder):
    """Carries connections to addresses of ``names`` and of other machines, and to
    loopback if it is ``here`` that they mean, on to the proxy at ``port``; ``in_vain``
    hears of one that means nobody."""

    def __init__(
        self, names: Names, port: int, in_vain: Callable[[str], None], *, here: bool
    ) -> None:
        super().__init__("127.0.0.1", port, ignore)
        self._given, self._in_vain, self._here = names, in_vain, here

    async def go_on(self, here: End) -> None:
        await here.connected.wait()
        target = self._target_of(here)
        if target is None:
            here.abort()
            return
        loop = asyncio.get_running_loop()
        there = _Opening(self.ends, target)
        try:
            await loop.create_connection(lambda: there, *self.target)
            opened = await there.answer
        except OSError as error:
            self.failed(error.strerror or str(error))
            opened = False
        if opened:
            here.join(there)
            there.data_received(there.early)
            return
        here.abort()
        there.abort()

    def _target_of(self, here: End) -> str | None:
        address, port = here.socket.getsockname()[:2]
        name = self._given.name_of(address)
        is_elsewhere = not (is_loopback(address) or self._given.has(address))
        if name is None and (self._here or is_elsewhere):
            # What a client tries first need not be where the service listens.
            name = address if address != "::1" else _localhost()
        if name is None:
            self._in_vain(authority(address, port))
        return None if name is None else f"{name}:{port}"


class _Opening(End):
    """The proxy's end, until it has made the tunnel: ``answer`` says whether, and
    ``early`` is what an origin that speaks first has said by then."""

    def __init__(self, ends: set[End], target: str) -> None:
        super().__init__(ends)
        self._target, self._head, self.early = target, b"", b""
        self.answer = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        assert isinstance(transport, asyncio.Transport)
        transport.resume_reading()
        lines = f"CONNECT {self._target} HTTP/1.1\r\nHost: {self._target}"
        transport.write(lines.encode() + _END)

    def data_received(self, data: bytes) -> None:
        if self.answer.done():
            super().data_received(data)
            return
        self._head += data
        head, end, self.early = self._head.partition(_END)
        if end or len(head) > _LONGEST:
            assert self._transport is not None
            self._transport.pause_reading()  # until there are two
            self.answer.set_result(head.split(b" ")[1:2] == [b"200"])

    def connection_lost(self, error: Exception | None) -> None:
        if not self.answer.done():
            self.answer.set_result(False)
        super().connection_lost(error)


def _localhost() -> str:
    """Return what localhost is whose client connects to ::1: that alone where the file
    of hosts has the name at IPv4's address only, since the client did not mean it."""
    with suppress(OSError):
        text = HOSTS.read_text(encoding="utf-8", errors="replace")
        lines = [each.partition("#")[0].split() for each in text.splitlines()]
        named = {line[0] for line in lines if "localhost" in line[1:]}
        if named and "::1" not in named:
            return "[::1]"
    return "localhost"


def hosts_within(text: str, names: Names, kept: Collection[str]) -> str:
    """Return the file's text as the namespace has it, with addresses of ``names``.
    What ``kept`` holds, names in small letters and addresses, stays as it is."""
    lines, moved = [], dict[str, str]()
    for line in text.splitlines():
        address, *named = line.partition("#")[0].split() or [""]
        if address in kept or not _is_elsewhere(address):
            lines.append(line)
            continue
        stay = [name for name in named if name.lower() in kept]
        lines += [f"{address} {' '.join(stay)}"] if stay else []
        for name in named:
            given = None if name in stay else names.address_of(name.lower())
            if given is not None:
                moved[name] = given
    lines += [f"{address} {name}" for name, address in moved.items()]
    return "".join(f"{line}\n" for line in lines)


def _is_elsewhere(address: str) -> bool:
    """Return whether it is another machine's: 0.0.0.0 is nobody's."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    within = parsed.is_loopback or parsed.is_unspecified
    return not (within or parsed.is_multicast or parsed.is_reserved)
