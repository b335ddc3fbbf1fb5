"""The body of a replayed stream in several writes (proxy/layers/http/__init__.py).

``HttpStream.send_response`` is a generator of commands, and the one command that sends
the body becomes several, each behind a command in which only that stream waits. To be
imported where the capability "stream replay" is there, and only there.
"""

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from typing import Any

from mitmproxy import flow
from mitmproxy.proxy import commands
from mitmproxy.proxy.layers import http as _layers

from mitmvcr.proxy.host.backpressure import unsent
from mitmvcr.proxy.host.naps import Commands, Events, Nap
from mitmvcr.proxy.host.schedule import LiveBody, StreamSchedule
from mitmvcr.proxy.host.wrapping import wrap

#: Untyped, since what we use of it is not promised to be there: checks.py looks.
layers: Any = _layers

#: How much may wait in the connection before it is asked whether the client reads.
_UNREAD_BYTES = 1 << 16
#: How much may wait for what an HTTP/2 client makes room for, which only naps can see.
_UNSENT_BYTES = 1 << 20
#: In seconds: how soon, and then how often, it is seen whether the last of it has left.
_SOON, _OFTEN = 0.001, 0.02
#: And how often, whether a stream that is held may end.
_SELDOM = 0.1


@dataclass
class VcrDrainHook(commands.StartHook):
    """A stream waits for its client: ``Streams.vcr_drain`` does."""

    client_id: str


@dataclass
class VcrLiveHook(commands.StartHook):
    """A stream waits for what comes next: ``Door.vcr_live`` does."""

    live: LiveBody


def send_streams() -> None:
    """Wrap the method that sends a response, however often this is called."""
    wrap(layers.HttpStream, "send_response", _sending)


def _sending(whole: Callable[..., Any]) -> Callable[..., Any]:
    def send_response(self: Any, already_streamed: bool = False) -> Commands:
        sent: Commands = whole(self, already_streamed)
        response = self.flow.response
        if already_streamed or response is None:
            return sent
        paced = response.stream
        return _send(self, sent, paced) if isinstance(paced, StreamSchedule) else sent

    return send_response


def _send(stream: Any, whole: Commands, paced: StreamSchedule) -> Commands:
    """Yield mitmproxy's own commands, except the one with the body."""
    arrived = False
    try:
        answer = None
        while True:
            try:
                command = whole.send(answer)
            except StopIteration:
                return
            answer = None
            event = command.event if isinstance(command, layers.SendHttp) else None
            if isinstance(event, layers.ResponseHeaders) and paced.head is not None:
                head = layers.ResponseHeaders(
                    event.stream_id, paced.head(event.response), event.end_stream
                )
                answer = yield layers.SendHttp(head, stream.context.client)
            elif isinstance(event, layers.ResponseData):
                if isinstance(paced, LiveBody):
                    yield command
                    sending = _send_live(stream, paced)
                else:
                    sending = _send_pieces(stream, paced)
                if not (yield from sending):
                    return
            elif isinstance(event, layers.ResponseEndOfMessage) and paced.stays:
                arrived = True
                paced.ended(True)
                if not (yield from _wait(stream, paced.stays, _SELDOM)):
                    return
                answer = yield command
            elif isinstance(event, layers.ResponseEndOfMessage) and paced.breaks_off:
                arrived = True
                yield from _break_off(stream)
                return
            else:
                arrived = arrived or isinstance(event, layers.ResponseEndOfMessage)
                answer = yield command
    finally:
        paced.ended(arrived)


def _send_pieces(
    stream: Any, paced: StreamSchedule
) -> Generator[commands.Command, Any, bool]:
    """Send the pieces, each when it is due; return False if the client has left."""
    client = stream.context.client
    left = partial(paced.ended, False)
    stream._paused_event_queue = Events(stream._paused_event_queue, left)
    start, unread = time.monotonic(), 0
    due = repeat(0.0) if paced.due is None else paced.due
    paired = zip(paced.pieces, due, strict=paced.due is not None)
    for number, (piece, moment) in enumerate(paired):
        waits = paced.waits.get(number)
        if waits is not None and not (yield from _wait(stream, waits, _SELDOM)):
            return False
        nap = start + moment - time.monotonic()
        if nap > 0:
            yield Nap(nap)
        if unread >= _UNREAD_BYTES:
            yield VcrDrainHook(client.id)
            if not (yield from _has_room(stream, _UNSENT_BYTES)):
                return False
            unread = 0
        if (yield from stream.check_killed(False)):
            return False
        yield layers.SendHttp(layers.ResponseData(stream.stream_id, piece), client)
        unread += len(piece)
    # Else a client that left with most of it unsent would count as answered.
    return (yield from _has_room(stream, 0))


def _send_live(stream: Any, live: LiveBody) -> Generator[commands.Command, Any, bool]:
    """Send one part after another, however long it takes; False where the client has
    left."""
    client = stream.context.client
    left = partial(live.ended, False)
    stream._paused_event_queue = Events(stream._paused_event_queue, left)
    while True:
        yield VcrLiveHook(live)
        if (yield from stream.check_killed(False)):
            return False
        if not live.part:
            return True
        yield layers.SendHttp(layers.ResponseData(stream.stream_id, live.part), client)
        if not (yield from _has_room(stream, _UNSENT_BYTES)):
            return False


def _has_room(stream: Any, most: int) -> Generator[commands.Command, Any, bool]:
    """Wait until no more bytes than this wait for the client; False where it left."""
    return _wait(stream, lambda: unsent(stream) > most, _OFTEN)


def _wait(
    stream: Any, waits: Callable[[], bool], pause: float
) -> Generator[commands.Command, Any, bool]:
    """Wait, and look after a ``pause`` at the latest; False where the client left."""
    nap = _SOON
    while waits():
        yield Nap(nap)
        nap = min(nap * 2, pause)
        if (yield from stream.check_killed(False)):
            return False
    return True


def _break_off(stream: Any) -> Commands:
    """Break off as an addon kills a flow: HTTP/1 closes the connection, HTTP/2 the
    stream."""
    stream.flow.error = flow.Error(flow.Error.KILLED_MESSAGE)
    yield from stream.check_killed(False)
