"""What the lane answers with, over HTTP/1.1 and HTTP/2: a replay at latency 0, in one
write; and the parts of a stream, and their times."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from mitmvcr.core.chunks import due_times
from mitmvcr.core.events import Pieces, ends, json_ends
from mitmvcr.core.model import Interaction, Response, header
from mitmvcr.core.modes import Replay
from mitmvcr.lane import Answer, render, render_http2, render_parts
from mitmvcr.options import Settings
from mitmvcr.proxy.flow.ahead import read_on
from mitmvcr.proxy.flow.player import Player
from mitmvcr.proxy.known_answers import Answered
from mitmvcr.view.parts import (
    PlainRequest,
    RequestParts,
    WireResponse,
    as_response,
    value_of,
)
from mitmvcr.view.requests import LiveRequest
from mitmvcr.view.restore import has_no_body, is_streamed, to_stream, to_wire
from mitmvcr.view.retry_after import Client, without_waits

SECOND = 1e9
#: So much is the system's before its client could leave.
_SOON_SENT = 1 << 16


def waiting_for_nothing(
    settings: Settings, decision: Replay, live: RequestParts
) -> Replay:
    """Return the replay without what would make the client wait, at latency 0."""
    if settings.latency or settings.retry_after == "keep":
        return decision
    recorded = decision.interaction.response
    agent, codings = b"user-agent", b"accept-encoding"
    said = (value_of(live.headers, name) or "" for name in (agent, codings))
    response = without_waits(recorded, Client(*said))
    if response is recorded:
        return decision
    changed = replace(decision.interaction, response=response)
    return decision._replace(interaction=changed)


def at_once(
    interaction: Interaction, live: RequestParts
) -> tuple[WireResponse, Sequence[bytes]] | None:
    """Return the answer that is a stream, and its parts, if any, as they leave at
    latency 0. None where it fails, ends otherwise, or is so large that its client may
    leave before it has all of it."""
    recorded = interaction.response
    if recorded.failure or recorded.until or recorded.code == 101:
        return None
    if len(recorded.body) > _SOON_SENT:
        return None
    parts, _ = schedule(recorded, 0)
    if has_no_body(live.method, recorded.code) or len(parts) < 2:
        return to_wire(interaction, live), ()
    return to_stream(recorded, live, parts)


def schedule(
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
        return parts, [due / SECOND * latency for _, due in timed] if latency else None
    kind = header(recorded.headers, "Content-Type")
    parts = Pieces(body, ends(kind, body) or json_ends(kind, body))
    if not latency:
        return parts, None
    step = recorded.duration / SECOND * latency / max(1, len(parts))
    return parts, [step * number for number in range(len(parts))]


A = TypeVar("A")
#: Returns the answer as HTTP/1.1 has it, as it is sent, and how long that is. None
#: where it is a long stream, or fails.
Render = Callable[[Interaction, PlainRequest], tuple[WireResponse, A, int] | None]


def over_http1(
    interaction: Interaction, request: PlainRequest
) -> tuple[WireResponse, bytes, int] | None:
    found = _sent(interaction, request)
    if found is None:
        return None
    sent, parts = found
    if sent.trailers:
        return None  # mitmproxy's way sends them
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
    read_on(player)
    return decision, answer, entry, length + _size(request)


def _size(request: PlainRequest) -> int:
    head = sum(len(name) + len(value) for name, value in request.headers.fields)
    return len(request.path) + head + len(request.content or b"")
