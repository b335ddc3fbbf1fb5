"""WebSockets: their messages recorded, and replayed in lock-step.

In a replay there is no server, and mitmproxy's own layer would talk to it. A layer of
ours stands in its place: it speaks for the server, as far as was recorded, and waits
for the client's next message where it was the client's turn.
"""

import json
import logging
from collections import deque
from collections.abc import Callable, Iterable
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
from wsproto.utilities import generate_accept_token

from mitmvcr.core.frames import Frame, Kind, close_parts
from mitmvcr.core.keys import any_placeholder
from mitmvcr.core.model import Response
from mitmvcr.mitm.host import stream_replay

logger = logging.getLogger("mitmvcr")

#: Untyped, since what is replaced in it is not promised to be there.
_module: Any = _websocket

#: What is said about a message that was not recorded: a close's reason is short.
_POLICY_VIOLATION = 1008
_NO_CLOSE = (None, 1005, 1006)
_SHOWN = 60


def frames(flow: http.HTTPFlow) -> tuple[Frame, ...]:
    """The messages of a WebSocket, with the time since its 101."""
    socket, response = flow.websocket, flow.response
    if socket is None or response is None:
        return ()
    start = response.timestamp_end or response.timestamp_start or 0.0

    def since(at: float | None) -> int:
        return max(0, round(((at or start) - start) * 1e6)) * 1000

    found = [
        Frame(
            message.from_client,
            since(message.timestamp),
            "text" if message.is_text else "binary",
            message.content,
        )
        for message in socket.messages
        if not message.dropped
    ]
    if socket.close_code not in _NO_CLOSE:
        said = f"{socket.close_code} {socket.close_reason or ''}".encode()
        by_client = bool(socket.closed_by_client)
        found.append(Frame(by_client, since(socket.timestamp_end), "close", said))
    return tuple(found)


def accept(recorded: Response, answer: http.Response, request: http.Request) -> None:
    """Make the answer the 101 for this client. Messages are recorded without any
    extension, so none is agreed on."""
    answer.headers.pop("Sec-WebSocket-Extensions", None)
    key = request.headers.get("Sec-WebSocket-Key", "")
    answer.headers["Upgrade"] = "websocket"
    answer.headers["Connection"] = "Upgrade"
    token = generate_accept_token(key.encode("ascii", "replace"))
    answer.headers["Sec-WebSocket-Accept"] = token.decode("ascii")


class Script:
    """The messages of one replay, and what is done about one that is none of them."""

    def __init__(
        self,
        frames: Iterable[Frame],
        latency: float,
        refuse: Callable[[str], None],
        as_recorded: Callable[[bytes], bytes],
    ) -> None:
        self.frames = deque(frames)
        self.latency = latency
        self.refuse = refuse
        self.as_recorded = as_recorded
        self._at = 0

    def next_from(self, *, client: bool) -> Frame | None:
        """Whose turn it is not, gets None."""
        if self.frames and self.frames[0].from_client is client:
            return self.frames.popleft()
        return None

    def pause(self, frame: Frame) -> float:
        """Seconds between the message before and this one."""
        earlier, self._at = self._at, frame.at
        return (frame.at - earlier) / 1e9 * self.latency


def install(flow: http.HTTPFlow, script: Script) -> bool:
    """Let this script speak for the server of this flow. False where mitmproxy has
    changed, and there is no way."""
    if not stream_replay.install() or not hasattr(_module, "WebsocketLayer"):
        return False
    if not isinstance(_module.WebsocketLayer, _Choice):
        _module.WebsocketLayer = _Choice(_module.WebsocketLayer)
    _module.WebsocketLayer.scripts[flow.id] = script
    return True


class _Choice:
    """Stands where mitmproxy looks for its layer (layers/http: flow_done)."""

    def __init__(self, original: Any) -> None:
        self._original = original
        self.scripts: dict[str, Script] = {}

    def __call__(self, context: Any, flow: http.HTTPFlow) -> Any:
        script = self.scripts.pop(flow.id, None)
        if script is None:
            return self._original(context, flow)
        return _Player(context, flow, script)


class _Player(layer.Layer):
    """The server's side of a recorded WebSocket."""

    def __init__(self, context: Any, flow: http.HTTPFlow, script: Script) -> None:
        super().__init__(context)
        self._flow, self._script = flow, script
        self._wire = Connection(ConnectionType.SERVER)
        self._parts: list[bytes] = []

    def _handle_event(self, event: events.Event) -> stream_replay.Commands:
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

    def _speak(self) -> stream_replay.Commands:
        """All that the server said until it was the client's turn."""
        while frame := self._script.next_from(client=False):
            pause = self._script.pause(frame)
            if pause > 0:
                yield stream_replay.Nap(pause)
            if self._wire.state is not ConnectionState.OPEN:
                return
            if frame.kind == "close":
                yield self._send(CloseConnection(*close_parts(frame)))
            elif frame.kind == "text":
                text = frame.content.decode("utf-8", "replace")
                yield self._send(TextMessage(text))
            else:
                yield self._send(BytesMessage(frame.content))

    def _hear(self, heard: Any) -> stream_replay.Commands:
        if isinstance(heard, Message):
            data = heard.data
            self._parts.append(data.encode() if isinstance(data, str) else bytes(data))
            if heard.message_finished:
                content, self._parts = b"".join(self._parts), []
                kind: Kind = "text" if isinstance(data, str) else "binary"
                yield from self._answer(kind, content)
        elif isinstance(heard, Ping):
            yield self._send(heard.response())
        elif isinstance(heard, CloseConnection):
            if self._wire.state is ConnectionState.REMOTE_CLOSING:
                yield self._send(heard.response())
            yield from self._end()
        else:
            assert isinstance(heard, Pong)  # nothing to do about it

    def _answer(self, kind: Kind, content: bytes) -> stream_replay.Commands:
        expected = self._script.next_from(client=True)
        seen = self._script.as_recorded(content)
        if expected is not None and (
            _is_same(expected, kind, content) or _is_same(expected, kind, seen)
        ):
            self._script.pause(expected)
            yield from self._speak()
            return
        if self._wire.state is not ConnectionState.OPEN:
            return
        self._script.frames.clear()
        reason = _explain(expected, seen)
        self._script.refuse(reason)
        short = reason.encode()[:120].decode("utf-8", "ignore")
        yield self._send(CloseConnection(_POLICY_VIOLATION, short))

    def _end(self) -> stream_replay.Commands:
        self._flow.live = False
        self._handle_event = self._over  # type: ignore[method-assign] # mitmproxy's way
        yield _module.WebsocketEndHook(self._flow)
        yield commands.CloseConnection(self.context.client)

    def _over(self, event: events.Event) -> stream_replay.Commands:
        yield from ()


def _is_same(expected: Frame, kind: Kind, content: bytes) -> bool:
    """JSON is compared as JSON, anything else byte for byte."""
    if expected.kind != kind:
        return False
    recorded, content = map(any_placeholder, (expected.content, content))
    if recorded == content:
        return True
    try:
        return bool(json.loads(recorded) == json.loads(content))
    except ValueError:
        return False


def _explain(expected: Frame | None, content: bytes) -> str:
    if expected is None:
        wanted = "none was recorded here"
    else:
        wanted = f"recorded was {_shown(expected.content)}"
    return f"message {_shown(content)}: {wanted}"


def _shown(content: bytes) -> str:
    text = content.decode("utf-8", "replace")
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")
