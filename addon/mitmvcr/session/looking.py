"""What somebody sees of a session who looks on: its log, as far as it goes."""

from collections.abc import Iterable, Sequence
from functools import cached_property

from mitmvcr.core.errors import CassetteError
from mitmvcr.core.model import Interaction
from mitmvcr.miss.log import Later
from mitmvcr.miss.report import Entry, Outcome
from mitmvcr.session.session import Session


def logged(session: Session, numbers: Iterable[int]) -> list[Entry]:
    """Return these entries of a session's log."""
    return session.log.told(numbers, _Making(session).entry)


class _Making:
    """Makes the entries that a log has not made yet."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @cached_property
    def _recorded(self) -> Sequence[Interaction]:
        """Return what was recorded, which takes long to be read: once for all."""
        return self._session.store.recorded()

    def entry(self, later: Later) -> Entry:
        position, session = later.position, self._session
        try:
            found = self._interaction(later)
        except (CassetteError, IndexError):
            note = "what was recorded of it cannot be read any more"
            return Entry(later.outcome, "", "", position, note=note)
        return Entry.of(
            later.outcome, found, position, session.shown(found.request.url)
        )

    def _interaction(self, later: Later) -> Interaction:
        if later.outcome is Outcome.REPLAYED:
            return self._session.deck.head(later.position)
        return self._recorded[later.position - self._session.loaded]
