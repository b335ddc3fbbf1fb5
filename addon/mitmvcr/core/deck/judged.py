"""A deck where a user's hook has a say in what matches."""

from collections.abc import Callable, Iterator
from typing import Any

from mitmvcr.core.deck.open import OpenDeck
from mitmvcr.core.model import Interaction, Request
from mitmvcr.core.modes import Repeats

#: Says of a request and a recorded one whether they match; None leaves it to the keys.
Judge = Callable[[Request, Request], bool | None]


class JudgedDeck(OpenDeck):
    """One in which all are gone through for a request that has no equal."""

    goes_through_all = True

    def __init__(self, *args: Any, judge: Judge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._judge = judge

    def take(
        self, request: Request, live: Request | None = None
    ) -> tuple[int, Interaction] | None:
        """Take the best that keys and judge agree on, or else what the judge alone lets
        pass.

        Raises what the judge raises.
        """
        judge = self._judge
        equal = self.waiting_for(request, live)
        for position in equal:
            if judge(request, self.request(position)) is not False:
                return self.play(position)
        tried = set(equal)
        for position in self._playable():
            if position not in tried and judge(request, self.request(position)):
                return self.play(position)
        return None

    def _playable(self) -> Iterator[int]:
        """Yield what was not played, in order; then what was, where that may be
        repeated."""
        if self._repeats is Repeats.ALL:
            yield from range(len(self))
            return
        yield from self.unused()
        if self._repeats is Repeats.LAST:
            yield from reversed(self._played)
