"""A session's redaction: made when needed, and what it returns."""

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from mitmvcr.core.choosing import Values
from mitmvcr.core.model import Interaction, Request
from mitmvcr.secrets.rules import Rules

if TYPE_CHECKING:
    from mitmvcr.echo.earlier import EchoFinder
    from mitmvcr.secrets.redactor import Redactor


class Redacted(NamedTuple):
    """An interaction as it may be written, the hidden values of its request, and those
    that its response gave out; ``known`` is how much was known to be secret then."""

    kept: Interaction
    known: int
    whose: Values
    given: Sequence[bytes] = ()


class Seen(NamedTuple):
    """A live request as it is compared, and the values that show whose it is."""

    live: Request
    seen: Request
    whose: Values


class Redaction:
    """Hides the secrets of one session. Any thread may use it."""

    def __init__(
        self, rules: Rules, environment: Mapping[str, str], *, echoes: bool = True
    ) -> None:
        self._rules, self._environment = rules, environment
        self._finds_echoes = echoes
        #: What the recording's clients made up; None before the first interaction.
        self.echoes: EchoFinder | None = None
        self._redactor: Redactor | None = None
        self._making = Lock()
        self.is_prepared = False

    @property
    def redactor(self) -> "Redactor":
        """Return the redactor, made for the first request: its lists would add 15 ms to
        a start."""
        return self._redactor or self._made()

    def _made(self) -> "Redactor":
        from mitmvcr.secrets.redactor import Redactor

        with self._making:  # another thread may have made it meanwhile
            self._redactor = self._redactor or Redactor(self._rules, self._environment)
        return self._redactor

    def prepare(self) -> None:
        """Make the redactor and its patterns."""
        redactor = self.redactor
        redactor.text("")
        self.is_prepared = True

    def foreseen(self, live: Request) -> Seen:
        """Return what :meth:`Session.plan` needs to know of a large request."""
        redactor = self.redactor
        return Seen(live, redactor.request(live), redactor.whose(live))

    def redacted(self, changed: Interaction) -> Redacted:
        """Return an interaction as it may be written, and whose it is. Call it in the
        order of the recording, since later interactions repeat earlier values."""
        redactor = self.redactor
        kept, known = redactor.with_known(changed)
        whose = redactor.whose_recorded(changed.request, kept.request)
        given = redactor.given_out(changed, kept)
        return Redacted(self._with_echoes(kept), known, whose, given)

    def _with_echoes(self, kept: Interaction) -> Interaction:
        if not self._finds_echoes:
            return kept
        if self.echoes is None:
            from mitmvcr.echo.earlier import EchoFinder  # a replay needs none of it

            self.echoes = EchoFinder()
        return self.echoes.with_echoes(kept)

    def hidden(self, met: Interaction) -> Interaction:
        return self.redactor.interaction(met)

    def shown(self, url: str) -> str:
        """Return a URL as it may be logged."""
        from mitmvcr.miss.masking import masked_url  # most sessions log none

        return masked_url(self.redactor.text(url))
