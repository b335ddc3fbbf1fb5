"""The messages of a WebSocket, one line of text each: ``client 12.5ms text hello``.

Who sent it, how long after the 101 it came, its kind and its content; binary is in
base64, and ``close`` has a code and a reason if it is a WebSocket's. A content is taken
apart where it holds JSON: SignalR ends each text with a mark, and Socket.IO has a
number and a namespace before it.
"""

import base64
import re
from typing import Literal, NamedTuple

from mitmvcr.core.duration import format_duration, parse_duration

#: Ends each message of SignalR, of which several may come at once.
RECORD = b"\x1e"
_EVENT = re.compile(rb"\d{1,2}(?:\d+-)?(?:/[^,\[{]*,)?\d*(?=[\[{])")


class Piece(NamedTuple):
    """A text of JSON, or a message that holds none, and what stands before it."""

    before: bytes
    text: bytes


def pieces_of(content: bytes) -> list[Piece]:
    """Take a message apart; joined, the pieces are the message again."""
    if content.endswith(RECORD):
        first, *rest = content.split(RECORD)
        return [Piece(b"", first), *(Piece(RECORD, each) for each in rest)]
    found = _EVENT.match(content)
    start = found.end() if found else 0
    return [Piece(content[:start], content[start:])]


Kind = Literal["text", "binary", "close"]
_KINDS: dict[str, Kind] = {"text": "text", "binary": "binary", "close": "close"}
_SIDES = {"client": True, "server": False}


class Frame(NamedTuple):
    """A whole message; ``at`` in nanoseconds. A close has ``1000 its reason``."""

    from_client: bool
    at: int
    kind: Kind
    content: bytes


def format_frame(frame: Frame) -> str:
    side = "client" if frame.from_client else "server"
    content = frame.content
    if frame.kind == "binary":
        content = base64.b64encode(content)
    text = content.decode("utf-8", "surrogateescape")
    said = f" {text}" if text or frame.kind != "close" else ""
    return f"{side} {format_duration(frame.at)} {frame.kind}{said}"


def parse_frame(text: str) -> Frame:
    """Read a frame. Raise ValueError."""
    side, time, kind, content = [*text.split(" ", 3), "", "", ""][:4]
    if side not in _SIDES or kind not in _KINDS:
        raise ValueError(f"{text[:80]!r} is not a message as 'client 1ms text hello'")
    raw = content.encode("utf-8", "surrogateescape")
    if kind == "binary":
        raw = base64.b64decode(raw, validate=True)
    return Frame(_SIDES[side], parse_duration(time), _KINDS[kind], raw)


def close_parts(frame: Frame) -> tuple[int, str]:
    """Return the code and the reason of a close."""
    code, _, reason = frame.content.decode("utf-8", "replace").partition(" ")
    return int(code) if code.isdigit() else 1000, reason
