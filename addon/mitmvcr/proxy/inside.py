"""mitmproxy in this process, with the addon in it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from mitmvcr.options import Settings, as_options
from mitmvcr.proxy.host import chain, listeners
from mitmvcr.proxy.host.masters import Master, listening_port, make_master
from mitmvcr.proxy.host.options import refuse_other_proxies, set_options, update_options
from mitmvcr.proxy.lane import Lane
from mitmvcr.proxy.running import Place, ProxyError, Running, pass_over_cancelled
from mitmvcr.proxy.sessions import Sessions
from mitmvcr.proxy.way_out import WayOut

if TYPE_CHECKING:
    from mitmvcr.proxy.addon import VcrAddon


@asynccontextmanager
async def inside(
    addon: "type[VcrAddon]",
    settings: Settings,
    place: Place,
    sessions: Sessions,
    lane: Lane | None,
) -> AsyncIterator[Running]:
    """Run mitmproxy for the duration of the block; at its end flows are drained and
    sessions closed. ``lane`` is the one that has served clients so far, if any. Raises
    VcrError where mitmproxy cannot start."""
    master = make_master(
        confdir=str(place.confdir),
        listen_host=place.listen_host,
        listen_port=place.listen_port,
        ssl_verify_upstream_trusted_ca=str(place.trusted_ca)
        if place.trusted_ca
        else None,
    )
    way_out = None if place.upstream is None else WayOut(place.upstream)
    if way_out is not None:
        update_options(master.options, await way_out.open())
    set_options(master.options, place.sets)
    refuse_other_proxies(master.options)
    if way_out is None and list(master.options.mode) != ["regular"]:
        sessions.spelling = sessions.spelling._replace(reads_proxies=False)
    vcr = addon(has_lane=lane is None, sessions=sessions, lane=lane)
    try:
        _insert(master, vcr, settings)
    except BaseException:
        sessions.close()  # what a start that fails has begun to record is nothing
        raise
    if way_out is not None:
        master.addons.add(way_out)
    running = asyncio.create_task(_run(master), name="mitmproxy")
    try:
        port = await _port(master, running)
        yield Running(port, vcr.control.url, listeners.at(port))
    finally:
        listeners.mirror(None)
        master.shutdown()
        try:
            await running
        finally:
            sessions.close()  # a start that failed calls no ``done``
            if way_out is not None:
                way_out.close()
            asyncio.get_running_loop().set_exception_handler(pass_over_cancelled)


def _insert(master: Master, vcr: "VcrAddon", settings: Settings) -> None:
    """Add the addon and give it its settings, or raise what is wrong with them."""
    try:
        chain.enter(master.addons, vcr)
        update_options(master.options, as_options(settings))
    except SystemExit as error:
        raise error.__cause__ or error from None


async def _run(master: Master) -> None:
    """Run mitmproxy. Raise ProxyError where its start fails, which it ends with
    SystemExit, and whose reason it has logged."""
    try:
        await master.run()
    except SystemExit as error:
        raise ProxyError(
            "the proxy could not start; the lines above say why"
        ) from error


async def _port(master: Master, running: asyncio.Task[None]) -> int:
    """Wait until the proxy listens."""
    while (port := listening_port(master)) is None:
        if running.done():
            await running
            raise ProxyError("the proxy ended before it listened")
        await asyncio.sleep(0.005)
    return port
