"""What goes over a connection that was upgraded to something other than a WebSocket, as
docker's exec: recorded turn by turn, and replayed in lock-step.

There are no messages, only bytes that come in any pieces. A turn is what one side says
until the other speaks, or for a while is silent; a close is the end of its side.
"""

import json
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from mitmvcr.core.frames import Frame, Kind
from mitmvcr.core.model import Response, header

#: In ns. After so long a silence it is another turn, and has a time of its own.
_SILENCE = 100_000_000
#: How much may stand for a hidden value until it is recognized.
_MOST_HIDDEN = 1 << 13
_HIDDEN = b"[REDACTED"
#: What text has of control characters: those of lines, and an escape.
_OF_TEXT = dict.fromkeys(b"\t\n\r\x1b")
_MOST_SHOWN = 60


def in_turns(pieces: Iterable[Frame]) -> tuple[Frame, ...]:
    """Join the pieces of a turn, so that a secret in them stands in one; ``at`` is that
    of the first. Text is a turn that is UTF-8 and printable."""
    turns: list[list[Frame]] = []
    for piece in pieces:
        if turns and _goes_on(turns[-1][-1], piece):
            turns[-1].append(piece)
        else:
            turns.append([piece])
    return tuple(map(_turn, turns))


def _goes_on(last: Frame, piece: Frame) -> bool:
    is_same_side = last.from_client is piece.from_client
    is_said = "close" not in (last.kind, piece.kind)
    return is_same_side and is_said and piece.at - last.at < _SILENCE


def _turn(pieces: Sequence[Frame]) -> Frame:
    first, content = pieces[0], b"".join(each.content for each in pieces)
    return first._replace(kind=_kind(first, content), content=content)


def _kind(first: Frame, content: bytes) -> Kind:
    if first.kind == "close":
        return "close"
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return "binary"
    return "text" if text.translate(_OF_TEXT).isprintable() else "binary"


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
        #: The end of the last turn's line, which may come late.
        self._late = b""
        self._has_ended = False

    def __repr__(self) -> str:
        return f"<RawDialogue {len(self.frames)}>"

    def hear(self, data: bytes) -> None:
        """Take what the client has said."""
        if self._late:
            size = _alike(data, self._late)
            self._late = self._late[size:] if size == len(data) else b""
            data = data[size:]
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
        live, recorded = bytes(self._heard), self.frames[0].content
        taken = self._taken(live, recorded)
        if not taken:
            return None
        self._late = _lacking(live[:taken], recorded)
        del self._heard[:taken]
        return self.frames.popleft()

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
        is_begun = recorded.startswith(live)
        if not is_begun or _is_space(recorded[len(live) :]):
            for part in (live, _as_many_lines(live, recorded)):
                if part and self._agree(part, recorded):
                    return len(part)
        if is_begun and self._has_ended:
            left = f"ended after {len(live)} of {len(recorded)} bytes"
            raise NotRecordedError(f"{left} that the recording has here")
        if is_begun or self._may_become(live, recorded):
            return 0
        raise NotRecordedError(_apart(seen, recorded))

    def _agree(self, live: bytes, recorded: bytes) -> bool:
        seen = live if recorded.startswith(live) else self._as_recorded(live)
        return self._counted(seen) == self._counted(recorded)

    def _may_become(self, live: bytes, recorded: bytes) -> bool:
        if self._has_ended:
            return False
        place = recorded.find(_HIDDEN)
        is_short = len(live) - place < _MOST_HIDDEN
        is_hidden = place >= 0 and is_short and live[:place] == recorded[:place]
        return is_hidden or self._begins(live, recorded)

    def _begins(self, live: bytes, recorded: bytes) -> bool:
        """Return whether it has the first of the recorded lines, by what counts of
        them, and what may become the next one."""
        *lines, last = live.split(b"\n")
        known = recorded.split(b"\n")
        if len(lines) >= len(known) or not all(map(self._agree, lines, known)):
            return False
        line = known[len(lines)]
        return line.startswith(last) or _is_cut(last, line) or self._agree(last, line)


def _is_space(data: bytes) -> bool:
    return not data.strip()


def _is_cut(live: bytes, recorded: bytes) -> bool:
    """Return whether it is JSON without its end, where JSON was recorded."""
    if live[:1] not in (b"{", b"[") or recorded[:1] != live[:1]:
        return False
    try:
        json.loads(live)
    except ValueError:
        return True
    return False


def _lacking(live: bytes, recorded: bytes) -> bytes:
    """Return what white space ends a recorded turn and not yet the live one."""
    ours, theirs = (each[len(each.rstrip()) :] for each in (live, recorded))
    return theirs[len(ours) :] if theirs.startswith(ours) else b""


def _as_many_lines(live: bytes, recorded: bytes) -> bytes:
    """Return as many lines as were recorded; nothing where there are not more."""
    parts = live.split(b"\n", recorded.count(b"\n"))
    is_more = recorded.endswith(b"\n") and len(parts) > recorded.count(b"\n")
    return live[: len(live) - len(parts[-1])] if is_more else b""


def _alike(one: bytes, other: bytes) -> int:
    """Return how many bytes both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _apart(live: bytes, recorded: bytes) -> str:
    """Say where two turns part."""
    at = _alike(live, recorded)
    theirs, ours = _shown(live[at:]), _shown(recorded[at:])
    return f"byte {at} {theirs}: the recording has {ours}"


def _shown(content: bytes) -> str:
    text = content.decode("utf-8", "replace")
    return repr(text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}...")
