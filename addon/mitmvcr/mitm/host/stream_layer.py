"""The body of a replayed stream in several writes (proxy/layers/http/__init__.py).

``HttpStream.send_response`` is a generator of commands, and the one command that sends
the body becomes several, each behind a command in which only that stream waits. To be
imported where the capability "stream replay" is there, and only there.
"""

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any

from mitmproxy import flow
from mitmproxy.proxy import commands
from mitmproxy.proxy.layers import http as _layers

from mitmvcr.mitm.host.backpressure import is_held_up
from mitmvcr.mitm.host.naps import Commands, Nap
from mitmvcr.mitm.host.stream_replay import StreamSchedule

#: Untyped, since what we use of it is not promised to be there: checks.py looks.
layers: Any = _layers

#: So much may wait in the connection before it is asked whether the client reads.
_UNREAD_BYTES = 1 << 16
#: In seconds: how soon, and then how often, it is seen whether the last of it has left.
_SOON, _OFTEN = 0.001, 0.02
_OURS = "_vcr_sends_streams"


@dataclass
class VcrDrainHook(commands.StartHook):
    """A stream waits for its client. ``VcrAddon.vcr_drain`` is the one who does."""

    client_id: str


class _Events(deque[Any]):
    """What happens to a stream while it waits (proxy/layer.py: _paused_event_queue).
    That its client has left is told at once: when the whole connection is gone, there
    is no end of the waiting (proxy/server.py: wakeup_timer)."""

    def __init__(self, events: Iterable[Any], left: Callable[[], None]) -> None:
        super().__init__(events)
        self._left = left

    def append(self, event: Any) -> None:
        super().append(event)
        if isinstance(event, layers.RequestProtocolError):
            self._left()


def wrap() -> None:
    """Once, however often it is called."""
    if hasattr(layers.HttpStream.send_response, _OURS):
        return
    whole = layers.HttpStream.send_response

    @wraps(whole)
    def send_response(self: Any, already_streamed: bool = False) -> Commands:
        sent: Commands = whole(self, already_streamed)
        response = self.flow.response
        if already_streamed or response is None:
            return sent
        paced = response.stream
        return _send(self, sent, paced) if isinstance(paced, StreamSchedule) else sent

    setattr(send_response, _OURS, True)
    layers.HttpStream.send_response = send_response


def _send(stream: Any, whole: Commands, paced: StreamSchedule) -> Commands:
    """mitmproxy's own commands, but for the one with the body."""
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
            if isinstance(event, layers.ResponseData):
                if not (yield from _send_pieces(stream, paced)):
                    return
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
    """False where the client has left."""
    client = stream.context.client
    left = partial(paced.ended, False)
    stream._paused_event_queue = _Events(stream._paused_event_queue, left)
    start, unread = time.monotonic(), 0
    due = paced.due or [0.0] * len(paced.pieces)
    for piece, at in zip(paced.pieces, due, strict=True):
        nap = start + at - time.monotonic()
        if nap > 0:
            yield Nap(nap)
        if unread >= _UNREAD_BYTES:
            yield VcrDrainHook(client.id)
            unread = 0
        if (yield from stream.check_killed(False)):
            return False
        yield layers.SendHttp(layers.ResponseData(stream.stream_id, piece), client)
        unread += len(piece)
    return (yield from _all_has_left(stream))


def _all_has_left(stream: Any) -> Generator[commands.Command, Any, bool]:
    """Else a client that left with most of it unsent would count as answered."""
    nap = _SOON
    while is_held_up(stream):
        yield Nap(nap)
        nap = min(nap * 2, _OFTEN)
        if (yield from stream.check_killed(False)):
            return False
    return True


def _break_off(stream: Any) -> Commands:
    """As an addon kills a flow: HTTP/1 closes the connection, HTTP/2 the stream."""
    stream.flow.error = flow.Error(flow.Error.KILLED_MESSAGE)
    yield from stream.check_killed(False)
