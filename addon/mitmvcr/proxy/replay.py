"""Replays that are more than one write: streams, and failures."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial

from mitmproxy import http

from mitmvcr.codings import encoded_pieces
from mitmvcr.core.errors import VcrError
from mitmvcr.core.events import due_in_small, in_small
from mitmvcr.core.holds import is_reply, question_in
from mitmvcr.core.model import Interaction, Response, header
from mitmvcr.core.modes import Replay
from mitmvcr.core.raw_dialogue import spoken
from mitmvcr.proxy.answering import SECOND, schedule
from mitmvcr.proxy.flow.exchange import Exchange, replay
from mitmvcr.proxy.flow.player import Player
from mitmvcr.proxy.flow.states import Event
from mitmvcr.proxy.host import replays
from mitmvcr.proxy.host.messages import make_response, request_parts, response_parts
from mitmvcr.proxy.host.schedule import StreamSchedule
from mitmvcr.proxy.sessions import Sessions
from mitmvcr.session import Session
from mitmvcr.view.parts import RequestParts
from mitmvcr.view.restore import (
    LARGE,
    coded_head,
    has_no_body,
    later_coding,
    to_stream,
    to_wire,
)

logger = logging.getLogger("mitmvcr")


def play(
    sessions: Sessions, player: Player, flow: http.HTTPFlow, decision: Replay
) -> Awaitable[None] | None:
    """Answer with a stream, or fail as the origin did. The result is to be awaited
    before the head leaves."""
    recorded = decision.interaction.response
    latency = player.settings.latency
    if recorded.code == 101:
        is_socket = spoken(recorded) in ("", "WebSocket")
        play_on = _play_socket if is_socket else _play_upgraded
        return play_on(sessions, player, flow, decision)
    exchange = replay(sessions.under_way, flow, player, decision)
    if recorded.failure == "reset":
        exchange.finish(Event.ANSWERED)
        flow.kill()
        return _pause(recorded.duration / SECOND * latency)
    parts, due = schedule(recorded, latency)
    first = recorded.duration / SECOND * latency
    if due and not recorded.chunks:
        first -= due[-1]
    live = request_parts(flow.request)
    plain = has_no_body(live.method, recorded.code)
    broken = recorded.failure == "truncated"
    stays = _stays(player, recorded)
    is_whole = len(parts) < 2 and not broken and stays is None
    if plain or (is_whole and len(recorded.body) <= LARGE):
        flow.response = make_response(*to_wire(decision.interaction, live))
    elif replays.take_streams():
        ended = _Ending(sessions, exchange)
        leave = _leave_large if len(recorded.body) > LARGE else _leave
        flow.response, paced = leave(decision.interaction, live, parts, due, ended)
        paced.stays = stays
        if leave is _leave:
            paced.waits = _waits(player.session, decision, parts)
        flow.response.stream = exchange.paced = paced
    elif broken:
        exchange.finish(Event.ANSWERED)
        flow.kill()
    else:
        flow.response = make_response(*to_wire(decision.interaction, live))
    return _pause(first)


def _stays(player: Player, recorded: Response) -> Callable[[], bool] | None:
    """Return what says whether a stream stays open behind its last part: until its
    client leaves, as it did when it was recorded, or until a later request."""
    if 0 <= recorded.content_length <= len(recorded.body):
        return None  # whoever has all of it waits for no end
    if recorded.until:
        return _until(player.session, recorded.until)
    return _for_ever if recorded.failure == "left" else None


#: For how many seconds a session may ask for nothing before what waits for a request of
#: its ends: its client may wait for that end, and send the request then.
_IDLE = 30.0


def _until(session: Session, text: str) -> Callable[[], bool]:
    """Return what says whether a stream waits still for a later request, as long as
    that may come."""
    holds, deck = session.holds, session.deck
    hold = holds.add(text)
    hold.expect(deck.still_asked(hold.may_be))
    if hold.is_deletion:  # sent when a client is done, however long it takes
        return hold.stays
    heard, end = holds.heard, time.monotonic() + _IDLE

    def still() -> bool:
        nonlocal heard, end
        if holds.heard != heard:
            heard, end = holds.heard, time.monotonic() + _IDLE
        return hold.stays() and time.monotonic() < end

    return still


#: How near the answer to a question was recorded, and how many seconds it is waited
#: for: a client may do without it, or send another one, which is a miss.
_NEAR, _PATIENCE = 64, 5.0


def _waits(
    session: Session, decision: Replay, parts: Sequence[bytes]
) -> dict[int, Callable[[], bool]]:
    """Return what each part waits for that follows a question of the server's which the
    client answers by a request of its own."""
    return {
        number: _for_a_while(session.holds.add_reply(asked).stays)
        for number, part in enumerate(parts[:-1], 1)
        if (asked := question_in(part)) is not None
        and _has_reply(session, decision.position, asked)
    }


def _has_reply(session: Session, position: int, asked: object) -> bool:
    deck = session.deck
    near = range(max(0, position - _NEAR), min(len(deck), position + _NEAR))
    return any(
        not deck.was_played(at) and is_reply(deck[at].request.body, asked)
        for at in near
    )


def _for_a_while(waits: Callable[[], bool]) -> Callable[[], bool]:
    end: list[float] = []

    def still() -> bool:
        if not end:
            end.append(time.monotonic() + _PATIENCE)
        return waits() and time.monotonic() < end[0]

    return still


def _for_ever() -> bool:
    return True


Sent = tuple[http.Response, StreamSchedule]


def _leave(
    interaction: Interaction,
    live: RequestParts,
    parts: Sequence[bytes],
    due: Sequence[float] | None,
    ended: Callable[[bool], None],
) -> Sent:
    recorded = interaction.response
    response, sent = to_stream(recorded, live, parts)
    broken = recorded.failure == "truncated"
    paced = StreamSchedule(sent, due, ended, breaks_off=broken)
    return make_response(*response), paced


def _leave_large(
    interaction: Interaction,
    live: RequestParts,
    parts: Sequence[bytes],
    due: Sequence[float] | None,
    ended: Callable[[bool], None],
) -> Sent:
    """Send a large body from its only copy, which shrinks as it is sent; it is encoded
    then too."""
    recorded = interaction.response
    broken = recorded.failure == "truncated"
    if len(parts) < 2 and not recorded.failure:
        response = to_wire(interaction, live, encodes=False)
        parts = [response.body]
    else:
        response, parts = to_stream(recorded, live, parts, encodes=False)
    sent: Iterable[bytes] = in_small(parts)
    head = None
    if coding := later_coding(recorded, live):
        sent, head = encoded_pieces(sent, coding), partial(_coded_head, coding, live)
    times = None if due is None else due_in_small(parts, due)
    paced = StreamSchedule(sent, times, ended, broken, head)
    return make_response(*response), paced


def _coded_head(
    coding: str, live: RequestParts, response: http.Response
) -> http.Response:
    return make_response(*coded_head(coding, live, response_parts(response)))


def _play_socket(
    sessions: Sessions, player: Player, flow: http.HTTPFlow, decision: Replay
) -> Awaitable[None] | None:
    """Switch protocols, and let the recorded messages speak for the server."""
    from mitmvcr.proxy.flow import websocket as sockets

    session, latency = player.session, player.settings.latency
    recorded = decision.interaction.response
    url = session.shown(flow.request.url)
    refuse = partial(_refuse, session, f"WebSocket {url}")
    live = player.view.to_request(request_parts(flow.request)).request
    script = sockets.Script(
        recorded,
        latency,
        refuse,
        session.redactor.message,
        session.matcher.message,
        player.cast.instead,
        player.cast.knowing(live),
    )
    if "Sec-WebSocket-Key" not in flow.request.headers or not replays.play_websocket(
        flow, script
    ):
        raise VcrError(f"{url} was upgraded, and cannot be replayed")
    sent = to_wire(decision.interaction, request_parts(flow.request))
    flow.response = make_response(*sent)
    sockets.accept(decision.interaction, flow.response, flow.request)
    exchange = replay(sessions.under_way, flow, player, decision)
    moved = partial(exchange.moved, flow)
    player.cast.add(script, live, decision.position, recorded, moved)
    return _pause(recorded.duration / SECOND * latency)


def _play_upgraded(
    sessions: Sessions, player: Player, flow: http.HTTPFlow, decision: Replay
) -> Awaitable[None] | None:
    """Switch protocols, and let the recorded bytes speak for the server."""
    from mitmvcr.proxy.flow.upgraded import Script

    session, latency = player.session, player.settings.latency
    recorded = decision.interaction.response
    url = session.shown(flow.request.url)
    refuse = partial(_refuse, session, url)
    redact, counted = session.redactor.message, session.matcher.message
    script = Script(recorded, latency, refuse, redact, counted)
    if "Upgrade" not in flow.request.headers:
        raise VcrError(f"{url} was upgraded, and its client asks for no upgrade")
    if not replays.play_upgraded(flow, script):
        raise VcrError(f"{url} was upgraded, and cannot be replayed")
    sent = to_wire(decision.interaction, request_parts(flow.request))
    flow.response = make_response(*sent)
    for name in ("Upgrade", "Connection"):
        if value := header(recorded.headers, name):
            flow.response.headers[name] = value
    replay(sessions.under_way, flow, player, decision)
    return _pause(recorded.duration / SECOND * latency)


def _refuse(session: Session, what: str, reason: str) -> None:
    session.refused()
    logger.warning("mitmvcr: %s: %s", what, reason)


def _pause(seconds: float) -> Awaitable[None] | None:
    return asyncio.sleep(seconds) if seconds > 0 else None


class _Ending:
    """Is called once the last part has left, or could not."""

    def __init__(self, sessions: Sessions, exchange: Exchange) -> None:
        self._sessions, self._exchange = sessions, exchange

    def __call__(self, arrived: bool) -> None:
        if arrived:
            self._exchange.finish(Event.DELIVERED)
        else:
            self._exchange.undo(Event.UNDELIVERED)
        self._sessions.close_idle()
