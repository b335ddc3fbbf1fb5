"""The sessions in play by their names, the flows under way, and sessions that wait for
their last flow."""

import logging
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from mitmproxy import connection, http

from mitmvcr.core.errors import CassetteWriteError, OptionError, VcrError
from mitmvcr.core.model import Interaction
from mitmvcr.core.modes import Replay
from mitmvcr.miss.report import Entry
from mitmvcr.options import CASSETTE, SECRET, Settings
from mitmvcr.proxy import host
from mitmvcr.proxy.host.messages import response_parts
from mitmvcr.proxy.player import Player, parse_filters
from mitmvcr.proxy.streaming import Tee
from mitmvcr.session import Session, open_session
from mitmvcr.view.requests import LiveRequest

if TYPE_CHECKING:
    from mitmvcr.proxy.grpc import Upload

logger = logging.getLogger("mitmvcr")

#: The session of whoever names none.
DEFAULT = ""


class Replayed:
    """A flow that is being answered from the cassette; where the log wants to know of
    it, what is told, and since when in monotonic nanoseconds. ``paced``: it leaves in
    parts, and what stands here says when it has arrived."""

    __slots__ = ("client", "entry", "paced", "player", "position", "started")

    def __init__(
        self,
        player: Player,
        position: int,
        client: str = "",
        entry: Entry | None = None,
        started: int = 0,
    ) -> None:
        self.player, self.position, self.client = player, position, client
        self.entry, self.started = entry, started
        self.paced: object | None = None

    @property
    def session(self) -> Session:
        return self.player.session

    def entry_now(self) -> Entry | None:
        """The entry for the log: the flow has been answered."""
        if self.entry is None:
            return None
        return self.entry.lasting(time.monotonic_ns() - self.started)


def replayed(player: Player, decision: Replay, client: str) -> Replayed:
    position, session = decision.position, player.session
    if not session.log.complete:
        return Replayed(player, position, client)
    entry = session.entry("replayed", decision.interaction, position)
    return Replayed(player, position, client, entry, time.monotonic_ns())


class Recording:
    """A flow that is on its way to the origin. Times are monotonic nanoseconds.

    ``cut_off``: the end came first, and that was told. ``response``: the head, where
    the body streams by. ``socket``: the flow, where it became a WebSocket.
    ``upload``: the request, where it streams by too.
    """

    __slots__ = (
        "asked",
        "cut_off",
        "head",
        "player",
        "response",
        "sent",
        "socket",
        "tee",
        "upload",
    )

    def __init__(
        self,
        player: Player,
        asked: LiveRequest,
        sent: int,
        *,
        tee: Tee | None = None,
        upload: "Upload | None" = None,
    ) -> None:
        self.player, self.asked, self.sent = player, asked, sent
        self.head, self.cut_off = 0, False
        self.tee, self.upload = tee, upload
        self.response: http.Response | None = None
        self.socket: http.HTTPFlow | None = None

    @property
    def session(self) -> Session:
        return self.player.session

    def shown(self) -> str:
        """The URL as it may stand in a log."""
        return self.session.shown(self.asked.request.url)

    def interaction(self, response: http.Response) -> Interaction:
        """With what has come back from the origin."""
        body = response.raw_content
        if body is None:  # it was streamed
            body = self.tee.body() if self.tee else b""
        duration = (self.head or time.monotonic_ns()) - self.sent
        asked, wire = self.asked, response_parts(response)
        recorded = self.player.view.to_response(wire, body, asked, duration=duration)
        return Interaction(0, asked.request, recorded)


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
        self.flows: dict[str, Replayed | Recording] = {}
        self._named: dict[str, Player] = {}
        self._ejected: list[Player] = []
        self._exit_guard, self._released = exit_guard, released
        if exit_guard is not None:
            exit_guard.closes(self.close)

    def __repr__(self) -> str:
        return f"<Sessions {self.in_play()!r}, {len(self.flows)} flows under way>"

    # Routes

    def named(self, name: str = DEFAULT) -> Player | None:
        """Return the session of this name, if it is in play."""
        return self._named.get(name)

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
            for flow in self.recordings():
                if flow.player in closed:
                    flow.player = fresh

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
        """What it was to be answered with is for whoever asks again. A flow that waits
        to be answered hears of it only after it was."""
        for flow_id, flow in list(self.flows.items()):
            if isinstance(flow, Replayed) and flow.client == client:
                self._give_back(flow_id, flow)
        for player in self._named.values():
            player.forget(client)
        self.close_idle()

    def left(self, flow_id: str) -> None:
        """The client has reset a stream that waits to be answered, and goes on."""
        flow = self.flows.get(flow_id)
        if isinstance(flow, Replayed):
            self._give_back(flow_id, flow)
            self.close_idle()

    def _give_back(self, flow_id: str, flow: Replayed) -> None:
        flow.session.give_back(flow.position)
        del self.flows[flow_id]

    def close(self) -> None:
        """End every session, whatever is still under way: that is told, and what
        comes of it after all is recorded late."""
        for flow in self.recordings():
            if not flow.cut_off:
                url = flow.shown()
                logger.warning("mitmvcr: %s was cut off and is not recorded", url)
                flow.cut_off = True
        ended, self._ejected, self._named = self.open(), [], {}
        for player in ended:
            self._close(player.session)

    def recordings(self) -> list[Recording]:
        """The flows that are on their way to the origin."""
        return [flow for flow in self.flows.values() if isinstance(flow, Recording)]

    def close_idle(self) -> None:
        """To be called when a flow has ended: some session may have waited for it."""
        if not self._ejected:
            return
        busy = [flow.player for flow in self.flows.values()]
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
