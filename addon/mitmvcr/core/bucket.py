"""The interactions of one URL in a deck, by their positions."""

from array import array
from bisect import insort
from collections import deque
from collections.abc import Hashable, Iterable
from contextlib import suppress

Keys = tuple[Hashable, ...]


class Bucket:
    """The positions of one URL: not yet keyed, their keys, and those that may still
    play. A position waits under each of its keys. ``last``: of the positions with a
    key that gave an answer, the last, where it may be repeated.

    All of it can be made again from the interactions themselves.
    """

    __slots__ = ("keys", "last", "spent", "unread", "waiting")

    def __init__(self, unread: Iterable[int] = ()) -> None:
        self.unread = deque(unread)
        self.keys: dict[int, Keys] = {}
        self.waiting: dict[Hashable, deque[int]] = {}
        self.last: dict[Hashable, int] = {}
        self.spent: Spent | None = None

    @property
    def is_empty(self) -> bool:
        """Return whether nothing is left that may play."""
        return not (self.unread or self.waiting)

    def add(self, position: int, keys: Keys) -> None:
        """Let a position play that has been keyed."""
        self.keys[position] = keys
        for key in keys:
            waiting = self.waiting.setdefault(key, deque())
            if waiting and waiting[-1] > position:  # it had been given back
                insort(waiting, position)
            else:
                waiting.append(position)

    def add_played(self, position: int, keys: Keys) -> None:
        """Note the keys of a position that gave an answer which may be repeated."""
        self.keys[position] = keys
        for key in keys:
            self.last[key] = max(position, self.last.get(key, -1))

    def spend(self, position: int) -> None:
        """Keep little of a position that gave its only answer."""
        keys = self.keys.pop(position)
        for key in keys:
            waiting = self.waiting[key]
            waiting.remove(position)  # nearly always the first
            if not waiting:
                del self.waiting[key]
        self.note_spent(position, keys)

    def note_spent(self, position: int, keys: Keys) -> None:
        self.spent = self.spent or Spent()
        self.spent.add(position, keys)

    def take_back(self, position: int) -> None:
        """Have a position keyed once more."""
        if self.spent is not None:
            self.spent.remove(position)
        insort(self.unread, position)


class Spent:
    """Positions that were used up, and hashes of their keys, of which there are one or
    two: in 24 bytes each, since nothing else of them is needed."""

    __slots__ = ("_flat",)

    def __init__(self) -> None:
        self._flat = array("q")

    def __len__(self) -> int:
        return len(self._flat) // 3

    def add(self, position: int, keys: Keys) -> None:
        self._flat.extend((position, hash(keys[0]), hash(keys[-1])))

    def remove(self, position: int) -> None:
        with suppress(ValueError):
            at = self._flat[::3].index(position) * 3
            del self._flat[at : at + 3]

    @property
    def positions(self) -> set[int]:
        return set(self._flat[::3])

    def count(self, keys: Keys) -> int:
        """Count those that have one of the keys."""
        wanted = set(map(hash, keys))
        pairs = zip(self._flat[1::3], self._flat[2::3], strict=True)
        return sum(one in wanted or other in wanted for one, other in pairs)
