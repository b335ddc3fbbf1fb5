"""Hooks for what is more than one request and one response."""

import asyncio
from collections.abc import Awaitable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from mitmproxy import http, tcp

from mitmvcr.core.steps import Steps
from mitmvcr.proxy.flow.exchange import Exchange, followed_by, forward
from mitmvcr.proxy.flow.marks import unmark
from mitmvcr.proxy.flow.player import Player
from mitmvcr.proxy.flow.responses import is_call
from mitmvcr.proxy.flow.states import Event
from mitmvcr.proxy.flow.streaming import pass_on
from mitmvcr.proxy.flow.turns import going, in_turns
from mitmvcr.proxy.host import replays
from mitmvcr.proxy.host.backpressure import drain
from mitmvcr.proxy.host.messages import request_parts
from mitmvcr.proxy.host.protocols import expect_cleartext_h2, expect_http
from mitmvcr.proxy.recording import break_off, record, record_now
from mitmvcr.proxy.sessions import Sessions

if TYPE_CHECKING:
    from mitmproxy.proxy import layer

    from mitmvcr.proxy.host.naps import Aside
    from mitmvcr.proxy.host.schedule import Hearing


class Streams:
    """The addon for streams. What only some traffic needs is imported when it comes."""

    name = "vcr.streams"

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    # Requests

    def next_layer(self, choice: "layer.NextLayer") -> None:
        if self._sessions.of_client(choice.context.client) is not None:
            expect_cleartext_h2(choice)
            expect_http(choice)

    def requestheaders(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        """Look at a request when its head is there."""
        unmark(flow)
        if flow.response is not None:
            return None  # it has no session
        try:
            player = self._sessions.of(flow)
        except Exception:  # noqa: BLE001 - ``request`` meets it, and says so
            flow.request.stream = False
            return None
        if player is None:
            return None
        if player.session.looks_up:
            # A streamed request would be on its way before it was looked up.
            flow.request.stream = False
        return self._meet_call(player, flow) if is_call(flow.request) else None

    def _meet_call(self, player: Player, flow: http.HTTPFlow) -> Awaitable[None] | None:
        from mitmvcr.proxy.flow import grpc

        session = player.session
        if why := player.blocks(flow):
            grpc.block(session, flow, why)
        elif player.passes(flow):
            grpc.let_pass(session, flow)
        elif session.looks_up:
            return self._look_at_call(player, flow)
        elif session.records:
            self._record_call(player, flow)
        else:
            grpc.let_pass(session, flow)
        return None

    def _look_at_call(
        self, player: Player, flow: http.HTTPFlow
    ) -> Awaitable[None] | None:
        """Hold a call until it is whole and can be looked up; but not one that goes
        both ways, nor one that cannot be in the cassette."""
        from mitmvcr.proxy.flow import grpc

        session, calls = player.session, player.calls
        known = calls.of(flow.request)
        if calls.go_both_ways(known):
            return self._converse(player, flow, known)
        if known or session.needs_all or calls.may_match(flow.request):
            return None  # held until it is whole
        if session.records:
            self._record_call(player, flow)
        elif session.offline:
            live = player.view.to_request(request_parts(flow.request))
            return in_turns(grpc.missing(session, flow, live.request))
        return None

    def _converse(
        self, player: Player, flow: http.HTTPFlow, known: Sequence[int]
    ) -> Awaitable[None] | None:
        """Answer a call while its request goes on; which recordings it may be is found
        in turns."""
        return going(self._conversing(player, flow, known))

    def _conversing(
        self, player: Player, flow: http.HTTPFlow, known: Sequence[int]
    ) -> Steps[None]:
        from mitmvcr.proxy.both_ways import begin
        from mitmvcr.proxy.flow import grpc

        session = player.session
        live = player.view.to_request(request_parts(flow.request))
        parts = yield from player.calls.parts(live.request, known, player.roles)
        if playable := (yield from grpc.playable(parts)):
            record = partial(self._record_call, player, flow)
            begin(self._sessions, player, flow, live, playable, record)
        elif session.records:
            self._record_call(player, flow)
        elif not session.offline:
            grpc.let_pass(session, flow)
        elif parts:
            grpc.refuse(session, flow)
        else:
            yield from grpc.missing(session, flow, live.request)

    def _record_call(self, player: Player, flow: http.HTTPFlow) -> None:
        from mitmvcr.proxy.flow import grpc
        from mitmvcr.proxy.host import early_response

        view = player.view
        upload = grpc.Upload(flow.request, view, player.settings.spool)
        flow.request.stream = upload
        early_response.pass_the_end(flow)
        live = view.to_request(request_parts(flow.request))
        forward(self._sessions.under_way, flow, player, live).upload = upload

    def is_on_its_way(self, flow: http.HTTPFlow) -> bool:
        """Return whether the request of a call streamed by; it has ended now."""
        exchange = self._sessions.exchange(flow)
        if exchange is not None and exchange.upload is not None:
            exchange.upload.end()
            return True
        return flow.request.stream is pass_on

    # Responses

    def websocket_end(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        exchange = self._sessions.exchange(flow)
        if exchange is not None and flow.response is not None:
            waiting = record(exchange, flow.response, Event.CLOSED, flow)
            if waiting is not None:
                return self._sessions.closing_idle(waiting)
            self._sessions.close_idle()
        return None

    def records_on(self, exchange: Exchange, flow: http.HTTPFlow) -> bool:
        """Return whether the answer upgrades its connection, and what follows is
        recorded with it."""
        response, settings = flow.response, exchange.player.settings
        if response is None or response.status_code != 101 or not settings.websocket:
            return False
        is_socket = response.headers.get("upgrade", "").lower() == "websocket"
        overheard = None if is_socket else replays.overhear(flow)
        if flow.websocket is None and overheard is None:
            return False
        if exchange.move(Event.SWITCHED):
            exchange.socket = flow if overheard is None else None
            exchange.overheard, exchange.response = overheard, response
        return True

    def tcp_end(self, flow: tcp.TCPFlow) -> Awaitable[None] | None:
        exchange = followed_by(self._sessions.recordings(), flow)
        if exchange is not None and exchange.response is not None:
            waiting = record(exchange, exchange.response, Event.CLOSED, None)
            if waiting is not None:
                return self._sessions.closing_idle(waiting)
            self._sessions.close_idle()
        return None

    def close(self) -> None:
        """Record what streams have brought until now."""
        for exchange in self._sessions.recordings():
            if exchange.response is None:
                continue
            if exchange.is_upgraded:
                record_now(exchange, exchange.response, Event.STOPPED)
            else:
                break_off(exchange, None, Event.STOPPED)
        self._sessions.close_idle()

    async def vcr_drain(self, client_id: str) -> None:
        """Let a replayed stream wait for its client: a hook of this package's own."""
        await drain(client_id)

    async def vcr_aside(self, aside: "Aside") -> None:
        """Do what takes long for a call that goes both ways: one more hook."""
        await aside.do()

    async def vcr_hear(self, hearing: "Hearing") -> None:
        """Compare a large message of a replayed WebSocket in a thread: another hook of
        this package's own."""
        await asyncio.to_thread(hearing.compare)
