"""How an origin ends the connection of an answer without a length, which goes until
then.

mitmproxy takes each end for that of the answer (proxy/server.py: handle_connection;
proxy/layers/http/_http1.py: read_body), so that what came before a reset passed for the
whole. Without a close_notify of the origin's it may be whole: Python's own server gives
none. So its client, which knows what it makes of that, gets none either; in plain HTTP
it gets the reset.
"""

import socket
import struct
import sys
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, WeakSet

from mitmvcr.proxy.host.backpressure import handler_of
from mitmvcr.proxy.host.capabilities import capabilities
from mitmvcr.proxy.host.endings import leave_unsaid
from mitmvcr.proxy.host.wrapping import wrap

if TYPE_CHECKING:
    from asyncio import StreamReader

    from mitmproxy.connection import Server
    from mitmproxy.http import HTTPFlow

_readers: "WeakKeyDictionary[Server, StreamReader]" = WeakKeyDictionary()
_reset: "WeakSet[Server]" = WeakSet()
#: SO_LINGER for no time: a connection that is closed is reset.
_AT_ONCE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


def see_the_end() -> None:
    """Tell the ends of origins' connections apart; however often this is called."""
    if not capabilities.has("ends of origins"):
        return
    from mitmproxy.proxy.layers.http import _http1
    from mitmproxy.proxy.server import ConnectionHandler

    wrap(ConnectionHandler, "handle_connection", _keeping_readers)
    wrap(_http1.Http1Client, "read_body", _looking_at_the_end, _http1)


def pass_reset_on(flow: "HTTPFlow") -> None:
    """Let a client's connection end as its origin's did, within an answer that the
    client has begun to read. TLS and HTTP/2 say so in their own way."""
    client, answer = flow.client_conn, flow.response
    is_begun = answer is not None and bool(answer.stream)
    if client.tls or client.alpn == b"h2" or not is_begun:
        return
    handler = handler_of(client.id) if flow.server_conn in _reset else None
    passing = handler.transports.get(client) if handler is not None else None
    # It has none in the modes local and wireguard, nor where the client has left.
    plug = passing.writer.get_extra_info("socket") if passing is not None else None
    if plug is not None and plug.fileno() >= 0:
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)


def _keeping_readers(original: Callable[..., Any]) -> Callable[..., Any]:
    """Keep what an origin's connection is read from while it is open: that alone knows
    how it ended."""
    from mitmproxy.connection import Server

    async def handle_connection(self: Any, connection: Any) -> None:
        if not isinstance(connection, Server):
            await original(self, connection)
            return
        _readers[connection] = self.transports[connection].reader
        try:
            await original(self, connection)
        finally:
            _readers.pop(connection, None)

    return handle_connection


def _looking_at_the_end(original: Callable[..., Any], http1: Any) -> Callable[..., Any]:
    from mitmproxy.proxy.events import ConnectionClosed

    def read_body(self: Any, event: Any) -> Generator[Any, Any, None]:
        is_end = isinstance(event, ConnectionClosed)
        if is_end and _is_reset(self.conn):
            _reset.add(self.conn)
        if is_end and isinstance(self.body_reader, http1.Http10Reader):
            if self.conn in _reset:
                self.body_reader = _Reset(http1.h11.RemoteProtocolError)
            elif not _is_said(self):
                leave_unsaid(self.context.client)
        return original(self, event)  # type: ignore[no-any-return]

    return read_body


class _Reset:
    """Stands in the place of what reads a body."""

    def __init__(self, error: type[Exception]) -> None:
        self._error = error

    def read_eof(self) -> None:
        raise self._error("the connection was reset")


def _is_reset(server: "Server") -> bool:
    reader = _readers.get(server)
    return reader is not None and reader.exception() is not None


def _is_said(client: Any) -> bool:
    """Return whether the origin said that it is the end, if its protocol can."""
    from mitmproxy.proxy.layers import tls

    module: Any = tls
    mine = (
        each.tls
        for each in client.context.layers
        if isinstance(each, module.ServerTLSLayer) and each.conn is client.conn
    )
    ended = next(mine, None)
    return ended is None or bool(ended.get_shutdown() & module.SSL.RECEIVED_SHUTDOWN)
