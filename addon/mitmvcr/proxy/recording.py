"""What came back from the origin is put into the cassette, whole or not."""

import logging
import time
from dataclasses import replace

from mitmproxy import http

from mitmvcr.core.model import Interaction
from mitmvcr.proxy import responses as answers
from mitmvcr.proxy.exchange import Exchange
from mitmvcr.proxy.host.messages import response_parts
from mitmvcr.proxy.interrupted import broken
from mitmvcr.proxy.marks import mark_recorded
from mitmvcr.proxy.states import Event, State
from mitmvcr.proxy.streaming import TimedTee, tap, with_chunks

logger = logging.getLogger("mitmvcr")


def begin_answer(exchange: Exchange, response: http.Response) -> None:
    """Note the head of an answer, and let it stream if it is to."""
    exchange.head = time.monotonic_ns()
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
    if exchange.upload is not None:
        response.stream = exchange.upload.watch(tee)


def record(
    exchange: Exchange,
    response: http.Response,
    event: Event,
    flow: http.HTTPFlow | None = None,
) -> None:
    """Record an exchange that has ended, and log what kept it from being recorded; the
    traffic goes on. ``flow`` is marked, if it is there."""
    is_late = exchange.state is State.INTERRUPTED
    if not exchange.move(event):
        return
    code = response.status_code
    if code < 200 and exchange.socket is None:
        reason = answers.unrecorded(response)
        exchange.target.session.lost()
        logger.warning("mitmvcr: %s %s: not recorded", exchange.shown(), reason)
        return
    try:
        if 300 < code < 400:
            redirects = exchange.target.redirects
            redirects.note(exchange.live_request.request, response_parts(response))
        recorded = exchange.interaction(response)
        if exchange.tee or exchange.socket or exchange.upload:
            recorded = _with_stream(exchange, response, recorded)
        session = exchange.target.session
        before = session.recorded_count
        session.record(recorded)
        if flow is not None and session.recorded_count > before:
            mark_recorded(flow, session)
        if is_late:
            logger.warning("mitmvcr: %s came late, and is recorded", exchange.shown())
    except Exception as error:  # noqa: BLE001 - it is logged, and the traffic goes on
        _note_failure(exchange, error)


def break_off(exchange: Exchange, flow: http.HTTPFlow | None, event: Event) -> None:
    """Record what there is of an exchange that ended before its end, if it is to be;
    ``flow`` is None where the proxy ends."""
    is_known = exchange.state is State.INTERRUPTED and flow is not None
    if not exchange.move(event) or is_known:
        return
    try:
        response = flow.response if flow is not None else exchange.response
        rest = broken(exchange, response, flow, time.monotonic_ns())
        kept = rest.interaction
        if kept is not None:
            kept = exchange.upload.finish(kept) if exchange.upload else kept
            exchange.target.session.record(kept)
        else:
            exchange.target.session.lost()
        if rest.line:
            logger.warning("mitmvcr: %s %s", exchange.shown(), rest.line)
    except Exception as error:  # noqa: BLE001 - it is logged, and the traffic goes on
        _note_failure(exchange, error)


def _note_failure(exchange: Exchange, error: Exception) -> None:
    exchange.target.session.note_failure(error)
    reason = answers.describe(error)
    logger.error("mitmvcr: %s is not recorded: %s", exchange.shown(), reason)


def _with_stream(
    exchange: Exchange, response: http.Response, recorded: Interaction
) -> Interaction:
    """Add what there is to know of a stream, beside its body."""
    if exchange.socket is not None:
        from mitmvcr.proxy.websocket import frames

        answer = replace(recorded.response, websocket=frames(exchange.socket))
        recorded = replace(recorded, response=answer)
    elif isinstance(exchange.tee, TimedTee):
        codings = response.headers.get("content-encoding", "")
        answer = with_chunks(recorded.response, exchange.tee, exchange.head, codings)
        recorded = replace(recorded, response=answer)
    return exchange.upload.finish(recorded) if exchange.upload else recorded
