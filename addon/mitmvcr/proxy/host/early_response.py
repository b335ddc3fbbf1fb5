"""An answer that leaves before its request has ended.

mitmproxy sends an addon's answer once it has the whole request, but the request of a
bidirectional call does not end before it is answered. So the method that would pass a
streamed request on is wrapped when the first such answer is given
(proxy/layers/http/__init__.py: start_request_stream).

An early answer waits for more of the request, or for a moment: grpcio's asyncio client
(1.85, aio/_call.py: _write) turns any status that arrives before its first message is
sent into INTERNAL. A client that waits for the answer before it sends anything gets it
after that moment.

An origin's answer may end before its request too, as that of a refused call does.
mitmproxy holds the end back, which a client may wait for before it ends its side
(send_response, of the same class); only trailers pass.
"""

import time
from collections.abc import Callable, Generator
from functools import partial
from typing import Any, Protocol, runtime_checkable
from weakref import WeakSet

from mitmproxy import http

from mitmvcr.proxy.host.capabilities import capabilities
from mitmvcr.proxy.host.wrapping import wrap

Commands = Generator[Any, Any, None]
_passing: "WeakSet[http.HTTPFlow]" = WeakSet()
#: Seconds that the answer waits for the request to go on.
MOMENT = 0.2


@runtime_checkable
class Answering(Protocol):
    """Stands, as ``request.stream``, for what answers a request in place of its
    origin."""

    def begin(self, stream: Any) -> Commands:
        """Take the stream over, whose head is there."""


class Early:
    """Marks a flow whose response is to be sent now."""

    def __call__(self, data: bytes) -> bytes:
        """Return the data, as mitmproxy expects of a ``stream``; never called, since
        nothing is passed on."""
        return data

    def begin(self, stream: Any) -> Commands:
        from mitmproxy.proxy.commands import RequestWakeup

        stream._handle_event = partial(_answer_or_fail, stream)
        yield RequestWakeup(MOMENT)


def answer(flow: http.HTTPFlow, response: http.Response) -> None:
    """Answer a flow now, from ``requestheaders``."""
    flow.response = response
    if not let_answer(flow, Early()):
        flow.response = None


def let_answer(flow: http.HTTPFlow, answering: Answering) -> bool:
    """Let this answer a flow, from ``requestheaders``; where mitmproxy does not allow
    it, end the flow and return False."""
    if not capabilities.has("early response"):
        flow.kill()
        return False
    wrap(layers().HttpStream, "start_request_stream", _starting)
    flow.request.stream = answering  # type: ignore[assignment] # it is not called
    return True


def is_answered_here(flow: http.HTTPFlow) -> bool:
    """Return whether a flow is answered so: nothing of it is passed on."""
    stream: Any = flow.request.stream
    return isinstance(stream, Answering)


def pass_the_end(flow: http.HTTPFlow) -> None:
    """Let the end of the origin's answer pass at once, though the request, which
    streams, goes on."""
    if capabilities.has("early ends"):
        wrap(layers().HttpStream, "send_response", _sending)
        _passing.add(flow)


def _sending(sends: Callable[..., Commands]) -> Callable[..., Commands]:
    def send_response(self: Any, already_streamed: bool = False) -> Commands:
        yield from sends(self, already_streamed)
        goes_on = self.client_state == self.state_stream_request_body
        is_whole = self.server_state == self.state_done
        if goes_on and is_whole and self.flow in _passing:
            end = layers().ResponseEndOfMessage(self.stream_id)
            yield layers().SendHttp(end, self.context.client)

    return send_response


def layers() -> Any:
    from mitmproxy.proxy.layers import http as layers

    return layers


def _starting(passed_on: Callable[[Any], Commands]) -> Callable[[Any], Commands]:
    def start_request_stream(self: Any) -> Commands:
        answering = self.flow.request.stream
        if isinstance(answering, Answering):
            return answering.begin(self)
        return passed_on(self)

    return start_request_stream


def _answer_or_fail(stream: Any, event: Any) -> Commands:
    """Take the first event after the head: the request goes on, the moment is over, or
    the client has left."""
    stream._handle_event = ignore
    if isinstance(event, layers().RequestProtocolError):
        yield from stream.handle_protocol_error(event)
    else:
        yield from answer_whole(stream)


def ignore(event: Any) -> Commands:
    """Take what comes after the answer, such as the end of the moment."""
    yield from ()


def answer_whole(stream: Any) -> Commands:
    """Send the response as mitmproxy's own send_response does; whatever else the
    client sends is not read."""
    flow, number, host = stream.flow, stream.stream_id, layers()
    stream.client_state = stream.state_errored
    flow.response.timestamp_start = flow.response.timestamp_end = time.time()
    yield host.HttpResponseHook(flow)
    body, trailers = flow.response.raw_content, flow.response.trailers
    client, is_all = stream.context.client, not (body or trailers)
    yield host.SendHttp(host.ResponseHeaders(number, flow.response, is_all), client)
    if body:
        yield host.SendHttp(host.ResponseData(number, body), client)
    if trailers:
        yield host.SendHttp(host.ResponseTrailers(number, trailers), client)
    if not is_all:
        yield host.SendHttp(host.ResponseEndOfMessage(number), client)
    flow.live = False
    yield host.DropStream(number)
