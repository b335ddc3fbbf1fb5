"""The fast lane at mitmproxy's port: what it answers, and by which session.

Decisions, counts and the log are the session's, as in the ordinary way. What is decided
here and answered by mitmproxy after all, goes there with its decision: nothing is asked
twice.
"""

import asyncio
import logging
import ssl
import time
from collections.abc import Set
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from mitmproxy import connection, http

from mitmvcr.core.modes import Decision, Replay
from mitmvcr.core.unread import UnreadError
from mitmvcr.lane import Connection, Ends, Hello, Line, Sent, render
from mitmvcr.proxy import host
from mitmvcr.proxy.connections import LEFT, Connections
from mitmvcr.proxy.flow.ahead import read_on
from mitmvcr.proxy.flow.player import LARGE, Player, live_request_of, size_of
from mitmvcr.proxy.flow.turns import prepare
from mitmvcr.proxy.handshakes import broken
from mitmvcr.proxy.host.leaves import Leaves
from mitmvcr.proxy.host.lines import Intake
from mitmvcr.proxy.host.lines import Line as Taken
from mitmvcr.proxy.host.plain import Plain, is_harmless
from mitmvcr.proxy.known_answers import Answered, KnownAnswers
from mitmvcr.proxy.replay import at_once, waiting_for_nothing
from mitmvcr.proxy.sessions import Sessions
from mitmvcr.proxy.sessions.routes import SAYS_SESSION
from mitmvcr.view.parts import PlainRequest, as_response
from mitmvcr.view.requests import LiveRequest
from mitmvcr.view.restore import is_streamed, to_wire

logger = logging.getLogger("mitmvcr")
#: Whose lines these would be.
_mitmproxys = logging.getLogger("mitmproxy.proxy.server")

_CONNECT = "client connect"
_H1 = b"http/1.1"
_KNOWN = (b"h2", _H1, b"http/1.0", b"http/0.9")
#: So many looks make the time after which a silent client is left.
_LOOKS = 4


class Handed(NamedTuple):
    """A request that was decided on already."""

    player: Player
    live_request: LiveRequest
    decision: Decision


