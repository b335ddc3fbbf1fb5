"""What the client of a replay has made up, put where the recorded one's stood."""

import logging
from typing import TYPE_CHECKING

from mitmvcr.core.model import Interaction, Request

if TYPE_CHECKING:
    from mitmvcr.echo.restating import LiveValues

logger = logging.getLogger("mitmvcr")


class Echoes:
    """The values of one session. ``on``: they are put in place."""

    def __init__(self, *, on: bool) -> None:
        self._on = on
        self._values: LiveValues | None = None
        self._has_told = False

    def restated(self, interaction: Interaction, live: Request) -> Interaction:
        """Return an interaction with echoes as it answers this request."""
        if not self._on:
            return interaction
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
        return new
