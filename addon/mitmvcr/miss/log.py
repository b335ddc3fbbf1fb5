"""What a session remembers of its requests."""

import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple, Protocol

from mitmvcr.miss.report import Entry, Miss, Outcome

#: How many different misses are remembered where no report is asked for.
MOST_MISSES = 50
_MOST_HOSTS = 50


class Later(NamedTuple):
    """An entry that is made when somebody asks for it: whose interaction it was."""

    outcome: Outcome
    position: int


class Hides(Protocol):
    """What a redactor does for a log."""

    @property
    def known(self) -> int:
        """Return how much is known to be secret; it only grows."""

    def again(self, shown: str, /) -> str:
        """Return a text without what is known by now."""


#: Why a connection broke on which nothing was asked that could be read.
UNREAD = "its HTTP/2 could not be read"


class Log:
    """What a session remembers of its requests. The misses always, though not without
    end; the rest where ``complete``, for a report and whoever looks on. Where ``brief``
    it remembers what an entry can be made of later: to make one takes a tenth of the
    time of a replay, and most often nobody looks."""

    def __init__(self) -> None:
        self.complete = self.brief = False
        #: Entries; a number stands for one to be made (see :meth:`add_later`).
        self._held: list[Entry | int] = []
        #: Two numbers for each: when it began and ended, in seconds since the epoch.
        self._spans = array("d")
        self._durations = array("q")
        self.misses: Counter[Miss] = Counter()
        #: How much was known to be secret when the entries were looked through.
        self._known = 0
        #: Host -> why a client broke off TLS with us in its place.
        self.broken_tls: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"<Log {len(self)} entries, {self.misses.total()} misses>"

    def __len__(self) -> int:
        return len(self._held)

    @property
    def has_texts(self) -> bool:
        """Return whether it holds anything of requests."""
        return bool(self._held or self.misses)

    @property
    def is_kept(self) -> bool:
        return self.complete or self.brief

    @property
    def entries(self) -> list[Entry]:
        """Return the entries that are there; all, of a log that was complete."""
        return [each for each in self._held if isinstance(each, Entry)]

    def span(self, number: int) -> tuple[float, float]:
        """Return when an entry began and ended, in seconds since the epoch."""
        return self._spans[2 * number], self._spans[2 * number + 1]

    def add(self, entry: Entry, lasted: int = 0) -> None:
        """Log what has just ended; its time is ``lasted`` nanoseconds, or else its
        duration."""
        if self.is_kept:
            self._add(entry, entry.duration or 0, lasted)

    def add_later(
        self, outcome: Outcome, position: int, duration: int, lasted: int = 0
    ) -> None:
        """Log a replay or a recording whose entry can be made later."""
        is_recorded = outcome is Outcome.RECORDED
        self._add(2 * position + is_recorded, duration, lasted)

    def moved(self, number: int, position: int) -> None:
        """Note that what an entry says was replayed was played from this position in
        the end."""
        self._held[number] = _at(self._held[number], position)

    def _add(self, held: Entry | int, duration: int, lasted: int) -> None:
        now = time.time()
        self._held.append(held)
        self._durations.append(duration)
        self._spans.extend((now - max(lasted, duration) / 1e9, now))

    def entries_at(
        self, numbers: Iterable[int], make: Callable[[Later], Entry]
    ) -> list[Entry]:
        """Return some entries; ``make`` makes those that are not there yet."""
        found = []
        for number in numbers:
            held = self._held[number]
            if not isinstance(held, Entry):
                outcome = Outcome.RECORDED if held % 2 else Outcome.REPLAYED
                made = make(Later(outcome, held // 2))
                held = self._held[number] = made.lasting(self._durations[number])
            found.append(held)
        return found

    def renumber(self, places: Mapping[int, int]) -> None:
        """Let the entries of recordings that were moved say where those are by now."""
        for number, held in enumerate(self._held if places else ()):
            if not isinstance(held, Entry):
                position, is_recorded = divmod(held, 2)
                if is_recorded:
                    self._held[number] = 2 * places.get(position, position) + 1
            elif held.outcome is Outcome.RECORDED and held.interaction is not None:
                at = places.get(held.interaction, held.interaction)
                self._held[number] = _at(held, at)

    def hide(self, hides: Hides) -> None:
        """Take out of all entries what was found to be secret after they were made."""
        if hides.known == self._known:
            return
        self._known = hides.known
        for number, held in enumerate(self._held):
            if isinstance(held, Entry):
                self._held[number] = held.through(hides.again)
        misses, self.misses = self.misses, Counter()
        for miss, times in misses.items():
            self.misses[miss.through(hides.again)] += times

    def tls_broke(self, host: str, reason: str) -> None:
        if len(self.broken_tls) < _MOST_HOSTS:
            self.broken_tls[host] = reason

    def missed(self, miss: Miss, duration: int) -> None:
        """Log a request without a match; ``duration`` is the time spent to say why, in
        nanoseconds."""
        if miss in self.misses or len(self.misses) < MOST_MISSES:
            self.misses[miss] += 1
        self.add(Entry.of_miss(miss, duration))


def _at(held: Entry | int, position: int) -> Entry | int:
    if isinstance(held, int):
        return 2 * position
    return replace(held, interaction=position)


class Logging(NamedTuple):
    """How sessions log for whoever looks on from outside."""

    is_on: bool = False
    at_once: bool = False

    def begin(self, log: Log) -> None:
        """Let a log be kept so, or as it is where that is more."""
        log.brief |= self.is_on
        log.complete |= self.at_once
