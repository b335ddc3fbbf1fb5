"""The addon: mitmproxy's hooks on one side, a session's decisions on the other.

Two locks keep a replay off the network. ``request`` answers everything itself, also
when our own code raises: mitmproxy would forward the request to the origin after an
exception. ``server_connect`` refuses every upstream socket that no passthrough rule
allows, whatever has asked for it.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Set
from typing import TYPE_CHECKING

from mitmproxy import ctx, flowfilter, http, tcp, tls
from mitmproxy.addonmanager import Loader
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

from mitmvcr.core.errors import OptionError, VcrError
from mitmvcr.core.modes import Forward, Replay
from mitmvcr.mitm import answers, host, options
from mitmvcr.mitm.commands import VcrCommands
from mitmvcr.mitm.rack import Rack, Recording, Replayed
from mitmvcr.mitm.redirects import Redirects
from mitmvcr.mitm.restore import is_streamed, to_wire
from mitmvcr.mitm.streaming import tap
from mitmvcr.mitm.streams import StreamHooks, describe, to_interaction
from mitmvcr.mitm.translate import to_lookup, to_request
from mitmvcr.session import Session
from mitmvcr.settings import Settings

if TYPE_CHECKING:
    from mitmvcr.mitm.uploads import BothWays

logger = logging.getLogger("mitmvcr")

_PROXY_HEADERS = (b"proxy-authorization", b"proxy-connection")
_REFUSED = "mitmvcr replays: nothing may reach the network"


class VcrAddon(VcrCommands, StreamHooks):
    """Recorder and player; one cassette is in use at a time."""

    name = "vcr"

    def __init__(self, last_resort: host.LastResort | None = None) -> None:
        self.rack = Rack(last_resort)
        self._passthrough: list[flowfilter.TFilter] = []
        self._allowed: set[tuple[str, str, int]] = set()
        self._redirects = Redirects()
        self.both_ways: BothWays | None = None
        self._takeover = host.Takeover()
        self._is_running = False

    @property
    def session(self) -> Session | None:  # type: ignore[override] # it is only read
        return self.rack.session

    # Life

    def load(self, loader: Loader) -> None:
        options.add(loader)
        host.take_deferred_options(ctx.options)

    def configure(self, updated: Set[str]) -> None:
        if not options.NAMES & updated:
            return
        try:
            self.use(options.parse(ctx.options))
        except VcrError as error:
            if not self._is_running:
                host.end_process(error)
            raise host.refusal(error) from error

    def running(self) -> None:
        host.refuse_unknown_options(ctx.options, options.NAMES)
        self._is_running = True
        if self.session is None:
            logger.warning(
                "mitmvcr: no cassette is chosen and nothing is recorded:"
                " --set vcr_cassette=FILE, or the command vcr.use FILE"
            )
        host.settle_memory()

    def done(self) -> Awaitable[None] | None:
        if host.is_exiting() and self.rack.recordings():
            return self._drain_and_close()
        self.close_streams()
        self.rack.close()
        return None

    async def _drain_and_close(self) -> None:
        await host.drain(lambda: bool(self.rack.recordings()))
        self.close_streams()
        self.rack.close()

    def use(self, settings: Settings) -> None:
        """Put a cassette in play and take out the one that was. Raises VcrError."""
        if settings == self.rack.settings and self.session is not None:
            return
        filters = [_filter(text) for text in settings.passthrough]
        self.rack.use(settings)
        self._passthrough = filters
        self._redirects, self.both_ways = Redirects(), None
        session = self.session
        if session is not None and session.records:
            host.watch_who_leaves()
        self._takeover.apply(
            ctx.options,
            # And where a refused connection is to be recorded: with its request.
            lazy=session is not None and (session.looks_up or settings.record_errors),
            whole_bodies=session is not None and (session.looks_up or session.records),
        )

    # Flows

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        if self.session is not None and self.session.looks_up:
            # A streamed request would be on its way before it was looked up.
            flow.request.stream = False
        if flow.request.data.http_version == b"HTTP/2.0" and self.session is not None:
            self.stream_call(self.session, flow)

    def request(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        session = self.session
        if session is None or flow.response is not None:
            return None
        if flow.request.stream and flow.id in self.rack.flows:
            started = self.rack.flows[flow.id]
            if isinstance(started, Recording) and started.upload is not None:
                started.upload.end()
                return None
        try:
            return self._request(session, flow)
        except Exception as error:  # noqa: BLE001 - fails closed, whatever it is
            self._fail(session, flow, error)
            return None

    def _request(self, session: Session, flow: http.HTTPFlow) -> Awaitable[None] | None:
        if self._passthrough and self.passes(flow):
            session.passed()
            return None
        if flow.server_conn.via is None:  # an upstream proxy may be owed its own
            _drop_proxy_headers(flow.request)
        asked = to_lookup(flow.request) if session.looks_up else None
        decision = session.plan(asked)
        if isinstance(decision, Replay):
            return self._replay(session, flow, decision)
        if isinstance(decision, Forward):
            self._forward(session, flow, decision)
        else:
            self._refuse(session, flow)
        return None

    def passes(self, flow: http.HTTPFlow) -> bool:
        if not any(accepts(flow) for accepts in self._passthrough):
            return False
        client = flow.client_conn.id
        self._allowed.add((client, flow.request.host, flow.request.port))
        if flow.server_conn.via:  # the socket is opened to the upstream proxy
            self._allowed.add((client, *flow.server_conn.via[1]))
        return True

    def _replay(
        self, session: Session, flow: http.HTTPFlow, decision: Replay
    ) -> Awaitable[None] | None:
        if is_streamed(decision.interaction.response):
            from mitmvcr.mitm.player import play

            return play(self.rack, session, flow, decision)
        flow.response = to_wire(decision.interaction, flow.request)
        self.rack.flows[flow.id] = Replayed(session, decision.position)
        if not self.rack.settings.latency:
            return None
        duration = decision.interaction.response.duration / 1e9
        return asyncio.sleep(duration * self.rack.settings.latency)

    def _forward(
        self, session: Session, flow: http.HTTPFlow, decision: Forward
    ) -> None:
        if not decision.record:
            return
        asked = self._redirects.restate(to_request(flow.request), flow.request)
        self.rack.flows[flow.id] = Recording(session, asked, time.monotonic_ns())

    def _refuse(self, session: Session, flow: http.HTTPFlow) -> None:
        found = session.explain(to_request(flow.request).request)
        logger.warning(
            "mitmvcr: no match for %s %s: %s", found.method, found.url, found.reason
        )
        summary = session.summary()
        flow.response = answers.miss(found, summary.cassette, summary.mode)

    def _fail(self, session: Session, flow: http.HTTPFlow, error: Exception) -> None:
        flow.response = answers.failure(describe(error))
        session.note_failure(error)
        logger.error(
            "mitmvcr: %s %s: %s",
            flow.request.method,
            flow.request.url,
            describe(error),
            exc_info=None if isinstance(error, VcrError) else error,
        )

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        started = self.rack.flows.get(flow.id)
        if isinstance(started, Recording) and flow.response is not None:
            started.head = time.monotonic_ns()
            settings = self.rack.settings
            started.tee = tap(
                flow.response,
                timed=settings.record_chunks,
                always=settings.record_errors,
            )
            if started.tee is not None:
                started.response = flow.response
                if started.upload is not None:
                    flow.response.stream = started.upload.watch(started.tee)

    def response(self, flow: http.HTTPFlow) -> None:
        started = self.rack.flows.get(flow.id)
        if started is None:
            return
        if isinstance(started, Replayed):
            paced = started.paced
            if paced is not None and getattr(flow.response, "stream", None) is paced:
                return  # it tells when it has arrived
            started.session.replayed()
        elif flow.websocket is not None and self.rack.settings.websocket:
            started.socket, started.response = flow, flow.response
            return  # it is recorded when it ends
        elif flow.response is not None:
            self.record(started, flow.response)
        self.rack.end_flow(flow.id)

    def record(self, started: Recording, response: http.Response) -> None:
        request = started.asked.request
        if response.status_code < 200 and started.socket is None:
            told = answers.unrecorded(response)
            logger.warning("mitmvcr: %s %s: not recorded", request.url, told)
            return
        try:
            self._redirects.note(request, response)
            started.session.record(to_interaction(started, response))
        except Exception as error:  # noqa: BLE001 - told, and the traffic goes on
            started.session.note_failure(error)
            logger.error(
                "mitmvcr: %s is not recorded: %s", request.url, describe(error)
            )

    def error(self, flow: http.HTTPFlow) -> None:
        started = self.rack.flows.get(flow.id)
        if isinstance(started, Replayed):
            started.session.give_back(started.position)
        elif started is not None:
            self.broke_off(started, flow)
        self.rack.end_flow(flow.id)

    # Connections

    def server_connect(self, data: ServerConnectionHookData) -> None:
        # Refused first and allowed after: an exception on the way refuses.
        data.server.error = data.server.error or _REFUSED
        if self._may_connect(data) and data.server.error == _REFUSED:
            data.server.error = None
            host.speak_cleartext_h2(data.client, data.server)

    def _may_connect(self, data: ServerConnectionHookData) -> bool:
        if self.session is None or not self.session.offline:
            return True
        if data.server.address is None:
            return False
        peer_host, port, *_ = data.server.address
        return (data.client.id, peer_host, port) in self._allowed

    def client_disconnected(self, client: object) -> None:
        if self._allowed:
            gone = getattr(client, "id", None)
            self._allowed = {peer for peer in self._allowed if peer[0] != gone}

    def tls_clienthello(self, data: tls.ClientHelloData) -> None:
        """Offline, the client gets the protocol that was recorded for this host."""
        if self.session is None or not self.session.offline:
            return
        address = data.context.server.address
        # In reverse mode the client names our host, and the cassette the origin's.
        for name in (data.client_hello.sni, address[0] if address else None):
            recorded = self.session.deck.next_of_host(name) if name else None
            if recorded is not None:
                alpn = b"h2" if recorded.response.proto_major == 2 else b"http/1.1"
                if alpn in data.client_hello.alpn_protocols:
                    data.context.client.alpn = alpn
                return

    def tcp_start(self, flow: tcp.TCPFlow) -> None:
        if self.session is not None and not self.session.offline:
            logger.warning(
                "mitmvcr: a connection to %s is not HTTP: passed through, not recorded",
                flow.server_conn.address,
            )


def _filter(text: str) -> flowfilter.TFilter:
    try:
        return flowfilter.parse(text)
    except ValueError as error:
        remedy = f"not a flow filter ({error}); use one as '~d example.com'"
        raise OptionError("vcr_passthrough", text, remedy) from error


def _drop_proxy_headers(request: http.Request) -> None:
    """mitmproxy would send them on to the origin on plain http."""
    # Nearly no request has them, and to ask mitmproxy's headers costs 2 us a name.
    if request.data.scheme == b"http":
        for name, _ in request.headers.fields:
            if name[:1] in b"pP" and name.lower() in _PROXY_HEADERS:
                request.headers.pop(name, None)


addons = [VcrAddon(host.LastResort())]
