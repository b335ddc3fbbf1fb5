"""What may reach the network, which protocol a connection speaks, and whose it is.

The second lock of a replay: every upstream socket is refused that no passthrough rule
allows, whatever has asked for it.
"""

import logging
from collections.abc import Awaitable, Callable
from weakref import WeakSet

from mitmproxy import connection, http, tcp, tls
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

from mitmvcr.core.errors import OptionError, VcrError
from mitmvcr.miss.log import UNREAD
from mitmvcr.options import DIR
from mitmvcr.proxy.counts import LEFT, LEFT_EARLY, Counts, tell_unread
from mitmvcr.proxy.flow.player import Player
from mitmvcr.proxy.flow.refusals import fail, turn_away
from mitmvcr.proxy.flow.responses import unreachable
from mitmvcr.proxy.flow.unreached import with_remedy, without_advice
from mitmvcr.proxy.host.alerts import hear_alerts
from mitmvcr.proxy.host.continues import await_the_answer
from mitmvcr.proxy.host.endings import leave_unsaid, say_the_end
from mitmvcr.proxy.host.goaway import let_origins_finish
from mitmvcr.proxy.host.lines import Address
from mitmvcr.proxy.host.options import Options
from mitmvcr.proxy.host.origin_ends import pass_reset_on, see_the_end
from mitmvcr.proxy.host.protocols import choose_alpn, speak_cleartext_h2
from mitmvcr.proxy.host.replays import keep_what_comes_early, pass_upgraded_on
from mitmvcr.proxy.host.resets import was_left_by_client
from mitmvcr.proxy.host.schemes import know_schemes
from mitmvcr.proxy.host.trailers import know_trailers
from mitmvcr.proxy.host.turns import until_begun, wait_for_turns
from mitmvcr.proxy.sessions import Sessions

logger = logging.getLogger("mitmvcr")

_REFUSED = "mitmvcr replays: nothing may reach the network"


