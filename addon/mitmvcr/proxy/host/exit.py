"""How the process ends, and how a hook ends it."""

import asyncio
import atexit
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from typing import NoReturn

from mitmproxy import ctx

from mitmvcr.core.errors import VcrError
from mitmvcr.proxy.host.capabilities import capabilities

#: How long the end of the process waits for flows that are under way, and how often it
#: looks, in seconds.
DRAIN_SECONDS, _STEP = 5.0, 0.02


def end_process(error: VcrError) -> NoReturn:
    """End with one line and exit status 1.

    An exception in a hook leaves the proxy running without the addon
    (addonmanager.py: safecall), and ``ctx.master.shutdown()`` exits with 0. A
    SystemExit passes safecall and ends the event loop.
    """
    line = f"mitmvcr: error: {error}"
    if capabilities.has("exit from hooks"):
        raise SystemExit(line) from error
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - no log handler runs any more
    os._exit(1)


def is_exiting() -> bool:
    """Return whether mitmproxy ends: not on a hot reload, where ``done`` must not be
    awaited."""
    exits = capabilities.has("waiting at the end") and ctx.master.should_exit.is_set()
    return bool(exits)


async def drain(
    busy: Callable[[], bool], written: Callable[[], Awaitable[None]]
) -> None:
    """Wait while flows are under way, at most DRAIN_SECONDS, and until what has come
    by then is ``written``; they go on while a ``done`` hook awaits, and clients may go
    on asking."""
    deadline = asyncio.get_running_loop().time() + DRAIN_SECONDS
    is_late = False
    while busy() and asyncio.get_running_loop().time() < deadline:
        is_late = True
        await asyncio.sleep(_STEP)
    await written()
    if is_late:  # the next hooks of what had waited for one follow
        await asyncio.sleep(_STEP)


class ExitGuard:
    """What is left to do when the process ends, however it came to that.

    A start that fails calls no ``done`` hook. And mitmproxy exits with 0 whatever a
    ``done`` hook does (a SystemExit there would skip the ``done`` of other addons),
    so a failure at the end becomes exit status 1 as the very last thing.
    """

    def __init__(self) -> None:
        self.failed = False
        self._close: Callable[[], None] = lambda: None
        atexit.register(self._end)

    def closes(self, close: Callable[[], None]) -> None:
        self._close = close

    def _end(self) -> None:
        # mitmproxy's own log handlers need its event loop, which is closed by now.
        logging.basicConfig(format="%(message)s", level=logging.WARNING, force=True)
        self._close()
        if self.failed:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(1)
