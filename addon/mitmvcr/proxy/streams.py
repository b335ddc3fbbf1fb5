"""The addon's hooks for what is more than one request and one response."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from mitmproxy import http, tls

from mitmvcr.core.errors import VcrError
from mitmvcr.core.model import Interaction
from mitmvcr.proxy import host
from mitmvcr.proxy.blocking import Blocking
from mitmvcr.proxy.host.backpressure import drain
from mitmvcr.proxy.host.messages import request_parts
from mitmvcr.proxy.interrupted import broken
from mitmvcr.proxy.sessions import Recording, Replayed, Sessions
from mitmvcr.proxy.streaming import TimedTee, pass_on, with_chunks
from mitmvcr.session import Session
from mitmvcr.view.choice import View

if TYPE_CHECKING:
    from mitmproxy.proxy import layer

    from mitmvcr.proxy.grpc import Calls

logger = logging.getLogger("mitmvcr")


class StreamHooks:
    """A part of the addon. What only some traffic needs is imported when it comes."""

    session: Session | None
    sessions: Sessions
    view: View
    blocking: Blocking

    def __init__(self) -> None:
        self.calls: Calls | None = None
        #: A hook that mitmproxy finds only where it is needed: each costs 3 us a flow.
        self.requestheaders: Callable[[http.HTTPFlow], None] | None = None
        self._met_h2 = False

    def passes(self, flow: http.HTTPFlow) -> bool:
        raise NotImplementedError

    def record(self, started: Recording, response: http.Response) -> None:
        raise NotImplementedError

    # Requests

    def choose_request_hook(self) -> None:
        """To be called for each session. Who looks nothing up needs the hook only for
        gRPC, and so not until there is HTTP/2."""
        session, self.requestheaders = self.session, None
        if session is not None and session.looks_up:
            self.requestheaders = self._hold
        elif session is not None and self._met_h2:
            self.requestheaders = self._stream_call

    def tls_established_client(self, data: tls.TlsData) -> None:
        if data.conn.alpn == b"h2":
            self._meet_h2()

    def next_layer(self, choice: "layer.NextLayer") -> None:
        if self.session is not None:
            host.expect_cleartext_h2(choice)
        if choice.context.client.alpn == b"h2":
            self._meet_h2()

    def _meet_h2(self) -> None:
        if not self._met_h2:
            self._met_h2 = True
            self.choose_request_hook()

    def _hold(self, flow: http.HTTPFlow) -> None:
        """A streamed request would be on its way before it was looked up."""
        flow.request.stream = False
        if self._met_h2:
            self._stream_call(flow)

    def _stream_call(self, flow: http.HTTPFlow) -> None:
        """Asked of each request when its head is there."""
        session = self.session
        if session is None or not is_grpc(flow.request):
            return
        from mitmvcr.proxy import grpc as uploads

        if self.passes(flow):
            uploads.let_pass(session, flow)
        elif why := self.blocking.by_filter(flow):
            uploads.block(session, flow, why)
        elif session.looks_up:
            self._look_at_call(session, flow)
        elif session.records:
            self._record_call(session, flow)
        else:
            uploads.let_pass(session, flow)

    def _look_at_call(self, session: Session, flow: http.HTTPFlow) -> None:
        """A call is held until it is whole and can be looked up; but not one that
        goes both ways, nor one that cannot be in the cassette."""
        from mitmvcr.proxy import grpc as uploads

        self.calls = self.calls or uploads.Calls(session, self.view)
        known = self.calls.of(flow.request)
        both_ways = self.calls.go_both_ways(known)
        if both_ways and session.offline:
            uploads.refuse(session, flow)
        elif both_ways:
            uploads.let_pass(session, flow)
        elif known or session.needs_all or self.calls.may_match(flow.request):
            return  # held until it is whole
        elif session.records:
            self._record_call(session, flow)
        elif session.offline:
            uploads.miss(session, flow, self.view)

    def _record_call(self, session: Session, flow: http.HTTPFlow) -> None:
        from mitmvcr.proxy import grpc as uploads

        view = self.view
        upload = uploads.Upload(flow.request, view, self.sessions.settings.spool)
        flow.request.stream = upload
        asked = view.to_request(request_parts(flow.request))
        started = Recording(session, asked, time.monotonic_ns(), view, upload=upload)
        self.sessions.flows[flow.id] = started

    def is_on_its_way(self, flow: http.HTTPFlow) -> bool:
        """Return whether the request of a call streamed by; it has ended now."""
        started = self.sessions.flows.get(flow.id)
        if isinstance(started, Recording) and started.upload is not None:
            started.upload.end()
            return True
        return flow.request.stream is pass_on

    # Responses

    def leaves_in_parts(self, started: Replayed, flow: http.HTTPFlow) -> bool:
        """Such a replay is still under way, and tells when it has arrived."""
        if getattr(flow.response, "stream", None) is not started.paced:
            return False
        self.sessions.flows[flow.id] = started
        return True

    def is_open_socket(self, started: Recording, flow: http.HTTPFlow) -> bool:
        """A WebSocket is recorded when it ends, if it is at all."""
        if not self.sessions.settings.websocket:
            return False
        started.socket, started.response = flow, flow.response
        self.sessions.flows[flow.id] = started
        return True

    def websocket_end(self, flow: http.HTTPFlow) -> None:
        started = self.sessions.flows.get(flow.id)
        if isinstance(started, Recording) and flow.response is not None:
            del self.sessions.flows[flow.id]
            self.record(started, flow.response)
            self.sessions.close_idle()

    def broke_off(self, started: Recording, flow: http.HTTPFlow | None) -> None:
        """An exchange ended before its end; ``flow`` is None where the proxy ends."""
        settings = self.sessions.settings
        try:
            response = flow.response if flow is not None else started.response
            found = broken(started, response, flow, settings, time.monotonic_ns())
            kept = found.interaction
            if kept is not None:
                kept = started.upload.finish(kept) if started.upload else kept
                started.session.record(kept)
            else:
                started.session.lost()
            if found.told:
                logger.warning("mitmvcr: %s %s", started.shown(), found.told)
        except Exception as error:  # noqa: BLE001 - told, and the traffic goes on
            started.session.note_failure(error)
            told = describe(error)
            logger.error("mitmvcr: %s is not recorded: %s", started.shown(), told)

    def close_streams(self) -> None:
        """What a stream had brought until now is not lost."""
        for flow_id, flow in list(self.sessions.flows.items()):
            if isinstance(flow, Recording) and flow.response is not None:
                del self.sessions.flows[flow_id]
                if flow.socket is not None:
                    self.record(flow, flow.response)
                else:
                    self.broke_off(flow, None)
        self.sessions.close_idle()

    async def vcr_drain(self, client_id: str) -> None:
        """A hook of our own: a replayed stream waits for its client."""
        await drain(client_id)


def with_stream(
    started: Recording, response: http.Response, found: Interaction
) -> Interaction:
    """With what there is to know of a stream, beside its body."""
    if started.socket is not None:
        from mitmvcr.proxy.websocket import frames

        recorded = replace(found.response, websocket=frames(started.socket))
        found = replace(found, response=recorded)
    elif isinstance(started.tee, TimedTee):
        codings = response.headers.get("content-encoding", "")
        recorded = with_chunks(found.response, started.tee, started.head, codings)
        found = replace(found, response=recorded)
    return found if started.upload is None else started.upload.finish(found)


def is_grpc(request: http.Request) -> bool:
    """Return whether it is a gRPC call; they are made over HTTP/2."""
    if request_parts(request).http_version != b"HTTP/2.0":
        return False
    for name, value in request.headers.fields:
        if name == b"content-type":  # over HTTP/2 names are in lower case
            return value.startswith(b"application/grpc")
    return False


def describe(error: Exception) -> str:
    """One line."""
    if isinstance(error, VcrError):
        return str(error)
    return f"{type(error).__name__}: {error}"
