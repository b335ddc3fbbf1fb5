"""All interactions of one URL, in groups that are equal to each other."""

from collections.abc import Callable, Iterable, Sequence

from mitmvcr.core.choosing import Equals
from mitmvcr.core.deck.bucket import Keys

Make = Callable[[Sequence[int]], Equals]


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

    def of(self, keys: Keys) -> Equals | None:
        """Return the group of a request with these keys; None where it has no more than
        one. The same bytes have a key of their own, most often of the same group."""
        found = {each: self._at[each] for each in map(hash, keys) if each in self._at}
        if not found:
            return None
        most = max(found, key=lambda each: len(found[each]))
        known = self._known.get(most)
        if known is None:
            known = self._known[most] = self._make(found[most])
        if any(at not in known for each in found.values() for at in each[:1]):
            known = self._make(sorted({at for each in found.values() for at in each}))
        return known if len(known) > 1 else None
