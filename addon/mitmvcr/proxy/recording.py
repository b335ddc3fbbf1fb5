"""What came back from the origin is put into the cassette, whole or not."""

import asyncio
import logging
import time
from collections.abc import Awaitable
from dataclasses import replace

from mitmproxy import http

from mitmvcr.core.events import ends, has_ended, json_ends
from mitmvcr.core.holds import is_end_of, until
from mitmvcr.core.model import Interaction, Response, header
from mitmvcr.proxy.flow import responses as answers
from mitmvcr.proxy.flow.exchange import Exchange
from mitmvcr.proxy.flow.interrupted import broken
from mitmvcr.proxy.flow.marks import mark_recorded
from mitmvcr.proxy.flow.player import SLOW, Player, size_of
from mitmvcr.proxy.flow.states import MOVES, Event, State
from mitmvcr.proxy.flow.streaming import TimedTee, tap, with_chunks
from mitmvcr.proxy.flow.unreached import login_wanted
from mitmvcr.proxy.host.messages import response_parts
from mitmvcr.session import Redacted

logger = logging.getLogger("mitmvcr")


def begin_answer(exchange: Exchange, response: http.Response) -> None:
    """Note the head of an answer, and let it stream if it is to."""
    exchange.head = time.monotonic_ns()
    if exchange.upload is not None:
        exchange.upload.begin_answer()
    settings = exchange.player.settings
    tee = tap(
        response,
        spool=settings.spool,
        timed=settings.record_chunks,
        always=settings.record_errors,
    )
    if tee is None or not exchange.move(Event.STREAMS):
        return
    exchange.tee, exchange.response = tee, response
    exchange.began = exchange.began or []
    if exchange.upload is not None:
        response.stream = exchange.upload.watch(tee)


def record(
    exchange: Exchange,
    response: http.Response,
    event: Event,
    flow: http.HTTPFlow | None,
) -> Awaitable[None] | None:
    """Record an exchange that has ended, mark its flow, and log what kept it from being
    recorded; the traffic goes on. Return what is to be awaited where that takes its
    time: the exchange is under way till then."""
    recording = _Recording(exchange, response, event, flow)
    recording.begin()
    if exchange.target.queued or recording.is_large():
        return _in_turn(exchange.target, recording)
    recording.go_on()
    return None


def record_now(exchange: Exchange, response: http.Response, event: Event) -> None:
    """Do the same at once: it is the end."""
    recording = _Recording(exchange, response, event)
    recording.begin()
    recording.go_on()


async def _in_turn(player: Player, recording: "_Recording") -> None:
    """Redact in a thread, lest other flows wait; what ended first is recorded first."""
    async with player.in_turn():
        await asyncio.to_thread(recording.redact)
        recording.end()


class _Recording:
    """What is done to record one exchange: in the event loop at first and at last."""

    def __init__(
        self,
        exchange: Exchange,
        response: http.Response,
        event: Event,
        flow: http.HTTPFlow | None = None,
    ) -> None:
        self._exchange, self._response, self._event = exchange, response, event
        self._flow = flow
        self._session = exchange.target.session
        self._met: Interaction | None = None
        self._redacted: Redacted | None = None
        self._error: Exception | None = None
        #: Is it no answer? Then nothing is recorded.
        is_none = response.status_code < 200 and not exchange.is_upgraded
        self._is_lost = is_none or _is_of_proxy(response, flow)

    def begin(self) -> None:
        if self._is_lost or self._event not in MOVES[self._exchange.state]:
            return
        try:
            met = _came(self._exchange, self._response)
            self._met = self._session.changed(met)
        except Exception as error:  # noqa: BLE001 - it is logged at the end
            self._error = error

    def is_large(self) -> bool:
        return self._met is not None and size_of(self._met) > SLOW

    def go_on(self) -> None:
        self.redact()
        self.end()

    def redact(self) -> None:
        if self._met is None:
            return
        try:
            self._redacted = self._session.redacted(self._met)
        except Exception as error:  # noqa: BLE001 - it is logged at the end
            self._error = error

    def end(self) -> None:
        exchange = self._exchange
        is_late = exchange.state is State.INTERRUPTED
        if not exchange.move(self._event):
            return
        session = exchange.target.session
        if self._redacted is None:
            exchange.target.pass_over(exchange.live_request.request)
        if self._is_lost:
            reason = answers.unrecorded(self._response, login_wanted(session.spelling))
            session.lost()
            logger.warning("mitmvcr: %s %s: not recorded", exchange.shown(), reason)
            return
        if session is not self._session:  # another one records on
            self._session = session
            self.redact()
        try:
            if self._error is not None:
                raise self._error
            if self._redacted is not None:
                session.keep(self._redacted, exchange.sent)
                if self._flow is not None:
                    mark_recorded(self._flow, session)
        except Exception as error:  # noqa: BLE001 - it is logged, and the traffic goes on
            _note_failure(exchange, error)
            return
        if is_late:
            logger.warning("mitmvcr: %s came late, and is recorded", exchange.shown())


