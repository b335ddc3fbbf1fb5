"""HTTP/2 with one client.

The lane answers what it knows, and mitmproxy gets each stream that it does not
(``relay.py``).
"""

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple

from h2 import events
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.settings import SettingCodes, Settings
from hyperframe.frame import Frame

from mitmvcr.lane import fields as heads
from mitmvcr.lane.line import MARK, Answer, Desk, Line
from mitmvcr.lane.outgoing import Outgoing
from mitmvcr.lane.relay import FAULTS, Open, Relay
from mitmvcr.view.parts import Fields

#: A longer body is mitmproxy's.
LONGEST_BODY = 1 << 14
#: As mitmproxy has it (proxy/layers/http/_http2.py: Http2Server); but it is mitmproxy
#: that looks for faults in a head that is not known here.
_CONFIG = H2Configuration(
    client_side=False,
    header_encoding=False,
    validate_inbound_headers=False,
    validate_outbound_headers=False,
    normalize_inbound_headers=False,
    normalize_outbound_headers=False,
)
_SETTINGS = {
    SettingCodes.MAX_CONCURRENT_STREAMS: 100,
    SettingCodes.INITIAL_WINDOW_SIZE: 1 << 20,
    SettingCodes.MAX_HEADER_LIST_SIZE: 1 << 16,
}
#: So much may come on the connection before it is looked at, more than on one stream.
_ROOM = (1 << 24) - 65535
#: So much is put into frames before it is seen whether the client reads.
_AT_ONCE = 1 << 16
_PROTOCOL_ERROR = 1


class Wire(NamedTuple):
    """The connection that HTTP/2 is spoken on: what goes by ``send`` is put into TLS.
    ``place`` is what the tunnel was opened to, and ``name`` what was wanted of it."""

    line: Line
    place: tuple[str, int]
    name: str
    transport: asyncio.Transport
    send: Callable[[bytes], None]
    end: Callable[[], None]
    bridge: Open


class _Request:
    """What has come of a request."""

    def __init__(self, fields: Fields, head: heads.Head) -> None:
        self.fields, self.head = fields, head
        self.body = bytearray()


class _Server(H2Connection):
    """Answers a client to the end that asks no more: h2 would send it nothing."""

    def _receive_goaway_frame(self, _: Frame) -> tuple[list[Frame], list[events.Event]]:
        return [], [events.ConnectionTerminated()]


