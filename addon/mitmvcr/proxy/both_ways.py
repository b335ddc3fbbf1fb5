"""gRPC calls that go both ways, replayed in lock-step.

Each message of the client's is compared with the recorded one, and what the server said
up to the next one follows. Several recordings may begin alike: the first that agrees
answers until the client says what only another one has. Where somebody else plays that,
and can go on with this one, they change places.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Generator, Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import TypeVar

from mitmproxy import http

from mitmvcr.core.calls import Call, Messages, Part, split, times
from mitmvcr.core.model import Request
from mitmvcr.core.modes import Replay
from mitmvcr.core.steps import Steps
from mitmvcr.proxy.answering import SECOND, waiting_for_nothing
from mitmvcr.proxy.flow.exchange import replay
from mitmvcr.proxy.flow.grpc import telling
from mitmvcr.proxy.flow.marks import mark_replayed
from mitmvcr.proxy.flow.player import SLOW, Player, size_of
from mitmvcr.proxy.flow.refusals import fail
from mitmvcr.proxy.flow.states import Event
from mitmvcr.proxy.flow.turns import in_turns
from mitmvcr.proxy.host import both_ways as host
from mitmvcr.proxy.host.both_ways import (
    End,
    GoesOn,
    Head,
    Moment,
    Refusal,
    Said,
    Step,
)
from mitmvcr.proxy.host.messages import make_response, request_parts
from mitmvcr.proxy.host.naps import Aside
from mitmvcr.proxy.sessions import Sessions
from mitmvcr.view.requests import LiveRequest
from mitmvcr.view.restore import to_stream

#: A message that says nothing.
_EMPTY = b"\0" * 5
IsSame = Callable[[Part, bytes], bool]
T = TypeVar("T")


def begin(
    sessions: Sessions,
    player: Player,
    flow: http.HTTPFlow,
    live: LiveRequest,
    parts: Sequence[Part],
    record: Callable[[], None],
) -> None:
    """Let one of the recordings answer a call, from ``requestheaders``; ``record`` lets
    it go on to its origin, where the session may do that."""

    def finish(played: Replay, began: int) -> None:
        exchange = replay(sessions.under_way, flow, player, played)
        exchange.sent = exchange.sent and began
        exchange.finish(Event.ANSWERED)
        sessions.close_idle()

    go_on = record if player.session.records else None
    host.speak(flow, Speaker(player, flow, live, parts, finish, go_on))


class Speaker:
    """Speaks for the origin of one call. ``finish`` is called once it was played to its
    end, and ``go_on``, if it may go on to its origin, to make it do so."""

    def __init__(
        self,
        player: Player,
        flow: http.HTTPFlow,
        live: LiveRequest,
        parts: Sequence[Part],
        finish: Callable[[Replay, int], None],
        go_on: Callable[[], None] | None,
    ) -> None:
        self._player, self._flow, self._live = player, flow, live
        self._session = player.session
        is_strict = "body" in player.session.matcher.parts
        self.call, self._messages = Call(parts, is_strict=is_strict), Messages()
        self._heard: list[bytes] = []
        #: The request as it may be written, and what was heard of it.
        self._seen, self._seen_bodies = live.request, list[bytes]()
        self._finish, self._go_on = finish, go_on
        self._began = time.monotonic_ns()
        #: What is played: the recording, and what it answers this request.
        self.part: Part | None = None
        self._answer: Replay | None = None
        self._is_over = self._is_played = self._has_missed = False
        self._has_ended = False
        #: Does it wait for the client to speak first? None before it has to.
        self._waits: bool | None = None
        #: What was heard and not looked at: its messages, None for the end.
        self._said_last: list[bytes | None] = []

    def __repr__(self) -> str:
        return f"<Speaker {self.part} {self.call}>"

    # What the client does

    def hear(self, part: bytes) -> None:
        self._said_last += self._messages.feed(part)

    def end(self) -> None:
        self._said_last.append(None)

    def _take(self, message: bytes | None) -> Iterator[Step]:
        """Take a message of the client's, or the end of its request."""
        if message is None:
            self._has_missed = not self.call.end()
            self._has_ended = True
            return
        self._heard.append(message)
        expected = self._expected()
        compared = partial(self._compared, message, expected)
        if len(message) + sum(len(each) for _, each in expected) > SLOW:
            seen, is_same = yield from _beside(partial(asyncio.to_thread, compared))
        else:
            seen, is_same = compared()
        self._seen = seen
        self._seen_bodies.append(seen.body)
        is_known = self.call.hear(is_same) or self._keeps_alive(is_same)
        self._has_missed = not is_known

    def _expected(self) -> list[tuple[Part, bytes]]:
        """Return with what a message is compared; what it is is read now."""
        return [*self.call.expected(), *self._last_said()]

    def _last_said(self) -> list[tuple[Part, bytes]]:
        """Return what a client that stays longer than it did may say from time to time:
        nothing, or what it said last."""
        part = self.part
        if part is None or not self._is_played:
            return []
        return [(part, each) for each in (_EMPTY, *part.asked[-1:])]

    def _keeps_alive(self, is_same: IsSame) -> bool:
        return any(is_same(*each) for each in self._last_said())

    def _compared(
        self, message: bytes, expected: Sequence[tuple[Part, bytes]]
    ) -> tuple[Request, IsSame]:
        """Return a message as it may be written, and what says whether a recorded one
        is the same; of those that are expected it is known by then. Any thread may
        ask."""
        matcher = self._session.matcher
        live = replace(self._live.request, body=message)
        seen = self._session.redactor.request(live)
        keys = {*matcher.rests(seen), *matcher.rests(live)}

        def asked_of(part: Part, recorded: bytes) -> Request:
            return replace(part.recorded.request, body=recorded)

        @cache
        def is_equal(part: Part, recorded: bytes) -> bool:
            return not keys.isdisjoint(matcher.rests(asked_of(part, recorded)))

        def is_same(part: Part, recorded: bytes) -> bool:
            judge = self._session.judge
            said = judge(seen, asked_of(part, recorded)) if judge else None
            return is_equal(part, recorded) if said is None else said

        for each in expected:
            is_equal(*each)
        return seen, is_same

    def wait_no_more(self) -> None:
        self._waits = False

    def leave(self) -> None:
        self._flow.request.timestamp_end = time.time()  # it was looked at
        self._close()

    def _close(self) -> None:
        self._is_over = True
        if not self._is_played:
            self._player.roles.release(self)

    # What it is told

    def due(self) -> Iterator[Step]:
        try:
            said, self._said_last = self._said_last, []
            for message in said:
                if not (self._is_over or self._has_missed):
                    yield from self._take(message)
                yield from self._due()
            yield from self._due()  # a server may speak first
        except Exception as error:  # noqa: BLE001 - fails closed, whatever it is
            self._close()
            fail(self._session, self._flow, error)
            response = self._flow.response
            assert response is not None
            yield Refusal(response)

    def _due(self) -> Iterator[Step]:
        if not (self._has_missed or self.call.is_begun):
            return
        if self._waits is not False and not self._has_missed and self.call.is_open:
            if self._waits is None:
                self._waits = True
                yield Moment()
            return
        while not self._is_over:
            part = None if self._has_missed else self._chosen()
            if part is None:
                yield from self._otherwise()
                return
            if not self.call.is_due(part):
                self._end(part)
                return
            step = self._step(part)
            self.call.tell(part)
            if self.call.is_played(part):  # nobody can take its place any more
                self._player.roles.done(self)
                mark_replayed(self._flow, self._session, part.position)
            yield step
            if part is self.part:  # else its client has left, or it plays another one
                self._end(part)

    def _chosen(self) -> Part | None:
        """Return what is played from now on; None where somebody else plays it."""
        part, fitting = self.part, self.call.fitting
        if part is None or part not in fitting:
            part = self._player.roles.give(self, fitting)
            if part is not None:
                self.plays(part)
        return part

    def plays(self, part: Part) -> None:
        """Go on with this recording, as it answers what is known of the request."""
        self.part = part  # what fails now is given back
        if not self._heard:
            self._seen = self._session.redactor.request(self._live.request)
        seen = replace(self._seen, body=b"".join(self._seen_bodies))
        played = self._session.play(part.position, seen, self._asked())
        wire = request_parts(self._flow.request)
        self._answer = waiting_for_nothing(self._player.settings, played, wire)
        self._said = split(self._answer.interaction.response.body)
        self._times = times(self._answer.interaction.response)

    def _asked(self) -> Request:
        return replace(self._live.request, body=b"".join(self._heard))

    def _step(self, part: Part) -> Step:
        assert self._answer is not None
        recorded, step = self._answer.interaction.response, self.call.told
        if step == 0:
            is_all = part.is_refused
            response = self._response(b"" if is_all else b" ")
            return Head(response, is_all, self._pause(0))
        if step <= len(part.said):
            content = b"".join(self._said[step - 1 : step])
            return Said(content, self._pause(step))
        whole = self._response(b"".join(self._said))
        return End(whole, breaks_off=recorded.failure == "truncated")

    def _response(self, body: bytes) -> http.Response:
        assert self._answer is not None
        wire = request_parts(self._flow.request)
        response = make_response(
            *to_stream(self._answer.interaction.response, wire, ())[0]
        )
        response.raw_content = body
        return response

    def _pause(self, step: int) -> float:
        """Return for how many seconds a step has to wait."""
        latency = self._player.settings.latency
        if not latency:
            return 0.0
        assert self._answer is not None
        recorded = self._answer.interaction.response
        at = self._times[step - 1] if 0 < step <= len(self._times) else 0
        due = self._began + (recorded.duration + at) * latency
        return (due - time.monotonic_ns()) / SECOND

    def _end(self, part: Part) -> None:
        """Count it, once it was played. One that its client left stays open until this
        one leaves."""
        if self._is_played or not self.call.is_played(part):
            return
        assert self._answer is not None
        self._is_played, self._is_over = True, not part.is_left
        self._player.roles.done(self)
        self._finish(self._answer, self._began)

    def _otherwise(self) -> Iterator[Step]:
        """Let the call go on to its origin, or tell the caller that it is a miss."""
        self._close()
        if self._go_on is not None and not self.call.told:
            self._go_on()
            yield GoesOn()
            return
        session, asked, foreseen = self._session, self._asked(), None
        if size_of(asked) > SLOW:
            work = partial(asyncio.to_thread, session.foreseen, asked)
            foreseen = yield from _beside(work)
        said = None if self._has_ended else len(self._heard)
        telling_it = telling(session, self._flow, asked, foreseen, said)
        yield Refusal((yield from _beside(partial(_all_of, telling_it))))


def _beside(work: Callable[[], Awaitable[T]]) -> Generator[Step, None, T]:
    """Let what takes long be done, and return what it does."""
    aside = Aside(work)
    yield aside
    found: T = aside.result()
    return found


async def _all_of(steps: Steps[T]) -> T:
    """Do all steps; the loop goes on meanwhile."""
    found: list[T] = []

    def keeping() -> Steps[None]:
        found.append((yield from steps))

    waiting = in_turns(keeping())
    if waiting is not None:
        await waiting
    return found[0]
