"""Results that are kept, for functions that are called in the midst of other work."""

from collections.abc import Callable, Sized
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V", bound=Sized)


class Memo(dict[K, V]):
    """``memo[argument]`` is what ``make`` gives for it. Emptied when it holds ``most``;
    results over ``longest`` are not kept.

    ``lru_cache`` keeps an order too, and so writes to several places of the memory for
    each look-up. Where those have left the processor's cache meanwhile, they are most
    of what a look-up costs.
    """

    def __init__(self, make: Callable[[K], V], most: int, longest: int = 1024) -> None:
        super().__init__()
        self._make, self._most, self._longest = make, most, longest

    def __missing__(self, argument: K) -> V:
        value = self._make(argument)
        if len(value) <= self._longest:
            if len(self) >= self._most:
                self.clear()
            self[argument] = value
        return value
