"""A call that goes both ways, answered while its request goes on
(proxy/layers/http/__init__.py): what the client says is heard as it comes, and what is
due then is sent. It may turn out that the call goes on to its origin; what was heard is
passed on then.
"""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from mitmproxy import flow, http
from mitmproxy.proxy import commands, events

from mitmvcr.proxy.host.early_response import (
    MOMENT,
    Commands,
    answer_whole,
    ignore,
    layers,
    let_answer,
)
from mitmvcr.proxy.host.naps import Aside, Events, Nap, VcrAsideHook


@dataclass(frozen=True, slots=True)
class Head:
    """The head of the answer, whether it is all of it, and the seconds before it."""

    response: http.Response
    is_all: bool = False
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class Said:
    """A part of the answer, which comes after a pause in seconds."""

    content: bytes
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class End:
    """The end of the answer, as whose whole this response is shown; or it breaks
    off."""

    whole: http.Response
    breaks_off: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that says why nothing else comes: in its head, or in its body."""

    response: http.Response


@dataclass(frozen=True, slots=True)
class GoesOn:
    """The call goes on to its origin; ``request.stream`` says how by now."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What comes next waits for the client, or for a moment."""


Step = Head | Said | End | Refusal | GoesOn | Moment | Aside


class Speaker(Protocol):
    """What speaks for the origin."""

    def hear(self, part: bytes) -> None:
        """Take a part of the request's body."""

    def end(self) -> None:
        """Take the end of the request."""

    def wait_no_more(self) -> None:
        """Note that a moment is over."""

    def leave(self) -> None:
        """Note that the client has left. It is called once, or twice."""

    def due(self) -> Iterator[Step]:
        """Say what is due until more is heard. It goes on once a step was sent, or
        done. Whatever goes wrong is a Refusal."""


def speak(flow: http.HTTPFlow, speaker: Speaker) -> None:
    """Let this speaker answer a flow, from ``requestheaders``; where mitmproxy does not
    allow it, the flow is ended."""
    let_answer(flow, _BothWays(speaker))


class _BothWays:
    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        #: What the client said, until it is known who answers.
        self._heard: list[Any] = []
        self._has_begun = False

    def begin(self, stream: Any) -> Commands:
        stream._handle_event = partial(self._take, stream)
        queue, left = stream._paused_event_queue, self._speaker.leave
        stream._paused_event_queue = Events(queue, left)
        yield from self._speak(stream)

    def _take(self, stream: Any, event: Any) -> Commands:
        host = layers()
        if isinstance(event, host.RequestProtocolError):
            self._speaker.leave()
            stream._handle_event = ignore
            yield from stream.handle_protocol_error(event)
            return
        if isinstance(event, events.Wakeup):
            self._speaker.wait_no_more()
        elif not self._has_begun:
            self._heard.append(event)
        if isinstance(event, host.RequestData):
            self._speaker.hear(event.data)
        elif isinstance(event, host.RequestEndOfMessage):
            self._speaker.end()
        yield from self._speak(stream)

    def _speak(self, stream: Any) -> Commands:
        for step in self._speaker.due():
            if isinstance(step, Head | Said) and step.pause > 0:
                yield Nap(step.pause)
            if isinstance(step, Aside):
                yield VcrAsideHook(step)
            elif (yield from stream.check_killed(True)):
                self._speaker.leave()
                yield from _drop(stream)
                return
            else:
                yield from self._do(stream, step)

    def _do(self, stream: Any, step: Step) -> Commands:
        if isinstance(step, GoesOn):
            yield from self._go_on(stream)
        elif isinstance(step, Moment):
            yield commands.RequestWakeup(MOMENT)
        elif isinstance(step, Said):
            data = layers().ResponseData(stream.stream_id, step.content)
            yield layers().SendHttp(data, stream.context.client)
        elif isinstance(step, Head):
            yield from self._begin_answer(stream, step)
        elif isinstance(step, End):
            yield from _end(stream, step.whole, breaks_off=step.breaks_off)
        elif isinstance(step, Refusal):
            yield from self._refuse(stream, step.response)

    def _begin_answer(self, stream: Any, head: Head) -> Commands:
        self._has_begun = True
        self._heard.clear()
        stream.flow.response = head.response
        head.response.timestamp_start = time.time()
        yield layers().HttpResponseHeadersHook(stream.flow)
        if head.is_all:
            stream._handle_event = ignore
            yield from answer_whole(stream)
            return
        event = layers().ResponseHeaders(stream.stream_id, head.response, False)
        yield layers().SendHttp(event, stream.context.client)

    def _refuse(self, stream: Any, response: http.Response) -> Commands:
        if self._has_begun:
            begun = stream.flow.response
            if body := response.raw_content:
                data = layers().ResponseData(stream.stream_id, body)
                yield layers().SendHttp(data, stream.context.client)
            fields = response.headers.fields[1:]
            told = None if body else http.Headers([(n.lower(), v) for n, v in fields])
            begun.trailers = told
            yield from _end(stream, begun)
            return
        stream._handle_event = ignore
        stream.flow.response = response
        yield from answer_whole(stream)

    def _go_on(self, stream: Any) -> Commands:
        """Do what mitmproxy does with a request that streams to its origin."""
        stream._handle_event = partial(_without_moments, stream)
        stream._paused_event_queue = deque(stream._paused_event_queue)
        yield from stream.start_request_stream()
        for event in self._heard:
            yield from stream._handle_event(event)


def _end(stream: Any, response: http.Response, *, breaks_off: bool = False) -> Commands:
    stream._handle_event = ignore
    host, stream.flow.response = layers(), response
    stream.flow.request.timestamp_end = response.timestamp_end = time.time()
    if breaks_off:
        stream.flow.error = flow.Error(flow.Error.KILLED_MESSAGE)
        yield from stream.check_killed(True)
        yield from _drop(stream)
        return
    yield host.HttpResponseHook(stream.flow)
    client, number = stream.context.client, stream.stream_id
    if response.trailers:
        yield host.SendHttp(host.ResponseTrailers(number, response.trailers), client)
    yield host.SendHttp(host.ResponseEndOfMessage(number), client)
    stream.flow.live = False
    yield host.DropStream(number)


def _drop(stream: Any) -> Commands:
    stream._handle_event = ignore
    yield layers().DropStream(stream.stream_id)


def _without_moments(stream: Any, event: Any) -> Commands:
    """Do what mitmproxy does with an event, which asks for no moments."""
    if not isinstance(event, events.Wakeup):
        yield from type(stream)._handle_event(stream, event)
