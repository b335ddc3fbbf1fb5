"""What leaves a namespace: connections are carried on to the proxy; all else is read,
counted and turned down at once."""

import asyncio
import os
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from mitmvcr.cli.isolate import network, packets
from mitmvcr.cli.isolate.diverted import Diverter, Names
from mitmvcr.cli.isolate.forward import Forwarder, ignore
from mitmvcr.cli.isolate.namespace import Namespace
from mitmvcr.cli.isolate.packets import Packet, Question
from mitmvcr.cli.isolate.route import Allowed, Ports, Route
from mitmvcr.cli.report.console import say
from mitmvcr.core.urls import is_loopback
from mitmvcr.core.wording import authority, shown
from mitmvcr.options import INCLUDE_LOCALHOST, ISOLATE_ALLOW, TRANSPARENT

_LARGEST = 65535
_MOST = 200  # different ones
_LAST = 1000
_SAID = 10
#: The kernel's own, on behalf of nobody: group memberships.
_IGMP = 2
_PROTOCOLS = {socket.IPPROTO_ICMP: "icmp", socket.IPPROTO_ICMPV6: "icmp"}
#: Those with ports, and how they are written.
_KINDS = {socket.IPPROTO_TCP: "", socket.IPPROTO_UDP: "udp "}
_FIRST_OF_NEIGHBOURS = 130


class Leaving:
    """Watches the way out of a namespace; ``known`` are the names that have addresses
    there, and ``names`` gives one to any other, where connections are diverted."""

    def __init__(
        self,
        namespace: Namespace,
        known: Mapping[str, Sequence[str]],
        names: Names | None = None,
    ) -> None:
        self.attempts: Counter[str] = Counter()
        self._known, self._names = dict(known), names
        self._control, self._servers = namespace.control, set[str]()
        self._diverted = {each.getsockname()[1] for each in namespace.diverted}
        self._allowed = {
            (address, each.port)
            for _, each in namespace.allowed
            for address in each.addresses
        }
        self._within = {address for address, _ in self._allowed}
        self._readers: list[tuple[int, Callable[[], bool]]] = []
        if (tap := namespace.tap) is not None:
            self._readers.append((tap.fileno(), lambda: self._read_tap(tap)))
        if (end := namespace.tunnel) is not None:
            self._readers.append((end, lambda: self._read_tunnel(end)))
        for server in namespace.name_servers:
            self._add_name_server(server)

    def _add_name_server(self, server: socket.socket) -> None:
        self._readers.append((server.fileno(), lambda: self._read_query(server)))

    def open(self) -> None:
        loop = asyncio.get_running_loop()
        for descriptor, read in self._readers:
            loop.add_reader(descriptor, read)

    def close(self) -> None:
        """Count what was sent before the end, then stop."""
        loop = asyncio.get_running_loop()
        for descriptor, read in self._readers:
            loop.remove_reader(descriptor)
            for _ in range(_LAST):  # whoever is left behind may go on for ever
                if not read():
                    break

    def _read_tap(self, tap: socket.socket) -> bool:
        try:
            raw = tap.recv(_LARGEST)
        except BlockingIOError:
            return False
        if answer := self.turned_down(raw):
            with suppress(BlockingIOError):  # it will ask again
                tap.sendto(answer, ("lo", network.ETH_P_IP, 0, 0, bytes(6)))
        return True

    def _read_tunnel(self, end: int) -> bool:
        try:
            raw = os.read(end, _LARGEST)
        except BlockingIOError:
            return False
        if answer := self.turned_down(raw):
            with suppress(BlockingIOError):
                os.write(end, answer)
        return True

    def _read_query(self, server: socket.socket) -> bool:
        try:
            data, peer = server.recvfrom(_LARGEST)
        except BlockingIOError:
            return False
        if question := packets.parse_question(data):
            self._note_query(authority(*server.getsockname()[:2]), question)
            with suppress(BlockingIOError):
                server.sendto(packets.answer_question(question, self._known), peer)
        return True

    def turned_down(self, raw: bytes) -> bytes:
        """Count a packet and return the answer to it; empty for none."""
        packet = packets.parse(raw)
        if packet is None or packet.protocol == _IGMP or _is_housekeeping(packet):
            return b""
        if self._names and self._names.has(packet.address):
            self._note_diverted(packet, self._names)
            return b""
        is_within = packet.address in self._within
        answer = self._answer(packet)
        # The kernel answers for the addresses that are within.
        return b"" if is_within else answer

    def _note_diverted(self, packet: Packet, names: Names) -> None:
        """Count what goes to a name's address and is not diverted."""
        name = names.name_of(packet.address)
        if name is None or packet.protocol not in _KINDS:
            return
        port = packet.ports[1]
        is_tcp = packet.protocol == socket.IPPROTO_TCP
        if not is_tcp or (packet.starts_connection and port not in self._diverted):
            self._note(_KINDS[packet.protocol] + authority(name, port))

    def _answer(self, packet: Packet) -> bytes:
        if packet.protocol == socket.IPPROTO_TCP:
            return self._connection(packet)
        if packet.protocol == socket.IPPROTO_UDP:
            return self._datagram(packet)
        name = _PROTOCOLS.get(packet.protocol, f"protocol {packet.protocol}")
        self._note(f"{name} {packet.address}")
        return packets.unreachable(packet)

    def _connection(self, packet: Packet) -> bytes:
        port = packet.ports[1]
        if not packet.starts_connection or (packet.address, port) in self._allowed:
            return b""
        if port in self._diverted and self._takes_in(packet.address):
            return packets.again(packet)
        self._note(authority(packet.address, port))
        return packets.reset(packet)

    def _takes_in(self, address: str) -> bool:
        """Return whether connections to another machine's address can be carried to the
        proxy: it is one of the namespace from then on, and what asks for names goes
        there no more."""
        if self._control is None or ":" in address or address in self._servers:
            return False
        if address not in self._within:
            if len(self._within) >= _MOST:
                return False
            try:
                network.add_later(self._control, address, len(self._within))
            except OSError:  # it fails at once then, and is told
                return False
            self._within.add(address)
        return True

    def _datagram(self, packet: Packet) -> bytes:
        port = packet.ports[1]
        place = authority(packet.address, port)
        question = (
            packets.parse_question(packet.data) if port == packets.DNS_PORT else None
        )
        if question is None:
            self._note(f"udp {place}")
            return packets.unreachable(packet)
        self._servers.add(packet.address)
        self._note_query(place, question)
        return packets.datagram(packet, packets.answer_question(question, self._known))

    def _note_query(self, place: str, question: Question) -> None:
        """Count a DNS query, unless the name is known here and had no need to leave."""
        if self._names and question.name not in self._known:
            address = self._names.address_of(question.name)
            self._known[question.name] = [address] if address else []
        if question.name not in self._known:
            self._note(f'udp {place} "{shown(question.name, 100)}"')

    def _note(self, what: str) -> None:
        if what in self.attempts or len(self.attempts) < _MOST:
            self.attempts[what] += 1


