"""The server's side of a recorded WebSocket (proxy/layers/websocket.py).

To be imported where the capability "WebSocket replay" is there, and only there.
"""

from dataclasses import dataclass
from typing import Any

from mitmproxy import http
from mitmproxy.proxy import commands, events, layer
from mitmproxy.proxy.layers import websocket as _websocket
from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import (
    BytesMessage,
    CloseConnection,
    Message,
    Ping,
    Pong,
    TextMessage,
)
from wsproto.frame_protocol import CloseReason

from mitmvcr.core.frames import Kind, close_parts
from mitmvcr.proxy.host.choices import choose
from mitmvcr.proxy.host.naps import Commands, Nap
from mitmvcr.proxy.host.schedule import Hearing, Script

#: Untyped, since what is replaced in it is not promised to be there: checks.py looks.
_module: Any = _websocket

#: What is said about a message that was not recorded: a close's reason is short.
_POLICY_VIOLATION = 1008
#: wsproto sends a close without a code for this object, and not for its number. That of
#: a connection that broke it sends as 1000, as it did while that was recorded.
_CODES: dict[int, int] = {1005: CloseReason.NO_STATUS_RCVD}


@dataclass
class VcrHearHook(commands.StartHook):
    """A large message is compared beside the loop: ``Streams.vcr_hear`` does. What the
    client says meanwhile waits (proxy/layer.py: _paused_event_queue)."""

    hearing: Hearing


def play(flow: http.HTTPFlow, script: Script) -> None:
    """Let this script speak for the server of this flow."""
    choose(_module, "WebsocketLayer", _Player).parts[flow.client_conn] = script


class _Player(layer.Layer):
    """The server's side of a recorded WebSocket."""

    def __init__(self, context: Any, flow: http.HTTPFlow, script: Script) -> None:
        super().__init__(context)
        self._flow, self._script = flow, script
        self._wire = Connection(ConnectionType.SERVER)
        self._parts: list[bytes] = []

    def _handle_event(self, event: events.Event) -> Commands:
        if isinstance(event, events.Start):
            yield _module.WebsocketStartHook(self._flow)
            yield from self._speak()
        elif isinstance(event, events.DataReceived):
            self._wire.receive_data(event.data)
            for heard in self._wire.events():
                yield from self._hear(heard)
        elif isinstance(event, events.ConnectionClosed):
            yield from self._end()

    def _send(self, said: Any) -> commands.SendData:
        return commands.SendData(self.context.client, self._wire.send(said))

    def _speak(self) -> Commands:
        """Send all that the server said until it was the client's turn."""
        while frame := self._script.next_from(client=False):
            pause = self._script.pause(frame)
            if pause > 0:
                yield Nap(pause)
            if self._wire.state is not ConnectionState.OPEN:
                return
            if frame.kind == "close":
                code, reason = close_parts(frame)
                yield self._send(CloseConnection(_CODES.get(code, code), reason))
            elif frame.kind == "text":
                text = frame.content.decode("utf-8", "replace")
                yield self._send(TextMessage(text))
            else:
                yield self._send(BytesMessage(frame.content))

    def _hear(self, heard: Any) -> Commands:
        if isinstance(heard, Message):
            data = heard.data
            self._parts.append(data.encode() if isinstance(data, str) else bytes(data))
            if heard.message_finished:
                content, self._parts = b"".join(self._parts), []
                kind: Kind = "text" if isinstance(data, str) else "binary"
                yield from self._answer(kind, content)
        elif isinstance(heard, Ping):
            if self._wire.state is ConnectionState.OPEN:  # it may cross our close
                yield self._send(heard.response())
        elif isinstance(heard, CloseConnection):
            if self._wire.state is ConnectionState.REMOTE_CLOSING:
                yield self._send(heard.response())
            yield from self._end()
        else:
            assert isinstance(heard, Pong)  # nothing to do about it

    def _answer(self, kind: Kind, content: bytes) -> Commands:
        hearing = Hearing(self._script, kind, content)
        if self._script.is_slow(content):
            yield VcrHearHook(hearing)
        else:
            hearing.compare()
        reason = hearing.reason
        if reason is None:
            yield from self._speak()
            return
        if self._wire.state is not ConnectionState.OPEN:
            return
        self._script.refuse(reason)
        short = reason.encode()[:120].decode("utf-8", "ignore")
        yield self._send(CloseConnection(_POLICY_VIOLATION, short))

    def _end(self) -> Commands:
        self._flow.live = False
        self._handle_event = self._over  # type: ignore[method-assign] # mitmproxy's way
        yield _module.WebsocketEndHook(self._flow)
        yield commands.CloseConnection(self.context.client)

    def _over(self, event: events.Event) -> Commands:
        yield from ()
