"""The addon: mitmproxy's hooks on one side, a session's decisions on the other.

Two locks keep a replay off the network. ``request`` answers everything itself, also
when our own code raises: mitmproxy would forward the request to the origin after an
exception. ``server_connect`` (connections.py) refuses every upstream socket that no
passthrough rule allows, whatever has asked for it. And a guard stands round all addons
(guard.py), where mitmproxy does not ask this one, or not any more.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Set
from functools import partial

from mitmproxy import ctx, http
from mitmproxy.addonmanager import Loader

from mitmvcr.core.errors import VcrError
from mitmvcr.core.model import Interaction, Response
from mitmvcr.core.modes import Refuse, Replay
from mitmvcr.options import CASSETTE, Settings
from mitmvcr.proxy import host, options
from mitmvcr.proxy import responses as answers
from mitmvcr.proxy.blocking import Blocking, block
from mitmvcr.proxy.commands import VcrCommands
from mitmvcr.proxy.connections import Connections, parse_filter
from mitmvcr.proxy.guard import Guard, stand
from mitmvcr.proxy.host.dispatch import HookDispatcher, open_dispatcher
from mitmvcr.proxy.host.messages import (
    make_response,
    request_parts,
    response_parts,
)
from mitmvcr.proxy.misses import missed
from mitmvcr.proxy.replay import play, waiting_for_nothing
from mitmvcr.proxy.sessions import Recording, Replayed, Sessions, replayed
from mitmvcr.proxy.streaming import let_live, tap
from mitmvcr.proxy.streams import (
    StreamHooks,
    describe,
    is_grpc,
    with_stream,
)
from mitmvcr.proxy.trust import towards_origins
from mitmvcr.session import Session
from mitmvcr.values import Values
from mitmvcr.view.choice import chosen
from mitmvcr.view.requests import PROXY_HEADERS, LiveRequest
from mitmvcr.view.restore import is_streamed, to_wire

logger = logging.getLogger("mitmvcr")


class VcrAddon(VcrCommands, Connections, StreamHooks):
    """Recorder and player; one cassette is in use at a time."""

    name = "vcr"

    def __init__(
        self,
        exit_guard: host.ExitGuard | None = None,
        configured: Callable[[], Values] | None = None,
    ) -> None:
        """``configured`` reads the options that the environment and files give."""
        super().__init__()
        self._configured = configured
        self.options = options.VcrOptions()
        self.sessions = Sessions(exit_guard)
        self.blocking = Blocking()
        self.view, self._redirects = chosen("go")
        self._host_options = host.HostOptions()
        self._is_running = self._has_started = False
        self._dispatcher: HookDispatcher | None = None
        self._guard: Guard | None = None

    @property
    def session(self) -> Session | None:  # type: ignore[override] # it is only read
        return self.sessions.session

    # Life

    def load(self, loader: Loader) -> None:
        self._guard = stand(loader.master.addons, self)
        try:
            configured = self._configured and self._configured()
        except Exception as error:  # noqa: BLE001 - mitmproxy would go on without us
            host.end_process(VcrError(describe(error)))
        self.options.add(loader, configured)
        host.take_deferred_options(ctx.options)
        self.options.add_lists(ctx.options)

    def configure(self, updated: Set[str]) -> None:
        if not options.NAMES & updated:
            self._host_options.hold(ctx.options)
            return
        try:
            with self.options.spelled(ctx.options):
                self.use(self.options.parse(ctx.options))
        except VcrError as error:
            if not self._is_running:
                host.end_process(error)
            raise host.refusal(error) from error

    def running(self) -> None:
        if self._has_started:
            return  # a script says it too, when it was loaded late
        self._has_started = True
        host.refuse_unknown_options(ctx.options, options.NAMES)
        host.capabilities.look()
        self._is_running = True
        self._dispatcher = open_dispatcher()
        if self.session is None:
            logger.warning(
                "mitmvcr: no cassette is chosen and nothing is recorded:"
                " --set %s=FILE, or the command vcr.use FILE",
                CASSETTE.vcr,
            )
        host.settle_memory()

    def done(self) -> Awaitable[None] | None:
        if self._guard is not None:
            # Also at the end: others may take their time, and connections are open.
            self._guard.leave(offline=self.offline)
        if self._dispatcher is not None:
            self._dispatcher.close()
        self._has_started = False
        if host.is_exiting() and self.sessions.recordings():
            return self._drain_and_close()
        self._leave()
        return None

    def _leave(self) -> None:
        """While mitmproxy goes on, that is told; a replay's host options stay."""
        was_in_use, replayed = self.session is not None, self.offline
        self.close_streams()
        self.sessions.close()
        if host.is_exiting() or self._guard is None or not was_in_use:
            return
        if not replayed:
            self._host_options.apply(ctx.options, lazy=False, whole_bodies=False)
        self._guard.tell_gone()

    async def _drain_and_close(self) -> None:
        await host.drain(lambda: bool(self.sessions.recordings()))
        self.close_streams()
        self.sessions.close()

    def use(self, settings: Settings) -> None:
        """Put a cassette in play and take out the one that was. Raises VcrError."""
        if settings == self.sessions.settings and self.session is not None:
            return
        filters = [parse_filter(text) for text in settings.passthrough]
        blocking = Blocking(settings.block)
        before = (self.offline, self.sessions.settings.passthrough)
        self.sessions.use(settings)
        self.passthrough, self.blocking = filters, blocking
        self._settle(allows_others=before != (self.offline, settings.passthrough))
        self.view, self._redirects = chosen(settings.view)
        self.calls = None
        self.choose_request_hook()
        session = self.session
        looks_up = session is not None and session.looks_up
        if session is not None and settings.redaction.off:
            logger.warning(
                "mitmvcr: vcr_redact=none: secrets are written to %s as they are",
                session.store.name,
            )
        records = session is not None and session.records
        if records:
            host.watch_who_leaves()
        self._host_options.apply(
            ctx.options,
            # And where a refused connection is to be recorded: with its request.
            lazy=looks_up or (session is not None and settings.record_errors),
            whole_bodies=looks_up or records,
            any_headers=self.offline and not settings.passthrough,
            more=towards_origins(settings),
        )

    def _settle(self, *, allows_others: bool) -> None:
        """Raises VcrError, and there is no session then."""
        if allows_others:
            self.forget_allowed()
        if self._guard is None:
            return
        try:
            self._guard.settle(offline=self.offline, closes=allows_others)
        except VcrError:
            self.sessions.close()
            raise

    # Flows

    def fail(self, flow: http.HTTPFlow, error: Exception) -> None:
        """Answer a flow that the guard has kept from leaving."""
        if self.session is not None:
            self._fail(self.session, flow, error)

    def request(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        session = self.session
        if session is None or flow.response is not None:
            return None
        if flow.request.stream and self.is_on_its_way(flow):
            return None
        try:
            return self._request(session, flow)
        except Exception as error:  # noqa: BLE001 - fails closed, whatever it is
            self._fail(session, flow, error)
            return None

    def _request(self, session: Session, flow: http.HTTPFlow) -> Awaitable[None] | None:
        if self.passthrough and self.passes(flow):
            session.passed()
            return None
        if why := self.blocking.by_filter(flow):
            block(session, flow, why, is_call=is_grpc(flow.request))
            return None
        asked = self._asked(flow)
        decision = session.plan(asked.request)
        if isinstance(decision, Replay):
            return self._replay(session, flow, decision, asked)
        if isinstance(decision, Refuse):
            self._refuse(session, flow, asked)
            return None
        if asked.to_proxy and flow.server_conn.via is None:
            # But for an upstream proxy, which may be owed its own.
            drop_proxy_headers(flow.request)
        if not decision.record:
            return None
        if self.blocking.leaves_out(flow):
            session.passed()
        else:
            self._forward(session, flow, asked)
        return None

    def _asked(self, flow: http.HTTPFlow) -> LiveRequest:
        wire = request_parts(flow.request)
        asked = self.view.to_request(wire)
        if self._redirects.expects:
            return self._redirects.restate(asked, wire)
        return asked

    def _replay(
        self,
        session: Session,
        flow: http.HTTPFlow,
        decision: Replay,
        asked: LiveRequest,
    ) -> Awaitable[None] | None:
        decision = waiting_for_nothing(self.sessions.settings, decision, flow.request)
        if is_streamed(decision.interaction.response):
            waiting = play(self.sessions, session, flow, decision)
            if waiting is not None:
                host.tell_when_left(flow, partial(self.sessions.left, flow.id))
            if flow.response is not None:
                self._redirects.note(asked.request, response_parts(flow.response))
            return waiting
        sent = to_wire(decision.interaction, request_parts(flow.request))
        flow.response = make_response(*sent)
        self._redirects.note(asked.request, response_parts(flow.response))
        client = flow.client_conn.id
        self.sessions.flows[flow.id] = replayed(session, decision, client)
        if not self.sessions.settings.latency:
            return None
        host.tell_when_left(flow, partial(self.sessions.left, flow.id))
        duration = decision.interaction.response.duration / 1e9
        return asyncio.sleep(duration * self.sessions.settings.latency)

    def _forward(
        self, session: Session, flow: http.HTTPFlow, asked: LiveRequest
    ) -> None:
        now = time.monotonic_ns()
        self.sessions.flows[flow.id] = Recording(session, asked, now, self.view)

    def _refuse(
        self, session: Session, flow: http.HTTPFlow, asked: LiveRequest
    ) -> None:
        is_call, head = is_grpc(flow.request), flow.request.method == "HEAD"
        if caller := self.blocking.calls_home(flow):
            block(session, flow, caller.who, is_call=is_call, was_missed=True)
            return
        found, told, said = missed(session, asked.request)
        if said is False:
            why = "on_miss returned False"
            block(session, flow, why, is_call=is_call, was_missed=True)
        elif isinstance(said, Response):
            session.answered()
            answer = Interaction(0, asked.request, said)
            flow.response = make_response(*to_wire(answer, request_parts(flow.request)))
        elif is_call:
            flow.response = answers.to_call(flow.request, told)
        else:
            summary = session.summary()
            facts = (found, summary.cassette, summary.mode)
            flow.response = answers.miss(*facts, head=head)

    def _fail(self, session: Session, flow: http.HTTPFlow, error: Exception) -> None:
        told = describe(error)
        flow.response = (
            answers.to_call(flow.request, told, failed=True)
            if is_grpc(flow.request)
            else answers.failure(told, head=flow.request.method == "HEAD")
        )
        session.note_failure(error)
        logger.error(
            "mitmvcr: %s %s: %s",
            flow.request.method,
            session.shown(flow.request.url),
            describe(error),
            exc_info=None if isinstance(error, VcrError) else error,
        )

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        started = self.sessions.flows.get(flow.id)
        if isinstance(started, Recording) and flow.response is not None:
            started.head = time.monotonic_ns()
            settings = self.sessions.settings
            started.tee = tap(
                flow.response,
                spool=settings.spool,
                timed=settings.record_chunks,
                always=settings.record_errors,
            )
            if started.tee is not None:
                started.response = flow.response
                if started.upload is not None:
                    flow.response.stream = started.upload.watch(started.tee)
        elif started is None and self.session is not None and flow.response is not None:
            let_live(flow.response)

    def response(self, flow: http.HTTPFlow) -> None:
        started = self.sessions.flows.pop(flow.id, None)
        if started is None:
            return
        if isinstance(started, Replayed):
            if started.paced is not None and self.leaves_in_parts(started, flow):
                return
            started.session.replayed(started.entry_now())
        elif flow.response is not None:
            if flow.websocket is not None and self.is_open_socket(started, flow):
                return
            self.record(started, flow.response)
        self.sessions.close_idle()

    def record(self, started: Recording, response: http.Response) -> None:
        code = response.status_code
        if code < 200 and started.socket is None:
            told = answers.unrecorded(response)
            logger.warning("mitmvcr: %s %s: not recorded", started.shown(), told)
            return
        try:
            if 300 < code < 400:
                self._redirects.note(started.asked.request, response_parts(response))
            found = started.interaction(response)
            if started.tee or started.socket or started.upload:
                found = with_stream(started, response, found)
            started.session.record(found)
            if started.cut_off:
                logger.warning(
                    "mitmvcr: %s came late, and is recorded", started.shown()
                )
        except Exception as error:  # noqa: BLE001 - told, and the traffic goes on
            started.session.note_failure(error)
            told = describe(error)
            logger.error("mitmvcr: %s is not recorded: %s", started.shown(), told)

    def error(self, flow: http.HTTPFlow) -> None:
        started = self.sessions.flows.pop(flow.id, None)
        if isinstance(started, Replayed):
            started.session.give_back(started.position)
        elif started is not None and not started.cut_off:
            self.broke_off(started, flow)
        self.sessions.close_idle()


def drop_proxy_headers(request: http.Request) -> None:
    """Take out what is meant for a proxy, as it is on plain http."""
    if request_parts(request).scheme == b"http":
        for name in PROXY_HEADERS:
            request.headers.pop(name.decode(), None)
