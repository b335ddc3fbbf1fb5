"""The sessions in play by their names, the flows under way, and sessions that wait for
their last flow."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from mitmvcr.core.errors import VcrError
from mitmvcr.core.modes import RULES
from mitmvcr.miss.log import Log, Logging
from mitmvcr.options import Settings
from mitmvcr.proxy.flow.player import DEFAULT, Player, name_in
from mitmvcr.proxy.flow.states import Event
from mitmvcr.proxy.sessions import closing
from mitmvcr.proxy.sessions.closing import Recorders, Served, close, log
from mitmvcr.proxy.sessions.opening import begin, make_room, prepared, settings_of
from mitmvcr.proxy.sessions.routes import Refusals, Routes, Wanted
from mitmvcr.spelling import IN_MITMPROXY

if TYPE_CHECKING:
    from mitmproxy import connection, http

    from mitmvcr.proxy.flow.exchange import Exchange
    from mitmvcr.proxy.host.exit import ExitGuard


class Sessions:
    """Holds the sessions in play by their names; an ejected one is closed with its last
    flow. A named one begins with its first flow, by the settings in ``root``, which is
    None where there is only the default one.

    ``opened`` is called with each that begins.
    """

    def __init__(
        self,
        exit_guard: "ExitGuard | None" = None,
        opened: Callable[[Player], None] = lambda _: None,
    ) -> None:
        self.under_way: dict[str, Exchange] = {}
        self.root: Settings | None = None
        self.routes = Routes()
        #: Why clients were turned away that can have no session, and the names of
        #: those that could not begin.
        self.refusals = Refusals()
        self.refused: set[str] = set()
        #: The cassettes of tests that have failed, as far as somebody said so.
        self.failed: set[str] = set()
        #: Connections, where they are of no session yet, and what became of their TLS.
        self.came, self.log = 0, Log()
        self._logging = Logging()
        self.spelling = IN_MITMPROXY
        self._opened, self.served = opened, Served()
        #: Nothing is there that could reach the network, and is to be guarded.
        self.needs_no_guard = False
        self._ends: WeakKeyDictionary[Player, asyncio.Event] = WeakKeyDictionary()
        self._is_guarded = False
        self._said: set[str] = set()
        self._named: dict[str, Player] = {}
        #: The only session was ended, and no other was chosen: nothing leaves.
        self._is_over = False
        self._ejected: list[Player] = []
        self.recorders = Recorders()
        self._exit_guard = exit_guard
        if exit_guard is not None:
            exit_guard.closes(self.close)

    def __repr__(self) -> str:
        return f"<Sessions {self.in_play()!r}, {len(self.under_way)} flows under way>"

    # Routes

    def named(self, name: str = DEFAULT) -> Player | None:
        """Return the session of this name, if it is in play."""
        return self._named.get(name)

    def used(self, name: str) -> Player | None:
        """Return the same, whose client shows that it is still there."""
        player = self._named.get(name)
        if player is not None:
            player.last_used = monotonic()
        return player

    def exchange(self, flow: "http.HTTPFlow") -> "Exchange | None":
        """Return the exchange that a flow is, if it is under way."""
        return self.under_way.get(flow.id)

    def of(self, flow: "http.HTTPFlow") -> Player | None:
        """Return the session that a flow which begins now belongs to, and begin it if
        it is not in play. One that is under way keeps its own, but the network is what
        this one allows.

        Raises VcrError where it can have none.
        """
        if self.root is None and not self._is_over:
            return self._named.get(DEFAULT)
        return self._wanted(Wanted(DEFAULT) if self._is_over else self.routes.of(flow))

    def of_client(self, client: "connection.Client") -> Player | None:
        """Return the session that a client's connection was last used for."""
        return self._named.get(self.name_of(client))

    def name_of(self, client: "connection.Client") -> str:
        """Return the name of the session that its connection was last used for."""
        if self.root is None:
            return DEFAULT
        return (self.routes.names(client) or [DEFAULT])[-1]

    def allows(
        self, client: "connection.Client", ask: Callable[[Player], bool]
    ) -> bool:
        """Return whether a session that the connection is used for allows something.
        Raise VcrError where it can have none, which allows nothing."""
        if self.root is None and not self._is_over:
            player = self._named.get(DEFAULT)
            return player is None or ask(player)
        names = self.routes.names(client)
        if not names:
            try:
                return ask(self._wanted(Wanted(DEFAULT)))
            except VcrError as error:
                self.turn_away(error)
                raise
        return any(ask(player) for player in self.open() if player.name in names)

    def _wanted(self, wanted: Wanted) -> Player:
        if self._is_over:
            raise VcrError(closing.IS_OVER)
        if wanted.fault is not None:
            raise wanted.fault
        player = self._named.get(wanted.name)
        if player is None:
            return self._begin(wanted)
        wanted.require_mode(player.settings)
        player.last_used = monotonic()
        return player

    def _begin(self, wanted: Wanted) -> Player:
        assert self.root is not None
        settings = settings_of(self.root, wanted)
        player = self.switch(self.recorders.spared(settings, wanted.name), wanted.name)
        assert player is not None
        return player

    def in_play(self) -> tuple[Player, ...]:
        return tuple(self._named.values())

    def open(self) -> tuple[Player, ...]:
        """Return those in play, and those that wait for their last flow."""
        return (*self._ejected, *self._named.values())

    @property
    def offline(self) -> bool:
        """Return whether a session, or one that may begin, must not reach the net."""
        return self._begins_offline or any(
            player.offline for player in self._named.values()
        )

    def is_offline(self, name: str) -> bool:
        """Return the same of one name."""
        player = self._named.get(name)
        return self._begins_offline if player is None else player.offline

    @property
    def _begins_offline(self) -> bool:
        if self.root is None:
            return self._is_over
        return not RULES[self.root.mode, False].forwards

    def log_all(self, *, at_once: bool = False) -> None:
        """Keep a log of every request from now on for whoever may look on; ``at_once``:
        somebody does, and entries are made at once."""
        self._logging = Logging(True, self._logging.at_once or at_once)
        for player in self.open():
            self._logging.begin(player.session.log)

    # Their lives

    def switch(self, settings: Settings, name: str) -> Player | None:
        """Do what :meth:`use` does with a named session, whose clients go on; one that
        begins anew may have some of its earlier life."""
        earlier = self._named.get(name)
        try:
            player = self.use(settings, name)
        except VcrError as error:
            self.refused.add(name_in(settings, os.fspath(settings.cassette or name)))
            self.refusals.note(name, error)
            raise
        self.refusals.note(name, None)
        self.served.switched(name, earlier)
        return player

    def use(self, settings: Settings, name: str = DEFAULT) -> Player | None:
        """Take the session of this name out and put in the one that the settings name.

        Raises VcrError, and the session that was in use stays: without it a replay
        would be open to the network. If it writes the same cassette, it has been
        closed by then, since that had to be loaded, and records late what follows.
        """
        settings = prepared(settings)
        fresh, closed = None, list[Player]()
        if settings.cassette is not None or settings.dir is not None:
            make_room(len(self._named))
        if settings.cassette is not None:
            closed = self._close_writers_of(os.fspath(settings.cassette), name)
            # For named sessions one look is enough.
            known = self.needs_no_guard or (self._is_guarded and name != DEFAULT)
            session = begin(settings, self._said, is_guarded=known)
            self._is_guarded |= session.looks_up or session.offline
            fresh = Player(session, settings, name)
            session.whose = "" if settings.dir is None else f"{name}: "
            self._logging.begin(session.log)
            self.recorders.add(fresh)
            session.spelling = self.spelling
            self._opened(fresh)
            self.served.begun(fresh)
            self._hand_on(closed, fresh)
        self._replace(name, fresh, closed)
        return fresh

    def settle(self, root: Settings | None) -> None:
        """Let named sessions begin by these settings from now on; those of another
        folder end."""
        if self.root is not None and (root is None or root.dir != self.root.dir):
            self.eject(*(each for each in self._named if each != DEFAULT))
            self.routes.tell_unnamed()
        self.recorders.settled(self.root, root)
        self.root = root

    def _close_writers_of(self, cassette: str, name: str) -> list[Player]:
        """Close the sessions of this name that record a cassette, or will drop what is
        marked in it: only then is it in place. Raise VcrError if another one's do."""
        same, own = self.recorders.of(cassette, name), self._named.get(name)
        if own is not None and own.dropped and own.place == os.path.realpath(cassette):
            same = [*dict.fromkeys([*same, own])]
        self._ejected = [player for player in self._ejected if player not in same]
        log([self._close(player) for player in same])
        self.recorders.make_way(cassette)
        return same

    def _hand_on(self, closed: list[Player], fresh: Player) -> None:
        """Let what is under way go where what follows it goes."""
        if fresh.session.records:
            for exchange in self.recordings():
                if exchange.target in closed:
                    exchange.target = fresh

    def eject(self, *names: str, when: str = "") -> None:
        """End sessions, and close their ports; flows that are under way still belong to
        them. ``when`` they ended stands in the refusals of the ports."""
        for name in names:
            closing.close_ports(self.routes.take_ports(name, when))
            if (ended := self._named.pop(name, None)) is not None:
                self._ejected.append(ended)
                self._is_over = self.root is None
        self.close_idle()

    def _replace(
        self, name: str, fresh: Player | None, closed: Sequence[Player]
    ) -> None:
        earlier, self._is_over = self._named.pop(name, None), False
        if fresh is not None:
            self._named[name] = fresh
        if earlier is not None and earlier not in closed:
            self._ejected.append(earlier)
            self.close_idle()

    def client_gone(self, client: str) -> None:
        """Keep what a client was to be answered with for whoever asks again. A flow
        that waits to be answered hears of it only after it was."""
        for exchange in list(self.under_way.values()):
            if exchange.is_replay and exchange.client == client:
                exchange.undo(Event.LEFT)
        for name in [DEFAULT, *self.routes.forget(client)]:
            if (player := self._named.get(name)) is not None:
                player.forget(client)
        self.close_idle()

    def left(self, exchange: "Exchange") -> None:
        """Give back a replay whose client has reset its stream, and goes on."""
        exchange.undo(Event.LEFT)
        self.close_idle()

    def close(self) -> None:
        """End every session, whatever is still under way: the log says so, and what
        comes of it after all is recorded late."""
        closing.cut_off(self.recordings())
        ended, self._ejected, self._named = self.open(), [], {}
        self.root = None  # nothing begins any more
        self.routes.tell_unnamed()
        log([self._close(player) for player in ended])

    def recordings(self) -> "list[Exchange]":
        return [each for each in self.under_way.values() if not each.is_replay]

    def are_busy(self) -> bool:
        """Return whether anything is still to be recorded, or told."""
        waits = any(each.waiting or each.queued for each in self.open())
        return waits or bool(self.recordings())

    async def written(self) -> None:
        """Wait until all that is whole by now is recorded."""
        await asyncio.gather(*(each.written() for each in self.open()))

    def close_idle(self) -> None:
        """Close the sessions whose last flow has ended; call it when one has."""
        if not self._ejected:
            return
        targets = {exchange.target for exchange in self.under_way.values()}
        left = (p for p in self._ejected if p not in targets and not p.queued)
        if idle := dict.fromkeys(left):
            self._ejected = [each for each in self._ejected if each not in idle]
            log([self._close(player) for player in idle])
            self.served.released(idle)

    async def closing_idle(self, waiting: Awaitable[None]) -> None:
        """Do so when a flow ends that is waited for."""
        await waiting
        self.close_idle()

    def end_of(self, player: Player) -> asyncio.Event:
        """Return what is set when the session is closed."""
        return self._ends.setdefault(player, asyncio.Event())

    def busy(self) -> set[Player]:
        """Return the sessions of flows that are under way, or still to be recorded."""
        busy = {exchange.target for exchange in self.under_way.values()}
        return busy | {player for player in self.open() if player.queued}

    def flows_of(self, player: Player) -> int:
        return sum(each.target is player for each in self.under_way.values())

    def turn_away(self, error: Exception) -> None:
        """Remember that a client can have no session."""
        self.refusals.add(f"{error}" or type(error).__name__)
        if self._exit_guard is not None:
            self._exit_guard.failed = True

    def _close(self, player: Player) -> str:
        """Close it, and return what became of it."""
        line = close(player)
        self.recorders.forget(player)
        if player.session.failure is not None and self._exit_guard is not None:
            self._exit_guard.failed = True
        if (end := self._ends.pop(player, None)) is not None:
            end.set()
        return line
