"""What an HTTP/2 origin completes that has announced its end (RFC 9113, 6.8), as nginx
does with each thousandth request and gRPC's servers by the age of a connection.

h2 takes that for the end itself (connection.py: _receive_goaway_frame), and mitmproxy
breaks off what is under way (proxy/layers/http/_http2.py: handle_h2_event). Here the
streams that the origin still answers go on, others were refused, and the next request
gets a connection of its own.
"""

from collections.abc import Callable
from functools import partial, wraps
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from mitmvcr.proxy.host.capabilities import capabilities

if TYPE_CHECKING:
    from mitmproxy.connection import Connection

#: Frames to send, and events.
Taken = tuple[list[Any], list[Any]]
_OURS = "_vcr_lets_origins_finish"
_leaving: "WeakSet[Connection]" = WeakSet()


def let_origins_finish() -> None:
    """Let them complete what they have begun, however often this is called. To be
    called before an origin is connected."""
    if not capabilities.has("origins that leave"):
        return
    from mitmproxy.proxy.layers import http as layers
    from mitmproxy.proxy.layers.http._http2 import Http2Client

    if not hasattr(Http2Client.__init__, _OURS):
        _watch(Http2Client)
        _use_no_more(layers)


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
    reset = client.h2_conn._frame_dispatch_table[RstStreamFrame]
    for stream in client.streams:
        if stream > frame.last_stream_id:
            refusal = RstStreamFrame(stream, error_code=ErrorCodes.REFUSED_STREAM)
            more, happened = reset(refusal)
            frames += more
            events += happened
    return frames, events


def _use_no_more(layers: Any) -> None:
    original = layers.GetHttpConnection.connection_spec_matches

    @wraps(original)
    def connection_spec_matches(self: Any, connection: Any) -> bool:
        return connection not in _leaving and bool(original(self, connection))

    layers.GetHttpConnection.connection_spec_matches = connection_spec_matches
