"""How much has been sent, as far as a proxy can know: what the system has accepted
counts as delivered. A client that leaves before that did not get all of its stream."""

from typing import Any

from mitmproxy import ctx

from mitmvcr.proxy.host.capabilities import capabilities


def handler_of(client_id: str) -> Any:
    """Return the handler of a client's connection (addons/proxyserver.py); None where
    it cannot be known."""
    if not capabilities.has("backpressure"):
        return None
    server = ctx.master.addons.get("proxyserver")
    return server.connections.get(client_id) if server is not None else None


async def drain(client_id: str) -> None:
    """Wait until the client has read what was sent (proxy/server.py: drain_writers)."""
    handler = handler_of(client_id)
    if handler is not None:
        await handler.drain_writers()


def unsent(stream: Any) -> int:
    """Return how many bytes of a replayed stream wait in this process for its client.

    Over HTTP/2 that is what exceeds the client's flow-control window
    (proxy/layers/http/_http_h2.py: BufferedH2Connection), since streams share a socket.
    """
    if not capabilities.has("backpressure"):
        return 0
    from mitmproxy.proxy.layers.http import HttpLayer

    client = stream.context.client
    for layer in reversed(stream.context.layers):
        if isinstance(layer, HttpLayer):
            wire = getattr(layer.connections.get(client), "h2_conn", None)
            if wire is not None:
                waiting = wire.stream_buffers.get(stream.stream_id, ())
                return sum(len(each.data) for each in waiting)
            break
    return _waits_for_socket(client)


def _waits_for_socket(client: Any) -> int:
    handler = handler_of(client.id)
    passing = handler.transports.get(client) if handler is not None else None
    socket = getattr(passing and passing.writer, "transport", None)  # HTTP/3 has none
    return 0 if socket is None else int(socket.get_write_buffer_size())
