"""The interactions of one URL in a deck, by their positions."""

from array import array
from bisect import insort
from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Set
from contextlib import suppress

from mitmvcr.core.choosing import Equals

Keys = tuple[Hashable, ...]


class Bucket:
    """The positions of one URL: those not yet keyed, their keys, and those that may
    still play. A position waits under each of its keys. ``last`` maps a key to the last
    position that gave an answer, if answers may be repeated.

    All of it can be rebuilt from the interactions themselves.
    """

    __slots__ = (
        "_equals",
        "_gone",
        "keys",
        "last",
        "sieved",
        "spent",
        "unread",
        "waiting",
    )

    def __init__(self, unread: Iterable[int] = ()) -> None:
        self.unread = deque(unread)
        self.keys: dict[int, Keys] = {}
        self.waiting: dict[Hashable, deque[int]] = {}
        self.last: dict[Hashable, int] = {}
        self.spent: Spent | None = None
        #: How many requests have skipped unread interactions (see sieve.py).
        self.sieved = 0
        #: Positions that were spent before earlier ones under the same key.
        self._gone: set[int] = set()
        self._equals: dict[Hashable, tuple[Keys, Equals]] = {}

    @property
    def is_empty(self) -> bool:
        """Return whether nothing is left that may play."""
        return not (self.unread or self.waiting)

    def add(self, position: int, keys: Keys) -> None:
        """Let a keyed position play."""
        self.keys[position] = keys
        self._drop_equals(keys)
        for key in keys:
            waiting = self.waiting.setdefault(key, deque())
            if waiting and waiting[-1] > position:  # it had been given back
                insort(waiting, position)
            else:
                waiting.append(position)

    def add_played(self, position: int, keys: Keys) -> None:
        """Note the keys of a position that gave an answer which may be repeated."""
        if position not in self.keys:
            self._drop_equals(keys)
        self.keys[position] = keys
        for key in keys:
            self.last[key] = max(position, self.last.get(key, -1))

    def spend(self, position: int) -> None:
        """Keep little of a position that gave its only answer."""
        keys = self.keys.pop(position)
        for key in keys:
            waiting = self.waiting[key]
            if waiting[0] != position:  # removing it would be slow among many
                self._gone.add(position)
                continue
            waiting.popleft()
            while waiting and waiting[0] in self._gone:
                waiting.popleft()
            if not waiting:
                del self.waiting[key]
        self.note_spent(position, keys)

    def note_spent(self, position: int, keys: Keys) -> None:
        self.spent = self.spent or Spent()
        self.spent.add(position, keys)

    def take_back(self, position: int) -> None:
        """Return a position to those not yet keyed."""
        if self.spent is not None:
            self.spent.remove(position)
        if position in self._gone:
            self._gone.remove(position)
            for waiting in self.waiting.values():
                with suppress(ValueError):
                    waiting.remove(position)
        insort(self.unread, position)
        self._equals.clear()

    def unspend(self, position: int, keys: Keys) -> None:
        """Let the position that was spent last play again. What is known of its equals
        stays valid."""
        if self.spent is not None:
            self.spent.remove(position)
        self.keys[position] = keys
        self._gone.discard(position)
        for key in keys:  # it may still wait under one key, and not under another
            waiting = self.waiting.setdefault(key, deque())
            if position not in waiting:
                insort(waiting, position)

    def let_wait(self, position: int, played: Set[int]) -> None:
        """Let a position play again whose answer did not arrive; ``played`` are those
        whose answers did."""
        for key in self.keys[position]:
            waiting = self.waiting.setdefault(key, deque())
            if position not in waiting:
                insort(waiting, position)
            if self.last.get(key) == position:
                equal = (at for at, keys in self.keys.items() if key in keys)
                self.last[key] = max(played & set(equal), default=-1)

    def append(self, position: int) -> None:
        """Add a new position, not yet keyed."""
        self.unread.append(position)

    def last_of(self, keys: Keys) -> int | None:
        """Return the last position that answered under one of the keys, if answers may
        be repeated."""
        found = max(self.last.get(key, -1) for key in keys)
        return found if found >= 0 else None

    def pass_over(self) -> None:
        """Remove the first position that is not yet keyed."""
        self.unread.popleft()
        self._equals.clear()

    def are_several(self, keys: Keys) -> bool:
        """Return whether several keyed positions have one of these keys."""
        if self.last:
            return True
        if len(keys) == 1:
            return len(self.waiting.get(keys[0], ())) > 1
        return len({at for key in keys for at in self.waiting.get(key, ())}) > 1

    def equal(self, keys: Keys) -> list[int]:
        """Return the keyed positions that have one of the keys, in order, including
        those that were used up."""
        found = {at for key in keys for at in self.waiting.get(key, ())}
        if self.spent is not None:
            found.update(self.spent.matching(keys))
        if self.last:
            wanted = set(keys)
            found.update(at for at, own in self.keys.items() if wanted & set(own))
        return sorted(found)

    def equals(self, keys: Keys) -> Equals | None:
        """Return what is known of the interactions with these keys."""
        known = self._equals.get(keys[0])
        return known[1] if known is not None and known[0] == keys else None

    def keep_equals(self, keys: Keys, found: Equals) -> None:
        for key in keys:
            self._drop_equals((key,))
            self._equals[key] = keys, found

    def _drop_equals(self, keys: Keys) -> None:
        for key in keys if self._equals else ():
            if known := self._equals.pop(key, None):
                for other in known[0]:
                    self._equals.pop(other, None)

    def forget_equals(self) -> None:
        self._equals.clear()


class Spent:
    """Positions that were used up, with the hashes of their one or two keys: 24 bytes
    each, since nothing else of them is needed."""

    __slots__ = ("_flat",)

    def __init__(self) -> None:
        self._flat = array("q")

    def __len__(self) -> int:
        return len(self._flat) // 3

    def add(self, position: int, keys: Keys) -> None:
        self._flat.extend((position, hash(keys[0]), hash(keys[-1])))

    def remove(self, position: int) -> None:
        if self._flat and self._flat[-3] == position:
            del self._flat[-3:]
            return
        with suppress(ValueError):
            at = self._flat[::3].index(position) * 3
            del self._flat[at : at + 3]

    @property
    def positions(self) -> set[int]:
        return set(self._flat[::3])

    def rows(self) -> Iterator[tuple[int, tuple[int, int]]]:
        """Yield the positions with the hashes of their keys."""
        one, other = self._flat[1::3], self._flat[2::3]
        yield from zip(self._flat[::3], zip(one, other, strict=True), strict=True)

    def count(self, keys: Keys) -> int:
        wanted = set(map(hash, keys))
        pairs = zip(self._flat[1::3], self._flat[2::3], strict=True)
        return sum(one in wanted or other in wanted for one, other in pairs)

    def matching(self, keys: Keys) -> list[int]:
        """Return the positions that have one of the keys."""
        wanted = set(map(hash, keys))
        rows = zip(self._flat[::3], self._flat[1::3], self._flat[2::3], strict=True)
        return [at for at, one, other in rows if one in wanted or other in wanted]
