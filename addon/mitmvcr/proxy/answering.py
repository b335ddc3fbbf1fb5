"""What the lane answers with."""

import time
from typing import NamedTuple

from mitmvcr.core.modes import Decision, Replay
from mitmvcr.lane import render
from mitmvcr.proxy.at_once import at_once, waiting_for_nothing
from mitmvcr.proxy.flow.ahead import read_on
from mitmvcr.proxy.flow.player import Player
from mitmvcr.proxy.known_answers import Answered
from mitmvcr.view.parts import PlainRequest, as_response
from mitmvcr.view.requests import LiveRequest
from mitmvcr.view.restore import is_streamed, to_wire


class Handed(NamedTuple):
    """A request that was decided on already."""

    player: Player
    live_request: LiveRequest
    decision: Decision


def answered(
    player: Player, request: PlainRequest, live: LiveRequest, decision: Replay
) -> Answered | None:
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
    player.redirects.note(live.request, as_response(sent))
    entry = session.replaying(decision)
    session.replayed(entry, time.monotonic_ns() - began)
    read_on(player)
    return decision, answer, entry
