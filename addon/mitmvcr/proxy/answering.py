"""What the lane answers with, over HTTP/1.1 and HTTP/2."""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from mitmvcr.core.model import Interaction
from mitmvcr.core.modes import Decision, Replay
from mitmvcr.lane import Answer, Ends, render, render_http2, render_parts
from mitmvcr.proxy.at_once import at_once, waiting_for_nothing
from mitmvcr.proxy.flow.player import Player
from mitmvcr.proxy.known_answers import Answered
from mitmvcr.view.parts import PlainRequest, WireResponse, as_response
from mitmvcr.view.requests import LiveRequest
from mitmvcr.view.restore import is_streamed, to_wire

A = TypeVar("A")
#: Returns the answer as HTTP/1.1 has it, as it is sent, and how long that is. None
#: where it is a long stream, or fails.
Render = Callable[[Interaction, PlainRequest], tuple[WireResponse, A, int] | None]
#: A connection, and the mark of a request of HTTP/2.
Handover = tuple[Ends, bytes]


class Handed(NamedTuple):
    """A request that was decided on already."""

    player: Player
    live_request: LiveRequest
    decision: Decision


def over_http1(
    interaction: Interaction, request: PlainRequest
) -> tuple[WireResponse, bytes, int] | None:
    found = _sent(interaction, request)
    if found is None:
        return None
    sent, parts = found
    answer = render_parts(sent, parts) if parts else render(sent)
    return sent, answer, len(answer)


def over_http2(
    interaction: Interaction, request: PlainRequest
) -> tuple[WireResponse, Answer, int] | None:
    found = _sent(interaction, request)
    if found is None:
        return None
    answer = render_http2(*found)
    head = sum(len(name) + len(value) for name, value in answer.fields)
    return found[0], answer, len(answer.body) + head


def _sent(
    interaction: Interaction, request: PlainRequest
) -> tuple[WireResponse, Sequence[bytes]] | None:
    """Return an answer, and its body in parts where it is a stream."""
    if is_streamed(interaction.response):
        return at_once(interaction, request)
    return to_wire(interaction, request), ()


def answered(
    player: Player,
    request: PlainRequest,
    live: LiveRequest,
    decision: Replay,
    render: Render[A],
) -> Answered[A] | None:
    """Answer with a replay and count it, and return both, with what the log has of it,
    and how much there is to keep; None where it cannot be rendered."""
    began, session = time.monotonic_ns(), player.session
    decision = waiting_for_nothing(player.settings, decision, request)
    found = render(decision.interaction, request)
    if found is None:
        return None
    sent, answer, length = found
    player.redirects.note(live.request, as_response(sent))
    entry = session.replaying(decision)
    session.replayed(entry, time.monotonic_ns() - began)
    return decision, answer, entry, length + _size(request)


def _size(request: PlainRequest) -> int:
    head = sum(len(name) + len(value) for name, value in request.headers.fields)
    return len(request.path) + head + len(request.content or b"")
