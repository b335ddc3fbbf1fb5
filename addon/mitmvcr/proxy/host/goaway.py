"""What an HTTP/2 origin completes that has announced its end (RFC 9113, 6.8), as nginx
does with each thousandth request and gRPC's servers by the age of a connection.

h2 takes that for the end itself (connection.py: _receive_goaway_frame), and mitmproxy
breaks off what is under way (proxy/layers/http/_http2.py: handle_h2_event). Here the
streams that the origin still answers go on, and the next request gets a connection of
its own. What the origin has refused, which says that it did nothing of it (8.7), is
asked once more, as clients do by themselves; so is what waits for a place of the
origin's while its connection ends, in whatever way: mitmproxy forgets it.
"""

from collections.abc import Callable, Generator
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable
from weakref import WeakSet

from mitmvcr.proxy.host.capabilities import capabilities
from mitmvcr.proxy.host.wrapping import wrap

if TYPE_CHECKING:
    from mitmproxy.connection import Connection

Commands = Generator[Any, Any, None]
#: A method of mitmproxy's, or ours in its place.
Method = Callable[..., Any]
#: Frames to send, and events.
Taken = tuple[list[Any], list[Any]]
_leaving: "WeakSet[Connection]" = WeakSet()
#: Of those, the ones that have answered something.
_helping: "WeakSet[Connection]" = WeakSet()
#: In the message of mitmproxy's event (_http2.py: handle_h2_event).
_REFUSED = "(REFUSED_STREAM)"
_UNSENT = f"the connection ended before this was sent {_REFUSED}"
#: What waited for a place, by its stream; and the parts of it, of an event.
_WAITS, _PARTS = "_vcr_waits", "_vcr_parts"
#: All streams, as a server first says that is about to name the last one.
_ALL = 2**31 - 1
#: How often a request is asked again on behalf of a connection that answers nothing.
_TRIES = 5


@runtime_checkable
class Keeping(Protocol):
    """Stands, as ``request.stream``, for what keeps what it lets pass."""

    def sent(self) -> bytes | None:
        """Return all that has passed; None where it is not there any more."""


def let_origins_finish() -> None:
    """Let them complete what they have begun, however often this is called. To be
    called before an origin is connected."""
    if not capabilities.has("origins that leave"):
        return
    from mitmproxy.proxy.layers import http as layers
    from mitmproxy.proxy.layers.http._http2 import Http2Client

    wrap(Http2Client, "__init__", _watching)
    wrap(Http2Client, "close_connection", _setting_aside)
    wrap(Http2Client, "_handle_event", _closing_behind_the_last, layers)
    wrap(layers.GetHttpConnection, "connection_spec_matches", _using_no_more)
    wrap(layers.HttpStream, "handle_protocol_error", _asking_again, layers)


def _watching(original: Method) -> Method:
    from hyperframe.frame import GoAwayFrame

    def __init__(self: Any, context: Any) -> None:
        original(self, context)
        self.provisional_max_concurrency = 1  # gRPC's servers count from the start
        taken = self.h2_conn._frame_dispatch_table
        taken[GoAwayFrame] = partial(_leave, self, taken[GoAwayFrame])

    return __init__


def _leave(client: Any, ends: Callable[[Any], Taken], frame: Any) -> Taken:
    """Take the frame that announces the end, and return what h2 would: frames to send,
    and events."""
    from h2.errors import ErrorCodes
    from hyperframe.frame import RstStreamFrame

    _set_aside(client)
    if 0 < frame.last_stream_id < _ALL:
        _helping.add(client.conn)
    else:
        _helping.discard(client.conn)
    frames, events = [], []
    reset = client.h2_conn._frame_dispatch_table[RstStreamFrame]
    for stream in client.streams:
        if stream > frame.last_stream_id:
            more, happened = reset(RstStreamFrame(stream, ErrorCodes.REFUSED_STREAM))
            frames += more
            events += happened
    if frame.error_code:
        more, happened = ends(frame)
        return frames + more, events + happened
    return frames, events


def _set_aside(client: Any) -> None:
    """Keep what waits from a connection that is used no more."""
    _leaving.add(client.conn)
    vars(client).setdefault(_WAITS, {}).update(client.stream_queue)
    client.stream_queue.clear()


def _setting_aside(original: Method) -> Method:
    def close_connection(self: Any, msg: str) -> Commands:
        _set_aside(self)
        yield from original(self, msg)

    return close_connection


def _closing_behind_the_last(original: Method, layers: Any) -> Method:
    """Close the connection behind its last answer: mitmproxy has but five at a time for
    a client. It keeps streams that the client reset or ended last."""

    def _handle_event(self: Any, event: Any) -> Commands:
        if isinstance(event, layers.RequestHeaders):
            self.our_stream_id.pop(event.stream_id, None)  # it is asked again
        yield from original(self, event)
        if isinstance(event, layers.HttpEvent) and self.is_closed(event.stream_id):
            self.streams.pop(event.stream_id, None)
        if self.conn not in _leaving:
            return
        if not self.streams and self._handle_event != self.done:
            yield from self.close_connection("the origin has answered all that it does")
        yield from _send_elsewhere(self, layers)

    return _handle_event


def _send_elsewhere(client: Any, layers: Any) -> Commands:
    error = client.ReceiveProtocolError
    for number, parts in vars(client).pop(_WAITS, {}).items():
        refused = error(number, _UNSENT, error.code)
        setattr(refused, _PARTS, parts)
        yield layers.ReceiveHttp(refused)


def _using_no_more(original: Method) -> Method:
    def connection_spec_matches(self: Any, connection: Any) -> bool:
        return connection not in _leaving and bool(original(self, connection))

    return connection_spec_matches


def _asking_again(original: Method, layers: Any) -> Method:
    def handle_protocol_error(self: Any, event: Any) -> Commands:
        is_refused = (
            isinstance(event, layers.ResponseProtocolError)
            and _REFUSED in event.message
            and self.server_state == self.state_wait_for_response_headers
        )
        parts = vars(event).get(_PARTS) or _sent(self, layers) if is_refused else None
        if parts and _has_a_try(self):
            if (yield from self.make_server_connection()):
                for part in parts:
                    yield layers.SendHttp(part, self.context.server)
        else:
            yield from original(self, event)

    return handle_protocol_error


def _has_a_try(stream: Any) -> bool:
    is_counted = stream.flow.server_conn not in _helping
    stream._vcr_tries = getattr(stream, "_vcr_tries", 0) + is_counted
    return bool(stream._vcr_tries <= _TRIES)


def _sent(stream: Any, layers: Any) -> list[Any] | None:
    """Return what was sent of a request, as mitmproxy sends one that it has all of
    (state_consume_request_body); None where nobody kept it."""
    number, request = stream.stream_id, stream.flow.request
    body, is_all = request.raw_content, stream.client_state == stream.state_done
    if request.stream:
        if not isinstance(request.stream, Keeping):
            return None
        body = request.stream.sent()
    if body is None:
        return None
    trailers = request.trailers if is_all else None
    is_head = is_all and not (body or trailers)
    parts = [layers.RequestHeaders(number, request, is_head)]
    if body:
        parts.append(layers.RequestData(number, body))
    if trailers:
        parts.append(layers.RequestTrailers(number, trailers))
    return [*parts, layers.RequestEndOfMessage(number)] if is_all else parts
