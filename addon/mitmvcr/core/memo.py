"""Results that are kept, for functions that are called in the midst of other work."""

from collections.abc import Callable
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Memo(dict[K, V]):
    """``memo[argument]`` is what ``make`` gives for it. Emptied when it holds ``most``;
    results that are ``long`` are not kept.

    ``lru_cache`` keeps an order too, and so writes to several places of the memory for
    each look-up. Where those have left the processor's cache meanwhile, they are most
    of what a look-up costs.
    """

    def __init__(
        self,
        make: Callable[[K], V],
        most: int,
        is_long: Callable[[V], bool] | None = None,
    ) -> None:
        super().__init__()
        self._make, self._most, self._is_long = make, most, is_long

    def __missing__(self, argument: K) -> V:
        value = self._make(argument)
        if self._is_long is None or not self._is_long(value):
            if len(self) >= self._most:
                self.clear()
            self[argument] = value
        return value
