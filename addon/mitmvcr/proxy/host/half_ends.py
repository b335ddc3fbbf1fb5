"""The end of one side of a connection, of which the other is still heard: in TCP a FIN,
in TLS a close_notify (RFC 8446, section 6.1), as docker's client ends its input.

To be imported where the capability "upgraded connections" is there, and only there.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from mitmproxy.connection import Connection
from mitmproxy.proxy.layers import tls as _tls
from mitmproxy.proxy.layers.http import HttpLayer

from mitmvcr.proxy.host.backpressure import handler_of

#: Untyped, as in tcp_layer.py.
_module: Any = _tls


def say_no_more(context: Any, peer: Connection) -> bool:
    """Tell a peer that no more comes; return whether that can be said."""
    handler = handler_of(context.client.id)
    passing = handler.transports.get(peer) if handler is not None else None
    writer = passing.writer if passing is not None else None
    if writer is None:  # it is reached through another proxy, or has left
        return False
    if not peer.tls:
        handler.close_connection(peer, half_close=True)
        return True
    found = list(_tls_with(context, peer))
    if len(found) != 1:  # or it is within another
        return False
    with suppress(_module.SSL.Error):  # one that is behind what was read is no matter
        found[0].shutdown()
        while True:
            writer.write(found[0].bio_read(1 << 16))
    return True


def _tls_with(context: Any, peer: Connection) -> Iterator[Any]:
    stacks = [
        each.connections for each in context.layers if isinstance(each, HttpLayer)
    ]
    layers = [*context.layers, *(each.get(peer) for each in stacks)]
    for each in {id(each): each for each in layers}.values():
        is_one = isinstance(each, _module.TLSLayer) and each.conn is peer
        if is_one and each.tls is not None:
            yield each.tls
