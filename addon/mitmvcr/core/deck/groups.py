"""All interactions of one URL, in groups that are equal to each other."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from mitmvcr.core.choosing import Equals
from mitmvcr.core.deck.bucket import Keys
from mitmvcr.core.steps import Steps

Make = Callable[[Sequence[int]], Steps[Equals]]


class Groups:
    """``rows`` are positions and the hashes of their keys; ``make`` returns what is
    known of positions that are equal."""

    def __init__(self, rows: Iterable[tuple[int, Iterable[int]]], make: Make) -> None:
        self._make = make
        self._at: dict[int, list[int]] = {}
        for position, hashes in sorted(rows):
            for each in dict.fromkeys(hashes):
                self._at.setdefault(each, []).append(position)
        self._known: dict[int, Equals] = {}
        #: Of several groups at once, the last: by the hashes, what is known of them.
        self._joined: dict[frozenset[int], Equals] = {}

    def of(self, keys: Keys) -> Steps[Equals | None]:
        """Find the group of a request with these keys; None where it has no more than
        one. The same bytes have a key of their own, most often of the same group."""
        found = {each: self._at[each] for each in map(hash, keys) if each in self._at}
        if not found:
            return None
        most = max(found, key=lambda each: len(found[each]))
        known = self._known.get(most)
        if known is None:
            known = self._known[most] = yield from self._make(found[most])
        if any(at not in known for each in found.values() for at in each[:1]):
            known = yield from self._of_all(found)
        return known if len(known) > 1 else None

    def _of_all(self, found: Mapping[int, Sequence[int]]) -> Steps[Equals]:
        joined = frozenset(found)
        if joined not in self._joined:
            positions = sorted({at for each in found.values() for at in each})
            self._joined = {joined: (yield from self._make(positions))}
        return self._joined[joined]