class Http2:
    """Speaks HTTP/2 with a client that the lane has agreed on it with."""

    def __init__(self, wire: Wire, desk: Desk) -> None:
        self._wire, self._desk = wire, desk
        self._http2 = _Server(_CONFIG)
        self._http2.local_settings = Settings(client=False, initial_values=_SETTINGS)
        self.answers = Outgoing(self._http2)
        self._requests: dict[int, _Request] = {}
        self._relay: Relay | None = None
        self._held = b""
        self._is_full = self._is_over = self._is_going = self._has_asked = False

    def __repr__(self) -> str:
        return f"<Http2 {self._wire.place[0]} {self.answers}>"

    def begin(self) -> None:
        self._http2.initiate_connection()
        self._http2.increment_flow_control_window(_ROOM)
        self.flush()

    # The connection's side

    def send(self, data: bytes) -> None:
        """Take what the client has sent."""
        if self._is_full:  # it goes on asking, and reads nothing
            self._held += data
            self._wire.transport.pause_reading()
        elif not self._is_over:
            self._receive(data)

    def end(self) -> None:
        """Note that the client sends no more."""
        if self._is_over:
            return
        self._is_over = True
        if not self._has_asked:
            self._desk.asked_nothing(self._wire.line, self._wire.name)
        if self._relay is not None:
            self._relay.close()
        self._wire.end()

    def pause(self) -> None:
        self._is_full = True
        self._wire.transport.pause_reading()
        if self._relay is not None:
            self._relay.pause()

    def resume(self) -> None:
        self._is_full = False
        self._wire.transport.resume_reading()
        if self._relay is not None:
            self._relay.resume()
        held, self._held = self._held, b""
        if held and not self._is_over:
            self._receive(held)
        self.flush()

    def flush(self) -> None:
        """Send what there is room for."""
        is_more = not self._is_over
        while is_more:
            is_more = not self._is_full and self.answers.fill(_AT_ONCE) > 0
            if self._relay is not None:
                self._relay.flush()
            if data := self._http2.data_to_send():
                self._wire.send(data)
        if self._is_going and not self._is_busy():
            self.end()

    def leave(self) -> None:
        self.close(0)

    def close(self, code: int, data: bytes = b"") -> None:
        """End the connection, with an error code of HTTP/2's."""
        if not self._is_over:
            self._http2.close_connection(code, data or None)
            if left := self._http2.data_to_send():
                self._wire.send(left)
            self.end()

    # What the client sends

    def _receive(self, data: bytes) -> None:
        try:
            happened = self._http2.receive_data(data)
        except FAULTS as error:
            self._has_asked = True
            self._desk.http2_broke(self._wire.line, self._wire.name, str(error))
            self.close(_PROTOCOL_ERROR, f"HTTP/2 protocol error: {error}".encode())
            return
        for event in happened:
            if (take := _TAKES.get(type(event))) is not None:
                take(self, event)
        if self._relay is not None:
            self._relay.show_life()
        self.flush()

    def _leaves(self, _: events.ConnectionTerminated) -> None:
        self._is_going = True

    def _is_busy(self) -> bool:
        relay = self._relay
        return bool(self.answers or self._requests or (relay and relay.is_busy))

    def _head(self, event: events.RequestReceived) -> None:
        stream, fields = event.stream_id, tuple(event.headers)
        self._has_asked = True
        if not self.answers.takes(stream):
            return  # it was left at once
        is_all = event.stream_ended is not None
        if is_all and self._again(stream, fields):
            return
        head = heads.read(fields)
        if head is None or head.length > LONGEST_BODY:
            self._pass_on(stream, fields, is_all=is_all)
        elif is_all:
            self._ask(stream, fields, head, b"")
        else:
            self._requests[stream] = _Request(fields, head)

    def _again(self, stream: int, fields: Fields, body: bytes = b"") -> bool:
        """Answer what was sent before."""
        sent = self._wire.place, body, fields
        answer = self._desk.answer_http2_again(self._wire.line, sent)
        if answer is None:
            return False
        self.answers.whole(stream, *answer)
        return True

    def _ask(self, stream: int, fields: Fields, head: heads.Head, body: bytes) -> None:
        place = self._wire.place
        request, sent = head.request(place, body), (place, body, fields)
        answer = self._desk.answer_http2(self._wire.line, request, sent)
        if isinstance(answer, Answer):
            self.answers.whole(stream, *answer)
        else:
            self._pass_on(stream, fields, body, mark=answer, is_all=True)

    def _data(self, event: events.DataReceived) -> None:
        stream, data = event.stream_id, event.data
        size, relay = event.flow_controlled_length, self._relay

        def taken() -> None:
            if size and not self._is_over:
                self._http2.acknowledge_received_data(size, stream)

        if relay is not None and relay.has(stream):
            relay.data(stream, data, taken)
            return
        taken()
        request = self._requests.get(stream)
        if request is None:
            return
        request.body += data
        if len(request.body) > LONGEST_BODY:
            del self._requests[stream]
            self._pass_on(stream, request.fields, bytes(request.body))

    def _trailers(self, event: events.TrailersReceived) -> None:
        stream, relay, trailers = event.stream_id, self._relay, tuple(event.headers)
        request = self._requests.pop(stream, None)
        if request is not None:
            self._pass_on(stream, request.fields, bytes(request.body), trailers)
        elif relay is not None and relay.has(stream):
            relay.end(stream, trailers)

    def _ended(self, event: events.StreamEnded) -> None:
        stream, relay = event.stream_id, self._relay
        request = self._requests.pop(stream, None)
        if request is not None:
            body = bytes(request.body)
            if not self._again(stream, request.fields, body):
                self._ask(stream, request.fields, request.head, body)
        elif relay is not None and relay.has(stream):
            relay.end(stream)

    def _reset(self, event: events.StreamReset) -> None:
        stream = event.stream_id
        self._requests.pop(stream, None)
        self.answers.drop(stream)
        if self._relay is not None and self._relay.has(stream):
            self._relay.reset(stream, event.error_code)

    # What mitmproxy answers

    def _pass_on(
        self,
        stream: int,
        fields: Fields,
        body: bytes = b"",
        trailers: Fields | None = None,
        *,
        mark: bytes = b"",
        is_all: bool = False,
    ) -> None:
        """Let mitmproxy answer a request, of which so much has come."""
        if self._relay is None:
            self._relay = Relay(self, self._wire.bridge)
        relay = self._relay
        if mark:
            fields = (*(each for each in fields if each[0] != MARK), (MARK, mark))
        relay.ask(stream, fields, is_all=is_all and not body)
        if body:
            relay.data(stream, body)
        if trailers is not None or (is_all and body):
            relay.end(stream, trailers)


_TAKES: dict[type[events.Event], Callable[[Http2, Any], None]] = {
    events.RequestReceived: Http2._head,
    events.DataReceived: Http2._data,
    events.TrailersReceived: Http2._trailers,
    events.StreamEnded: Http2._ended,
    events.StreamReset: Http2._reset,
    events.ConnectionTerminated: Http2._leaves,
}
