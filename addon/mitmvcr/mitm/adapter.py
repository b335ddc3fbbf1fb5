"""The addon: mitmproxy's hooks on one side, a session's decisions on the other.

Two locks keep a replay off the network. ``request`` answers everything itself, also
when our own code raises: mitmproxy would forward the request to the origin after an
exception. ``server_connect`` refuses every upstream socket that no passthrough rule
allows, whatever has asked for it.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Set

from mitmproxy import connection, ctx, flowfilter, http, tcp, tls
from mitmproxy.addonmanager import Loader
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

from mitmvcr.core.errors import OptionError, VcrError
from mitmvcr.core.modes import Refuse, Replay
from mitmvcr.mitm import answers, host, options
from mitmvcr.mitm.commands import VcrCommands
from mitmvcr.mitm.rack import Rack, Recording, Replayed, replayed
from mitmvcr.mitm.restore import to_wire
from mitmvcr.mitm.streaming import tap
from mitmvcr.mitm.translate import Asked, drop_proxy_headers, to_lookup
from mitmvcr.mitm.view import chosen
from mitmvcr.session import Session
from mitmvcr.settings import Settings

logger = logging.getLogger("mitmvcr")

_REFUSED = "mitmvcr replays: nothing may reach the network"


class VcrAddon(VcrCommands):
    """Recorder and player; one cassette is in use at a time."""

    name = "vcr"

    def __init__(self, last_resort: host.LastResort | None = None) -> None:
        self.rack = Rack(last_resort)
        self._passthrough: list[flowfilter.TFilter] = []
        self._allowed: set[tuple[str, str, int]] = set()
        self._view, self._redirects = chosen("go")
        self._takeover = host.Takeover()
        self._is_running = False
        #: A hook that mitmproxy finds only where it is needed: each costs 3 us a flow.
        self.requestheaders: Callable[[http.HTTPFlow], None] | None = None

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
        self.rack.close()
        return None

    async def _drain_and_close(self) -> None:
        await host.drain(lambda: bool(self.rack.recordings()))
        self.rack.close()

    def use(self, settings: Settings) -> None:
        """Put a cassette in play and take out the one that was. Raises VcrError."""
        if settings == self.rack.settings and self.session is not None:
            return
        filters = [_filter(text) for text in settings.passthrough]
        self.rack.use(settings)
        self._passthrough = filters
        self._view, self._redirects = chosen(settings.view)
        session = self.session
        looks_up = session is not None and session.looks_up
        self.requestheaders = _hold if looks_up else None
        if session is not None and settings.redaction.off:
            logger.warning(
                "mitmvcr: vcr_redact=none: secrets are written to %s as they are",
                session.store.name,
            )
        self._takeover.apply(
            ctx.options,
            lazy=looks_up,
            whole_bodies=session is not None and (looks_up or session.records),
        )

    # Flows

    def request(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        session = self.session
        if session is None or flow.response is not None:
            return None
        try:
            return self._request(session, flow)
        except Exception as error:  # noqa: BLE001 - fails closed, whatever it is
            self._fail(session, flow, error)
            return None

    def _request(self, session: Session, flow: http.HTTPFlow) -> Awaitable[None] | None:
        if self._passthrough and self._passes(flow):
            session.passed()
            return None
        asked, looked_up = None, None
        if session.needs_all:
            asked = self._whole(flow)
            looked_up = asked.request
        elif session.looks_up:
            looked_up = to_lookup(flow.request)
        decision = session.plan(looked_up)
        if isinstance(decision, Replay):
            return self._replay(session, flow, decision, asked)
        asked = asked or self._whole(flow)
        if isinstance(decision, Refuse):
            self._refuse(session, flow, asked)
            return None
        if asked.to_proxy and flow.server_conn.via is None:
            # But for an upstream proxy, which may be owed its own.
            drop_proxy_headers(flow.request)
        if decision.record:
            self._forward(session, flow, asked)
        return None

    def _whole(self, flow: http.HTTPFlow) -> Asked:
        asked = self._view.to_request(flow.request)
        if self._redirects.expects:
            return self._redirects.restate(asked, flow.request)
        return asked

    def _passes(self, flow: http.HTTPFlow) -> bool:
        if not any(accepts(flow) for accepts in self._passthrough):
            return False
        client = flow.client_conn.id
        self._allowed.add((client, flow.request.host, flow.request.port))
        if flow.server_conn.via:  # the socket is opened to the upstream proxy
            self._allowed.add((client, *flow.server_conn.via[1]))
        return True

    def _replay(
        self,
        session: Session,
        flow: http.HTTPFlow,
        decision: Replay,
        asked: Asked | None,
    ) -> Awaitable[None] | None:
        flow.response = to_wire(decision.interaction, flow.request)
        if asked is not None:
            self._redirects.note(asked.request, flow.response)
        client = flow.client_conn.id
        self.rack.flows[flow.id] = replayed(session, decision, client)
        if not self.rack.settings.latency:
            return None
        duration = decision.interaction.response.duration / 1e9
        return asyncio.sleep(duration * self.rack.settings.latency)

    def _forward(self, session: Session, flow: http.HTTPFlow, asked: Asked) -> None:
        now = time.monotonic_ns()
        self.rack.flows[flow.id] = Recording(session, asked, now, self._view)

    def _refuse(self, session: Session, flow: http.HTTPFlow, asked: Asked) -> None:
        started = time.monotonic_ns()
        found = session.explain(asked.request)
        session.log.missed(found, time.monotonic_ns() - started)
        logger.warning("mitmvcr: no match for %s", answers.told(found))
        summary = session.summary()
        flow.response = answers.miss(
            found, summary.cassette, summary.mode, head=flow.request.method == "HEAD"
        )

    def _fail(self, session: Session, flow: http.HTTPFlow, error: Exception) -> None:
        flow.response = answers.failure(
            _reason(error), head=flow.request.method == "HEAD"
        )
        session.note_failure(error)
        logger.error(
            "mitmvcr: %s %s: %s",
            flow.request.method,
            session.shown(flow.request.url),
            _reason(error),
            exc_info=None if isinstance(error, VcrError) else error,
        )

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        started = self.rack.flows.get(flow.id)
        if isinstance(started, Recording) and flow.response is not None:
            started.head = time.monotonic_ns()
            started.tee = tap(flow.response, spool=self.rack.settings.spool)

    def response(self, flow: http.HTTPFlow) -> None:
        started = self.rack.flows.pop(flow.id, None)
        if started is None:
            return
        if isinstance(started, Replayed):
            started.session.replayed(started.entry_now())
        elif flow.response is not None:
            self._record(started, flow.response)
        self.rack.close_idle()

    def _record(self, started: Recording, response: http.Response) -> None:
        request, code = started.asked.request, response.status_code
        if code == 101:
            url = started.session.shown(request.url)
            logger.warning("mitmvcr: %s was upgraded: not recorded", url)
            return
        try:
            if 300 < code < 400:
                self._redirects.note(request, response)
            started.session.record(started.interaction(response))
            if started.cut_off:
                url = started.session.shown(request.url)
                logger.warning("mitmvcr: %s came late, and is recorded", url)
        except Exception as error:  # noqa: BLE001 - told, and the traffic goes on
            started.session.note_failure(error)
            url = started.session.shown(request.url)
            logger.error("mitmvcr: %s is not recorded: %s", url, _reason(error))

    def error(self, flow: http.HTTPFlow) -> None:
        started = self.rack.flows.pop(flow.id, None)
        if isinstance(started, Replayed):
            started.session.give_back(started.position)
        elif started is not None and not started.cut_off:
            url = started.session.shown(started.asked.request.url)
            logger.warning(
                "mitmvcr: %s broke off and is not recorded: %s", url, flow.error
            )
        self.rack.close_idle()

    # Connections

    def server_connect(self, data: ServerConnectionHookData) -> None:
        # Refused first and allowed after: an exception on the way refuses.
        data.server.error = data.server.error or _REFUSED
        if self._may_connect(data) and data.server.error == _REFUSED:
            data.server.error = None

    def _may_connect(self, data: ServerConnectionHookData) -> bool:
        if self.session is None or not self.session.offline:
            return True
        if data.server.address is None:
            return False
        peer_host, port, *_ = data.server.address
        return (data.client.id, peer_host, port) in self._allowed

    def client_disconnected(self, client: connection.Client) -> None:
        self.rack.client_gone(client.id)
        if self._allowed:
            self._allowed = {peer for peer in self._allowed if peer[0] != client.id}

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


def _hold(flow: http.HTTPFlow) -> None:
    """A streamed request would be on its way before it was looked up."""
    flow.request.stream = False


def _filter(text: str) -> flowfilter.TFilter:
    try:
        return flowfilter.parse(text)
    except ValueError as error:
        remedy = f"not a flow filter ({error}); use one as '~d example.com'"
        raise OptionError("vcr_passthrough", text, remedy) from error


def _reason(error: Exception) -> str:
    if isinstance(error, VcrError):
        return str(error)
    return f"{type(error).__name__}: {error}"


addons = [VcrAddon(host.LastResort())]
