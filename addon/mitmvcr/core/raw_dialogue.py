"""What goes over a connection that was upgraded to something other than a WebSocket, as
docker's exec: recorded turn by turn, and replayed in lock-step.

There are no messages, only bytes that come in any pieces. A turn is what one side says
until the other speaks, or for a while is silent; a close is the end of its side.
"""

from collections import deque
from collections.abc import Callable, Iterable

from mitmvcr.core.frames import Frame, Kind
from mitmvcr.core.model import Response, header

#: In ns. After so long a silence it is another turn, and has a time of its own.
_SILENCE = 100_000_000
#: How much may stand for a hidden value until it is recognized.
_MOST_HIDDEN = 1 << 13
_HIDDEN = b"[REDACTED"
#: What text has of control characters: those of lines, and an escape.
_OF_TEXT = frozenset("\t\n\r\x1b")
_MOST_SHOWN = 60


def in_turns(pieces: Iterable[Frame]) -> tuple[Frame, ...]:
    """Join the pieces of a turn, so that a secret in them stands in one; ``at`` is that
    of the first. Text is a turn that is UTF-8 and printable."""
    turns: list[Frame] = []
    last = 0
    for piece in pieces:
        goes_on = turns and _goes_on(turns[-1], piece) and piece.at - last < _SILENCE
        if goes_on:
            content = turns[-1].content + piece.content
            turns[-1] = turns[-1]._replace(content=content)
        else:
            turns.append(piece)
        last = piece.at
    return tuple(each._replace(kind=_kind(each)) for each in turns)


def _goes_on(turn: Frame, piece: Frame) -> bool:
    is_same_side = turn.from_client is piece.from_client
    return is_same_side and "close" not in (turn.kind, piece.kind)


def _kind(turn: Frame) -> Kind:
    if turn.kind == "close":
        return "close"
    try:
        text = turn.content.decode("utf-8")
    except UnicodeDecodeError:
        return "binary"
    is_text = all(each.isprintable() or each in _OF_TEXT for each in text)
    return "text" if is_text else "binary"


def spoken(response: Response) -> str:
    """Return what was spoken after an answer, if anything was: ``WebSocket``, or what
    the server calls it."""
    name = header(response.headers, "Upgrade") if response.websocket else ""
    is_socket = response.websocket and name.lower() in ("", "websocket")
    return "WebSocket" if is_socket else name


class NotRecordedError(Exception):
    """The client says something else than was recorded, or ends too early."""


class RawDialogue:
    """What is still to be said, in ``frames``. ``as_recorded`` returns bytes as they
    would be recorded, and ``counted`` what of them is compared."""

    def __init__(
        self,
        frames: Iterable[Frame],
        as_recorded: Callable[[bytes], bytes] = bytes,
        counted: Callable[[bytes], bytes] = bytes,
    ) -> None:
        self.frames = deque(frames)
        self._as_recorded, self._counted = as_recorded, counted
        #: What the client has said that was not its turn yet.
        self._heard = bytearray()
        self._has_ended = False

    def __repr__(self) -> str:
        return f"<RawDialogue {len(self.frames)}>"

    def hear(self, data: bytes) -> None:
        """Take what the client has said."""
        self._heard += data

    def end(self) -> None:
        """Note that the client says no more."""
        self._has_ended = True

    def next(self) -> Frame | None:
        """Take the next turn: one of the server's, to be sent, or one that the client
        has said; None where there is nothing to do until it says more. Raise
        NotRecordedError."""
        if self.frames and not self.frames[0].from_client:
            return self.frames.popleft()
        if not self._heard:
            is_end = self._has_ended and bool(self.frames)
            return self.frames.popleft() if is_end and self._is_end() else None
        if not self.frames or self._is_end():
            more = _shown(self._as_recorded(bytes(self._heard)))
            raise NotRecordedError(f"{more}: the recording has no more")
        taken = self._taken(bytes(self._heard), self.frames[0].content)
        del self._heard[:taken]
        return self.frames.popleft() if taken else None

    def _is_end(self) -> bool:
        return self.frames[0].kind == "close"

    def _taken(self, live: bytes, recorded: bytes) -> int:
        """Return how many bytes of what was heard are the turn; 0 where it may still
        become it. Raise NotRecordedError where it cannot."""
        if live.startswith(recorded):
            return len(recorded)
        seen = live if recorded.startswith(live) else self._as_recorded(live)
        rest = seen.removeprefix(recorded)
        if rest != seen and live.endswith(rest):
            return len(live) - len(rest)
        if self._counted(seen) == self._counted(recorded):
            return len(live)
        if self._may_become(live, recorded):
            return 0
        raise NotRecordedError(_apart(seen, recorded))

    def _may_become(self, live: bytes, recorded: bytes) -> bool:
        if recorded.startswith(live):
            if self._has_ended:
                said, size = len(live), len(recorded)
                left = f"ended after {said} of {size} bytes"
                raise NotRecordedError(f"{left} that the recording has here")
            return True
        place = recorded.find(_HIDDEN)
        is_short = len(live) - place < _MOST_HIDDEN and not self._has_ended
        return place >= 0 and is_short and live[:place] == recorded[:place]


def _apart(live: bytes, recorded: bytes) -> str:
    """Say where two turns part."""
    both = zip(live, recorded, strict=False)
    at = next((at for at, (one, other) in enumerate(both) if one != other), len(live))
    theirs, ours = _shown(live[at:]), _shown(recorded[at:])
    return f"byte {at} {theirs}: the recording has {ours}"


def _shown(content: bytes) -> str:
    text = content.decode("utf-8", "replace")
    return repr(text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}...")
