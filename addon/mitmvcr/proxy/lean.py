"""A strict replay without mitmproxy, as long as the lane understands its clients;
mitmproxy is started when the first client sends something else.

Nothing here can reach the network, and nothing that a client has sent is lost: it waits
in its connection until mitmproxy is ready.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
)
from functools import cache, partial
from pathlib import Path
from typing import Any

from mitmvcr.core.modes import RULES
from mitmvcr.core.wording import authority
from mitmvcr.options import Settings
from mitmvcr.proxy.counts import Counts
from mitmvcr.proxy.flow.turns import settle_memory
from mitmvcr.proxy.host.capabilities import capabilities
from mitmvcr.proxy.host.leaves import Leaves, Own
from mitmvcr.proxy.host.lines import Line, way_in
from mitmvcr.proxy.lane import Lane
from mitmvcr.proxy.running import (
    Handle,
    Place,
    ProxyError,
    Running,
    pass_over_cancelled,
)
from mitmvcr.proxy.sessions import Sessions
from mitmvcr.proxy.sessions.opening import announce
from mitmvcr.store.files import why

logger = logging.getLogger("mitmvcr")

#: In seconds: how long the end waits for connections that wait for mitmproxy.
_DRAIN = 5.0
#: From a connection that waits to be accepted to what it has sent are some seven turns.
_TURNS = 20


async def _some_turns() -> None:
    """Let the loop accept who has come, and read what was sent."""
    for _ in range(_TURNS):
        await asyncio.sleep(0)


#: Runs mitmproxy for as long as a block does.
Inside = Callable[
    [Settings, Place, Sessions, Lane | None], AbstractAsyncContextManager[Running]
]
Imported = Callable[[], Inside]


def is_enough(settings: Settings) -> bool:
    """Return whether the lane may be enough for all requests of a session."""
    cassette = settings.cassette
    is_there = isinstance(cassette, Path) and os.path.exists(cassette)
    rule = RULES[settings.mode, is_there]
    needs_more = settings.control or settings.dir or settings.rerecord
    wants_more = settings.passthrough or settings.block or settings.latency
    return (
        rule.looks_up
        and not rule.forwards
        and settings.lane == "auto"
        and not needs_more
        and not wants_more
        and capabilities.problem("lean start") is None
    )


@asynccontextmanager
async def lean(
    settings: Settings, place: Place, sessions: Sessions, imported: Imported
) -> AsyncIterator[Running]:
    """Run the replay for the duration of the block, and close the sessions at its end.
    ``imported`` imports and returns what runs mitmproxy. Raises VcrError where the
    replay cannot start."""
    front = _Front(settings, place, sessions, imported)
    try:
        sessions.needs_no_guard = True
        sessions.use(settings)
        announce(settings)
        settle_memory()
        yield Running(await front.listen())
    finally:
        try:
            await front.close()
        finally:
            sessions.close()
            asyncio.get_running_loop().set_exception_handler(pass_over_cancelled)


class _Front:
    def __init__(
        self, settings: Settings, place: Place, sessions: Sessions, imported: Imported
    ) -> None:
        self._settings, self._place, self._sessions = settings, place, sessions
        self._imported = imported
        self._lane = Lane(sessions, Counts(sessions), is_there=False)
        self._lane.stand_alone(Leaves(cache(partial(Own, place.confdir))))
        self._server: asyncio.Server | None = None
        self._starting: asyncio.Future[Handle] | None = None
        #: What connections wait for that nothing is read from yet.
        self._held: set[asyncio.Future[None]] = set()
        #: Connections that wait for mitmproxy, or that it has.
        self._handed: set[asyncio.Task[Any]] = set()
        self._mitmproxy = AsyncExitStack()

    async def listen(self) -> int:
        host, port = self._place.listen_host, self._place.listen_port
        try:
            self._server = await asyncio.start_server(self._came, host, port)
        except OSError as error:
            reason = f"{authority(host, port)} cannot be listened on: {why(error)}"
            raise ProxyError(reason) from error
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Hear what clients have sent, and let mitmproxy see the connections that wait
        for it, though they may have left; then end everything."""
        had_started = self._starting is not None and self._starting.done()
        await self._hear()
        if self._server is not None:
            self._server.close()
        if self._starting is not None and not had_started:
            await asyncio.wait([self._starting])
            await asyncio.sleep(0)
            if self._handed:
                await asyncio.wait(self._handed, timeout=_DRAIN)
        self._lane.done()
        await self._mitmproxy.aclose()

    async def _hear(self) -> None:
        """Take what was sent before the end, also by who came just now."""
        await _some_turns()
        if self._held:
            await asyncio.wait(self._held, timeout=_DRAIN)
            await _some_turns()

    # Connections

    def _came(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> Awaitable[None] | None:
        line = Line(self._serve, writer)
        protocol = self._lane.accept(line)
        if protocol is None:
            return self._serve(reader, writer)
        line.take(protocol)
        if line.held is not None:
            self._held.add(line.held)
            line.held.add_done_callback(self._held.discard)
        return None

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Pass a connection to mitmproxy."""
        task = asyncio.current_task()
        assert task is not None
        self._handed.add(task)
        task.add_done_callback(self._handed.discard)
        if self._starting is None:
            self._starting = asyncio.ensure_future(self._start())
        await asyncio.wait([self._starting])
        if self._starting.exception() is not None:
            writer.transport.abort()
            return
        await self._starting.result()(reader, writer)

    async def _start(self) -> Handle:
        """Start mitmproxy with the sessions in play; it is imported in a thread."""
        try:
            inside = await asyncio.to_thread(self._imported)
            # Its own listener is on another port, which nobody knows.
            place = self._place._replace(listen_port=0)
            running = await self._mitmproxy.enter_async_context(
                inside(self._settings, place, self._sessions, self._lane)
            )
            self._sessions.needs_no_guard = False
            self._lane.join()
            return way_in(running.server)
        except Exception as error:
            self._fail(error)
            raise

    def _fail(self, error: Exception) -> None:
        """Note a failure of the sessions, as something was not answered."""
        logger.error("mitmvcr: error: %s", error)
        for player in self._sessions.in_play():
            player.session.note_failure(error)
