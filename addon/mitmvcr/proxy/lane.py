"""The fast lane at mitmproxy's port: what it answers, and by which session.

Decisions, counts and the log are the session's, as in the ordinary way. What is decided
here and answered by mitmproxy after all, goes there with its decision: nothing is asked
twice.
"""

import asyncio
import logging
import ssl
from collections.abc import Set
from itertools import count
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from mitmvcr.lane import (
    Answer,
    Connection,
    Ends,
    Hello,
    Later,
    Line,
    Sent,
    SentFields,
)
from mitmvcr.lane.tls import OneByOne
from mitmvcr.miss.log import UNREAD
from mitmvcr.proxy import fitness, host
from mitmvcr.proxy.answering import over_http1, over_http2
from mitmvcr.proxy.counts import LEFT, Counts, broken, tell_unread
from mitmvcr.proxy.flow.player import Player
from mitmvcr.proxy.handovers import Handed, ends_of
from mitmvcr.proxy.host.leaves import Leaves
from mitmvcr.proxy.host.lines import Intake
from mitmvcr.proxy.host.lines import Line as Taken
from mitmvcr.proxy.host.plain import Alone, Plain, is_harmless
from mitmvcr.proxy.lane_answers import LaneAnswers, SlowError
from mitmvcr.proxy.sessions import Sessions
from mitmvcr.proxy.sessions.routes import SAYS_SESSION
from mitmvcr.view.parts import PlainRequest

if TYPE_CHECKING:
    from mitmproxy import connection, http

logger = logging.getLogger("mitmvcr")
#: Whose lines these would be.
_mitmproxys = logging.getLogger("mitmproxy.proxy.server")

_CONNECT = "client connect"
#: So many looks make the time after which a silent client is left.
_LOOKS = 4


