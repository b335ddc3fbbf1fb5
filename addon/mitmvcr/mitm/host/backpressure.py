"""What has left, as far as a proxy can know: what the system took counts as delivered.

A client that leaves before that has not had all of its stream.
"""

from typing import Any

from mitmproxy import ctx
from mitmproxy.proxy.layers import http as _layers

#: Untyped, since what we use of it is not promised to be there.
layers: Any = _layers


def _handler(client_id: str) -> Any:
    """Who has a client's connection (addons/proxyserver.py: connections)."""
    server = ctx.master.addons.get("proxyserver")
    return getattr(server, "connections", {}).get(client_id)


async def drain(client_id: str) -> None:
    """Wait until the client has read what was sent (proxy/server.py: drain_writers)."""
    handler = _handler(client_id)
    if handler is not None:
        await handler.drain_writers()


def is_held_up(stream: Any) -> bool:
    """Does something of a replayed stream wait in this process for its client?

    Over HTTP/2 that is what the client has not made room for
    (proxy/layers/http/_http_h2.py: BufferedH2Connection): the socket is not only its.
    """
    client = stream.context.client
    for layer in reversed(stream.context.layers):
        if isinstance(layer, layers.HttpLayer):
            wire = getattr(layer.connections.get(client), "h2_conn", None)
            if wire is not None:
                buffers = getattr(wire, "stream_buffers", {})
                return bool(buffers.get(stream.stream_id))
            break
    return _waits_for_socket(client)


def _waits_for_socket(client: Any) -> bool:
    transports = getattr(_handler(client.id), "transports", {})
    writer = getattr(transports.get(client), "writer", None)
    socket = getattr(writer, "transport", None)  # HTTP/3 has none
    return socket is not None and socket.get_write_buffer_size() > 0
