"""Long work of which the event loop does a little in each of its turns."""

import asyncio
import gc
import sys
import time
from collections.abc import Awaitable, Iterator
from contextlib import suppress

from mitmvcr.core.errors import VcrError
from mitmvcr.core.model import Request
from mitmvcr.core.modes import Decision
from mitmvcr.core.steps import Steps, UnreadError
from mitmvcr.session import Session

#: In seconds. A step may make it longer.
_TURN = 0.003
_NEEDED = "mitmvcr.miss.masking"


def settle_memory() -> None:
    """Keep what is here at the start out of collections: one stops the loop for 46
    ms, and longer with a cassette loaded. Collecting first would cost 50 ms of every
    start and finds nothing."""
    gc.freeze()


def in_turns(steps: Steps[None]) -> Awaitable[None] | None:
    """Do some steps of an explanation; return what does the rest, None where there is
    none."""
    if _NEEDED not in sys.modules:
        return _begin(steps)
    return going(steps)


def going(steps: Steps[None]) -> Awaitable[None] | None:
    """Do the same with steps that explain nothing."""
    return None if _are_done(steps) else _go_on(steps)


async def _begin(steps: Steps[None]) -> None:
    await asyncio.to_thread(_import)
    await _go_on(steps)


def _import() -> None:
    # They are needed soon.
    from mitmvcr.miss import explain, masking  # noqa: F401


def _are_done(steps: Iterator[None]) -> bool:
    until = time.monotonic() + _TURN
    while time.monotonic() < until:
        try:
            next(steps)
        except StopIteration:
            return True
    return False


async def _go_on(steps: Iterator[None]) -> None:
    await asyncio.sleep(0)
    while not _are_done(steps):
        await asyncio.sleep(0)


#: So often what a look-up needs may turn out to be more than was read for it.
_TRIES = 3


async def planned(session: Session, request: Request) -> Decision:
    """Decide on a request: what it hides is found in a thread, and where much has to be
    read first, the loop goes on."""
    foreseen = await asyncio.to_thread(session.foreseen, request)
    for _ in range(_TRIES):
        try:
            return session.plan(request, foreseen)
        except UnreadError as unread:
            await _go_on(unread.steps)
    with session.deck.reading_any_number():
        return session.plan(request, foreseen)


#: Sessions whose cassettes are being read ahead.
_reading: set[asyncio.Future[None]] = set()


async def prepare(session: Session) -> None:
    """Prepare a session beside the loop; then read its cassette ahead, if a hook may
    be given all of it, while the loop has nothing else to do. What keeps it from being
    prepared keeps its requests from being answered, and they say so."""
    was_prepared = session.is_prepared
    with suppress(Exception):
        await asyncio.to_thread(session.prepare)
    if session.deck.goes_through_all and session.is_prepared and not was_prepared:
        reading = asyncio.ensure_future(_read_ahead(session))
        _reading.add(reading)
        reading.add_done_callback(_reading.discard)


async def _read_ahead(session: Session) -> None:
    until = 0.0
    for position in range(session.loaded):
        if time.monotonic() > until:
            await asyncio.sleep(_TURN)
            until = time.monotonic() + _TURN
        with suppress(VcrError):  # who needs it says so
            session.deck.request(position)
    settle_memory()