class Lane:
    """Serves the one session that is in play, or those that have ports of their own,
    where they replay strictly and nobody else is to see their requests. Without
    ``is_there`` it serves none: the addon has come when mitmproxy listened already. It
    is an addon itself.
    """

    name = "vcr.lane"

    def __init__(self, sessions: Sessions, counts: Counts, *, is_there: bool) -> None:
        self._sessions, self._counts = sessions, counts
        self._is_there = is_there
        self._intake = Intake(self.accept)
        self._plain: Plain | Alone = Plain()
        self._leaves = Leaves()
        self._marks = count()
        self._counted: set[Ends] = set()
        #: Clients of whom the log says already that they have come.
        self._told: set[Any] = set()
        self._open: set[Connection] = set()
        self._fit: WeakKeyDictionary[Player, bool] = WeakKeyDictionary()
        self._answers = LaneAnswers(self._player, self._is_for_us)
        self.in_turn = OneByOne().do
        self._is_plain = self._takes = False
        self._next: asyncio.TimerHandle | None = None

    def __repr__(self) -> str:
        return f"<Lane {len(self._open)} connections>"

    # Life

    def load(self, _: object) -> None:
        """Take connections, before mitmproxy listens."""
        if self._is_there and self._intake.open():
            self._begin()

    def _begin(self) -> None:
        self._takes = True
        _mitmproxys.addFilter(self._is_news)

    def stand_alone(self, leaves: Leaves) -> None:
        """Take connections while no mitmproxy runs, until :meth:`join`."""
        self._plain, self._leaves, self._is_plain = Alone(), leaves, True
        self._begin()

    def join(self) -> None:
        """Look at the mitmproxy that runs from now on."""
        self._plain = Plain()
        self.configure(frozenset())

    def done(self) -> None:
        if not self._takes:
            return
        self._takes = False
        if self._is_there:
            self._intake.close()
        _mitmproxys.removeFilter(self._is_news)
        if self._next is not None:
            self._next.cancel()
        for each in list(self._open):
            each.close()

    def configure(self, updated: Set[str]) -> None:
        """Look at everything anew, after options have changed."""
        if is_harmless(updated) and self._plain.is_same():
            return  # as where a session gets a port of its own
        self._fit.clear()
        self._answers.known.clear()
        self._is_plain = self._plain.look()
        in_play = self._sessions.in_play()
        if self._is_there and any(each.settings.lane == "auto" for each in in_play):
            host.capabilities.has("fast lane")  # the log says where it is not

    def accept(self, line: Taken) -> Connection | None:
        """Return who takes a connection, None where that is mitmproxy."""
        if (player := self._player(line)) is None or not fitness.is_near(
            line.ends[0][0]
        ):
            return None
        made = Connection(line, self)
        if not player.is_ready:
            line.hold_until(player.prepared())
            made.count()  # it may leave unread
        self._open.add(made)
        if self._next is None:
            self._look_later()
        return made

    def _look_later(self) -> None:
        pause = min(self._plain.gives_up_after(), 86400.0) / _LOOKS
        self._next = asyncio.get_running_loop().call_later(pause, self._look)

    def _look(self) -> None:
        """Leave clients that have been silent for as long as mitmproxy bears it."""
        for each in list(self._open):
            each.silence += 1
            if each.silence > _LOOKS:
                each.close()
        self._look_later()

    # Who may answer

    def is_open(self, line: Line) -> bool:
        return self._player(line) is not None

    def _player(self, line: Line) -> Player | None:
        """Return the session of a connection, where the lane may answer for it."""
        player = self._owner(line)
        if player is None or not self._takes:
            return None
        if not self._plain.is_same():
            self._is_plain = self._plain.look()
        is_fit = self._fit.get(player)
        if is_fit is None:
            is_fit = self._fit[player] = fitness.is_fit_for_lane(player)
        return player if is_fit and self._is_plain else None

    def _owner(self, line: Line) -> Player | None:
        """Return the session in play; of several, the one whose port it is."""
        sessions = self._sessions
        if sessions.root is None:
            return sessions.named()
        name = sessions.routes.session_of(line.ends[1][1])
        return None if name is None else sessions.used(name)

    # Answers

    def answer_again(self, line: Line, sent: Sent) -> bytes | None:
        known: bytes | None = self._answers.again(line, sent)
        return known

    def answer_http2_again(self, line: Line, sent: SentFields) -> Answer | None:
        known: Answer | None = self._answers.again(line, sent)
        return known

    def answer(
        self, line: Line, request: PlainRequest, sent: Sent | None = None
    ) -> bytes | Later | None:
        try:
            return self._answers.now(line, request, sent, over_http1)
        except SlowError as slow:
            return self._answers.later(line, slow.asked, sent)

    def answer_http2(
        self, line: Line, request: PlainRequest, sent: SentFields
    ) -> Answer | bytes:
        mark = b"%d" % next(self._marks)
        try:
            answer = self._answers.now(line, request, sent, over_http2, mark)
        except SlowError:
            return b""
        if answer is None:
            return mark if (line.ends, mark) in self._answers.handed else b""
        return answer

    def _is_for_us(self, request: PlainRequest) -> bool:
        """Return whether a request says something of its session, which is taken out
        where there are several."""
        return self._sessions.root is not None and any(
            name.lower() in SAYS_SESSION for name, _ in request.headers.fields
        )

    def handed(self, flow: "http.HTTPFlow") -> Handed | None:
        return self._answers.handed.take(flow)

    def context(
        self, line: Line, place: tuple[str, int], greeting: Hello
    ) -> ssl.SSLContext | None:
        player = self._player(line)
        if player is None:
            return None
        try:
            chooses = self._plain.chooses_protocol
            protocol = fitness.protocol_of(player, place[0], greeting, chooses)
            if protocol not in (None, fitness.H1, fitness.H2):
                return None
            if protocol == fitness.H2 and fitness.makes_calls(
                player, place[0], greeting
            ):
                return None
            address = line.ends[1][0]
            return self._leaves.context(greeting.name, place[0], address, protocol)
        except Exception:  # noqa: BLE001 - mitmproxy meets the same, and says so
            return None

    # Counts

    def came(self, line: Line) -> None:
        self._counted.add(line.ends)
        self._counts.came(self._owner(line))
        _mitmproxys.info(_CONNECT, extra={"client": line.ends[0]})

    def _is_news(self, record: logging.LogRecord) -> bool:
        """Let mitmproxy say once that a client has come: it says it of one that it gets
        from here too."""
        client = getattr(record, "client", None)
        if record.msg != _CONNECT or client not in self._told:
            return True
        self._told.discard(client)
        return False

    def has_counted(self, client: "connection.Client") -> bool:
        """Return whether a client that mitmproxy has now was counted already."""
        ends = ends_of(client)
        if ends not in self._counted:
            return False
        self._counted.discard(ends)
        return True

    def http2_broke(self, line: Line, name: str, reason: str) -> None:
        tell_unread(reason)
        self._counts.tls_broke(self._owner(line), name, UNREAD)

    def tls_broke(self, line: Line, name: str, reason: str) -> None:
        level, text = broken(name, reason)
        client = {"client": line.ends[0]}
        told = f"Client TLS handshake failed. {text}"
        _mitmproxys.log(level, told, extra=client)
        self._counts.tls_broke(self._owner(line), name, text)

    def asked_nothing(self, line: Line, name: str) -> None:
        self._counts.tls_broke(self._owner(line), name, LEFT)

    def ended(self, made: object, line: Line) -> None:
        if made in self._open:
            self._open.discard(made)
            self._counted.discard(line.ends)
            _mitmproxys.info("client disconnect", extra={"client": line.ends[0]})

    def left(self, made: object, line: Line) -> None:
        self._open.discard(made)
        if line.ends in self._counted:
            self._told.add(line.ends[0])
        logger.debug("mitmvcr: the lane leaves %s to mitmproxy", line.ends[0])

    def client_disconnected(self, client: "connection.Client") -> None:
        self._answers.handed.left(client)

    def error(self, flow: "http.HTTPFlow") -> None:
        self._answers.handed.failed(flow)
