"""A port that several processes listen on (proxy/mode_servers.py:
AsyncioServerInstance.listen), and clients that mitmproxy gets as if it had accepted
them."""

import asyncio
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from mitmproxy import ctx

from mitmvcr.proxy.host.capabilities import capabilities


def share(meet: Callable[[socket.socket], None]) -> None:
    """Let mitmproxy listen on its first port beside other processes, and give each
    client that comes there to ``meet`` before anything of it was read. Call it before
    mitmproxy listens. Raises CapabilityError."""
    capabilities.require("shared port")
    from mitmproxy.proxy.mode_servers import RegularInstance

    listen = RegularInstance.listen

    async def listen_beside(instance: Any, host: str, port: int) -> Any:
        if instance.mode.custom_listen_port is not None:
            return await listen(instance, host, port)  # a session's own
        loop = asyncio.get_running_loop()
        made = await loop.create_server(
            lambda: _Comer(meet), host or None, port, reuse_port=True
        )
        return [made]

    setattr(RegularInstance, "listen", listen_beside)  # noqa: B010 - mypy has it typed


def is_regular() -> bool:
    """Return whether mitmproxy is an ordinary proxy, and nothing else."""
    return list(ctx.options.mode) == ["regular"]


async def adopt(client: socket.socket) -> None:
    """Serve a client that came to the shared port, here or to another process."""
    servers: Any = ctx.master.addons.get("proxyserver").servers
    handle = servers[ctx.options.mode[0]].handle_stream

    def protocol() -> asyncio.StreamReaderProtocol:
        return asyncio.StreamReaderProtocol(asyncio.StreamReader(), handle)

    loop = asyncio.get_running_loop()
    with suppress(OSError):  # it may have left
        await loop.connect_accepted_socket(protocol, client)


class _Comer(asyncio.Protocol):
    """Takes a client's socket out of asyncio's hands at once."""

    def __init__(self, meet: Callable[[socket.socket], None]) -> None:
        self._meet = meet

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        number = transport.get_extra_info("socket").fileno()
        client = socket.socket(fileno=os.dup(number))
        transport.abort()  # the connection stays open: there is another number for it
        client.setblocking(False)
        self._meet(client)
