"""The JSON in a WebSocket's message: SignalR ends each with a mark, and Socket.IO has a
number and a namespace before it."""

import re
from typing import NamedTuple

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
