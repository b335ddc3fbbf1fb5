"""Which of a request's rivals is its own."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from mitmvcr.core.model import Request
from mitmvcr.echo.names import Names
from mitmvcr.echo.rivals import Rivals, Said


class Field(NamedTuple):
    """Who may answer. ``taken`` is the position that would, by what counts; ``ranked``
    returns those of some positions that no rule keeps from it, the best first;
    ``again``: for an id that stood for one of them also what was used up."""

    taken: int
    is_open: Callable[[int], bool]
    ranked: Callable[[Iterable[int]], list[int]]
    again: bool


class Choice(NamedTuple):
    """A request that looks for its own; ``now`` is the present in Unix seconds."""

    rivals: Rivals
    names: Names
    field: Field
    now: float

    def of(self, request: Request) -> int:
        """Return its position: as it was recorded, else what has the most in common
        with it and no other id, else the first whose ids are free. Note the ids."""
        said = self.rivals.said(request)
        whole = self.rivals.whole(request, said, self.now)
        open_ones = self.field.ranked(filter(self.field.is_open, whole))
        found = next((at for at in open_ones if self._fits(at, said)), None)
        at = self._by_values(said) if found is None else found
        self.names.note(self.rivals.pairs(at, said))
        return at

    def _by_values(self, said: Said) -> int:
        agreeing = _in_common([*self._standing(said), *self._agreeing(said)])
        for at in self.field.ranked(agreeing):
            if self._fits(at, said):
                return at
        if self._fits(self.field.taken, said):
            return self.field.taken
        return self._by_order(said)

    def _by_order(self, said: Said) -> int:
        """Return the first whose ids stood for no others, or whose ids are free."""
        ranked = self.field.ranked(filter(self.field.is_open, self.rivals))
        for at in ranked:
            if self._fits(at, said):
                return at
        pairs = self.rivals.pairs
        free = (at for at in ranked if self.names.are_free(pairs(at, said)))
        return next(free, self.field.taken)

    def _fits(self, at: int, said: Said) -> bool:
        return self.names.fit(self.rivals.pairs(at, said))

    def _standing(self, said: Said) -> list[set[int]]:
        sets = map(self._usable, self.rivals.standing(said, self.names))
        return sorted(sets, key=len)

    def _usable(self, found: set[int]) -> set[int]:
        left = set(filter(self.field.is_open, found))
        return left or ({max(found)} if self.field.again else left)

    def _agreeing(self, said: Said) -> list[set[int]]:
        sets = self.rivals.agreeing(said, self.names, self.now)
        return sorted((set(filter(self.field.is_open, e)) for e in sets), key=len)


def _in_common(sets: Iterable[set[int]]) -> set[int]:
    """Return what most of the sets have in common, beginning with the first."""
    found: set[int] = set()
    for each in sets:
        found = (found & each) or found or each
    return found
