"""Which of equal WebSockets a client is on: what it says tells.

Several that are opened at once have one request, and come in any order. One that says
what only another recording has plays that from then on, if all that was said on it is
in there too; where that is being played, the two change places.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
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
    """The position of what a socket plays, the request that opened it, and a function
    that is given the old and the new position of a move."""

    position: int
    opening: Request
    tell: Callable[[int, int], None]

    def move(self, position: int) -> None:
        before, self.position = self.position, position
        self.tell(before, position)


class Cast:
    """The sockets of a session that are open, and what each plays."""

    def __init__(self, session: Session, repeats: Repeats) -> None:
        self._session, self._deck, self._repeats = session, session.deck, repeats
        self._parts: WeakKeyDictionary[Script, _Part] = WeakKeyDictionary()
        #: By position: what the client said there.
        self._asked: dict[int, bytes] = {}

    def __repr__(self) -> str:
        return f"<Cast {len(self._parts)} sockets>"

    def add(
        self,
        script: Script,
        live: Request,
        position: int,
        recorded: Response,
        tell: Callable[[int, int], None],
    ) -> None:
        """Let a socket change its part, where it plays what was recorded as it is."""
        if recorded.websocket == self._recorded(position).websocket:
            self._parts[script] = _Part(position, live, tell)

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
                part.move(at)
                script.dialogue = found.dialogue
                return found.taken
        return None

    def knowing(self, opening: Request) -> Callable[[bytes], bool]:
        """Return a function that says whether the client said a text on any socket that
        an equal request opened: it means what was meant there."""

        @cache
        def equals() -> list[int]:
            return self._positions(opening)[:_MOST]

        return lambda text: any(text in self._asked_at(at) for at in equals())

    def _asked_at(self, at: int) -> bytes:
        if at not in self._asked:
            frames = self._recorded(at).websocket
            said = (each.content for each in frames if each.from_client)
            self._asked[at] = b"\0".join(said)
        return self._asked[at]

    def _others(self, part: _Part) -> Iterator[int]:
        return (at for at in self._positions(part.opening) if at != part.position)

    def _may_play(self, part: _Part, position: int) -> bool:
        return position in self._positions(part.opening)

    def _positions(self, opening: Request) -> list[int]:
        """Return what may answer the request that opens a socket, the best first."""
        seen = self._session.redactor.request(opening)
        return self._deck.equal_to(seen, opening)

    def _recorded(self, position: int) -> Response:
        return self._session.redactor.restored(self._deck[position]).response

    def _is_given_up(self, at: int, part: _Part) -> bool:
        """Take a recording from the deck, or from the socket that plays it, which then
        plays this part's; return whether that is possible."""
        is_free = not self._deck.was_played(at)
        if is_free or self._repeats is Repeats.ALL:
            self._deck.give_back(part.position)
            self._deck.play(at)
            return True
        for other, theirs in self._parts.items():
            if theirs.position == at and self._may_play(theirs, part.position):
                recorded = self._recorded(part.position)
                found = other.rehearse(recorded)
                if found is not None and found.dialogue.waits:
                    theirs.move(part.position)
                    other.dialogue = found.dialogue
                    return True
        return False
