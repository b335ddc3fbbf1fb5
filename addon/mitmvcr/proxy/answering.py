"""What the lane answers with."""

import time
from typing import NamedTuple

from mitmvcr.core.modes import Decision, Replay
from mitmvcr.lane import render
from mitmvcr.miss.report import Entry
from mitmvcr.proxy.at_once import at_once, waiting_for_nothing
from mitmvcr.proxy.flow.player import Player
from mitmvcr.view.parts import PlainHeaders, PlainRequest, PlainResponse, WireResponse
from mitmvcr.view.requests import LiveRequest
from mitmvcr.view.restore import is_streamed, to_wire


class Handed(NamedTuple):
    """A request that was decided on already."""

    player: Player
    live_request: LiveRequest
    decision: Decision


def answered(
    player: Player, request: PlainRequest, live: LiveRequest, decision: Replay
) -> tuple[Replay, bytes, Entry | int | None] | None:
    """Answer with a replay and count it, and return both, with what the log has of it;
    None where it is a long stream, or fails."""
    began, session = time.monotonic_ns(), player.session
    decision = waiting_for_nothing(player.settings, decision, request)
    interaction = decision.interaction
    if is_streamed(interaction.response):
        found = at_once(interaction, request)
        if found is None:
            return None
        sent, answer = found
    else:
        sent = to_wire(interaction, request)
        answer = render(sent)
    player.redirects.note(live.request, _parts(sent))
    entry = session.replaying(decision)
    session.replayed(entry, time.monotonic_ns() - began)
    return decision, answer, entry


def _parts(sent: WireResponse) -> PlainResponse:
    headers = PlainHeaders(sent.fields)
    return PlainResponse(sent.code, sent.reason, b"HTTP/1.1", headers, sent.body)
