"""The connections that mitmproxy has open to the network."""

from collections.abc import Callable, Iterator
from typing import Any

from mitmproxy import connection

from mitmvcr.proxy.host.chain import Manager


def close(
    manager: Manager,
    chosen: Callable[[connection.Connection, connection.Client], bool],
) -> int:
    """Close the connections for which ``chosen``, called with each and its client, is
    true, even while they are being opened. Return how many they were.

    This notifies the layers, as mitmproxy's own close does (proxy/server.py:
    close_connection). What waits to be sent is dropped, and nothing more is accepted.
    """
    closed = [
        transport
        for each, client, transport in _opened(manager)
        if chosen(each, client)
    ]
    for transport in closed:
        _shut(transport.writer)
        if transport.handler is not None:
            transport.handler.cancel("mitmvcr replays")
    return len(closed)


def _opened(
    manager: Manager,
) -> Iterator[tuple[connection.Connection, connection.Client, Any]]:
    """Yield each with its client and transport (addons/proxyserver.py: connections)."""
    proxyserver: Any = manager.get("proxyserver")
    if proxyserver is None:  # there is none in a test of an addon
        return
    for handler in list(proxyserver.connections.values()):
        for each, transport in list(handler.transports.items()):
            if each is not handler.client:
                yield each, handler.client, transport


def _shut(writer: Any) -> None:
    if writer is None:  # not open yet
        return
    transport = getattr(writer, "transport", None)
    if transport is not None:
        transport.abort()
    else:  # UDP: mitmproxy_rs.Stream
        writer.close()
