"""One flow while it is under way: all that is known of it, and its state.

Hooks ask an exchange to move and act only if it did. What the table of states.py does
not have cannot happen; if it does, the exchange keeps its state and all that it holds,
and the log says so.
"""

import logging
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from mitmproxy import http, tcp

from mitmvcr.core.holds import is_end_of
from mitmvcr.core.model import Interaction, Request
from mitmvcr.core.modes import Replay
from mitmvcr.miss.log import Log
from mitmvcr.miss.report import Entry
from mitmvcr.proxy.flow.marks import mark_moved, mark_replayed
from mitmvcr.proxy.flow.player import Player
from mitmvcr.proxy.flow.states import MOVES, Event, State
from mitmvcr.proxy.flow.streaming import Tee
from mitmvcr.proxy.host.messages import response_parts
from mitmvcr.proxy.host.schedule import Overheard
from mitmvcr.view.requests import LiveRequest

if TYPE_CHECKING:
    from mitmvcr.proxy.flow.grpc import Upload

logger = logging.getLogger("mitmvcr")

#: To look a member up costs more than what is done with it, and each replay asks.
_ENDED, _OF_REPLAYS = State.ENDED, (State.WAITING, State.REPLAYING)


class ImpossibleMoveError(Exception):
    """An event that the table does not have in this state: a fault of mitmvcr."""


class Exchange:
    """Own all that is known of a flow while it is under way; it is among
    ``under_way``, by its flow's id, until it has ended. Times are monotonic
    nanoseconds.

    ``player`` is the session it obeys, and ``target`` the one that gets it: another one
    where that records the same cassette on.
    Of one that is recorded: ``sent``, and ``head``, when the head of the answer came;
    ``tee`` and ``upload`` have the answer and the request, where they stream by, and
    ``response`` its head; ``socket`` is the flow where it became a WebSocket, and
    ``overheard`` what was said where it was upgraded to something else.
    Of a replay: its ``position`` in the deck, its ``client``, and ``paced``, which
    stands as ``response.stream`` where it leaves in parts.
    """

    live_request: LiveRequest
    sent = head = 0
    tee: Tee | None = None
    upload: "Upload | None" = None
    response: http.Response | None = None
    socket: http.HTTPFlow | None = None
    overheard: Overheard | None = None
    #: When others of its session began since its head, and what ends it before that:
    #: with their methods and URLs.
    began: list[tuple[int, str, str]] | None = None
    position = 0
    client = ""
    paced: object | None = None
    #: For the log, which has the time since ``sent`` too.
    entry: Entry | int | None = None
    #: The log that has its entry, and which of that it is.
    logged: tuple[Log, int] | None = None

    def __init__(
        self,
        under_way: "dict[str, Exchange]",
        flow_id: str,
        player: Player,
        state: State,
    ) -> None:
        self._under_way, self._flow_id = under_way, flow_id
        self.player = self.target = player
        self.state = state
        under_way[flow_id] = self

    def __repr__(self) -> str:
        return f"<Exchange {self._flow_id} {self.state}>"

    def move(self, event: Event) -> bool:
        """Go on to the state that the table has for this event; return whether it was
        not over already, and could."""
        before = self.state
        state = MOVES[before].get(event)
        if state is None:
            impossible(ImpossibleMoveError(f"{event!s} in state {before!s}"))
            return False
        self.state = state
        if state is _ENDED:
            self.paced = None  # it knows this exchange
            self._under_way.pop(self._flow_id, None)
        return before is not _ENDED

    @property
    def is_replay(self) -> bool:
        return self.state in _OF_REPLAYS

    @property
    def is_upgraded(self) -> bool:
        return self.socket is not None or self.overheard is not None

    def fail(self) -> None:
        """End without being recorded or counted: the answer is one that was made
        here."""
        if self.is_replay:
            self.undo(Event.FAILED)
        else:
            self.move(Event.FAILED)

    # A replay

    def finish(self, event: Event) -> None:
        """Count a replay: the client has it."""
        if self.move(event):
            duration = time.monotonic_ns() - self.sent if self.sent else 0
            session = self.target.session
            session.replayed(self.entry, duration)
            if self.entry is not None:
                self.logged = session.log, len(session.log) - 1

    def moved(self, flow: http.HTTPFlow, before: int, position: int) -> None:
        """Note that a WebSocket plays another interaction than before."""
        mark_moved(flow, self.player.session, before, position)
        if self.logged is not None:
            log, number = self.logged
            log.moved(number, position)

    def undo(self, event: Event) -> None:
        """Give a replay back: the client has not had it."""
        if self.move(event):
            self.target.session.give_back(self.position)

    # A recording

    def note_beside(self, now: int, later: Request) -> None:
        """Note that another request of its session begins now."""
        if self.began is None and not self.is_replay:
            opened = self.live_request.request
            self.began = [] if is_end_of(opened, later.method, later.url) else None
        if self.began is not None:
            self.began.append((now, later.method, later.url))

    def shown(self) -> str:
        """Return the URL as it may stand in a log."""
        return self.target.session.shown(self.live_request.request.url)

    def interaction(self, response: http.Response) -> Interaction:
        """Return what is to be recorded with this response of the origin."""
        body = response.raw_content
        if body is None:  # it was streamed
            body = self.tee.body() if self.tee else b""
        duration = (self.head or time.monotonic_ns()) - self.sent
        live, wire = self.live_request, response_parts(response)
        recorded = self.player.view.to_response(wire, body, live, duration=duration)
        return Interaction(0, live.request, recorded)


def impossible(error: ImpossibleMoveError) -> None:
    """Log what cannot be; nothing is lost by it."""
    logger.error("mitmvcr: a fault of mitmvcr, please report it: %s", error)


def followed_by(exchanges: Iterable[Exchange], flow: tcp.TCPFlow) -> Exchange | None:
    """Return the one of these that upgraded a connection to what this flow has."""
    for exchange in exchanges:
        if exchange.overheard is not None and exchange.overheard.flow is flow:
            return exchange
    return None


def forward(
    under_way: dict[str, Exchange],
    flow: http.HTTPFlow,
    player: Player,
    live: LiveRequest,
) -> Exchange:
    """Begin a recording: the request goes on to its origin."""
    now = time.monotonic_ns()
    for other in under_way.values():
        if other.player is player:
            other.note_beside(now, live.request)
    exchange = Exchange(under_way, flow.id, player, State.FORWARDED)
    exchange.live_request, exchange.sent = live, now
    return exchange


def replay(
    under_way: dict[str, Exchange],
    flow: http.HTTPFlow,
    player: Player,
    decision: Replay,
) -> Exchange:
    """Begin a replay, which gets its answer from the cassette now."""
    exchange = Exchange(under_way, flow.id, player, State.WAITING)
    exchange.position = decision.position
    exchange.client = flow.client_conn.id
    session = player.session
    mark_replayed(flow, session, decision.position)
    exchange.entry = session.replaying(decision)
    if exchange.entry is not None:
        exchange.sent = time.monotonic_ns()
    return exchange
