"""What an HTTP/2 origin completes that has announced its end (RFC 9113, 6.8), as nginx
does with each thousandth request and gRPC's servers by the age of a connection.

h2 takes that for the end itself (connection.py: _receive_goaway_frame), and mitmproxy
breaks off what is under way (proxy/layers/http/_http2.py: handle_h2_event). Here the
streams that the origin still answers go on, and the next request gets a connection of
its own. What the origin has refused, which says that it did nothing of it (8.7), is
asked once more there, as clients do by themselves.
"""

from collections.abc import Callable, Generator
from functools import partial, wraps
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from mitmvcr.proxy.host.capabilities import capabilities

if TYPE_CHECKING:
    from mitmproxy.connection import Connection

Commands = Generator[Any, Any, None]
#: Frames to send, and events.
Taken = tuple[list[Any], list[Any]]
_OURS = "_vcr_lets_origins_finish"
_leaving: "WeakSet[Connection]" = WeakSet()
#: In the message of mitmproxy's event (_http2.py: handle_h2_event).
_REFUSED = "(REFUSED_STREAM)"
#: How often a request is asked again: each time the connection may be another's last.
_TRIES = 5


def let_origins_finish() -> None:
    """Let them complete what they have begun, however often this is called. To be
    called before an origin is connected."""
    if not capabilities.has("origins that leave"):
        return
    from mitmproxy.proxy.layers import http as layers
    from mitmproxy.proxy.layers.http._http2 import Http2Client

    if not hasattr(Http2Client.__init__, _OURS):
        _watch(Http2Client)
        _close_behind_the_last(Http2Client)
        _use_no_more(layers)
        _ask_again(layers)


def _watch(side: Any) -> None:
    from hyperframe.frame import GoAwayFrame

    original = side.__init__

    @wraps(original)
    def __init__(self: Any, context: Any) -> None:
        original(self, context)
        taken = self.h2_conn._frame_dispatch_table
        taken[GoAwayFrame] = partial(_leave, self, taken[GoAwayFrame])

    setattr(__init__, _OURS, True)
    side.__init__ = __init__


def _leave(client: Any, ends: Callable[[Any], Taken], frame: Any) -> Taken:
    """Take the frame that announces the end, and return what h2 would: frames to send,
    and events."""
    from h2.errors import ErrorCodes
    from hyperframe.frame import RstStreamFrame

    if frame.error_code or client.stream_queue:
        return ends(frame)
    _leaving.add(client.conn)
    frames, events = [], []
    refused = [each for each in client.streams if each > frame.last_stream_id]
    reset = client.h2_conn._frame_dispatch_table[RstStreamFrame]
    for stream in refused:
        more, happened = reset(RstStreamFrame(stream, ErrorCodes.REFUSED_STREAM))
        frames += more
        events += happened
    if len(refused) == len(client.streams):
        more, happened = ends(frame)
        return frames + more, events + happened
    return frames, events


def _close_behind_the_last(side: Any) -> None:
    """Close the connection behind its last answer: mitmproxy has but five at a time for
    a client."""
    original = side._handle_event

    @wraps(original)
    def _handle_event(self: Any, event: Any) -> Commands:
        yield from original(self, event)
        is_over = self.conn in _leaving and not self.streams
        if is_over and self._handle_event != self.done:
            yield from self.close_connection("the origin has answered all that it does")

    side._handle_event = _handle_event


def _use_no_more(layers: Any) -> None:
    original = layers.GetHttpConnection.connection_spec_matches

    @wraps(original)
    def connection_spec_matches(self: Any, connection: Any) -> bool:
        return connection not in _leaving and bool(original(self, connection))

    layers.GetHttpConnection.connection_spec_matches = connection_spec_matches


def _ask_again(layers: Any) -> None:
    original = layers.HttpStream.handle_protocol_error

    @wraps(original)
    def handle_protocol_error(self: Any, event: Any) -> Commands:
        is_refused = isinstance(event, layers.ResponseProtocolError) and (
            self.flow.server_conn in _leaving and _REFUSED in event.message
        )
        if is_refused and _is_whole(self) and _has_a_try(self):
            yield from _ask(self, layers)
        else:
            yield from original(self, event)

    layers.HttpStream.handle_protocol_error = handle_protocol_error


def _is_whole(stream: Any) -> bool:
    """Return whether all of a request is known, and nothing of its answer."""
    is_sent = (
        stream.client_state == stream.state_done and not stream.flow.request.stream
    )
    return bool(
        is_sent and stream.server_state == stream.state_wait_for_response_headers
    )


def _has_a_try(stream: Any) -> bool:
    stream._vcr_tries = getattr(stream, "_vcr_tries", 0) + 1
    return bool(stream._vcr_tries <= _TRIES)


def _ask(stream: Any, layers: Any) -> Commands:
    """Send a request as mitmproxy does that has all of it
    (state_consume_request_body)."""
    if not (yield from stream.make_server_connection()):
        return
    number, request, send = stream.stream_id, stream.flow.request, layers.SendHttp
    body, trailers = request.raw_content, request.trailers
    parts = [layers.RequestHeaders(number, request, not (body or trailers))]
    if body:
        parts.append(layers.RequestData(number, body))
    if trailers:
        parts.append(layers.RequestTrailers(number, trailers))
    for part in (*parts, layers.RequestEndOfMessage(number)):
        yield send(part, stream.context.server)