class Connections:
    """The addon that is asked once a connection, and what the guard asks."""

    name = "vcr.connections"

    def __init__(self, sessions: Sessions) -> None:
        self.sessions, self.counts = sessions, Counts(sessions)
        #: TLS connections on which nothing was asked yet, by the client's id.
        self._quiet: dict[str, tls.TlsData] = {}
        #: Clients whose connection was upgraded: the log has that, or the cassette.
        self._upgraded: WeakSet[connection.Client] = WeakSet()
        #: Says so of a client that somebody else has had before.
        self.was_counted: Callable[[connection.Client], bool] = lambda _: False

    def server_connect(self, data: ServerConnectionHookData) -> None:
        # Refused first and allowed after: an exception on the way refuses.
        data.server.error = data.server.error or _REFUSED
        try:
            is_allowed = self.may_connect(data)
        except VcrError as error:  # there is no session, be it to replay or to record
            data.server.error = f"mitmvcr: {error}"
            return
        if is_allowed and data.server.error == _REFUSED:
            data.server.error = None
            speak_cleartext_h2(data.client, data.server)
            see_the_end()
            let_origins_finish()
            wait_for_turns(data.client.id)

    def may_connect(self, data: ServerConnectionHookData) -> bool:
        """Return whether a connection may be opened, by its client's session. Raise
        VcrError where it can have none."""
        return self.sessions.allows(data.client, lambda each: each.may_connect(data))

    def may_leave(self, flow: http.HTTPFlow) -> bool:
        """Return whether a request may be sent to its origin."""
        player = self.sessions.of(flow)
        return player is None or not player.offline or player.lets_pass(flow)

    def may_look_up(self, client: connection.Client) -> bool:
        """Return whether a client's names may be looked up. Raise VcrError where it can
        have no session."""
        return self.sessions.allows(client, lambda each: not each.offline)

    def fail(self, flow: http.HTTPFlow, error: Exception) -> None:
        """Answer a flow that is not to leave with this error."""
        exchange = self.sessions.exchange(flow)
        if exchange is not None:
            exchange.fail()
        try:
            player = exchange.player if exchange else self.sessions.of(flow)
        except Exception as refusal:  # noqa: BLE001 - fails closed, whatever it is
            self.sessions.turn_away(refusal)
            turn_away(flow, refusal, self.sessions.spelling)
        else:
            if player is not None:
                fail(player.session, flow, error)

    def finishing(
        self, flow: http.HTTPFlow, waiting: Awaitable[None] | None
    ) -> Awaitable[None] | None:
        """Return what is left to do for a flow, as a hook may return it."""
        return None if waiting is None else self._finish(flow, waiting)

    async def _finish(self, flow: http.HTTPFlow, waiting: Awaitable[None]) -> None:
        try:
            await waiting
        except Exception as error:  # noqa: BLE001 - fails closed, whatever it is
            self.fail(flow, error)

    def client_connected(self, client: connection.Client) -> None:
        know_trailers()
        know_schemes()
        if not self.was_counted(client):
            self.counts.came(self.sessions.of_client(client))

    def tls_established_server(self, data: tls.TlsData) -> None:
        hear_alerts(data)  # mitmproxy makes what is heard after the hook before

    def tls_established_client(self, data: tls.TlsData) -> None:
        self._quiet[data.context.client.id] = data
        say_the_end()

    def response(self, flow: http.HTTPFlow) -> None:
        if flow.response is not None and flow.response.status_code == 101:
            self._upgraded.add(flow.client_conn)
            pass_upgraded_on(flow)

    def error(self, flow: http.HTTPFlow) -> None:
        leave_unsaid(flow.client_conn)
        pass_reset_on(flow)

    def requestheaders(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        """Have a request wait until its session is prepared, and not the event loop."""
        self._quiet.pop(flow.client_conn.id, None)
        await_the_answer(flow)
        if "upgrade" in flow.request.headers:
            keep_what_comes_early()
        if flow.response is not None:
            return None  # it is answered, and begins no session
        try:
            player = self.sessions.of(flow)
        except Exception:  # noqa: BLE001 - ``request`` meets it, and says so
            return None
        if player is None or player.is_ready:
            return None
        return self._wait(player, flow)

    async def _wait(self, player: Player, flow: http.HTTPFlow) -> None:
        await player.prepared()
        try:
            self.sessions.of(flow)
        except Exception as error:  # noqa: BLE001 - its port may have ended meanwhile
            self.fail(flow, error)

    def tls_failed_client(self, data: tls.TlsData) -> None:
        self._tls_broke(data, data.conn.error or "no reason given")

    def _tls_broke(self, data: tls.TlsData, reason: str) -> None:
        address = data.context.server.address
        name = data.conn.sni or (address[0] if address else "?")
        player = self.sessions.of_client(data.context.client)
        self.counts.tls_broke(player, name, reason)

    def client_disconnected(self, client: connection.Client) -> Awaitable[None] | None:
        quiet = self._quiet.pop(client.id, None)
        if quiet is not None:
            self._tls_broke(quiet, LEFT)
        self.sessions.client_gone(client.id)
        return until_begun(client.id)

    def http2_broke(self, client: Address, reason: str) -> None:
        """Say that what a client asked could not be read, and note it where that was
        the first."""
        tell_unread(reason)
        for each in [*self._quiet.values()]:
            if each.context.client.peername == client:
                del self._quiet[each.context.client.id]
                self._tls_broke(each, UNREAD)

    def left_early(self, flow: http.HTTPFlow) -> None:
        """Say that nothing comes of a request whose client left before it was looked
        at: the first one waits until its session is prepared."""
        if flow.request.timestamp_end is not None:
            return  # it was, and nothing of it was to be recorded
        client = flow.client_conn
        player = self.sessions.of_client(client)
        was_answered = flow.response is not None or not was_left_by_client(flow)
        if player is None or was_answered or player.lets_pass(flow):
            return
        if client.tls_established:
            name = client.sni or flow.request.host
            self.counts.tls_broke(player, name, LEFT_EARLY)
        if player.session.records:
            url = player.session.shown(flow.request.pretty_url)
            told = "mitmvcr: %s broke off and is not recorded: %s"
            logger.warning(told, url, LEFT_EARLY)
            player.session.lost()

    def tls_clienthello(self, data: tls.ClientHelloData) -> None:
        """Offer an offline session's client the protocol recorded for this host."""
        player = self.sessions.of_client(data.context.client)
        if player is None or not player.offline:
            return
        address = data.context.server.address
        # In reverse mode the client names our host, and the cassette the origin's.
        names = data.client_hello.sni, address[0] if address else None
        alpn = player.recorded_protocol(names)
        if alpn is not None:
            choose_alpn(data, alpn)

    def http_connect_error(self, flow: http.HTTPFlow) -> None:
        """Say why a tunnel leads nowhere: its client shows no more than a status."""
        response = flow.response
        player = self.sessions.of_client(flow.client_conn)
        if response is None or response.status_code != 502:
            return
        if player is None and not self.sessions.offline:
            return
        host, port = flow.request.host, flow.request.port
        spelling = self.sessions.spelling
        reason = response.text or ""
        if player is None:
            reason = without_advice(reason)
        else:
            reason = spelling.text(with_remedy(reason, spelling=spelling))
            player.session.lost()
        flow.response = unreachable(reason)
        logger.warning("mitmvcr: a tunnel to %s:%s broke off: %s", host, port, reason)

    def tcp_start(self, flow: tcp.TCPFlow) -> None:
        player = self.sessions.of_client(flow.client_conn)
        is_told = flow.client_conn in self._upgraded
        if player is not None and not player.offline and not is_told:
            logger.warning(
                "mitmvcr: a connection to %s is not HTTP: passed through, not recorded",
                flow.server_conn.address,
            )


class Choice:
    """Reads which session a client names, where there are named ones."""

    name = "vcr.choice"

    def __init__(self, sessions: Sessions, connections: Connections) -> None:
        self._sessions, self._connections = sessions, connections

    def http_connect(self, flow: http.HTTPFlow) -> None:
        if self._sessions.root is not None:
            self._sessions.routes.tunnel(flow)

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Begin the session of a request, or answer why there is none."""
        if flow.response is not None:
            return
        try:
            self._sessions.of(flow)
        except Exception as error:  # noqa: BLE001 - fails closed, whatever it is
            self._connections.fail(flow, error)


def refuse_proxy_passwords(opts: Options) -> None:
    """Raise OptionError where mitmproxy itself wants the user name of the proxy URL."""
    wanted = getattr(opts, "proxyauth", None)
    if wanted:
        remedy = f"{DIR.vcr} takes the proxy's user name as a session: leave one out"
        raise OptionError("proxyauth", "...", remedy)
