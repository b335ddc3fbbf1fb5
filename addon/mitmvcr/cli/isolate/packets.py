"""IP packets and DNS queries that a program sent to a network that is not there: what
they say, and what the network would answer so that the program fails at once."""

import ipaddress
import socket
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_ICMP6 = socket.IPPROTO_ICMPV6
_NEXT_HOP_PROHIBITED = 13  # ICMP: by an administrator
_PROHIBITED6 = 1
_EXTENSIONS = (0, 43, 60)  # hop-by-hop, routing and destination options
_SYN, _RST, _ACK = 0x02, 0x04, 0x10


@dataclass(frozen=True, slots=True)
class Packet:
    """``payload`` is what follows the IP header; addresses are packed."""

    raw: bytes
    source: bytes
    target: bytes
    protocol: int
    payload: bytes

    @property
    def address(self) -> str:
        return str(ipaddress.ip_address(self.target))

    @property
    def ports(self) -> tuple[int, int]:
        """Return the source and destination port of TCP or UDP."""
        source, target = struct.unpack_from("!HH", self.payload)
        return source, target

    @property
    def data(self) -> bytes:
        return self.payload[8:]

    @property
    def starts_connection(self) -> bool:
        return self.payload[13] & (_SYN | _ACK | _RST) == _SYN


def parse(raw: bytes) -> Packet | None:
    """Return a packet; None for what is cut short, and for a later fragment, which has
    no ports."""
    version = raw[0] >> 4 if raw else 0
    if version == 4 and len(raw) >= 20:
        return _parse4(raw)
    if version == 6 and len(raw) >= 40:
        return _parse6(raw)
    return None


def _parse4(raw: bytes) -> Packet | None:
    fragment = struct.unpack_from("!H", raw, 6)[0] & 0x1FFF
    payload = raw[(raw[0] & 0xF) * 4 :]
    packet = Packet(raw, raw[12:16], raw[16:20], raw[9], payload)
    return None if fragment else _whole(packet)


def _parse6(raw: bytes) -> Packet | None:
    following, payload = raw[6], raw[40:]
    while following in _EXTENSIONS and len(payload) >= 8:
        following, payload = payload[0], payload[(payload[1] + 1) * 8 :]
    return _whole(Packet(raw, raw[8:24], raw[24:40], following, payload))


def _whole(packet: Packet) -> Packet | None:
    least = {socket.IPPROTO_TCP: 20, socket.IPPROTO_UDP: 8}
    return packet if len(packet.payload) >= least.get(packet.protocol, 0) else None


def reset(packet: Packet) -> bytes:
    """Return what a host without such a service answers to the start of a
    connection."""
    source, target = packet.ports
    (sequence,) = struct.unpack_from("!L", packet.payload, 4)
    acknowledged = (sequence + 1) & 0xFFFFFFFF
    fields = (target, source, 0, acknowledged, 5 << 4, _RST | _ACK, 0)
    return _answer(packet, socket.IPPROTO_TCP, struct.pack("!HHLLBBHxxxx", *fields), 16)


def again(packet: Packet) -> bytes:
    """Return a packet of TCP as it was sent, with the checksum that loopback leaves
    out."""
    head = packet.raw[: len(packet.raw) - len(packet.payload)]
    before, behind = packet.payload[:16], packet.payload[18:]
    size = struct.pack("!LL", len(packet.payload), packet.protocol)
    ends = packet.source + packet.target + size
    checksum = _checksum(ends + before + b"\0\0" + behind)
    return head + before + checksum.to_bytes(2) + behind


def unreachable(packet: Packet) -> bytes:
    """Return what a firewall answers."""
    if len(packet.target) == 4:
        head = struct.pack("!BBHL", 3, _NEXT_HOP_PROHIBITED, 0, 0)
        return _answer(packet, socket.IPPROTO_ICMP, head + packet.raw[:548], 2)
    head = struct.pack("!BBHL", 1, _PROHIBITED6, 0, 0)
    return _answer(packet, _ICMP6, head + packet.raw[:1192], 2)


def datagram(packet: Packet, data: bytes) -> bytes:
    """Return an answer over UDP."""
    source, target = packet.ports
    payload = struct.pack("!HHHH", target, source, 8 + len(data), 0) + data
    return _answer(packet, socket.IPPROTO_UDP, payload, 6)


def _answer(packet: Packet, protocol: int, payload: bytes, place: int) -> bytes:
    """Return a packet addressed back, with the checksum at ``place``."""
    ends = packet.target + packet.source
    pseudo = ends + struct.pack("!LL", len(payload), protocol)
    summed = payload if protocol == socket.IPPROTO_ICMP else pseudo + payload
    checksum = _checksum(summed) or 0xFFFF
    payload = payload[:place] + checksum.to_bytes(2) + payload[place + 2 :]
    if len(packet.target) == 16:
        head = struct.pack("!LHBB", 6 << 28, len(payload), protocol, 64)
        return head + ends + payload
    size = 20 + len(payload)
    head = struct.pack("!BBHHHBB", 0x45, 0, size, 0, 0, 64, protocol)
    checksum = _checksum(head + b"\0\0" + ends)
    return head + checksum.to_bytes(2) + ends + payload


def _checksum(data: bytes) -> int:
    data += bytes(len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


# As much of DNS (RFC 1035) as it takes to answer in the network's place

DNS_PORT = 53
_QUERY_ONLY = 0xF800  # QR and the opcode
_ANSWERS = 0x8580  # an authoritative answer; recursion desired and available
_NO_SUCH_NAME = 3
_TYPES = {4: 1, 6: 28}  # A and AAAA


class Question(NamedTuple):
    """``raw`` is the question section; ``name`` is lower case, with no last dot."""

    number: int
    name: str
    kind: int
    raw: bytes


def parse_question(data: bytes) -> Question | None:
    """Return the question of a DNS query; None for what is no query with one
    question."""
    if len(data) < 12:
        return None
    number, flags, questions = struct.unpack_from("!HHH", data)
    if flags & _QUERY_ONLY or questions != 1:
        return None
    labels, place = [], 12
    while place < len(data) and (length := data[place]):
        if length > 63:
            return None
        labels.append(data[place + 1 : place + 1 + length])
        place += 1 + length
    if place + 5 > len(data):
        return None
    name = b".".join(labels).decode("ascii", "backslashreplace").lower()
    (kind,) = struct.unpack_from("!H", data, place + 1)
    return Question(number, name, kind, data[12 : place + 5])


def answer_question(question: Question, known: Mapping[str, Sequence[str]]) -> bytes:
    """Answer a question from the ``known`` addresses; any other name does not exist.
    After a server failure a client would ask again."""
    addresses = [ipaddress.ip_address(a) for a in known.get(question.name, ())]
    fitting = [a for a in addresses if _TYPES[a.version] == question.kind]
    code = 0 if question.name in known else _NO_SUCH_NAME
    head = struct.pack(
        "!HHHHHH", question.number, _ANSWERS | code, 1, len(fitting), 0, 0
    )
    records = (
        struct.pack("!HHHLH", 0xC00C, question.kind, 1, 0, len(a.packed)) + a.packed
        for a in fitting
    )
    return head + question.raw + b"".join(records)
