"""The session in use, the flows under way, and sessions that wait for their last."""

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mitmproxy import http

from mitmvcr.core.errors import CassetteWriteError, OptionError
from mitmvcr.mitm import host
from mitmvcr.mitm.streaming import Tee
from mitmvcr.mitm.translate import Asked
from mitmvcr.session import Session, open_session
from mitmvcr.settings import Settings

if TYPE_CHECKING:
    from mitmvcr.mitm.uploads import Upload

logger = logging.getLogger("mitmvcr")


@dataclass(slots=True)
class Replayed:
    """A flow that was answered from the cassette."""

    session: Session
    position: int
    #: It leaves in parts, and what stands here says when it has arrived.
    paced: object | None = None


@dataclass(slots=True)
class Recording:
    """A flow that is on its way to the origin. Times are monotonic nanoseconds."""

    session: Session
    asked: Asked
    sent: int
    head: int = 0
    tee: Tee | None = None
    #: The head, where the body streams by.
    response: http.Response | None = None
    #: The flow, where it became a WebSocket.
    socket: http.HTTPFlow | None = None
    #: The request, where it streams by too.
    upload: "Upload | None" = None


class Rack:
    """Holds one session at a time; an ejected one is closed with its last flow."""

    def __init__(self, last_resort: host.LastResort | None = None) -> None:
        self.session: Session | None = None
        self.settings = Settings()
        self.flows: dict[str, Replayed | Recording] = {}
        self._ejected: list[Session] = []
        self._last_resort = last_resort
        if last_resort is not None:
            last_resort.closes(self.close)

    def __repr__(self) -> str:
        return f"<Rack {self.session!r}, {len(self.flows)} flows under way>"

    def use(self, settings: Settings) -> None:
        """Take the session out and put in the one that the settings name.

        Raises VcrError, and the session that was in use stays: without it a replay
        would be open to the network. Only one that records the same cassette has been
        closed then, since its recording had to be loaded.
        """
        fresh = None
        if settings.cassette is not None:
            same = self.settings.cassette == settings.cassette
            if same and self.session is not None and self.session.records:
                self.eject()
            fresh = open_session(settings)
        elif settings.mode not in (Settings().mode, "passthrough"):
            remedy = f"mode {settings.mode} needs a cassette: name a file"
            raise OptionError("vcr_cassette", "", remedy)
        self.eject()
        self.session = fresh
        self.settings = settings

    def eject(self) -> None:
        """End the session; flows that are under way still belong to it."""
        if self.session is not None:
            self._ejected.append(self.session)
            self.session = None
            self._close_idle()

    def end_flow(self, flow_id: str) -> None:
        """The flow is over, and with it perhaps the session that waited for it."""
        self.flows.pop(flow_id, None)
        if self._ejected:
            self._close_idle()

    def close(self) -> None:
        """End every session, whatever is still under way."""
        for flow in self.recordings():
            url = flow.asked.request.url
            logger.warning("mitmvcr: %s was cut off and is not recorded", url)
        self.flows.clear()
        self.eject()
        self._close_idle()

    def recordings(self) -> list[Recording]:
        """The flows that are on their way to the origin."""
        return [flow for flow in self.flows.values() if isinstance(flow, Recording)]

    def _close_idle(self) -> None:
        busy = [flow.session for flow in self.flows.values()]
        for session in [s for s in self._ejected if s not in busy]:
            self._ejected.remove(session)
            self._close(session)

    def _close(self, session: Session) -> None:
        try:
            session.close()
        except CassetteWriteError as error:
            logger.error("mitmvcr: %s", error)
        if session.failure is not None and self._last_resort is not None:
            self._last_resort.failed = True
        logger.info("mitmvcr: %s", session.summary().line())
