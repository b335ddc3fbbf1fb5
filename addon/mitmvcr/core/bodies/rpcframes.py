"""Messages of gRPC, gRPC-Web and Connect: each in a frame of flags, length, content."""

import re
import struct
from base64 import b64decode
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

from mitmvcr.codings import CodingError, decoded

_HEAD = struct.Struct(">BI")
_COMPRESSED = 1
_BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}")


class Message(NamedTuple):
    """``flags`` are those of the frame."""

    flags: int
    content: bytes


@lru_cache(maxsize=256)
def is_framed(media: str) -> bool:
    """Return whether bodies of this type are frames."""
    return media[:20].lower().startswith(("application/grpc", "application/connect+"))


def holds_json(media: str) -> bool:
    """Return whether the messages themselves are JSON."""
    return media.partition(";")[0].strip().lower().endswith("+json")


def frame_messages(body: bytes) -> list[Message]:
    """Return the messages of a body. Raise ValueError where it is not in frames."""
    found, at = [], 0
    while at < len(body):
        if at + _HEAD.size > len(body):
            raise ValueError("the last frame is cut off")
        flags, length = _HEAD.unpack_from(body, at)
        at += _HEAD.size
        if at + length > len(body):
            raise ValueError("the last message is cut off")
        found.append(Message(flags, body[at : at + length]))
        at += length
    return found


def framed(found: Iterable[Message]) -> bytes:
    """Return the messages in their frames."""
    return b"".join(
        _HEAD.pack(flags, len(content)) + content for flags, content in found
    )


def plain(body: bytes, media: str, coding: str) -> bytes:
    """Return a body with its messages decompressed, and out of base64 if its type says
    so; as it stands where it is not what it says."""
    if media[:26].lower().startswith("application/grpc-web-text"):
        with suppress(ValueError):
            body = _from_base64(body)
    if not coding or coding == "identity":
        return body
    with suppress(ValueError):
        return framed(_plain(each, coding) for each in frame_messages(body))
    return body


def _from_base64(body: bytes) -> bytes:
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
