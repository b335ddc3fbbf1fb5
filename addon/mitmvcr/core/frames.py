"""The messages of a WebSocket, one line of text each: ``client 12.5ms text hello``.

Who sent it, how long after the 101 it came, its kind and its content; binary is in
base64, and ``close`` has a code and a reason.
"""

import base64
from typing import Literal, NamedTuple

from mitmvcr.core.duration import format_duration, parse_duration

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
    return f"{side} {format_duration(frame.at)} {frame.kind} {text}"


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