def _is_housekeeping(packet: Packet) -> bool:
    """Return whether the kernel looks for neighbours; a program would ping."""
    if packet.protocol != socket.IPPROTO_ICMPV6 or not packet.payload:
        return packet.protocol == 0
    return packet.payload[0] >= _FIRST_OF_NEIGHBOURS


@asynccontextmanager
async def open_gate(
    namespace: Namespace, proxy_port: int, *, loopback: bool = False
) -> AsyncIterator[Route]:
    """Carry what comes in the namespace to the proxy, which listens on loopback here,
    and what is allowed to where it belongs; turn down the rest. ``loopback``: what is
    diverted there means this machine."""
    names = namespace.names
    known = _known([each for _, each in namespace.allowed])
    leaving = Leaving(namespace, known, names if namespace.diverted else None)
    async with AsyncExitStack() as stack:
        for listening in namespace.proxy:
            await _carry(stack, listening, "127.0.0.1", proxy_port, ignore)
        for listening, each in namespace.allowed:
            failed = _say(f"{ISOLATE_ALLOW.word} {each}")
            await _carry(stack, listening, each.host, each.port, failed)
        in_vain = _once(_say_in_vain)
        for listening in namespace.diverted:
            diverter = Diverter(names, proxy_port, in_vain, here=loopback)
            await _keep(stack, diverter, listening)
        here = {
            e.port for _, e in namespace.allowed if any(map(is_loopback, e.addresses))
        }
        ports = Ports(namespace.maker, here)
        stack.push_async_callback(ports.close_all)
        await ports.open(proxy_port)  # for who names it by the one that it has out here
        leaving.open()
        stack.callback(leaving.close)
        yield Route(namespace.port, namespace.enter, leaving.attempts, ports)


async def _carry(
    stack: AsyncExitStack,
    listening: socket.socket,
    host: str,
    port: int,
    failed: Callable[[str], None],
) -> None:
    await _keep(stack, Forwarder(host, port, failed), listening)


async def _keep(
    stack: AsyncExitStack, forwarder: Forwarder, listening: socket.socket
) -> None:
    await forwarder.open(listening)
    stack.push_async_callback(forwarder.close)


def _say(what: str) -> Callable[[str], None]:
    """Return a function that says each reason once."""
    return _once(lambda reason: say(f"{what}: cannot connect: {reason}"))


def _say_in_vain(place: str) -> None:
    say(
        f"a connection to {place} was reset: nothing of the command listens there, and"
        f" {TRANSPARENT.word} leaves names that /etc/hosts has on loopback as they are:"
        f" let it read HTTPS_PROXY, or for a server of this machine say"
        f" {INCLUDE_LOCALHOST.word}, so that it is recorded, or {ISOLATE_ALLOW.word}"
        " HOST:PORT"
    )


def _once(tell: Callable[[str], None]) -> Callable[[str], None]:
    """Return a function that tells each of the first texts once."""
    known: set[str] = set()

    def told(text: str) -> None:
        if text not in known and len(known) < _SAID:
            known.add(text)
            tell(text)

    return told


def _known(allowed: Sequence[Allowed]) -> dict[str, Sequence[str]]:
    """Return the names that have addresses in the namespace."""
    loopback = ("127.0.0.1", "::1")
    names = {each.host.rstrip(".").lower(): each.addresses for each in allowed}
    own = socket.gethostname().rstrip(".").lower()
    return {"localhost": loopback, own: loopback, **names}
