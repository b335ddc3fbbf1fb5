"""The addon: mitmproxy's hooks on one side, a session's decisions on the other.

Two locks keep a replay off the network. ``request`` answers everything itself, also
when our own code raises: mitmproxy would forward the request to the origin after an
exception. ``server_connect`` (connections.py) refuses every upstream socket that no
passthrough rule allows, whatever has asked for it. And a guard stands round all addons
(guard.py), where mitmproxy does not ask this one, or not any more.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Set
from functools import partial

from mitmproxy import ctx, http
from mitmproxy.addonmanager import Loader

from mitmvcr.core.errors import VcrError
from mitmvcr.core.modes import Decision, Refuse, Replay
from mitmvcr.core.steps import UnreadError
from mitmvcr.options import CASSETTE, Settings
from mitmvcr.proxy import host, options, unread
from mitmvcr.proxy.answering import waiting_for_nothing
from mitmvcr.proxy.commands import Commands
from mitmvcr.proxy.connections import Choice, Connections, refuse_proxy_passwords
from mitmvcr.proxy.door import Control, Door
from mitmvcr.proxy.flow.exchange import forward, replay
from mitmvcr.proxy.flow.player import DEFAULT, SLOW, Player, size_of, with_mode
from mitmvcr.proxy.flow.refusals import block, refuse
from mitmvcr.proxy.flow.responses import describe
from mitmvcr.proxy.flow.states import Event
from mitmvcr.proxy.flow.streaming import let_live
from mitmvcr.proxy.flow.turns import planned, settle_memory
from mitmvcr.proxy.guard import Guard, end_shut, stand
from mitmvcr.proxy.host import options as host_options
from mitmvcr.proxy.host.cert_store import compare_quickly
from mitmvcr.proxy.host.dispatch import HookDispatcher, open_dispatcher
from mitmvcr.proxy.host.exit import ExitGuard, drain, is_exiting
from mitmvcr.proxy.host.messages import (
    drop_proxy_headers,
    make_response,
    request_parts,
    response_parts,
)
from mitmvcr.proxy.host.resets import tell_when_left, watch_who_leaves
from mitmvcr.proxy.idle_end import IdleEnd
from mitmvcr.proxy.lane import Lane
from mitmvcr.proxy.needs import are_needed_no_more, set_options
from mitmvcr.proxy.recording import begin_answer, break_off, record
from mitmvcr.proxy.replay import play
from mitmvcr.proxy.sessions import Served, Sessions
from mitmvcr.proxy.sessions.opening import announce
from mitmvcr.proxy.streams import Streams
from mitmvcr.values import Values
from mitmvcr.view.requests import LiveRequest
from mitmvcr.view.restore import is_streamed, to_wire

logger = logging.getLogger("mitmvcr")


class VcrAddon:
    """Recorder and player of the sessions in play, with addons for the rest."""

    name = "vcr"

    def __init__(
        self,
        exit_guard: ExitGuard | None = None,
        configured: Callable[[], Values] | None = None,
        has_lane: bool = False,
        sessions: Sessions | None = None,
        lane: Lane | None = None,
    ) -> None:
        """Make it; ``configured`` reads the options that the environment and files
        give. ``has_lane``: see Lane. ``sessions`` and ``lane`` are those that were
        there before mitmproxy was."""
        self._configured = configured
        self.options = options.VcrOptions()
        self.sessions = sessions or Sessions(exit_guard)
        self.idle_end = IdleEnd(self.sessions)
        self.sessions.served = Served(
            self._let_go, self.idle_end.watch, self._settle_guard
        )
        self.connections = Connections(self.sessions)
        self.control = Control(self.sessions)
        self.door = Door(self.control)
        self.choice = Choice(self.sessions, self.connections)
        self.streams = Streams(self.sessions)
        self.commands = Commands(self.sessions, self.options)
        counts = self.connections.counts
        self.lane = lane or Lane(self.sessions, counts, is_there=has_lane)
        self.connections.was_counted = self.lane.has_counted
        # These first: what they take out of a request nobody else is to see.
        self.addons = [
            *(self.door, self.choice, self.connections),
            *(self.streams, self.commands, self.lane, unread.Unread(self.connections)),
        ]
        self._host_options = host_options.HostOptions()
        self._is_running = self._has_started = self._has_used = False
        self._dispatcher: HookDispatcher | None = None
        self._guard: Guard | None = None

    # Life

    def load(self, loader: Loader) -> None:
        self._guard = stand(loader.master.addons, self.connections)
        try:
            configured = self._configured and self._configured()
            self.options.add(loader, configured)
            host_options.take_deferred_options(ctx.options)
        except Exception as error:  # noqa: BLE001 - mitmproxy would go on without us
            end_shut(self._guard, VcrError(describe(error)))
        compare_quickly()
        self.options.add_lists(ctx.options)

    def configure(self, updated: Set[str]) -> None:
        if options.NAMES & updated:
            try:
                with self.options.spelled(ctx.options):
                    self.use(self.options.parse(ctx.options))
            except VcrError as error:
                if not self._is_running:
                    end_shut(self._guard, error)
                raise host_options.refusal(error) from error
        self._host_options.hold(ctx.options)

    def running(self) -> None:
        if self._has_started:
            return  # a script says it too, when it was loaded late
        self._has_started = True
        if unknown := host_options.unknown_option(ctx.options, options.NAMES):
            end_shut(self._guard, unknown)
        host.capabilities.look()
        self._is_running = True
        self._dispatcher = open_dispatcher()
        sessions = self.sessions
        if not (sessions.in_play() or sessions.root or sessions.offline):
            logger.warning(
                "mitmvcr: no cassette is chosen and nothing is recorded:"
                " --set %s=FILE, or the command vcr.use FILE",
                CASSETTE.vcr,
            )
        settle_memory()

    def done(self) -> Awaitable[None] | None:
        if self._guard is not None:
            # Also at the end: others may take their time, and connections are open.
            self._guard.leave(offline=self.sessions.offline)
        if self._dispatcher is not None:
            self._dispatcher.close()
        self._has_started = False
        self.control.close()
        self.idle_end.close()
        if is_exiting() and self.sessions.are_busy():
            return self._drain_and_close()
        self._leave()
        return None

    def _leave(self) -> None:
        """Save what there is and, while mitmproxy goes on, say so; a replay's host
        options stay."""
        was_in_use = bool(self.sessions.in_play()) or self.sessions.root is not None
        replayed = self.sessions.offline
        self.streams.close()
        self.sessions.close()
        if is_exiting() or self._guard is None or not was_in_use:
            return
        if not replayed:
            self._host_options.apply(ctx.options, lazy=False, whole_bodies=False)
        self._guard.tell_gone()

    async def _drain_and_close(self) -> None:
        await drain(self.sessions.are_busy, self.sessions.written)
        self._leave()

    def use(self, settings: Settings) -> None:
        """Put a cassette in play and take out the one that was; the folder of the named
        sessions counts for those that begin. Raises VcrError."""
        settings = with_mode(settings)
        earlier = self.sessions.named()
        is_in_use = earlier is not None and earlier.settings == settings
        if is_in_use and self._has_used:
            return
        if settings.dir is not None:
            refuse_proxy_passwords(ctx.options)
        if is_in_use:  # it began before mitmproxy did
            host.capabilities.require_guards()
        else:
            self.sessions.use(settings)
            announce(settings)
        self._has_used = True
        self.sessions.settle(settings if settings.dir is not None else None)
        self._settle_guard(DEFAULT, earlier)
        root, player = self.sessions.root, self.sessions.named()
        if root is not None or (player is not None and player.session.records):
            watch_who_leaves()
        set_options(self._host_options, self.sessions)
        self.control.settle(settings.control)

    def _settle_guard(self, name: str, earlier: Player | None) -> None:
        """Close what the session of this name has open to the network, if what took the
        place of the earlier one does not allow it."""
        player = self.sessions.named(name)
        is_open_to_others = player is None or player.follow(earlier)
        if self._guard is not None:
            self._guard.settle(
                offline=self.sessions.is_offline(name),
                closes=is_open_to_others,
                whose=lambda client: self.sessions.name_of(client) == name,
            )

    def _let_go(self, closed: Collection[Player]) -> None:
        if are_needed_no_more(self.sessions, closed):
            set_options(self._host_options, self.sessions)

    # Flows

    def request(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        if flow.request.stream and self.streams.is_on_its_way(flow):
            return None
        if flow.response is not None:
            return None
        try:
            player = self.sessions.of(flow)
            return None if player is None else self._request(player, flow)
        except Exception as error:  # noqa: BLE001 - fails closed, whatever it is
            self.connections.fail(flow, error)
            return None

    def _request(self, player: Player, flow: http.HTTPFlow) -> Awaitable[None] | None:
        if (handed := self.lane.handed(flow)) is not None:
            return self._decided(
                handed.player, flow, handed.live_request, handed.decision
            )
        session = player.session
        if why := player.blocks(flow):
            block(session, flow, why)
            return None
        if player.passthrough and player.passes(flow):
            session.passed()
            return None
        live = player.live_request(request_parts(flow.request))
        if session.looks_up and size_of(live.request) > SLOW:
            return self._look_aside(player, flow, live)
        try:
            decision = session.plan(live.request)
        except UnreadError:
            return self._look_aside(player, flow, live)
        return self._decided(player, flow, live, decision)

    async def _look_aside(
        self, player: Player, flow: http.HTTPFlow, live: LiveRequest
    ) -> None:
        """Decide on what takes long, so that other flows go on."""
        try:
            decision = await planned(player.session, live.request)
            waiting = self._decided(player, flow, live, decision)
        except Exception as error:  # noqa: BLE001 - fails closed, whatever it is
            self.connections.fail(flow, error)
            return
        if waiting is not None:
            await waiting

    def _decided(
        self, player: Player, flow: http.HTTPFlow, live: LiveRequest, decision: Decision
    ) -> Awaitable[None] | None:
        session = player.session
        if isinstance(decision, Replay):
            return self._replay(player, flow, decision, live)
        if isinstance(decision, Refuse):
            if why := player.blocking.passes_over(live.request.url):
                block(session, flow, why, was_missed=True)
                return None
            return self.connections.finishing(flow, refuse(session, flow, live.request))
        if live.to_proxy and flow.server_conn.via is None:
            # An upstream proxy may need them.
            drop_proxy_headers(flow.request)
        if decision.record and player.leaves_out(live.request):
            session.passed()  # live, as it has no exchange
        elif decision.record:
            forward(self.sessions.under_way, flow, player, live)
        return None

    def _replay(
        self, player: Player, flow: http.HTTPFlow, decision: Replay, live: LiveRequest
    ) -> Awaitable[None] | None:
        wire = request_parts(flow.request)
        decision = waiting_for_nothing(player.settings, decision, wire)
        if is_streamed(decision.interaction.response):
            waiting = play(self.sessions, player, flow, decision)
            exchange = self.sessions.exchange(flow)
            if waiting is not None and exchange is not None:
                tell_when_left(flow, partial(self.sessions.left, exchange))
            if flow.response is not None:
                player.redirects.note(live.request, response_parts(flow.response))
            return waiting
        sent = to_wire(decision.interaction, wire)
        flow.response = make_response(*sent)
        player.redirects.note(live.request, response_parts(flow.response))
        exchange = replay(self.sessions.under_way, flow, player, decision)
        if not player.settings.latency:
            return None
        tell_when_left(flow, partial(self.sessions.left, exchange))
        duration = decision.interaction.response.duration / 1e9
        return asyncio.sleep(duration * player.settings.latency)

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        exchange, response = self.sessions.exchange(flow), flow.response
        if response is None:
            return
        if exchange is None:
            if self.sessions.in_play():
                let_live(response)
        elif not exchange.is_replay:
            begin_answer(exchange, response)

    def response(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        exchange, response = self.sessions.exchange(flow), flow.response
        if exchange is None:
            return None
        if exchange.is_replay:
            paced = exchange.paced
            if paced is not None and response is not None and response.stream is paced:
                exchange.move(Event.LEAVES)  # and its schedule says when it has arrived
                return None
            exchange.finish(Event.ANSWERED)
        elif self.streams.records_on(exchange, flow):
            return None
        elif response is not None:
            waiting = record(exchange, response, Event.ANSWERED, flow)
            if waiting is not None:
                return self.sessions.closing_idle(waiting)
        self.sessions.close_idle()
        return None

    def error(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        exchange = self.sessions.exchange(flow)
        if exchange is None:
            if not unread.tell_refused(flow):
                self.connections.left_early(flow)
            return None
        if exchange.is_replay:
            exchange.undo(Event.BROKE_OFF)
        elif waiting := break_off(exchange, flow, Event.BROKE_OFF):
            return self.sessions.closing_idle(waiting)
        self.sessions.close_idle()
        return None
