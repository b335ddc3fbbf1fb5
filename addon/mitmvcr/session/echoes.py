"""What the client of a replay has made up, put where the recorded one's stood."""

from typing import TYPE_CHECKING

from mitmvcr.core.model import Interaction, Request

if TYPE_CHECKING:
    from mitmvcr.echo.restating import LiveValues


class Echoes:
    """The values of one session. ``on``: they are put in place."""

    def __init__(self, *, on: bool) -> None:
        self._on = on
        self._values: LiveValues | None = None

    def restated(self, interaction: Interaction, live: Request) -> Interaction:
        """Return an interaction with echoes as it answers this request."""
        if not self._on:
            return interaction
        if self._values is None:  # few cassettes hold any
            from mitmvcr.echo.restating import LiveValues

            self._values = LiveValues()
        return self._values.restated(interaction, live)
