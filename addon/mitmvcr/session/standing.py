"""Answers that stand: the same request gets them again and again, whatever else is
asked for meanwhile."""

from mitmvcr.core.deck import Deck
from mitmvcr.core.holds import Holds
from mitmvcr.core.modes import Replay
from mitmvcr.session.redaction import Redaction


class Standing:
    """Says of the replays of one session which of them stand. ``on``: some may, since
    nothing is recorded and nobody else has a say in an answer."""

    def __init__(
        self, deck: Deck, redaction: Redaction, holds: Holds, *, on: bool
    ) -> None:
        self._deck, self._redaction, self._holds = deck, redaction, holds
        self._on = on

    @property
    def learned(self) -> int:
        """Return a number that grows when something more is to be hidden: then no
        answer stands any more that was found before."""
        return self._redaction.redactor.memory.size

    def holds(self, planned: Replay) -> bool:
        """Return whether the replay that was planned last stands."""
        return (
            self._on
            and planned.position == self._deck.for_good
            and not planned.interaction.request.echoes
            and not self._redaction.redactor.restores
        )

    def plan_again(self, planned: Replay) -> bool:
        """Plan a replay that stands once more; return whether that may be now."""
        if self._holds:  # a stream may end with this request
            return False
        self._deck.take_again(planned.position)
        return True
