"""The server's side of a recorded WebSocket (proxy/layers/websocket.py).

To be imported where the capability "WebSocket replay" is there, and only there.
"""

from collections import deque
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

from mitmvcr.core.frames import Frame, Kind, close_parts
from mitmvcr.proxy.host.choices import choose
from mitmvcr.proxy.host.naps import Commands
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
        #: What the server is to say when its time has come, and what the client has
        #: said meanwhile.
        self._due: Frame | None = None
        self._heard: deque[tuple[Kind, bytes]] = deque()
        self._has_left = False

    def _handle_event(self, event: events.Event) -> Commands:
        if isinstance(event, events.Start):
            yield _module.WebsocketStartHook(self._flow)
            yield from self._speak()
        elif isinstance(event, events.DataReceived):
            self._wire.receive_data(event.data)
            for heard in self._wire.events():
                yield from self._hear(heard)
        elif isinstance(event, events.Wakeup):
            yield from self._go_on()
        elif isinstance(event, events.ConnectionClosed):
            yield from self._leave()
            yield from self._end()

    @property
    def _is_open(self) -> bool:
        return self._wire.state is ConnectionState.OPEN and not self._has_left

    def _send(self, said: Any) -> commands.SendData:
        return commands.SendData(self.context.client, self._wire.send(said))

    def _speak(self) -> Commands:
        """Send all that the server said until it was the client's turn, each when it is
        due. No blocking command waits for that: pings are answered meanwhile."""
        while frame := self._script.next_from(client=False):
            pause = self._script.pause(frame)
            if pause > 0 and self._is_open:
                self._due = frame
                yield commands.RequestWakeup(pause)
                return
            yield from self._say(frame)

    def _say(self, frame: Frame) -> Commands:
        if not self._is_open:
            return
        if frame.kind == "close":
            code, reason = close_parts(frame)
            yield self._send(CloseConnection(_CODES.get(code, code), reason))
        elif frame.kind == "text":
            yield self._send(TextMessage(frame.content.decode("utf-8", "replace")))
        else:
            yield self._send(BytesMessage(frame.content))

    def _go_on(self) -> Commands:
        """Say what is due, and hear what the client has said meanwhile."""
        frame, self._due = self._due, None
        if frame is not None:
            yield from self._say(frame)
            yield from self._speak()
        while self._heard and self._due is None:
            yield from self._answer(*self._heard.popleft())

    def _leave(self) -> Commands:
        """Look at what a client has said that waits for nothing any more."""
        self._has_left = True
        if self._heard:
            yield from self._go_on()

    def _hear(self, heard: Any) -> Commands:
        if isinstance(heard, Message):
            data = heard.data
            self._parts.append(data.encode() if isinstance(data, str) else bytes(data))
            if heard.message_finished:
                content, self._parts = b"".join(self._parts), []
                kind: Kind = "text" if isinstance(data, str) else "binary"
                self._heard.append((kind, content))
                if self._due is None:
                    yield from self._go_on()
        elif isinstance(heard, Ping):
            if self._wire.state is ConnectionState.OPEN:  # it may cross our close
                yield self._send(heard.response())
        elif isinstance(heard, CloseConnection):
            if self._wire.state is ConnectionState.REMOTE_CLOSING:
                yield from self._leave()
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
        if self._wire.state is ConnectionState.LOCAL_CLOSING:
            return
        self._script.refuse(reason)
        self._heard.clear()
        if self._is_open:
            short = reason.encode()[:120].decode("utf-8", "ignore")
            yield self._send(CloseConnection(_POLICY_VIOLATION, short))

    def _end(self) -> Commands:
        self._flow.live = False
        self._handle_event = self._over  # type: ignore[method-assign] # mitmproxy's way
        yield _module.WebsocketEndHook(self._flow)
        yield commands.CloseConnection(self.context.client)

    def _over(self, event: events.Event) -> Commands:
        yield from ()
