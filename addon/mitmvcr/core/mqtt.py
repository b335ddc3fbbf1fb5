"""MQTT in a WebSocket: packets, which may be cut into messages anywhere, and the ids
that a client makes up for them (MQTT 3.1.1 and 5, sections 2 and 3)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from mitmvcr.core.frames import Frame

_CONNECT, _PUBLISH, _PUBREL, _SUBSCRIBE, _UNSUBSCRIBE = 1, 3, 6, 8, 10
#: PUBACK, PUBREC, PUBCOMP, SUBACK, UNSUBACK: they repeat the id of what they answer.
_ANSWERS = (4, 5, 7, 9, 11)
#: What a CONNECT's flags say that it has.
_WILL, _PASSWORD, _USER = 4, 64, 128
#: What stands in the place of a password, in its length.
_HIDDEN = re.compile(rb"\[REDACTED:[\w.-]*+\]|\*+")
PING, PONG = b"\xc0\x00", b"\xd0\x00"


class Packets:
    """Cuts what comes into whole packets."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """Return the packets that are whole now."""
        self._rest += data
        found = []
        while size := _size(self._rest):
            if size > len(self._rest):
                break
            found.append(self._rest[:size])
            self._rest = self._rest[size:]
        return found


def _size(data: bytes) -> int:
    """Return how long the first packet is, 0 where that is not known yet."""
    rest = _rest(data)
    return rest[0] + rest[1] if rest else 0


def _rest(data: bytes) -> tuple[int, int] | None:
    """Return where what follows a packet's head begins, and its length."""
    size = 0
    for at, byte in enumerate(data[1:5], 1):
        size |= (byte & 127) << 7 * (at - 1)
        if byte < 128:
            return at + 1, size
    return None


def as_packets(frames: Iterable[Frame]) -> Iterator[Frame]:
    """Yield the same conversation with a frame for each packet."""
    sides = {True: Packets(), False: Packets()}
    for frame in frames:
        if frame.kind != "binary":
            yield frame
            continue
        for packet in sides[frame.from_client].feed(frame.content):
            yield frame._replace(content=packet)


def connecting(frames: Sequence[Frame]) -> Sequence[int]:
    """Return the numbers of the frames that together are a CONNECT, if it came in
    several."""
    packets = Packets()
    numbers: list[int] = []
    for number, frame in enumerate(frames):
        if frame.from_client:
            if frame.kind != "binary" or not (numbers or frame.content[:1] == b"\x10"):
                break
            numbers.append(number)
            if packets.feed(frame.content):
                return numbers if len(numbers) > 1 else ()
    return ()


class Made(NamedTuple):
    """A packet of a client's without what it makes up: its ``id`` (None: it has none)
    and the name by which it calls itself. ``begins``: the id is a new one."""

    packet: bytes
    id: int | None
    begins: bool


def made(packet: bytes) -> Made:
    """Take what a client makes up out of its packet."""
    kind, quality = packet[0] >> 4, packet[0] >> 1 & 3
    rest = _rest(packet)
    start = rest[0] if rest else len(packet)
    if kind == _CONNECT:
        return Made(_without_name(packet, start), None, False)
    if kind == _PUBLISH and quality:
        at = start + 2 + _number(packet, start)
    elif kind in (_SUBSCRIBE, _UNSUBSCRIBE, _PUBREL):
        at = start
    else:
        return Made(packet, None, False)
    without = packet[:at] + b"\0\0" + packet[at + 2 :]
    return Made(without, _number(packet, at), kind != _PUBREL)


def answers(packet: bytes) -> int | None:
    """Return the client's id that a packet of the server's answers, if it does."""
    if packet[0] >> 4 not in _ANSWERS or (rest := _rest(packet)) is None:
        return None
    return _number(packet, rest[0])


def with_id(packet: bytes, number: int) -> bytes:
    """Return the server's answer to another id."""
    rest = _rest(packet)
    assert rest is not None
    return packet[: rest[0]] + number.to_bytes(2) + packet[rest[0] + 2 :]


def _number(packet: bytes, at: int) -> int:
    return int.from_bytes(packet[at : at + 2])


def _without_name(packet: bytes, start: int) -> bytes:
    """Return a CONNECT without the client's own name, without a password that is
    hidden, and without the lengths that count them."""
    at = _behind_properties(packet, start, _version(packet, start) + 4)
    spans = credentials(packet)
    is_hidden = spans and _HIDDEN.fullmatch(packet, *spans[-1])
    end = spans[-1][0] - 2 if is_hidden else len(packet)
    return packet[:1] + packet[start:at] + packet[_behind(packet, at) : end]


def _version(packet: bytes, start: int) -> int:
    """Return where a CONNECT says its version; then the flags follow, and for how long
    it may be silent."""
    return start + 2 + _number(packet, start)


def _behind(packet: bytes, at: int) -> int:
    """Return where a text ends that begins with its length."""
    return at + 2 + _number(packet, at)


def _behind_properties(packet: bytes, start: int, at: int) -> int:
    version = _version(packet, start)
    if packet[version : version + 1] >= b"\5":
        rest = _rest(b"\0" + packet[at : at + 4])
        at += rest[0] - 1 + rest[1] if rest else 0
    return at


def credentials(packet: bytes) -> Sequence[tuple[int, int]]:
    """Return where in a CONNECT the user and the password stand, those of them that
    there are; another packet may follow it. MQTT 5 has a password without a user, who
    then is empty."""
    rest = _rest(packet) if packet[:1] == b"\x10" else None
    if rest is None:
        return ()
    start = rest[0]
    version = _version(packet, start)
    flags = int.from_bytes(packet[version + 1 : version + 2])
    at = _behind(packet, _behind_properties(packet, start, version + 4))
    if flags & _WILL:
        at = _behind_properties(packet, start, at)
        at = _behind(packet, _behind(packet, at))
    spans = [(at, at)] if flags & (_USER | _PASSWORD) == _PASSWORD else []
    for each in (_USER, _PASSWORD):
        if flags & each:
            spans.append((at + 2, _behind(packet, at)))
            at = spans[-1][1]
    return spans if at == sum(rest) <= len(packet) else ()
