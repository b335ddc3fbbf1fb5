"""Which calls of a session that go both ways play which recordings."""

from collections.abc import Sequence
from typing import Protocol

from mitmvcr.core.calls import Call, Part
from mitmvcr.core.deck import Deck
from mitmvcr.core.modes import Repeats


class Speaker(Protocol):
    """A call in play, and what it plays."""

    call: Call
    part: Part | None

    def plays(self, part: Part) -> None: ...


class Roles:
    """The calls of a session that are in play, by the positions that they play."""

    def __init__(self, deck: Deck, repeats: Repeats) -> None:
        self._deck, self._repeats = deck, repeats
        self._players: dict[int, Speaker] = {}

    def __repr__(self) -> str:
        return f"<Roles {self._players}>"

    def give(self, speaker: Speaker, fitting: Sequence[Part]) -> Part | None:
        """Give a call the first of these that is free, or that another call can do
        without."""
        for part in self._ordered(fitting):
            if self._deck.may_answer(part.position):
                return self._let_play(speaker, part)
        for part in fitting:
            holder = self._players.get(part.position)
            other = self._spare(holder, speaker.part) if holder else None
            if holder is not None and other is not None:
                self.release(speaker)
                self.release(holder)
                holder.plays(self._let_play(holder, other))
                return self._let_play(speaker, part)
        return None

    def __contains__(self, position: object) -> bool:
        """Return whether this is being played, and not to its end yet."""
        return position in self._players

    def _ordered(self, fitting: Sequence[Part]) -> Sequence[Part]:
        if self._repeats is not Repeats.LAST:
            return fitting
        fresh = [p for p in fitting if not self._deck.was_played(p.position)]
        return fresh or [max(fitting, key=lambda p: p.position)]

    def _spare(self, holder: Speaker, free: Part | None) -> Part | None:
        """Return what another call may play in place of what it plays."""
        position = -1 if free is None else free.position
        for part in holder.call.fitting:
            if part.position == position or self._deck.may_answer(part.position):
                return part
        return None

    def _let_play(self, speaker: Speaker, part: Part) -> Part:
        self.release(speaker)
        self._players[part.position] = speaker
        return part

    def release(self, speaker: Speaker) -> None:
        """Give back what a call plays, which it has not played to its end."""
        part = speaker.part
        if part is not None:
            self.done(speaker)
            speaker.part = None
            self._deck.give_back(part.position)

    def done(self, speaker: Speaker) -> None:
        """Note that nothing more of its part is played by a call."""
        part = speaker.part
        if part is not None and self._players.get(part.position) is speaker:
            del self._players[part.position]
