"""The session in use, the flows under way, and sessions that wait for their last."""

import logging
import os
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from mitmproxy import http

from mitmvcr.core.errors import CassetteWriteError, OptionError, VcrError
from mitmvcr.core.model import Interaction
from mitmvcr.core.modes import Replay
from mitmvcr.miss.report import Entry
from mitmvcr.options import CASSETTE, SECRET, Settings
from mitmvcr.proxy import host
from mitmvcr.proxy.host.messages import response_parts
from mitmvcr.proxy.streaming import Tee
from mitmvcr.session import Session, open_session
from mitmvcr.view import View
from mitmvcr.view.requests import LiveRequest

if TYPE_CHECKING:
    from mitmvcr.proxy.grpc import Upload

logger = logging.getLogger("mitmvcr")


class Replayed:
    """A flow that is being answered from the cassette; where the log wants to know of
    it, what is told, and since when in monotonic nanoseconds. ``paced``: it leaves in
    parts, and what stands here says when it has arrived."""

    __slots__ = ("client", "entry", "paced", "position", "session", "started")

    def __init__(
        self,
        session: Session,
        position: int,
        client: str = "",
        entry: Entry | None = None,
        started: int = 0,
    ) -> None:
        self.session, self.position, self.client = session, position, client
        self.entry, self.started = entry, started
        self.paced: object | None = None

    def entry_now(self) -> Entry | None:
        """The entry for the log: the flow has been answered."""
        if self.entry is None:
            return None
        return self.entry.lasting(time.monotonic_ns() - self.started)


def replayed(session: Session, decision: Replay, client: str) -> Replayed:
    position = decision.position
    if not session.log.complete:
        return Replayed(session, position, client)
    entry = session.entry("replayed", decision.interaction, position)
    return Replayed(session, position, client, entry, time.monotonic_ns())


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
        "response",
        "sent",
        "session",
        "socket",
        "tee",
        "upload",
        "view",
    )

    def __init__(
        self,
        session: Session,
        asked: LiveRequest,
        sent: int,
        view: View,
        *,
        tee: Tee | None = None,
        upload: "Upload | None" = None,
    ) -> None:
        self.session, self.asked, self.sent, self.view = session, asked, sent, view
        self.head, self.cut_off = 0, False
        self.tee, self.upload = tee, upload
        self.response: http.Response | None = None
        self.socket: http.HTTPFlow | None = None

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
        recorded = self.view.to_response(wire, body, asked, duration=duration)
        return Interaction(0, asked.request, recorded)


class Sessions:
    """Holds one session at a time; an ejected one is closed with its last flow."""

    def __init__(self, exit_guard: host.ExitGuard | None = None) -> None:
        self.session: Session | None = None
        self.settings = Settings()
        self.flows: dict[str, Replayed | Recording] = {}
        self._ejected: list[Session] = []
        self._exit_guard = exit_guard
        if exit_guard is not None:
            exit_guard.closes(self.close)

    def __repr__(self) -> str:
        return f"<Sessions {self.session!r}, {len(self.flows)} flows under way>"

    def use(self, settings: Settings) -> None:
        """Take the session out and put in the one that the settings name.

        Raises VcrError, and the session that was in use stays: without it a replay
        would be open to the network. Only those that record the same cassette have
        been closed then, since their recording had to be loaded.
        """
        fresh = None
        if settings.cassette is not None:
            closed = self._close_recorders_of(os.fspath(settings.cassette))
            fresh = open_session(settings)
            self._admit(fresh)
            if fresh.notice is not None:
                logger.warning("mitmvcr: %s", fresh.notice)
            self._hand_on(closed, fresh)
        elif settings.mode not in (Settings().mode, "passthrough"):
            remedy = f"mode {settings.mode} needs a cassette: name a file"
            raise OptionError(CASSETTE.vcr, "", remedy)
        self.eject()
        self.session = fresh
        self.settings = settings

    def _admit(self, fresh: Session) -> None:
        """What keeps a replay off the network is there, or it is not begun."""
        if fresh.looks_up:
            try:
                host.capabilities.require_guards()
            except VcrError:
                fresh.close()
                raise

    def _close_recorders_of(self, cassette: str) -> list[Session]:
        """Two sessions cannot record to one file, nor one replay what another has not
        put in place yet."""
        same = [s for s in self._all() if s.records and is_same(s, cassette)]
        if self.session in same:
            self.session = None
        self._ejected = [s for s in self._ejected if s not in same]
        for session in same:
            self._close(session)
        return same

    def _hand_on(self, closed: list[Session], fresh: Session) -> None:
        """What is under way goes where what follows it goes."""
        if fresh.records:
            for flow in self.recordings():
                if flow.session in closed:
                    flow.session = fresh

    def _all(self) -> Iterable[Session]:
        return (*self._ejected, *([self.session] if self.session else []))

    def eject(self) -> None:
        """End the session; flows that are under way still belong to it."""
        if self.session is not None:
            self._ejected.append(self.session)
            self.session = None
            self.close_idle()

    def client_gone(self, client: str) -> None:
        """What it was to be answered with is for whoever asks again. A flow that waits
        to be answered hears of it only after it was."""
        for flow_id, flow in list(self.flows.items()):
            if isinstance(flow, Replayed) and flow.client == client:
                self._give_back(flow_id, flow)
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
        self.eject()
        ejected, self._ejected = self._ejected, []
        for session in ejected:
            self._close(session)

    def recordings(self) -> list[Recording]:
        """The flows that are on their way to the origin."""
        return [flow for flow in self.flows.values() if isinstance(flow, Recording)]

    def close_idle(self) -> None:
        """To be called when a flow has ended: some session may have waited for it."""
        if not self._ejected:
            return
        busy = [flow.session for flow in self.flows.values()]
        for session in [s for s in self._ejected if s not in busy]:
            self._ejected.remove(session)
            self._close(session)

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
