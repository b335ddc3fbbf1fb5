"""What makes reading and writing fast: kept results, and no garbage collector."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")

_SHORT = 512


class Memo(dict[K, V]):
    """``memo[argument]`` is what ``make`` gives for it. Emptied when it holds ``most``.

    ``lru_cache`` keeps an order too, and so writes to several places of the memory for
    each look-up. Where those have left the processor's cache meanwhile, they are most
    of what a look-up costs.
    """

    def __init__(self, make: Callable[[K], V], most: int) -> None:
        super().__init__()
        self._make, self._most = make, most

    def __missing__(self, argument: K) -> V:
        value = self._make(argument)
        if len(self) >= self._most:
            self.clear()
        self[argument] = value
        return value


class ShortMemo(Memo[K, bytes]):
    """The same for bytes. Long ones are not kept: they are rarely met again, and would
    fill the memory."""

    def __missing__(self, argument: K) -> bytes:
        value = self._make(argument)
        if len(value) <= _SHORT:
            if len(self) >= self._most:
                self.clear()
            self[argument] = value
        return value


@contextmanager
def no_collection() -> Iterator[None]:
    """Switch the garbage collector off in the block: reading or writing a cassette
    makes no garbage, and looking for it takes up to two thirds of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
