"""Answers that take long to find: the client's next request waits for them."""

import asyncio
from collections.abc import Callable

from mitmvcr.lane.line import Later

#: Gives the client what was found.
Give = Callable[[bytes | None], None]


class Held:
    """Keeps a connection from receiving until each answer that it waits for is given,
    one after another. It is true meanwhile; then it calls ``done``."""

    def __init__(self, done: Callable[[], None]) -> None:
        self._done = done
        self._next: tuple[Later, Give] | None = None
        self._task: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        return f"<Held {bool(self)}>"

    def __bool__(self) -> bool:
        return self._task is not None

    def until(self, transport: asyncio.Transport, answer: Later, give: Give) -> None:
        """Wait for an answer, and give it unless the connection has ended."""
        self._next = answer, give
        if self._task is None:
            transport.pause_reading()
            self._task = asyncio.ensure_future(self._run(transport))

    async def _run(self, transport: asyncio.Transport) -> None:
        while self._next is not None:
            (answer, give), self._next = self._next, None
            found = await answer
            if not transport.is_closing():
                give(found)
        self._task = None
        self._done()
