"""The sessions in play by their names, the flows under way, and sessions that wait for
their last flow."""

import logging
import os
from collections.abc import Callable

from mitmproxy import connection, http

from mitmvcr.core.errors import CassetteWriteError, OptionError, VcrError
from mitmvcr.options import CASSETTE, SECRET, Settings
from mitmvcr.proxy import host
from mitmvcr.proxy.exchange import Exchange
from mitmvcr.proxy.player import Player, parse_filters
from mitmvcr.proxy.states import Event, State
from mitmvcr.session import Session, open_session

logger = logging.getLogger("mitmvcr")

#: The session of whoever names none.
DEFAULT = ""


class Sessions:
    """Holds the sessions in play by their names, so far the default one only; an
    ejected one is closed with its last flow.

    ``released`` is called when one was closed and needs nothing of the proxy any more.
    """

    def __init__(
        self,
        exit_guard: host.ExitGuard | None = None,
        released: Callable[[], None] = lambda: None,
    ) -> None:
        self.under_way: dict[str, Exchange] = {}
        self._named: dict[str, Player] = {}
        self._ejected: list[Player] = []
        self._exit_guard, self._released = exit_guard, released
        if exit_guard is not None:
            exit_guard.closes(self.close)

    def __repr__(self) -> str:
        return f"<Sessions {self.in_play()!r}, {len(self.under_way)} flows under way>"

    # Routes

    def named(self, name: str = DEFAULT) -> Player | None:
        """Return the session of this name, if it is in play."""
        return self._named.get(name)

    def exchange(self, flow: http.HTTPFlow) -> Exchange | None:
        """Return the exchange that a flow is, if it is under way."""
        return self.under_way.get(flow.id)

    def of(self, flow: http.HTTPFlow) -> Player | None:
        """Return the session that a flow which begins now belongs to. One that is under
        way keeps its own, but the network is what this one allows."""
        return self._named.get(DEFAULT)

    def of_client(self, client: connection.Client) -> Player | None:
        """Return the session that a client's connection belongs to."""
        return self._named.get(DEFAULT)

    def in_play(self) -> tuple[Player, ...]:
        return tuple(self._named.values())

    def open(self) -> tuple[Player, ...]:
        """Return those in play, and those that wait for their last flow."""
        return (*self._ejected, *self._named.values())

    @property
    def offline(self) -> bool:
        """Return whether some session must not reach the network."""
        return any(player.offline for player in self._named.values())

    # Their lives

    def use(self, settings: Settings, name: str = DEFAULT) -> Player | None:
        """Take the session of this name out and put in the one that the settings name.

        Raises VcrError, and the session that was in use stays: without it a replay
        would be open to the network. Only those that record the same cassette have
        been closed then, since their recording had to be loaded.
        """
        parse_filters(settings)  # before anything is closed
        fresh = None
        if settings.cassette is not None:
            closed = self._close_recorders_of(os.fspath(settings.cassette))
            session = open_session(settings)
            self._admit(session)
            if session.notice is not None:
                logger.warning("mitmvcr: %s", session.notice)
            fresh = Player(session, settings)
            self._hand_on(closed, fresh)
        elif settings.mode not in (Settings().mode, "passthrough"):
            remedy = f"mode {settings.mode} needs a cassette: name a file"
            raise OptionError(CASSETTE.vcr, "", remedy)
        self._replace(name, fresh)
        return fresh

    def _admit(self, fresh: Session) -> None:
        """Raise CapabilityError where something that keeps a replay off the network is
        not there; then it is not begun."""
        if fresh.looks_up or fresh.offline:
            try:
                host.capabilities.require_guards()
            except VcrError:
                fresh.close()
                raise

    def _close_recorders_of(self, cassette: str) -> list[Player]:
        """Close the sessions that record a cassette: two cannot record to one file, nor
        one replay what another has not put in place yet."""
        same = [
            player
            for player in self.open()
            if player.session.records and is_same(player.session, cassette)
        ]
        for name, player in list(self._named.items()):
            if player in same:
                del self._named[name]
        self._ejected = [player for player in self._ejected if player not in same]
        for player in same:
            self._close(player.session)
        return same

    def _hand_on(self, closed: list[Player], fresh: Player) -> None:
        """Let what is under way go where what follows it goes."""
        if fresh.session.records:
            for exchange in self.recordings():
                if exchange.target in closed:
                    exchange.target = fresh

    def eject(self, name: str = DEFAULT) -> None:
        """End a session; flows that are under way still belong to it."""
        self._replace(name, None)

    def _replace(self, name: str, fresh: Player | None) -> None:
        earlier = self._named.pop(name, None)
        if fresh is not None:
            self._named[name] = fresh
        if earlier is not None:
            self._ejected.append(earlier)
            self.close_idle()

    def client_gone(self, client: str) -> None:
        """Keep what a client was to be answered with for whoever asks again. A flow
        that waits to be answered hears of it only after it was."""
        for exchange in list(self.under_way.values()):
            if exchange.is_replay and exchange.client == client:
                exchange.undo(Event.LEFT)
        for player in self._named.values():
            player.forget(client)
        self.close_idle()

    def left(self, exchange: Exchange) -> None:
        """Give back a replay whose client has reset its stream, and goes on."""
        exchange.undo(Event.LEFT)
        self.close_idle()

    def close(self) -> None:
        """End every session, whatever is still under way: the log says so, and what
        comes of it after all is recorded late."""
        for exchange in self.recordings():
            if exchange.state is not State.INTERRUPTED:
                url = exchange.shown()
                logger.warning("mitmvcr: %s was cut off and is not recorded", url)
                exchange.move(Event.CUT_OFF)
        ended, self._ejected, self._named = self.open(), [], {}
        for player in ended:
            self._close(player.session)

    def recordings(self) -> list[Exchange]:
        """Return the exchanges that are on their way to the origin, or back."""
        return [each for each in self.under_way.values() if not each.is_replay]

    def close_idle(self) -> None:
        """Close the sessions that waited for their last flow. Call it when a flow
        has ended."""
        if not self._ejected:
            return
        busy = [exchange.target for exchange in self.under_way.values()]
        idle = [player for player in self._ejected if player not in busy]
        for player in idle:
            self._ejected.remove(player)
            self._close(player.session)
        if idle:
            self._released()

    def _close(self, session: Session) -> None:
        try:
            session.close()
        except CassetteWriteError as error:
            logger.error("mitmvcr: %s", error)
        for url in session.altered:
            logger.warning(
                "mitmvcr: %s: a later request revealed a secret in this one, which is"
                " taken out: the request may not match in a replay. Name its"
                " field with vcr_redact_query or vcr_redact_json, or its variable with"
                " %s, and record again",
                url,
                SECRET.vcr,
            )
        if session.failure is not None and self._exit_guard is not None:
            self._exit_guard.failed = True
        logger.info("mitmvcr: %s", session.summary().line())


def is_same(session: Session, cassette: str) -> bool:
    """Return whether the session has this file in use, by whatever name."""
    return os.path.realpath(session.store.name) == os.path.realpath(cassette)
