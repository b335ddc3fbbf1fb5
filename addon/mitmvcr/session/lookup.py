"""Finding the interaction that answers a request, or why none does."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from time import time
from typing import TYPE_CHECKING, Any, NamedTuple

from mitmvcr.core.choosing import Values
from mitmvcr.core.deck import JudgedDeck, OpenDeck, Retries
from mitmvcr.core.matching import Matcher
from mitmvcr.core.model import Interaction, Request
from mitmvcr.core.modes import Repeats
from mitmvcr.miss.report import Miss
from mitmvcr.session.own import Own
from mitmvcr.session.redaction import Redaction, Seen

if TYPE_CHECKING:
    from mitmvcr.clock import Clock
    from mitmvcr.core.deck.blanks import Blanks
    from mitmvcr.core.steps import Steps

Judge = Callable[[Request, Request], bool | None]


class LookUp:
    """Takes interactions from the deck of a cassette, by the request as it may be
    written. ``judge`` is the user's comparing hook, if there is one; ``now`` returns
    the present in Unix seconds."""

    def __init__(
        self,
        loaded: Sequence[Interaction],
        repeats: Repeats,
        matcher: Matcher,
        redaction: Redaction,
        judge: Judge | None = None,
        now: Callable[[], float] = time,
    ) -> None:
        self._redaction = redaction
        self._retries = Retries(repeats)
        self.deck = (
            OpenDeck(loaded, repeats, matcher, self._whose)
            if judge is None
            else JudgedDeck(loaded, repeats, matcher, self._whose, judge=judge)
        )
        spec = matcher.spec
        self._own = None if judge else Own(self.deck, spec, repeats, now)
        self._now = now
        #: Answers go out as they were recorded, to clients with the present's clock.
        self.ages = True
        #: The last request that was looked up, and how it may be shown.
        self._last_seen = Request(), Request()
        self._foreseen: Seen | None = None

    def _whose(self, live: Request) -> Values:
        foreseen = self._foreseen
        if foreseen is not None and foreseen.live is live:
            return foreseen.whose
        return self._redaction.redactor.whose(live)

    def prepare(self) -> None:
        """Make what the first request needs. Any thread may call it."""
        self._blanks.prepare()
        self._redaction.prepare()

    def see(self, request: Request, foreseen: Seen | None = None) -> Request:
        """Return a live request as it may be written, which :meth:`take` needs;
        ``foreseen`` is what is known of it already."""
        self._foreseen = foreseen
        redactor = self._redaction.redactor
        seen = foreseen.seen if foreseen else redactor.request(request)
        self._last_seen = request, seen
        return seen

    def take(self, request: Request, seen: Request) -> tuple[int, Interaction] | None:
        """Take the interaction that answers the request seen last, and return it with
        its position, or None. Raise UnreadError."""
        asked, found = seen, self.deck.take(seen, request)
        if found is None and seen is not request:
            # Another recorder's cassette has its secrets in clear.
            asked, found = request, self.deck.take(request)
        settled = self._retries.settled(self.deck, (seen, request), found)
        if settled is None:
            return self._take_meant(seen, request)
        if self._own is None or settled is not found:
            return settled
        return self._own.instead(settled, asked, request)

    @cached_property
    def _blanks(self) -> "Blanks":
        """Make it when a session is prepared: a start does not need it."""
        from mitmvcr.core.deck.blanks import Blanks

        return Blanks(self.deck, lambda name: not self._redaction.redactor.knows(name))

    def _take_meant(
        self, seen: Request, live: Request
    ) -> tuple[int, Interaction] | None:
        """Take the interaction for a request that lacks an unset variable's value."""
        for meant in self._blanks.meant(seen):
            found = self.deck.take(meant, live)
            if found is not None:
                own = self._own
                return own.instead(found, meant, live) if own else found
        return None

    def explaining(self, request: Request, said: int | None = None) -> "Steps[Miss]":
        """Say in steps why nothing matched it, as it may be shown; of a call that goes
        on, ``said`` is the number of its messages until now."""
        # Only a miss needs them, and importing them would add 10 ms to every start.
        from mitmvcr.miss.explain import explaining
        from mitmvcr.miss.masking import masked
        from mitmvcr.session.aged import SHIFT, aged

        redact = self._redaction.redactor.request
        last, seen = self._last_seen
        if last is not request:
            seen = redact(request)
        blanks = self._blanks
        found = yield from explaining(seen, self.deck, redact, request, blanks, said)
        if self.ages:
            expired = yield from aged(self.deck, seen, found, int(self._now()))
            found = replace(found, expired=expired, shift=SHIFT if expired else "")
        return masked(found)


class ClockedLookUp(LookUp):
    """Finds answers for a client that sends back times that ``clock`` has given out:
    for the request as it is, except for times in headers, then with the times as they
    were recorded."""

    def __init__(self, *args: Any, clock: "Clock") -> None:
        super().__init__(*args)
        self._clock, self.ages = clock, False

    def see(self, request: Request, foreseen: Seen | None = None) -> Request:
        meant = self._clock.conditional(request)
        return super().see(meant, foreseen if meant is request else None)

    def take(self, request: Request, seen: Request) -> tuple[int, Interaction] | None:
        live, _ = self._last_seen
        found = super().take(live, seen)
        if found is not None:
            return found
        for meant, asked in self._meant(live):
            found = super().take(meant, asked)
            if found is not None:
                return found
        return None

    def _meant(self, live: Request) -> list[tuple[Request, Request]]:
        """Return what a request may mean, and how each may be written; where that is
        not plain, what comes next in the cassette first."""
        redact = self._redaction.redactor.request
        found = [(meant, redact(meant)) for meant in self._clock.meant(live)]
        return sorted(found, key=self._turn) if len(found) > 1 else found

    def _turn(self, meant: tuple[Request, Request]) -> tuple[bool, int]:
        """Return when it is the turn of what answers a request: of what was played
        already after all else."""
        request, asked = meant
        for position in self.deck.waiting_for(asked, request)[:1]:
            if not self.deck.was_played(position):
                return False, position
        return True, 0


class Present(NamedTuple):
    """What a session needs for clients that look at the clock: the present in Unix
    seconds, and a function that logs what may surprise. ``fakes``: times in JWTs that
    the redaction made are moved too, which it does not do itself. ``moves``: answers
    are moved to the present; else the program goes back."""

    now: Callable[[], float]
    say: Callable[[str], None]
    fakes: bool = True
    moves: bool = True


def looking_up(
    given: tuple[Any, ...], present: Present | None
) -> tuple[LookUp, "Clock | None"]:
    """Return a :class:`LookUp` of these arguments, and the clock that moves the times
    of what it finds; None if times stay as they are."""
    if present is None or not present.moves:
        plain = LookUp(*given)
        plain.ages = present is None
        return plain, None
    from mitmvcr.clock import Clock, first_date  # few sessions need it

    def first() -> int | None:
        deck = look_up.deck
        return first_date(map(deck.head, range(len(deck))))

    clock = Clock(present.now, first, present.say, fakes=present.fakes)
    look_up = ClockedLookUp(*given, clock=clock)
    return look_up, clock
