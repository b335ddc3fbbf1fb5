"""A recorded stream leaves as a stream, or breaks off where it broke off.

mitmproxy sends the response of an addon in one write (and takes no notice of its
``stream``). So one method of its HTTP layer is wrapped, when the first stream is
replayed: ``HttpStream.send_response`` is a generator of commands, and the one command
that sends the body becomes several, each behind a hook in which only that stream
waits. Measured on 11.0.2 and 12.2.3; where a newer mitmproxy has changed what is used
here, :func:`install` says so once, and bodies go out whole.
"""

import inspect
import logging
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import Any

from mitmproxy import flow
from mitmproxy.proxy import commands, events
from mitmproxy.proxy.layer import Layer
from mitmproxy.proxy.layers import http as _layers

from mitmvcr.mitm.host.backpressure import is_held_up

logger = logging.getLogger("mitmvcr")

#: Untyped, since what we use of it is not promised to be there: :func:`_check` looks.
layers: Any = _layers

Commands = Generator[commands.Command, Any, None]

#: So much may wait in the connection before it is asked whether the client reads.
_UNREAD_BYTES = 1 << 16
#: In seconds: how soon, and then how often, it is seen whether the last of it has left.
_SOON, _OFTEN = 0.001, 0.02


@dataclass
class StreamSchedule:
    """What stands as ``response.stream``: the parts of a body, and when each is due,
    in seconds after the head (None: as soon as the client takes it).

    ``ended`` is told whether the client got all of it; only what it is told first
    counts. ``breaks_off``: the connection ends behind the last part, as it did when it
    was recorded.
    """

    pieces: Sequence[bytes]
    due: Sequence[float] | None
    ended: Callable[[bool], None]
    breaks_off: bool = False

    def __call__(self, data: bytes) -> bytes:
        """As mitmproxy wants of a ``stream``; never used for an addon's response."""
        return data


class Nap(commands.RequestWakeup):
    """One stream waits; the others of its connection go on (layer.py: blocking).

    A hook would do too, but it asks each addon: 0.2 ms for each part of each stream.
    """

    blocking = True


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


class _Changed(Exception):
    """mitmproxy is not what it was."""


class _Installer:
    """Wraps once, and warns once."""

    def __init__(self) -> None:
        self.works: bool | None = None

    def __call__(self) -> bool:
        if self.works is None:
            try:
                _check()
                _wrap()
                self.works = True
            except (_Changed, AttributeError) as error:
                self.works = False
                logger.warning(
                    "mitmvcr: streams are replayed in one piece: this mitmproxy is not"
                    " known here (%s)",
                    error,
                )
        return self.works


#: Whether streams can be replayed as streams; makes it so when it is first called.
install = _Installer()


def _check() -> None:
    """What is used below is there, and is what it was."""
    stream = layers.HttpStream
    parameters = list(inspect.signature(stream.send_response).parameters)
    if parameters != ["self", "already_streamed"]:
        raise _Changed(f"send_response{tuple(parameters)}")
    if list(inspect.signature(stream.check_killed).parameters)[1:] != [
        "emit_error_hook"
    ]:
        raise _Changed("check_killed")
    if "_paused_event_queue" not in Layer.__annotations__:
        raise _Changed("_paused_event_queue")
    for function in (stream.send_response, stream.check_killed):
        if not inspect.isgeneratorfunction(function):
            raise _Changed(f"{function.__name__} is no generator")
    for event, names in (
        (layers.SendHttp, ["event", "connection"]),
        (layers.ResponseData, ["stream_id", "data"]),
    ):
        if [field.name for field in fields(event)] != names:
            raise _Changed(event.__name__)


def _wrap() -> None:
    # Nobody waits for a wake-up with a blocking command but we: it has no reply.
    events.Wakeup.reply = None
    whole = layers.HttpStream.send_response

    def send_response(self: Any, already_streamed: bool = False) -> Commands:
        sent: Commands = whole(self, already_streamed)
        response = self.flow.response
        if already_streamed or response is None:
            return sent
        paced = response.stream
        return _send(self, sent, paced) if isinstance(paced, StreamSchedule) else sent

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
