"""A deck where a user's hook has a say in what matches."""

from collections.abc import Callable, Iterator, Set
from typing import Any

from mitmvcr.core.deck.open import OpenDeck
from mitmvcr.core.model import Interaction, Request
from mitmvcr.core.modes import Repeats
from mitmvcr.core.steps import UnreadError

#: Says of a request and a recorded one whether they match; None leaves it to the keys.
Judge = Callable[[Request, Request], bool | None]
#: Of so many requests at once it is known what the judge said.
_MOST_VERDICTS = 16


class JudgedDeck(OpenDeck):
    """One in which all are gone through for a request that has no equal."""

    goes_through_all = True

    def __init__(self, *args: Any, judge: Judge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._judge = judge
        #: What it said of requests whose look-up goes on later: by positions, whether
        #: they match.
        self._verdicts: list[tuple[Request, dict[int, bool]]] = []

    def take(
        self, request: Request, live: Request | None = None
    ) -> tuple[int, Interaction] | None:
        """Take the best that keys and judge agree on, or else what the judge alone lets
        pass.

        Raises what the judge raises, and UnreadError.
        """
        judge = self._judge
        equal = self.waiting_for(request, live)
        for position in equal:
            if judge(request, self.request(position)) is not False:
                return self.play(position)
        found = self._first_judged(request, set(equal))
        self._verdicts = [each for each in self._verdicts if each[0] != request]
        return None if found is None else self.play(found)

    def _first_judged(self, request: Request, tried: Set[int]) -> int | None:
        """Return the first that the judge lets pass."""
        known = next((said for of, said in self._verdicts if of == request), {})
        count = 0
        for position in self._playable():
            if position in tried:
                continue
            if position not in known:
                if count == self.most_read:
                    raise UnreadError(self._judging(request, tried, known))
                known[position] = self._lets_pass(request, position)
                count += 1
            if known[position]:
                return position
        return None

    def _judging(
        self, request: Request, tried: Set[int], known: dict[int, bool]
    ) -> Iterator[None]:
        """Ask the judge until it lets one pass; keep what it says."""
        self._verdicts = [*self._verdicts[1 - _MOST_VERDICTS :], (request, known)]
        for position in [*self._playable()]:
            if position not in tried and position not in known:
                known[position] = self._lets_pass(request, position)
                if known[position]:
                    return
                yield

    def _lets_pass(self, request: Request, position: int) -> bool:
        return bool(self._judge(request, self.request(position)))

    def _playable(self) -> Iterator[int]:
        """Yield what was not played, in order; then what was, where that may be
        repeated."""
        if self._repeats is Repeats.ALL:
            yield from range(len(self))
            return
        yield from self.unused()
        if self._repeats is Repeats.LAST:
            yield from reversed(self._played)
