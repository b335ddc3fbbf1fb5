"""Which of equal WebSockets a client is on: what it says tells.

Several that are opened at once have one request, and come in any order. One that says
what only another recording has plays that from then on, if all that was said on it is
in there too; where that is being played, the two change places.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Protocol
from weakref import WeakKeyDictionary

from mitmvcr.core.dialogue import Dialogue, Heard, Rehearsed
from mitmvcr.core.frames import Frame
from mitmvcr.core.model import Request, Response
from mitmvcr.core.modes import Repeats
from mitmvcr.session import Session

#: So many recordings are tried for one message.
_MOST = 64


class Script(Protocol):
    """What a socket says, and has said."""

    dialogue: Dialogue

    def rehearse(self, recorded: Response, *more: Heard) -> Rehearsed | None: ...


@dataclass
class _Part:
    """The position of what a socket plays, and the request that opened it."""

    position: int
    opening: Request


class Cast:
    """The sockets of a session that are open, and what each plays."""

    def __init__(self, session: Session, repeats: Repeats) -> None:
        self._session, self._deck, self._repeats = session, session.deck, repeats
        self._parts: WeakKeyDictionary[Script, _Part] = WeakKeyDictionary()

    def __repr__(self) -> str:
        return f"<Cast {len(self._parts)} sockets>"

    def add(
        self, script: Script, live: Request, position: int, recorded: Response
    ) -> None:
        """Let a socket change its part, where it plays what was recorded as it is."""
        if recorded.websocket == self._recorded(position).websocket:
            self._parts[script] = _Part(position, live)

    def instead(self, script: Script, heard: Heard) -> list[Frame] | None:
        """Give a socket another part that has this message next, and return what of it
        the message is; None where there is none."""
        part = self._parts.get(script)
        if part is None:
            return None
        for at in islice(self._others(part), _MOST):
            recorded = self._recorded(at)
            found = script.rehearse(recorded, heard)
            if found is not None and self._is_given_up(at, part):
                part.position = at
                script.dialogue = found.dialogue
                return found.taken
        return None

    def _others(self, part: _Part) -> Iterator[int]:
        return (at for at in self._positions(part) if at != part.position)

    def _positions(self, part: _Part) -> list[int]:
        """Return what may answer the request of a part, the best first."""
        seen = self._session.redactor.request(part.opening)
        return self._deck.equal_to(seen, part.opening)

    def _recorded(self, position: int) -> Response:
        return self._session.redactor.restored(self._deck[position]).response

    def _is_given_up(self, at: int, part: _Part) -> bool:
        """Take a recording from the deck, or from the socket that plays it, which then
        plays this part's; return whether that is possible."""
        is_free = not self._deck.was_played(at)
        if is_free or self._repeats is Repeats.ALL:
            self._deck.give_back(part.position)
            self._deck.play(at)
            self._session.log.instead({part.position: at})
            return True
        for other, theirs in self._parts.items():
            if theirs.position == at and part.position in self._positions(theirs):
                recorded = self._recorded(part.position)
                found = other.rehearse(recorded)
                if found is not None and found.dialogue.waits:
                    theirs.position = part.position
                    self._session.log.instead({at: part.position, part.position: at})
                    other.dialogue = found.dialogue
                    return True
        return False
