"""What follows the answer of a request that upgraded its connection to something other
than a WebSocket (proxy/layers/tcp.py): overheard, or played.

To be imported where the capability "upgraded connections" is there, and only there.
"""

import asyncio
from collections.abc import Callable, Generator
from contextlib import suppress
from typing import Any

from mitmproxy import http
from mitmproxy.connection import Connection, ConnectionState
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.layers import tcp as _tcp
from mitmproxy.proxy.layers import tls
from mitmproxy.proxy.layers.http import HttpLayer, _http1
from mitmproxy.proxy.tunnel import TunnelLayer

from mitmvcr.proxy.host.backpressure import handler_of
from mitmvcr.proxy.host.choices import choose
from mitmvcr.proxy.host.naps import Aside, Commands, Nap, VcrAsideHook
from mitmvcr.proxy.host.schedule import Overheard, Speaker, Unheard
from mitmvcr.proxy.host.wrapping import wrap

#: Untyped, since what is replaced in it is not promised to be there: checks.py looks.
_module: Any = _tcp
_tls: Any = tls


def follow(flow: http.HTTPFlow, part: Overheard | Speaker) -> None:
    """Listen to what follows the answer of this flow, or let a speaker answer it."""
    choose(_module, "TCPLayer", _made).parts[flow.client_conn] = part


def pass_on(flow: http.HTTPFlow) -> None:
    """Let the end of one side be that of one side, where nobody listens."""
    parts = choose(_module, "TCPLayer", _made).parts
    parts.setdefault(flow.client_conn, Unheard())


def keep_what_comes_early() -> None:
    """Pass on what comes with the head of a 101 as it is: mitmproxy takes line ends off
    its beginning, as behind a CONNECT (layers/http/_http1.py: make_pipe), and puts into
    chunks what follows a request that came in them (send)."""
    wrap(_http1.Http1Connection, "make_pipe", _keeping)


def _keeping(original: Callable[[Any], Commands]) -> Callable[[Any], Commands]:
    def make_pipe(self: Any) -> Commands:
        is_switch = self.response is not None and self.response.status_code == 101
        early = self.buf.maybe_extract_at_most(len(self.buf)) if is_switch else None
        if is_switch:
            self.request, self.response = map(_unframed, (self.request, self.response))
        yield from original(self)
        if early:
            yield from self.state(events.DataReceived(self.conn, bytes(early)))

    return make_pipe


def _unframed(message: Any) -> Any:
    """Return a message that says nothing of chunks."""
    if "transfer-encoding" not in message.headers:
        return message
    plain = message.copy()
    del plain.headers["transfer-encoding"]
    return plain


def _made(context: Any, part: Overheard | Speaker) -> Any:
    if isinstance(part, Overheard):
        return _Listener(context, part)
    return _Player(context, part)


class _Listener(_tcp.TCPLayer):
    """Notes what passes by, and what hooks call it."""

    def __init__(self, context: Any, overheard: Overheard) -> None:
        super().__init__(context)
        assert self.flow is not None
        self._overheard, overheard.flow = overheard, self.flow

    def relay_messages(self, event: events.Event) -> Commands:
        if isinstance(event, events.ConnectionEvent):
            by_client = event.connection is self.context.client
            said = event.data if isinstance(event, events.DataReceived) else b""
            self._overheard.note(by_client, bytes(said))
            if not said and self._ends_one_side(event.connection):
                if not by_client:
                    yield from self._end()
                return
        yield from super().relay_messages(event)

    def _ends_one_side(self, ended: Connection) -> bool:
        """Pass on that one side says no more, and go on hearing the other; return
        whether that is possible. mitmproxy ends both (layers/http: passthrough)."""
        client, server = self.context.client, self.context.server
        other = server if ended is client else client
        is_half = ended.state is ConnectionState.CAN_WRITE
        is_heard = bool(other.state & ConnectionState.CAN_READ)
        return is_half and is_heard and _say_no_more(self.context, other)

    def _end(self) -> Commands:
        """End what is recorded: its client may say more, or leave its socket open."""
        if self.flow:
            yield _tcp.TcpEndHook(self.flow)
            self.flow.live, self.flow = False, None


class _Player(layer.Layer):
    """The origin's side of a recorded connection."""

    def __init__(self, context: Any, speaker: Speaker) -> None:
        super().__init__(context)
        self._speaker, self._is_over = speaker, False

    def _handle_event(self, event: events.Event) -> Commands:
        if self._is_over:
            if isinstance(event, events.ConnectionClosed):
                yield commands.CloseConnection(self.context.client)
            return
        is_end = isinstance(event, events.ConnectionClosed)
        if isinstance(event, events.DataReceived):
            self._speaker.hear(bytes(event.data))
        elif is_end:
            self._speaker.end()
        yield from self._speak()
        if is_end:
            self._is_over = True
            yield commands.CloseConnection(self.context.client)

    def _speak(self) -> Commands:
        while (said := (yield from self._look())) is not None:
            pause, data = said
            if pause > 0:
                yield Nap(pause)
            if data:
                yield commands.SendData(self.context.client, data)
            elif data is not None:
                self._is_over = True
                if not _say_no_more(self.context, self.context.client):
                    yield commands.CloseConnection(self.context.client)
                return

    def _look(self) -> Generator[Any, Any, tuple[float, bytes | None] | None]:
        """Return what is to be said; what takes long is found beside the loop."""
        if self._speaker.is_slow:
            aside = Aside(lambda: asyncio.to_thread(self._speaker.look))
            yield VcrAsideHook(aside)
            aside.result()
        else:
            self._speaker.look()
        return self._speaker.next()


def _say_no_more(context: Any, peer: Connection) -> bool:
    """Tell a peer that no more comes, in TLS by a close_notify (RFC 8446, 6.1), as
    docker's client ends its input; return whether that can be said."""
    tunnels = _tunnels_of(context, peer)
    found = [each.tls for each in tunnels if isinstance(each, _tls.TLSLayer)]
    wires = [each.tunnel_connection for each in tunnels]
    wire = next((each for each in wires if each is not peer), peer)
    handler = handler_of(context.client.id)
    passing = handler.transports.get(wire) if handler is not None else None
    is_within_tls = len(found) > 1 or (wire is not peer and wire.tls)
    if passing is None or passing.writer is None or is_within_tls:
        return False
    if not found:
        handler.close_connection(wire, half_close=True)
        return True
    with suppress(_tls.SSL.Error):  # one that is behind what was read is no matter
        found[0].shutdown()
        while True:
            passing.writer.write(found[0].bio_read(1 << 16))
    return True


def _tunnels_of(context: Any, peer: Connection) -> list[Any]:
    """Return the layers through which a peer is spoken to: TLS, another proxy."""
    within = [each for each in context.layers if isinstance(each, HttpLayer)]
    found = dict[int, Any]()
    for each in (*context.layers, *(one.connections.get(peer) for one in within)):
        inner: Any = each
        while isinstance(inner, TunnelLayer):
            if inner.conn is peer:
                found[id(inner)] = inner
            inner = inner.child_layer
    return [*found.values()]
