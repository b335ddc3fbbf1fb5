"""A connection that is given up while it waits for its turn.

mitmproxy handles what comes on a client's connections one after another, behind a lock
(proxy/server.py: server_event), and opens a few connections to one address at a time,
behind a semaphore (open_connection). A task that is cancelled while it waits for either
skips all that mitmproxy does at a connection's end: flows of a client that left within
streams of HTTP/2 never ended, and their session waited for them. So does one that is
cancelled before it has begun, before Python 3.12.
"""

from asyncio import CancelledError, Lock, Semaphore, current_task, sleep
from collections.abc import Awaitable, Callable
from inspect import CORO_CREATED, getcoroutinestate
from typing import Any, Literal

from mitmvcr.proxy.host.backpressure import handler_of
from mitmvcr.proxy.host.capabilities import capabilities


class PatientLock(Lock):
    """One that a task waits for until it has it; what is cancelled meanwhile hears of
    it at what it waits for next."""

    async def acquire(self) -> Literal[True]:
        return await _patiently(super().acquire)


class PatientSemaphore(Semaphore):
    """Such a semaphore."""

    async def acquire(self) -> Literal[True]:
        return await _patiently(super().acquire)


async def _patiently(acquire: Callable[[], Awaitable[object]]) -> Literal[True]:
    reasons: list[CancelledError] = []
    while True:
        try:
            await acquire()
            break
        except CancelledError as error:
            reasons.append(error)
    task = current_task()
    if reasons and task is not None:
        task.cancel(*reasons[0].args)
    return True


def wait_for_turns(client: str) -> None:
    """Make such ones of those of a client's connections, which may be held just now. A
    replay, which has no origin, does not need it."""
    handler = handler_of(client) if capabilities.has("turns of events") else None
    if handler is None or isinstance(handler._server_event_lock, PatientLock):
        return
    handler._server_event_lock.__class__ = PatientLock
    make = handler.max_conns.default_factory

    def patient() -> Semaphore:
        made: Semaphore = make()
        made.__class__ = PatientSemaphore
        return made

    handler.max_conns.default_factory = patient


def until_begun(client: str) -> Awaitable[None] | None:
    """Return what waits until the tasks of a client that has left have begun, if any
    has not: they are about to be cancelled."""
    handler = handler_of(client) if capabilities.has("turns of events") else None
    return _begun(handler) if handler is not None and _are_new(handler) else None


async def _begun(handler: Any) -> None:
    while _are_new(handler):
        await sleep(0)


def _are_new(handler: Any) -> bool:
    tasks = (each.handler for each in handler.transports.values())
    return any(
        each is not None and getcoroutinestate(each.get_coro()) == CORO_CREATED
        for each in tasks
    )
