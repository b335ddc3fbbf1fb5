"""Connections that were upgraded to something other than a WebSocket: recorded in
turns, and replayed in lock-step."""

from collections.abc import Callable

from mitmvcr.core.frames import Frame
from mitmvcr.core.model import Response
from mitmvcr.core.raw_dialogue import NotRecordedError, RawDialogue, in_turns
from mitmvcr.proxy.flow.player import SLOW
from mitmvcr.proxy.host.schedule import Overheard

#: In seconds: how long at least, and how long at most for its recorded time, a server
#: that speaks first waits. docker-py 7.2 loses what it reads together with the head.
_SOONEST, _LATEST = 0.1, 1.0


def turns(overheard: Overheard) -> tuple[Frame, ...]:
    """Return what was said, and by whom it was ended: where nothing was until now, by
    the proxy, in the origin's place."""
    if not overheard.pieces:
        overheard.note(False, b"")
    return in_turns(
        Frame(by_client, at, "binary" if data else "close", data)
        for by_client, at, data in overheard.pieces
    )


class Script:
    """What the recording says in place of the origin. ``refuse`` gets the reason why a
    client is left; ``as_recorded`` and ``counted`` are those of RawDialogue."""

    def __init__(
        self,
        recorded: Response,
        latency: float,
        refuse: Callable[[str], None],
        as_recorded: Callable[[bytes], bytes],
        counted: Callable[[bytes], bytes],
    ) -> None:
        self._latency, self._at, self._refuse = latency, 0, refuse
        self._has_begun = False
        self._dialogue = RawDialogue(recorded.websocket, as_recorded, counted)
        self._turn: Frame | None = None
        self._reason = ""

    def __repr__(self) -> str:
        return f"<Script {self._dialogue}>"

    def hear(self, data: bytes) -> None:
        """Take what the client says."""
        self._dialogue.hear(data)

    def end(self) -> None:
        """Note that the client says no more."""
        self._dialogue.end()

    @property
    def is_slow(self) -> bool:
        """Return whether it takes long to look: all others would wait."""
        return self._dialogue.waiting > SLOW

    def look(self) -> None:
        """Find the next turn; any thread may."""
        try:
            self._turn = self._dialogue.next()
        except NotRecordedError as error:
            self._reason = str(error)

    def next(self) -> tuple[float, bytes | None] | None:
        """Return of the turn that was found the seconds to wait, and what to say then:
        b"" for the end, None where the client has had its turn. Return None where it is
        to speak. Refuse what was not recorded, and end."""
        turn = self._turn
        if self._reason:
            self._refuse(self._reason)
            return 0, b""
        if turn is None:
            return None
        pause = (turn.at - self._at) / 1e9 * self._latency
        if not self._has_begun and not turn.from_client:
            pause = max(pause, _SOONEST, min(turn.at / 1e9, _LATEST))
        self._at, self._has_begun = turn.at, True
        return pause, None if turn.from_client else turn.content
