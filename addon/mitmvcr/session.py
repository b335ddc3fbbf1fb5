"""A cassette in use: what a mode makes of its deck and its store."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mitmvcr.cassette.store import FileStore, Store
from mitmvcr.core.deck import Deck
from mitmvcr.core.errors import CassetteNotFoundError, CassetteWriteError, OptionError
from mitmvcr.core.model import Interaction, Request
from mitmvcr.core.modes import (
    RULES,
    Decision,
    Forward,
    Mode,
    Refuse,
    Repeats,
    decide,
    looks_up,
)
from mitmvcr.core.redaction import redact, redact_request
from mitmvcr.settings import Settings

if TYPE_CHECKING:
    from mitmvcr.core.matching import Miss


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of a session, in interactions; ``missed`` and
    ``passed`` (straight through, unrecorded) count requests."""

    cassette: str
    mode: Mode
    recorded: int
    replayed: int
    missed: int
    unused: int
    passed: int = 0

    @property
    def was_idle(self) -> bool:
        """No request came, which is hardly ever what was meant."""
        return not (self.recorded or self.replayed or self.missed or self.passed)

    def line(self) -> str:
        return (
            f"cassette {self.cassette}, mode {self.mode}:"
            f" recorded {self.recorded}, replayed {self.replayed},"
            f" missed {self.missed}, unused {self.unused}"
        )


class Session:
    """Made by :func:`open_session`. Requests come in, decisions go out."""

    def __init__(
        self, store: Store, mode: Mode, repeats: Repeats, *, exists: bool
    ) -> None:
        self.store = store
        self.mode = mode
        self.rule = RULES[mode, exists]
        self.failure: Exception | None = None
        self.looks_up = looks_up(self.rule, repeats)
        self._repeats = repeats
        self._recorded = self._replayed = self._missed = self._passed = 0
        # Also read where it will be replaced: what is no sound cassette never is.
        reads = exists and (self.rule.loads or self.rule.records)
        found = store.load().interactions if reads else ()
        loaded = found if self.rule.loads else ()
        self.deck = Deck(loaded, repeats)
        if self.rule.records:
            store.begin(loaded)

    def __repr__(self) -> str:
        return f"<Session {self.summary().line()}>"

    @property
    def offline(self) -> bool:
        """Nothing may reach the network, but for what a passthrough rule allows."""
        return not self.rule.forwards

    @property
    def records(self) -> bool:
        return self.rule.records

    def plan(self, request: Request | None) -> Decision:
        """What to do with a request, which is only needed if the session
        ``looks_up``. A replay has used its interaction up; :meth:`give_back` undoes
        that."""
        found = None
        if self.looks_up and request is not None:
            found = self.deck.take(redact_request(request))
        decision = decide(self.rule, found)
        if isinstance(decision, Refuse):
            self._missed += 1
        elif isinstance(decision, Forward) and not decision.record:
            self._passed += 1
        return decision

    def passed(self) -> None:
        """A request went straight through by a rule, and was not planned."""
        self._passed += 1

    def refused(self) -> None:
        """A request can never be answered from this cassette, and was not planned."""
        self._missed += 1

    def explain(self, request: Request) -> "Miss":
        """Why nothing matched it."""
        # Only a miss needs it, and to import it takes 10 ms of every start.
        from mitmvcr.core.matching import explain

        return explain(redact_request(request), self.deck)

    def replayed(self) -> None:
        """A planned replay was answered."""
        self._replayed += 1

    def give_back(self, position: int) -> None:
        """A planned replay did not reach the client."""
        self.deck.give_back(position)

    def record(self, interaction: Interaction) -> None:
        """Keep what came back from the origin; it is on disk when this returns.

        Raises CassetteWriteError; traffic can go on.
        """
        kept = redact(interaction)
        self.store.append(kept)
        if self._repeats is not Repeats.NO:  # nobody else asks for it, and it is big
            self.deck.add(kept)
        self._recorded += 1

    def note_failure(self, error: Exception) -> None:
        """Something was not recorded or not answered: the run must not pass."""
        self.failure = self.failure or error

    def close(self) -> None:
        """Put the recording in place. Raises CassetteWriteError."""
        try:
            self.store.publish()
        except CassetteWriteError as error:
            self.note_failure(error)
            raise

    def summary(self) -> Summary:
        return Summary(
            cassette=self.store.name,
            mode=self.mode,
            recorded=self._recorded,
            replayed=self._replayed,
            missed=self._missed,
            unused=self.deck.unused_count,
            passed=self._passed,
        )


def open_session(settings: Settings) -> Session:
    """Load or begin the cassette that the settings name.

    Raises CassetteNotFoundError, or what loading and beginning raise.
    """
    if settings.cassette is None:
        raise OptionError("vcr_cassette", "", "name a file, as cassettes/chat.yaml")
    store = FileStore(settings.cassette, settings.layout)
    exists = store.exists()
    if RULES[settings.mode, exists].needs_cassette:
        raise CassetteNotFoundError(
            store.name,
            f"cassette not found, and mode {settings.mode} never records:"
            " record it first with mode record_once",
        )
    return Session(store, settings.mode, settings.allow_repeats, exists=exists)
