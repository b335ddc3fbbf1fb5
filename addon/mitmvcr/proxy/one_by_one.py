"""Work that takes its turns, so that others are served between."""

import asyncio
from collections import deque
from collections.abc import Callable


class OneByOne:
    """Does one thing in a turn of the event loop. Handshakes of TLS take a millisecond
    each, and a suite that begins opens many at once."""

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()
        self._has_had_its_turn = False

    def do(self, work: Callable[[], None]) -> None:
        """Do it at once, where nothing was done in this turn yet, or else later, in the
        order in which it came."""
        if self._has_had_its_turn:
            self._waiting.append(work)
            return
        self._has_had_its_turn = True
        asyncio.get_running_loop().call_soon(self._next)
        work()

    def _next(self) -> None:
        self._has_had_its_turn = False
        if self._waiting:
            self.do(self._waiting.popleft())
