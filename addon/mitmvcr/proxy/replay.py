"""Replays that are more than one write: streams, and failures."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from mitmproxy import http

from mitmvcr.codings import encoded_pieces
from mitmvcr.core.chunks import due_times
from mitmvcr.core.errors import VcrError
from mitmvcr.core.events import Pieces, due_in_small, ends, in_small, json_ends
from mitmvcr.core.model import Interaction, Response, header
from mitmvcr.core.modes import Replay
from mitmvcr.lane import render, render_parts
from mitmvcr.options import Settings
from mitmvcr.proxy.flow.exchange import Exchange, replay
from mitmvcr.proxy.flow.player import Player
from mitmvcr.proxy.flow.states import Event
from mitmvcr.proxy.host import replays
from mitmvcr.proxy.host.messages import make_response, request_parts, response_parts
from mitmvcr.proxy.host.schedule import StreamSchedule
from mitmvcr.proxy.sessions import Sessions
from mitmvcr.view.parts import RequestParts, WireResponse, value_of
from mitmvcr.view.restore import (
    LARGE,
    coded_head,
    has_no_body,
    later_coding,
    to_stream,
    to_wire,
)
from mitmvcr.view.retry_after import without_waits

logger = logging.getLogger("mitmvcr")

_SECOND = 1e9
#: So much is the system's before its client could leave.
_SOON_SENT = 1 << 16


def play(
    sessions: Sessions, player: Player, flow: http.HTTPFlow, decision: Replay
) -> Awaitable[None] | None:
    """Answer with a stream, or fail as the origin did. The result is to be awaited
    before the head leaves."""
    recorded = decision.interaction.response
    latency = player.settings.latency
    if recorded.code == 101:
        return _play_socket(sessions, player, flow, decision)
    exchange = replay(sessions.under_way, flow, player, decision)
    if recorded.failure == "reset":
        exchange.finish(Event.ANSWERED)
        flow.kill()
        return _pause(recorded.duration / _SECOND * latency)
    parts, due = _schedule(recorded, latency)
    first = recorded.duration / _SECOND * latency
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
    if recorded.content_length >= 0:  # whoever has all of it waits for no end
        return None
    if recorded.until:
        return player.session.holds.add(recorded.until).stays
    return _for_ever if recorded.failure == "left" else None


def _for_ever() -> bool:
    return True


def waiting_for_nothing(
    settings: Settings, decision: Replay, live: RequestParts
) -> Replay:
    """Return the replay without what would make the client wait, at latency 0."""
    if settings.latency or settings.retry_after == "keep":
        return decision
    recorded = decision.interaction.response
    response = without_waits(recorded, value_of(live.headers, b"user-agent") or "")
    if response is recorded:
        return decision
    changed = replace(decision.interaction, response=response)
    return decision._replace(interaction=changed)


def at_once(
    interaction: Interaction, live: RequestParts
) -> tuple[WireResponse, bytes] | None:
    """Return the answer that is a stream, and all its bytes as they leave over HTTP/1.1
    at latency 0. None where it fails, ends otherwise, or is so large that its client
    may leave before it has all of it."""
    recorded = interaction.response
    if recorded.failure or recorded.until or recorded.code == 101:
        return None
    if len(recorded.body) > _SOON_SENT:
        return None
    parts, _ = _schedule(recorded, 0)
    if has_no_body(live.method, recorded.code) or len(parts) < 2:
        sent = to_wire(interaction, live)
        return sent, render(sent)
    sent, parts = to_stream(recorded, live, parts)
    return sent, render_parts(sent, parts)


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
    """There is one copy of the body, of which what is sent is cut off as it leaves; it
    is encoded then too."""
    recorded = interaction.response
    broken = recorded.failure == "truncated"
    if len(parts) < 2 and not broken:
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

    def refuse(reason: str) -> None:
        session.refused()
        logger.warning("mitmvcr: WebSocket %s: %s", url, reason)

    script = sockets.Script(
        recorded,
        latency,
        refuse,
        session.redactor.message,
        session.matcher.message,
    )
    if "Sec-WebSocket-Key" not in flow.request.headers or not replays.play_websocket(
        flow, script
    ):
        raise CannotPlayError(url)
    sent = to_wire(decision.interaction, request_parts(flow.request))
    flow.response = make_response(*sent)
    sockets.accept(recorded, flow.response, flow.request)
    replay(sessions.under_way, flow, player, decision)
    return _pause(recorded.duration / _SECOND * latency)


class CannotPlayError(VcrError):
    """An upgraded connection that is not replayed here."""

    def __init__(self, url: str) -> None:
        super().__init__(f"{url} was upgraded, and cannot be replayed")


def _pause(seconds: float) -> Awaitable[None] | None:
    return asyncio.sleep(seconds) if seconds > 0 else None


def _schedule(
    recorded: Response, latency: float
) -> tuple[Sequence[bytes], list[float] | None]:
    """Return the parts of a body, and how long after the head each is due.

    Where no times were recorded there is only the duration, which in go-vcr's
    cassettes runs until the head. It is all that is known of how long the origin
    took, so it is spread evenly: the last part leaves when it is over.
    """
    body = recorded.body
    timed = due_times(recorded.chunks, len(body))
    if timed is not None:
        parts = Pieces(body, [end for end, _ in timed])
        return parts, [due / _SECOND * latency for _, due in timed] if latency else None
    kind = header(recorded.headers, "Content-Type")
    parts = Pieces(body, ends(kind, body) or json_ends(kind, body))
    if not latency:
        return parts, None
    step = recorded.duration / _SECOND * latency / max(1, len(parts))
    return parts, [step * number for number in range(len(parts))]


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