class Lane:
    """Serves the one session that is in play, or those that have ports of their own,
    where they replay strictly and nobody else is to see their requests. Without
    ``is_there`` it serves none: the addon has come when mitmproxy listened already. It
    is an addon itself.
    """

    name = "vcr.lane"

    def __init__(
        self, sessions: Sessions, connections: Connections, *, is_there: bool
    ) -> None:
        self._sessions, self._connections = sessions, connections
        self._is_there = is_there
        connections.was_counted = self.has_counted
        self._intake = Intake(self._accept)
        self._plain, self._leaves = Plain(), Leaves()
        self._handed: dict[Ends, Handed | Exception] = {}
        self._counted: set[Ends] = set()
        #: Clients of whom the log says already that they have come.
        self._told: set[Any] = set()
        self._open: set[Connection] = set()
        self._fit: WeakKeyDictionary[Player, bool] = WeakKeyDictionary()
        self._known = KnownAnswers()
        self._is_plain = self._takes = False
        self._next: asyncio.TimerHandle | None = None

    def __repr__(self) -> str:
        return f"<Lane {len(self._open)} connections>"

    # Life

    def load(self, _: object) -> None:
        """Take connections, before mitmproxy listens."""
        self._takes = self._is_there and self._intake.open()
        if self._takes:
            _mitmproxys.addFilter(self._is_news)

    def done(self) -> None:
        if not self._takes:
            return
        self._takes = False
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
        self._known.clear()
        self._is_plain = self._plain.look()
        in_play = self._sessions.in_play()
        if self._is_there and any(each.settings.lane == "auto" for each in in_play):
            host.capabilities.has("fast lane")  # the log says where it is not

    def _accept(self, line: Taken) -> Connection | None:
        if (player := self._player(line)) is None or not _is_near(line.ends[0][0]):
            return None
        made = Connection(line, self)
        if not player.session.is_prepared:
            line.hold_until(prepare(player.session))
            made.count()  # it may leave unread
        self._open.add(made)
        if self._next is None:
            self._look_later()
        return made

    def _look_later(self) -> None:
        pause = min(host.gives_up_after(), 86400.0) / _LOOKS
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
            is_fit = self._fit[player] = _is_fit(player)
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
        known = self._known.get(sent)
        if known is None:
            return None
        if (player := self._player(line)) is None or player is not known.whose():
            return None
        return known.again(player)

    def answer(
        self, line: Line, request: PlainRequest, sent: Sent | None = None
    ) -> bytes | None:
        player = self._player(line)
        if player is None or self._is_for_us(request):
            return None
        try:
            live = live_request_of(player, request)
            if size_of(live.request) > LARGE:
                return None
            learned = player.session.standing.learned
            decision = player.session.plan(live.request)
            if isinstance(decision, Replay):
                answered = _answered(player, request, live, decision)
                if answered is not None:
                    if sent is not None:
                        self._known.keep(sent, player, learned, answered)
                    return answered[1]
        except UnreadError:
            return None
        except Exception as error:  # noqa: BLE001 - mitmproxy's way answers that too
            self._handed[line.ends] = error
        else:
            self._handed[line.ends] = Handed(player, live, decision)
        return None

    def _is_for_us(self, request: PlainRequest) -> bool:
        """Return whether a request says something of its session, which is taken out
        where there are several."""
        return self._sessions.root is not None and any(
            name.lower() in SAYS_SESSION for name, _ in request.headers.fields
        )

    def handed(self, flow: http.HTTPFlow) -> Handed | None:
        """Return what was decided of a flow before mitmproxy had it. Raise the error
        that there was."""
        if not self._handed:
            return None
        found = self._handed.pop(_ends(flow.client_conn), None)
        if isinstance(found, Exception):
            raise found
        return found

    def context(
        self, line: Line, place: tuple[str, int], greeting: Hello
    ) -> ssl.SSLContext | None:
        player = self._player(line)
        if player is None:
            return None
        try:
            protocol = _protocol(player, place[0], greeting)
            if protocol not in (None, _H1):
                return None
            address = line.ends[1][0]
            return self._leaves.context(greeting.name, place[0], address, protocol)
        except Exception:  # noqa: BLE001 - mitmproxy meets the same, and says so
            return None

    # Counts

    def came(self, line: Line) -> None:
        self._counted.add(line.ends)
        self._connections.came(self._owner(line))
        _mitmproxys.info(_CONNECT, extra={"client": line.ends[0]})

    def _is_news(self, record: logging.LogRecord) -> bool:
        """Let mitmproxy say once that a client has come: it says it of one that it gets
        from here too."""
        client = getattr(record, "client", None)
        if record.msg != _CONNECT or client not in self._told:
            return True
        self._told.discard(client)
        return False

    def has_counted(self, client: connection.Client) -> bool:
        """Return whether a client that mitmproxy has now was counted already."""
        ends = _ends(client)
        if ends not in self._counted:
            return False
        self._counted.discard(ends)
        return True

    def tls_broke(self, line: Line, name: str, reason: str) -> None:
        level, text = broken(name, reason)
        client = {"client": line.ends[0]}
        told = f"Client TLS handshake failed. {text}"
        _mitmproxys.log(level, told, extra=client)
        self._connections.tls_broke(self._owner(line), name, text)

    def asked_nothing(self, line: Line, name: str) -> None:
        self._connections.tls_broke(self._owner(line), name, LEFT)

    def ended(self, made: Connection, line: Line) -> None:
        if made in self._open:
            self._open.discard(made)
            self._counted.discard(line.ends)
            _mitmproxys.info("client disconnect", extra={"client": line.ends[0]})

    def left(self, made: Connection, line: Line) -> None:
        self._open.discard(made)
        if line.ends in self._counted:
            self._told.add(line.ends[0])
        logger.debug("mitmvcr: the lane leaves %s to mitmproxy", line.ends[0])

    def client_disconnected(self, client: connection.Client) -> None:
        """Undo what was decided for a client that has left before mitmproxy had it."""
        if not self._handed:
            return
        found = self._handed.pop(_ends(client), None)
        if isinstance(found, Handed) and isinstance(found.decision, Replay):
            found.player.session.give_back(found.decision.position)


def _ends(client: connection.Client) -> Ends:
    return client.peername, client.sockname


def _is_fit(player: Player) -> bool:
    """Return whether all that the session's requests need is in the lane."""
    session, settings = player.session, player.settings
    return (
        settings.lane == "auto"
        and session.offline
        and session.looks_up
        and not player.passthrough
        and not player.blocking.has_filters
        and not settings.latency
    )


@lru_cache(maxsize=256)
def _is_near(address: str) -> bool:
    """Return whether mitmproxy's ``block_global`` lets this client in."""
    found = ip_address(address.rpartition("%")[0] or address)
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or found
    return found.is_loopback or not found.is_global


def _answered(
    player: Player, request: PlainRequest, live: LiveRequest, decision: Replay
) -> Answered | None:
    """Answer with a replay and count it, and return both, with what the log has of it;
    None where it is a long stream, or fails."""
    began, session = time.monotonic_ns(), player.session
    decision = waiting_for_nothing(player.settings, decision, request)
    interaction = decision.interaction
    if is_streamed(interaction.response):
        if (found := at_once(interaction, request)) is None:
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


def _protocol(player: Player, place: str, greeting: Hello) -> bytes | None:
    """Return what mitmproxy and :class:`Connections` would speak with this client."""
    offered = greeting.protocols
    recorded = player.recorded_protocol((greeting.name, place))
    if recorded in offered and host.capabilities.has("ALPN choice"):
        return recorded
    return next((each for each in offered if each in _KNOWN), None)
