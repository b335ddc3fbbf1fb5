"""Messages of gRPC, gRPC-Web and Connect: each in a frame of flags, length, content."""

import re
import struct
from base64 import b64decode
from collections.abc import Iterable
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
    """Return messages in their frames, each with its flags."""
    return b"".join(
        _HEAD.pack(flags, len(content)) + content for flags, content in found
    )


def plain(body: bytes, media: str, coding: str) -> bytes:
    """Return a body with its messages decompressed, and out of base64 if its type says
    so; as it stands where it is not what it says."""
    if is_base64(media):
        with suppress(ValueError):
            body = from_base64(body)
    if not coding or coding == "identity":
        return body
    with suppress(ValueError):
        return framed(_plain(each, coding) for each in frame_messages(body))
    return body


def from_base64(body: bytes) -> bytes:
    """Return what pieces of base64 in a row hold, each with its padding."""
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
