"""What a replay answers: with the values of its client where recorded ones stood, and
again and again where an answer stands."""

import logging
from collections.abc import Container
from typing import TYPE_CHECKING

from mitmvcr.core.deck import Deck
from mitmvcr.core.holds import Holds
from mitmvcr.core.model import Interaction, Request
from mitmvcr.core.modes import Replay
from mitmvcr.core.sendable import check_is_sendable
from mitmvcr.session.hooks import Hooks
from mitmvcr.session.redaction import Redaction

if TYPE_CHECKING:
    from mitmvcr.clock import Clock
    from mitmvcr.echo.restating import LiveValues


logger = logging.getLogger("mitmvcr")


class Echoes:
    """The values of one session. ``on``: they are put in place."""

    def __init__(self, *, on: bool) -> None:
        self._on = on
        self._values: LiveValues | None = None
        self._has_told = False

    def restated(
        self, interaction: Interaction, live: Request
    ) -> tuple[Interaction, Container[str]]:
        """Return an interaction with echoes as it answers this request, and the live
        values that it has of it."""
        if not self._on:
            return interaction, ()
        if self._values is None:  # few cassettes hold any
            from mitmvcr.echo.restating import LiveValues

            self._values = LiveValues()
        new = self._values.restated(interaction, live)
        if self._values.remade and not self._has_told:
            self._has_told = True
            logger.warning(
                "mitmvcr: a JWT of %s has the client's own nonce, and a signature of"
                " zeros: a client that verifies it will refuse it",
                interaction.request.url.partition("?")[0],
            )
        return new, self._values.placed


class Answers:
    """Makes the answers of one session of what its cassette, called ``name``, has: with
    the client's values, the present's times, and what a hook makes of them."""

    def __init__(
        self,
        redaction: Redaction,
        echoes: Echoes,
        clock: "Clock | None",
        hooks: Hooks | None,
        name: str,
    ) -> None:
        self._redaction, self._echoes = redaction, echoes
        self._clock, self._hooks, self._name = clock, hooks, name

    def of(
        self, position: int, interaction: Interaction, seen: Request, live: Request
    ) -> Interaction:
        """Return an interaction as it answers this request, which is ``seen`` as it may
        be written. Raise VcrError."""
        interaction = self._redaction.redactor.restored(interaction)
        own: Container[str] = ()
        if interaction.request.echoes:
            interaction, own = self._echoes.restated(interaction, live)
        if self._clock is not None:
            interaction = self._clock.answer(interaction, own)
        if self._hooks is not None:
            interaction = self._hooks.before_replay(interaction, seen)
        check_is_sendable(interaction.response, self._name, position)
        return interaction


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
