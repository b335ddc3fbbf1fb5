"""What goes over a connection that was upgraded to something other than a WebSocket, as
docker's exec: recorded turn by turn, and replayed in lock-step.

There are no messages, only bytes that come in any pieces. A turn is what one side says
until the other speaks, or at the end of a line for a while is silent; a close is the
end of its side.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from mitmvcr.core.frames import Frame, Kind
from mitmvcr.core.model import Response, header
from mitmvcr.core.searching import common
from mitmvcr.core.wording import bytes_shown

#: In ns. After so long a silence it is another turn, and has a time of its own.
_SILENCE = 100_000_000
#: How much may stand for a hidden value until it is recognized.
_MOST_HIDDEN = 1 << 13
#: What is longer is looked through in parts.
_LONG, _NOTHING = 1 << 16, (0, 0)
_HIDDEN, _HIDDEN_ENDS = b"[REDACTED", b"]"
_LINE_END, _LINE_ENDS = b"\n", (b"\n", b"\r")
#: What text has of control characters: those of lines, and an escape.
_OF_TEXT = dict.fromkeys(b"\t\n\r\x1b")


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
    is_soon = piece.at - last.at < _SILENCE
    # A line is one piece, however slowly it comes, lest a secret in it is two.
    is_soon = is_soon or not last.content.endswith(_LINE_ENDS)
    return is_same_side and is_said and is_soon


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
        #: How much of that is the beginning of its turn, and how much of the recorded.
        self._agreed = _NOTHING
        self._has_ended = False

    def __repr__(self) -> str:
        return f"<RawDialogue {len(self.frames)}>"

    def hear(self, data: bytes) -> None:
        """Take what the client has said."""
        self._heard += data

    @property
    def waiting(self) -> int:
        """Return how many bytes of the client's are to be compared."""
        is_turn = self.frames and self.frames[0].from_client
        return len(self._heard) if is_turn else 0

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
            more = bytes_shown(self._as_recorded(bytes(self._heard)))
            raise NotRecordedError(f"{more}: the recording has no more")
        if not (taken := self._taken(self.frames[0].content)):
            return None
        self._agreed = _NOTHING
        del self._heard[:taken]
        return self.frames.popleft()

    def _is_end(self) -> bool:
        return self.frames[0].kind == "close"

    def _taken(self, recorded: bytes) -> int:
        """Return how many bytes of what was heard are the turn; 0 where it may still
        become it. Raise NotRecordedError where it cannot."""
        start, ours = self._agreed
        live, rest = bytes(self._heard[start:]), recorded[ours:]
        try:
            taken = self._compared(live, rest)
        except NotRecordedError:
            if not start:
                raise
            # A value of many lines is not known by its end alone.
            start, taken = 0, self._compared(bytes(self._heard), recorded)
        if taken:
            return start + taken
        if len(live) > _LONG:
            self._agree(live[: live.rfind(_LINE_END) + 1], rest)
        return 0

    def _agree(self, lines: bytes, rest: bytes) -> None:
        """Look no more through whole lines that are the recorded ones."""
        seen = lines if rest.startswith(lines) else self._as_recorded(lines)
        if rest.startswith(seen):
            start, ours = self._agreed
            self._agreed = start + len(lines), ours + len(seen)

    def _compared(self, live: bytes, recorded: bytes) -> int:
        if live.startswith(recorded):
            return len(recorded)
        if recorded.startswith(live):
            return self._awaited(live, recorded)
        seen = self._as_recorded(live)
        rest = seen.removeprefix(recorded)
        if rest != seen and live.endswith(rest):
            return len(live) - len(rest)
        end = _same_lines(live, recorded)
        said = seen if end == len(live) else self._as_recorded(live[:end])
        if end and self._by_line(said) == self._by_line(recorded):
            return end
        if self._has_ended or not (
            _may_be_hidden(seen, recorded) or self._may_go_on(seen, recorded)
        ):
            raise NotRecordedError(_apart(seen, recorded))
        return 0

    def _awaited(self, live: bytes, recorded: bytes) -> int:
        if self._has_ended:
            left = f"ended after {len(live)} of {len(recorded)} bytes"
            raise NotRecordedError(f"{left} that the recording has here")
        return 0

    def _by_line(self, said: bytes) -> bytes:
        """Return what counts of a turn: of all of it, and of each line."""
        lines = self._counted(said).splitlines(keepends=True)
        return b"".join(map(self._counted, lines))

    def _may_go_on(self, seen: bytes, recorded: bytes) -> bool:
        """Return whether what has no line end yet may become a line that differs in
        what is not compared, and all before it is alike."""
        whole = seen[: seen.rfind(_LINE_END) + 1]
        end = _same_lines(recorded, whole) if whole else 0
        compared = self._by_line(recorded)
        return (
            recorded.endswith(_LINE_END)
            and not _same_lines(seen, recorded)
            and compared != recorded
            and self._by_line(whole) == self._by_line(recorded[:end])
        )


def _same_lines(text: bytes, other: bytes) -> int:
    """Return where a text has as many lines as another, of which the last has an end;
    all of it where that has none, and 0 where the text has fewer."""
    if not other.endswith(_LINE_END):
        return len(text)
    at = 0
    for _ in range(other.count(_LINE_END)):
        if not (at := text.find(_LINE_END, at) + 1):
            break
    return at


def _may_be_hidden(seen: bytes, recorded: bytes) -> bool:
    """Return whether all is alike up to a hidden value, of which the rest may come."""
    at = common(seen, recorded)
    if at == len(seen):
        return True
    start = recorded.rfind(_HIDDEN, 0, at + len(_HIDDEN))
    is_within = start >= 0 and _HIDDEN_ENDS not in recorded[start:at]
    return is_within and len(seen) - start < _MOST_HIDDEN


def _apart(live: bytes, recorded: bytes) -> str:
    """Say where two turns part."""
    at = common(live, recorded)
    theirs, ours = bytes_shown(live[at:]), bytes_shown(recorded[at:])
    return f"byte {at} {theirs}: the recording has {ours}"
