"""Streams of an HTTP/2 connection that mitmproxy answers, while the lane answers the
others.

mitmproxy has one connection for them, as if it were the client's (``bridge.py``), and
each side sends no faster than the other reads.
"""

from collections.abc import Callable
from time import monotonic
from typing import Any, Protocol

from h2 import events
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.exceptions import ProtocolError

from mitmvcr.lane.bridge import Bridge
from mitmvcr.lane.outgoing import Left, Outgoing
from mitmvcr.view.parts import Fields

#: What h2 raises for bytes that it cannot read.
FAULTS = (ProtocolError, ValueError, IndexError)
#: mitmproxy's headers are passed on as they are.
_CONFIG = H2Configuration(
    client_side=True,
    header_encoding=False,
    validate_inbound_headers=False,
    validate_outbound_headers=False,
    normalize_inbound_headers=False,
    normalize_outbound_headers=False,
)
#: No stream that waits for its client keeps back another.
_ROOM = 100 * 65535
#: In seconds: how seldom mitmproxy is shown that the client is there.
_SELDOM = 1.0
_INTERNAL_ERROR = 2
#: So much is put into frames before it is sent.
_AT_ONCE = 1 << 16


class Front(Protocol):
    """The client's side."""

    answers: Outgoing

    def flush(self) -> None: ...

    def close(self, code: int, data: bytes = b"") -> None:
        """End the connection, with an error code of HTTP/2's."""


#: Opens mitmproxy's connection, with how it is sent to and how it ends.
Open = Callable[[Callable[[bytes], None], Callable[[], None], bytes], Bridge]


class Relay:
    """Streams go by their numbers at the client's side."""

    def __init__(self, front: Front, opened: Open) -> None:
        self._front = front
        self._http2 = H2Connection(_CONFIG)
        self._http2.initiate_connection()
        self._http2.increment_flow_control_window(_ROOM)
        self._requests = Outgoing(self._http2)
        self._inner: dict[int, int] = {}
        self._outer: dict[int, int] = {}
        #: Inner streams whose requests are whole, and those whose answers are.
        self._asked: set[int] = set()
        self._answered: set[int] = set()
        self._seen = monotonic()
        begin = self._http2.data_to_send()
        self._bridge = opened(self._receive, self._closed, begin)

    def __repr__(self) -> str:
        return f"<Relay {len(self._outer)} streams>"

    @property
    def is_busy(self) -> bool:
        return bool(self._inner)

    def has(self, stream: int) -> bool:
        """Return whether a stream is mitmproxy's, and has not ended on both sides."""
        return stream in self._inner

    # What the client sends

    def ask(self, stream: int, fields: Fields, *, is_all: bool) -> None:
        inner = self._http2.get_next_available_stream_id()
        self._inner[stream], self._outer[inner] = inner, stream
        self._http2.send_headers(inner, fields, end_stream=is_all)
        if is_all:
            self._asked.add(inner)

    def data(self, stream: int, data: bytes, left: Left | None = None) -> None:
        """Pass on a part of a body; ``left`` is called when it has been."""
        self._requests.data(self._inner[stream], data, left)

    def end(self, stream: int, trailers: Fields | None = None) -> None:
        inner = self._inner[stream]
        if inner not in self._asked:
            self._requests.end(inner, trailers)
            self._asked.add(inner)
            self._settle(inner)

    def reset(self, stream: int, code: int) -> None:
        inner = self._inner[stream]
        self._requests.reset(inner, code)
        self._forget(inner)

    def flush(self) -> None:
        """Send what there is room for."""
        is_more = True
        while is_more:
            is_more = bool(self._requests.fill(_AT_ONCE))
            if data := self._http2.data_to_send():
                self._seen = monotonic()
                self._bridge.send(data)

    def show_life(self) -> None:
        """Keep mitmproxy from taking the client for silent that the lane answers."""
        if monotonic() - self._seen > _SELDOM:
            self._http2.ping(bytes(8))

    def close(self) -> None:
        """Let mitmproxy know that the client has left."""
        self._bridge.end()

    def pause(self) -> None:
        self._bridge.pause()

    def resume(self) -> None:
        self._bridge.resume()

    # What mitmproxy sends

    def _receive(self, data: bytes) -> None:
        try:
            happened = self._http2.receive_data(data)
        except FAULTS:
            self._front.close(_INTERNAL_ERROR)
            return
        end: events.ConnectionTerminated | None = None
        for event in happened:
            if isinstance(event, events.ConnectionTerminated):
                end = event  # the last says most
            elif isinstance(event, events.DataReceived):
                self._data(event)
            else:
                self._take(event)
        self._front.flush()
        if end is not None:
            self._front.close(end.error_code or 0, end.additional_data or b"")

    def _take(self, event: Any) -> None:
        """Take what happens to a stream that is under way."""
        outer = self._outer.get(getattr(event, "stream_id", 0))
        if outer is None:
            return
        answers = self._front.answers
        match event:
            case events.ResponseReceived():
                is_all = event.stream_ended is not None
                answers.head(outer, tuple(event.headers), is_all=is_all)
            case events.InformationalResponseReceived():
                answers.head(outer, tuple(event.headers), is_all=False)
            case events.TrailersReceived():
                answers.end(outer, tuple(event.headers))
            case events.StreamEnded():
                answers.end(outer)  # if it is not said already
                self._answered.add(event.stream_id)
                self._settle(event.stream_id)
            case events.StreamReset():
                answers.reset(outer, event.error_code)
                self._forget(event.stream_id)

    def _data(self, event: events.DataReceived) -> None:
        inner, size = event.stream_id or 0, event.flow_controlled_length or 0

        def left() -> None:
            if size:
                self._http2.acknowledge_received_data(size, inner)

        outer = self._outer.get(inner)
        if outer is None:
            left()
        else:
            self._front.answers.data(outer, event.data or b"", left)

    def _settle(self, inner: int) -> None:
        """Forget a stream that has ended on both sides."""
        if inner in self._asked and inner in self._answered:
            self._forget(inner)

    def _forget(self, inner: int) -> None:
        self._asked.discard(inner)
        self._answered.discard(inner)
        outer = self._outer.pop(inner)
        del self._inner[outer]

    def _closed(self) -> None:
        self._front.close(0)
