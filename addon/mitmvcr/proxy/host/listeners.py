"""More ports of a mitmproxy that runs, by its own option ``mode``; which of them listen
only its proxyserver knows (addons/proxyserver.py: Servers)."""

import asyncio
import socket
from itertools import chain, repeat
from typing import Any, Protocol

from mitmproxy import ctx
from mitmproxy.proxy import mode_specs

from mitmvcr.core.errors import UnusableValueError, VcrError
from mitmvcr.core.urls import own_address
from mitmvcr.core.wording import authority, quoted
from mitmvcr.proxy.host.capabilities import capabilities
from mitmvcr.proxy.host.masters import listening_port
from mitmvcr.proxy.host.options import set_alone

ADDRESS = "127.0.0.1"
#: Another program may take a free port before mitmproxy does.
_TRIES = 5
_PAUSE = 0.002
#: It listens after a few turns of the loop, unless it has to wait for something.
_TURNS = 20


_HTTP = ("http", "https")
#: Others need rights, or speak no HTTP.
_KINDS = (
    mode_specs.RegularMode,
    mode_specs.Socks5Mode,
    mode_specs.ReverseMode,
    mode_specs.UpstreamMode,
)


class Elsewhere(Protocol):
    """A network in which these ports are to be found too, by the same numbers."""

    async def open(self, port: int) -> None:
        """Raise OSError where that cannot be."""

    def close(self, port: int) -> None: ...


#: There is one proxy in a process, as in ``ctx``.
_elsewhere: list[Elsewhere] = []


def mirror(elsewhere: Elsewhere | None) -> None:
    """Open the ports there too that are opened from now on; None: nowhere."""
    _elsewhere[:] = [] if elsewhere is None else [elsewhere]


class NoPortError(VcrError):
    """mitmproxy does not listen on another port."""


def parse_kind(text: str) -> str:
    """Return a mode of mitmproxy in which a port may speak HTTP to clients. Raises
    UnusableValueError."""
    try:
        mode = None if "@" in text else mode_specs.ProxyMode.parse(text)
    except ValueError:
        mode = None
    is_tunnel = isinstance(mode, mode_specs.ReverseMode) and mode.scheme not in _HTTP
    if is_tunnel or not isinstance(mode, _KINDS):
        remedy = "use regular, socks5, reverse:URL or upstream:URL"
        raise UnusableValueError(quoted(text), remedy)
    return text


def main_kind() -> str:
    """Return the mode that mitmproxy was started in."""
    return _kind_of(ctx.options.mode[0])


def main_url() -> str:
    """Return where clients are pointed to, as it was started; empty where nobody can
    be."""
    mode = mode_specs.ProxyMode.parse(ctx.options.mode[0])
    if not isinstance(mode, _KINDS):
        return ""
    scheme = "socks5" if isinstance(mode, mode_specs.Socks5Mode) else "http"
    host = mode.listen_host(ctx.options.listen_host) or ADDRESS
    port = mode.listen_port(ctx.options.listen_port)
    return f"{scheme}://{authority(own_address(host), port)}"


def _kind_of(spec: str) -> str:
    return spec.partition("@")[0]


async def open_port(kind: str | None = None) -> int:
    """Let mitmproxy listen on one more port of this machine, in a mode as
    :func:`parse_kind` takes it, else in its first one.

    Raises NoPortError, and CapabilityError where mitmproxy does not say that it does.
    """
    capabilities.require("ports of their own")
    await _begun()
    reason: object = ""
    for _ in range(_TRIES):
        port, modes = _free_port(), ctx.options.mode
        if any(each.endswith(_place(port)) for each in modes):
            reason = f"{port} is about to be another's"
            continue
        spec = f"{kind or _kind_of(modes[0])}{_place(port)}"
        set_alone(ctx.options, "mode", [*modes, spec])
        reason = await _outcome(spec) or await _mirrored(port)
        if not reason:
            return port
        close_port(port)
    raise NoPortError(f"mitmproxy listens on no other port: {reason}")


def close_port(port: int) -> None:
    """Let it listen there no more; what is open stays open."""
    kept = [each for each in ctx.options.mode if not each.endswith(_place(port))]
    set_alone(ctx.options, "mode", kept)
    for network in _elsewhere:
        network.close(port)


async def _begun() -> None:
    """Wait until it heeds a change of its modes: some turns after it listens. One that
    comes before is passed over, and nothing would ever listen there."""
    proxyserver: Any = ctx.master.addons.get("proxyserver")
    while not proxyserver.is_running:
        await asyncio.sleep(_PAUSE)


async def _mirrored(port: int) -> object:
    """Return why it is not open elsewhere, else None."""
    try:
        for network in _elsewhere:
            await network.open(port)
    except OSError as error:
        return error
    return None


def at(port: int) -> Any:
    """Return what listens on a port of this machine, None if nothing does."""
    servers: Any = ctx.master.addons.get("proxyserver").servers
    place = (ADDRESS, port)
    found = (each for each in servers if place in [a[:2] for a in each.listen_addrs])
    return next(found, None)


async def stopped(server: Any) -> None:
    """Wait until it listens no more: close_port only says that it shall not. A client
    that came in between would never get an answer."""
    while server is not None and server.is_running:
        await asyncio.sleep(_PAUSE)


def main_port() -> int | None:
    """Return the port that it has had from its start, once it listens."""
    master: Any = ctx.master
    return listening_port(master)


def is_listening() -> bool:
    """Return whether it listens where it was started to."""
    servers: Any = ctx.master.addons.get("proxyserver").servers
    try:
        return bool(servers[ctx.options.mode[0]].is_running)
    except KeyError:
        return False  # it has not begun


def _place(port: int) -> str:
    return f"@{ADDRESS}:{port}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        return int(probe.getsockname()[1])


async def _outcome(spec: str) -> object:
    """Wait until it listens; return why it does not, else None."""
    servers: Any = ctx.master.addons.get("proxyserver").servers
    mode = mode_specs.ProxyMode.parse(spec)
    for pause in chain(repeat(0, _TURNS), repeat(_PAUSE)):
        await asyncio.sleep(pause)
        try:
            server = servers[mode]
        except KeyError:
            continue  # it has not begun
        if server.is_running:
            return None
        if server.last_exception is not None:
            return server.last_exception
    raise AssertionError("a pause is never the last")
