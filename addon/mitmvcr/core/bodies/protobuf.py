"""Messages of protobuf as far as they can be read without their schema, and the frames
of gRPC, gRPC-Web and Connect: flags, length, content."""

import re
import struct
from base64 import b64decode
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import pairwise
from typing import NamedTuple

from mitmvcr.codings import CodingError, decoded
from mitmvcr.core.events import message_ends
from mitmvcr.core.media import is_base64

_HEAD = struct.Struct(">BI")
_COMPRESSED = 1
_BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}")


class Message(NamedTuple):
    """``flags`` are those of the frame."""

    flags: int
    content: bytes


def frame_messages(body: bytes) -> list[Message]:
    """Return the messages of a body. Raise ValueError where it is not in frames."""
    places = message_ends(body)
    starts = [0, *places]
    if starts[-1] < len(body):
        raise ValueError("the last message is cut off")
    return [
        Message(body[start], body[start + _HEAD.size : end])
        for start, end in pairwise(starts)
    ]


def framed(found: Iterable[tuple[int, bytes]]) -> bytes:
    return b"".join(
        _HEAD.pack(flags, len(content)) + content for flags, content in found
    )


def plain(body: bytes, media: str, coding: str) -> bytes:
    """Return a body with its messages decompressed, and decoded from base64 if its type
    says so; the body itself where it is not what it claims to be."""
    if is_base64(media):
        with suppress(ValueError):
            body = from_base64(body)
    if not coding or coding == "identity":
        return body
    with suppress(ValueError):
        return framed(_plain(each, coding) for each in frame_messages(body))
    return body


def from_base64(body: bytes) -> bytes:
    """Decode consecutive pieces of base64, each with its padding. Raise ValueError."""
    text = body.strip()
    pieces = _BASE64.findall(text)
    if b"".join(pieces) != text:
        raise ValueError("not base64")
    return b"".join(map(b64decode, pieces))


def _plain(message: Message, coding: str) -> Message:
    if not message.flags & _COMPRESSED:
        return message
    try:
        content = decoded(message.content, coding)
    except CodingError as error:
        raise ValueError("not in its coding") from error
    return Message(message.flags & ~_COMPRESSED, content)


#: The wire type of a field with a length: a text, bytes, or a message.
_HELD = 2


class WireField(NamedTuple):
    """``tag`` is the encoded number and wire type, ``content`` that of a field with a
    length, else None; ``raw`` is the whole field."""

    tag: bytes
    content: bytes | None
    raw: bytes


def tagged_fields(message: bytes) -> list[WireField]:
    """Return the outermost fields of a message in their order. Raise ValueError if it
    is not a message."""
    return [_tagged(raw) for raw in wire_fields(message)]


def field_number(tag: bytes) -> int:
    return varint(tag, 0)[0] >> 3


def held_text(content: bytes) -> str | None:
    """Return the text that a field with a length holds, as far as that can be known; a
    message in it begins with what no text has."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None


def with_changed_texts(message: bytes, change: Callable[[str], str]) -> bytes:
    """Return a message with its texts changed, also those of messages in it. Raise
    ValueError or RecursionError if it is not a message."""
    return b"".join(
        raw if content is None else held_field(tag, _changed(content, change))
        for tag, content, raw in tagged_fields(message)
    )


def with_changed_frames(body: bytes, change: Callable[[str], str]) -> bytes:
    """Return frames with the texts of their messages changed; anything else as it
    stands."""
    with suppress(ValueError, RecursionError):
        return framed(
            (flags, with_changed_texts(content, change))
            for flags, content in frame_messages(body)
        )
    return body


def _changed(content: bytes, change: Callable[[str], str]) -> bytes:
    text = held_text(content)
    if text is not None:
        return change(text).encode()
    with suppress(ValueError, RecursionError):
        return with_changed_texts(content, change)
    return content


def _tagged(raw: bytes) -> WireField:
    tag, at = varint(raw, 0)
    if tag & 7 != _HELD:
        return WireField(raw[:at], None, raw)
    return WireField(raw[:at], raw[varint(raw, at)[1] :], raw)


def held_field(tag: bytes, content: bytes) -> bytes:
    """Encode a field that has a length."""
    left, size = len(content), bytearray()
    while left > 0x7F:
        size.append(left & 0x7F | 0x80)
        left >>= 7
    return b"%b%b%b" % (tag, bytes([*size, left]), content)


def wire_fields(message: bytes) -> list[bytes]:
    """Return the outermost fields of a message in their order, each with its tag. Raise
    ValueError if it is not a message."""
    found, at = [], 0
    while at < len(message):
        end = _end(message, at)
        found.append(message[at:end])
        at = end
    return found


def _end(message: bytes, at: int) -> int:
    tag, at = varint(message, at)
    kind = tag & 7
    if kind == 0:
        at = varint(message, at)[1]
    elif kind == _HELD:
        length, at = varint(message, at)
        at += length
    elif kind in (1, 5):
        at += 8 if kind == 1 else 4
    else:
        raise ValueError("no field")
    if at > len(message) or tag < 8:
        raise ValueError("cut off")
    return at


def varint(message: bytes, at: int) -> tuple[int, int]:
    """Return a number that stands at a place, and where it ends. Raise ValueError."""
    if at < len(message) and (byte := message[at]) < 0x80:  # as most are
        return byte, at + 1
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
