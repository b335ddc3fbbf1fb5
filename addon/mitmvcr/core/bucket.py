"""The interactions of one URL in a deck, by their positions."""

from bisect import insort
from collections import deque
from collections.abc import Hashable, Iterable

Keys = tuple[Hashable, ...]


class Bucket:
    """The positions of one URL: not yet keyed, their keys, and those that may still
    play. A position waits under each of its keys. ``short`` were passed over: nothing
    that comes to a text longer than ``longest_short`` bytes is the same as one of
    them."""

    __slots__ = ("keys", "longest_short", "short", "unread", "waiting")

    def __init__(self, unread: Iterable[int] = ()) -> None:
        self.unread = deque(unread)
        self.short: list[int] = []
        self.longest_short: float = 0
        self.keys: dict[int, Keys] = {}
        self.waiting: dict[Hashable, deque[int]] = {}

    def add(self, position: int, keys: Keys) -> None:
        """It was keyed, and may play."""
        self.keys[position] = keys
        for key in keys:
            waiting = self.waiting.setdefault(key, deque())
            if waiting and waiting[-1] > position:  # it had been passed over
                insort(waiting, position)
            else:
                waiting.append(position)
