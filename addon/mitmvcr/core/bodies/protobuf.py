"""Messages of protobuf as far as they can be read without their schema."""

from typing import NamedTuple

#: The kind of a field with a length: a text, bytes, or a message.
_HELD = 2


class WireField(NamedTuple):
    """``tag`` is its number and its kind as they stand there, ``content`` what has a
    length, None of a number; ``raw`` is all of it."""

    tag: bytes
    content: bytes | None
    raw: bytes


def tagged_fields(message: bytes) -> list[WireField]:
    """Return the outermost fields of a message in their order. Raise ValueError for
    what is none."""
    return [_tagged(raw) for raw in wire_fields(message)]


def _tagged(raw: bytes) -> WireField:
    tag, at = _varint(raw, 0)
    if tag & 7 != _HELD:
        return WireField(raw[:at], None, raw)
    return WireField(raw[:at], raw[_varint(raw, at)[1] :], raw)


def held_field(tag: bytes, content: bytes) -> bytes:
    """Return a field that has a length as it stands in a message."""
    left, size = len(content), bytearray()
    while left > 0x7F:
        size.append(left & 0x7F | 0x80)
        left >>= 7
    return b"%b%b%b" % (tag, bytes([*size, left]), content)


def wire_fields(message: bytes) -> list[bytes]:
    """Return the outermost fields of a message in their order, each with its tag. Raise
    ValueError for what is none."""
    found, at = [], 0
    while at < len(message):
        end = _end(message, at)
        found.append(message[at:end])
        at = end
    return found


def _end(message: bytes, at: int) -> int:
    tag, at = _varint(message, at)
    kind = tag & 7
    if kind == 0:
        at = _varint(message, at)[1]
    elif kind == _HELD:
        length, at = _varint(message, at)
        at += length
    elif kind in (1, 5):
        at += 8 if kind == 1 else 4
    else:
        raise ValueError("no field")
    if at > len(message) or tag < 8:
        raise ValueError("cut off")
    return at


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            break
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("no number")
