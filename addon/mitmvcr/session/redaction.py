"""What a session hides, and how its messages look then."""

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from mitmvcr.core.choosing import Values
from mitmvcr.core.model import Interaction, Request
from mitmvcr.secrets.rules import Rules

if TYPE_CHECKING:
    from mitmvcr.secrets.redactor import Redactor


class Redacted(NamedTuple):
    """An interaction as it may be written, the hidden values of its request, and those
    that its response gave out."""

    kept: Interaction
    whose: Values
    given: Sequence[bytes] = ()


class Seen(NamedTuple):
    """A live request as it is compared, and the values that tell whose it is."""

    live: Request
    seen: Request
    whose: Values


class Redaction:
    """Hides the secrets of one session. Any thread may ask."""

    def __init__(
        self, rules: Rules, environment: Mapping[str, str], *, echoes: bool = True
    ) -> None:
        self._rules, self._environment = rules, environment
        self._echoes = echoes
        self._redactor: Redactor | None = None
        self._making = Lock()

    @property
    def redactor(self) -> "Redactor":
        """Make the redactor for the first request: a start would feel the 15 ms of the
        lists."""
        with self._making:
            if self._redactor is None:
                from mitmvcr.secrets.redactor import Redactor

                self._redactor = Redactor(self._rules, self._environment)
            return self._redactor

    def foreseen(self, live: Request) -> Seen:
        """Return what :meth:`Session.plan` needs of a request that is large."""
        redactor = self.redactor
        return Seen(live, redactor.request(live), redactor.whose(live))

    def redacted(self, changed: Interaction) -> Redacted:
        """Return an interaction as it may be written, and whose it is."""
        redactor = self.redactor
        kept = redactor.interaction(changed)
        whose = redactor.whose_recorded(changed.request, kept.request)
        if self._echoes:
            from mitmvcr.echo.finding import with_echoes  # a replay needs none of it

            kept = with_echoes(kept)
        return Redacted(kept, whose, redactor.given_out(changed, kept))

    def hidden(self, met: Interaction) -> Interaction:
        """Return an interaction as it may be written."""
        return self.redactor.interaction(met)

    def shown(self, url: str) -> str:
        """Return a URL as it may stand in a log."""
        from mitmvcr.miss.masking import masked_url  # where all is well none does

        return masked_url(self.redactor.text(url))
