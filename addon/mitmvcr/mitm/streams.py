"""The addon's hooks for what is more than one request and one response."""

import logging
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from mitmproxy import http
from mitmproxy.proxy import layer

from mitmvcr.core.errors import VcrError
from mitmvcr.core.model import Interaction
from mitmvcr.mitm import host
from mitmvcr.mitm.rack import Rack, Recording
from mitmvcr.mitm.streaming import TimedTee, with_chunks
from mitmvcr.mitm.translate import to_request, to_response
from mitmvcr.session import Session

if TYPE_CHECKING:
    from mitmvcr.mitm.uploads import BothWays

logger = logging.getLogger("mitmvcr")


class StreamHooks:
    """A part of the addon. What only some traffic needs is imported when it comes."""

    session: Session | None
    rack: Rack
    both_ways: "BothWays | None"

    def passes(self, flow: http.HTTPFlow) -> bool:
        raise NotImplementedError

    def record(self, started: Recording, response: http.Response) -> None:
        raise NotImplementedError

    def next_layer(self, choice: layer.NextLayer) -> None:
        if self.session is not None:
            host.expect_cleartext_h2(choice)

    def stream_call(self, session: Session, flow: http.HTTPFlow) -> None:
        """Asked of each request over HTTP/2 when its head is there."""
        from mitmvcr.mitm import uploads

        if not uploads.is_grpc(flow.request) or self.passes(flow):
            return
        if session.records and not session.looks_up:
            upload = uploads.Upload(flow.request)
            flow.request.stream = upload
            asked = to_request(flow.request)
            started = Recording(session, asked, time.monotonic_ns(), upload=upload)
            self.rack.flows[flow.id] = started
            return
        self.both_ways = self.both_ways or uploads.BothWays()
        if session.offline and self.both_ways.includes(session, flow.request.url):
            session.refused()
            flow.kill()
            logger.warning(
                "mitmvcr: %s is a call that goes both ways: it is recorded, and cannot"
                " be replayed",
                flow.request.url,
            )

    def websocket_end(self, flow: http.HTTPFlow) -> None:
        started = self.rack.flows.get(flow.id)
        if isinstance(started, Recording) and flow.response is not None:
            self.record(started, flow.response)
            self.rack.end_flow(flow.id)

    def broke_off(self, started: Recording, flow: http.HTTPFlow | None) -> None:
        """An exchange ended before its end; ``flow`` is None where the proxy ends."""
        from mitmvcr.mitm.breaks import broken

        url, settings = started.asked.request.url, self.rack.settings
        try:
            response = flow.response if flow is not None else started.response
            found = broken(started, response, flow, settings, time.monotonic_ns())
            kept = found.interaction
            if kept is not None:
                kept = started.upload.finish(kept) if started.upload else kept
                started.session.record(kept)
            if found.told:
                logger.warning("mitmvcr: %s %s", url, found.told)
        except Exception as error:  # noqa: BLE001 - told, and the traffic goes on
            started.session.note_failure(error)
            logger.error("mitmvcr: %s is not recorded: %s", url, describe(error))

    def close_streams(self) -> None:
        """What a stream had brought until now is not lost."""
        for flow_id, flow in list(self.rack.flows.items()):
            if isinstance(flow, Recording) and flow.response is not None:
                if flow.socket is not None:
                    self.record(flow, flow.response)
                else:
                    self.broke_off(flow, None)
                self.rack.end_flow(flow_id)

    async def vcr_drain(self, client_id: str) -> None:
        """A hook of our own: a replayed stream waits for its client."""
        from mitmvcr.mitm.pacing import drain

        await drain(client_id)


def to_interaction(started: Recording, response: http.Response) -> Interaction:
    """A finished exchange as it is recorded, but for redaction."""
    body = response.raw_content
    if body is None:  # it was streamed
        body = started.tee.body() if started.tee else b""
    duration = (started.head or time.monotonic_ns()) - started.sent
    recorded = to_response(response, body, started.asked, duration=duration)
    if started.socket is not None:
        from mitmvcr.mitm.sockets import frames

        recorded = replace(recorded, websocket=frames(started.socket))
    elif isinstance(started.tee, TimedTee):
        coding = response.headers.get("content-encoding", "").strip().lower()
        recorded = with_chunks(recorded, started.tee, started.head, coding)
    found = Interaction(0, started.asked.request, recorded)
    return found if started.upload is None else started.upload.finish(found)


def describe(error: Exception) -> str:
    """One line."""
    if isinstance(error, VcrError):
        return str(error)
    return f"{type(error).__name__}: {error}"