def _is_of_proxy(response: http.Response, flow: http.HTTPFlow | None) -> bool:
    """Return whether the proxy on the way out answered, in place of the origin."""
    return response.status_code == 407 and bool(flow and flow.server_conn.via)


def _came(exchange: Exchange, response: http.Response) -> Interaction:
    """Return what came back from the origin."""
    if 300 < response.status_code < 400:
        redirects = exchange.target.redirects
        redirects.note(exchange.live_request.request, response_parts(response))
    recorded = exchange.interaction(response)
    if exchange.tee or exchange.upload or exchange.is_upgraded:
        return _with_stream(exchange, response, recorded)
    return recorded


def break_off(
    exchange: Exchange, flow: http.HTTPFlow | None, event: Event
) -> Awaitable[None] | None:
    """Record what there is of an exchange that ended before its end, if it is to be;
    ``flow`` is None where the proxy ends. Return what is to be awaited where that takes
    its time."""
    player = exchange.target
    try:
        rest = _rest(exchange, flow, event)
        met = None if rest is None else player.session.changed(rest)
        if met is None:
            player.pass_over(exchange.live_request.request)
            return None
        if flow is not None and (player.queued or size_of(met) > SLOW):
            return _rest_in_turn(exchange, player, met)
        player.session.keep(player.session.redacted(met), exchange.sent)
    except Exception as error:  # noqa: BLE001 - it is logged, and the traffic goes on
        _note_failure(exchange, error)
    return None


async def _rest_in_turn(exchange: Exchange, player: Player, met: Interaction) -> None:
    try:
        async with player.in_turn():
            session = player.session
            redacted = await asyncio.to_thread(session.redacted, met)
            session.keep(redacted, exchange.sent)
    except Exception as error:  # noqa: BLE001 - it is logged, and the traffic goes on
        _note_failure(exchange, error)


def _rest(
    exchange: Exchange, flow: http.HTTPFlow | None, event: Event
) -> Interaction | None:
    """Return what there is to record of it; it has ended now."""
    is_known = exchange.state is State.INTERRUPTED and flow is not None
    if not exchange.move(event) or is_known:
        return None
    response = flow.response if flow is not None else exchange.response
    rest = broken(exchange, response, flow, time.monotonic_ns())
    kept = rest.interaction
    if kept is None:
        exchange.target.session.lost()
    elif exchange.upload:
        kept = exchange.upload.finish(kept)
    if rest.line:
        logger.warning("mitmvcr: %s %s", exchange.shown(), rest.line)
    return kept


def _note_failure(exchange: Exchange, error: Exception) -> None:
    exchange.target.session.note_failure(error)
    reason = answers.describe(error)
    logger.error("mitmvcr: %s is not recorded: %s", exchange.shown(), reason)


#: In ns. An end that follows the last event as soon as that waited for nobody: a
#: request that began between them has only been sent at the same time.
_AT_ONCE = 10_000_000


def _is_just_now(moment: int) -> bool:
    return moment > 0 and time.monotonic_ns() - moment < _AT_ONCE


def _waited_for(exchange: Exchange, recorded: Response) -> str:
    """Return which later request the end of a stream waited for; empty for none. A
    stream that says of itself that it is over waits for nobody. Its last event may come
    behind the very request that ended it: that came on another connection."""
    tee, began = exchange.tee, exchange.began
    if not began or tee is None or recorded.content_length >= 0:
        return ""
    opened = exchange.live_request.request
    ends_it = [is_end_of(opened, method, url) for _, method, url in began]
    if any(ends_it):
        began = began[: ends_it.index(True) + 1]
    elif began[-1][0] < (tee.last or exchange.head) or _is_just_now(tee.last):
        return ""
    kind, body = header(recorded.headers, "Content-Type"), recorded.body
    is_in_units = ends(kind, body) is not None or json_ends(kind, body)
    if not is_in_units or has_ended(kind, body):
        return ""
    shown = exchange.target.session.shown
    return until((method, shown(url)) for _, method, url in began)


def _with_stream(
    exchange: Exchange, response: http.Response, recorded: Interaction
) -> Interaction:
    """Add what there is to know of a stream, beside its body."""
    if exchange.socket is not None:
        from mitmvcr.proxy.flow.websocket import frames

        lasted = time.monotonic_ns() - exchange.head
        found = frames(exchange.socket, lasted)
        answer = replace(recorded.response, websocket=found)
        recorded = replace(recorded, response=answer)
    elif exchange.overheard is not None:
        from mitmvcr.proxy.flow.upgraded import turns

        answer = replace(recorded.response, websocket=turns(exchange.overheard))
        recorded = replace(recorded, response=answer)
    elif isinstance(exchange.tee, TimedTee):
        codings = response.headers.get("content-encoding", "")
        answer = with_chunks(recorded.response, exchange.tee, exchange.head, codings)
        recorded = replace(recorded, response=answer)
    if later := _waited_for(exchange, recorded.response):
        recorded = replace(recorded, response=replace(recorded.response, until=later))
    return exchange.upload.finish(recorded) if exchange.upload else recorded
