"""What may reach the network, and which protocol a connection speaks.

The second lock of a replay: every upstream socket is refused that no passthrough rule
allows, whatever has asked for it.
"""

import logging

from mitmproxy import connection, flowfilter, http, tcp, tls
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

from mitmvcr.core.errors import OptionError
from mitmvcr.options import PASSTHROUGH, Option
from mitmvcr.proxy import host
from mitmvcr.proxy.sessions import Sessions
from mitmvcr.session import Session

logger = logging.getLogger("mitmvcr")

_REFUSED = "mitmvcr replays: nothing may reach the network"


class Connections:
    """The part of the addon whose hooks are asked once a connection."""

    session: Session | None
    sessions: Sessions

    def __init__(self) -> None:
        super().__init__()
        self.passthrough: list[flowfilter.TFilter] = []
        #: By client: the hosts and ports that a request of it may go on to.
        self._allowed: set[tuple[str, str, int]] = set()

    def lets_pass(self, flow: http.HTTPFlow) -> bool:
        """Return whether a rule lets it straight through."""
        return any(accepts(flow) for accepts in self.passthrough)

    def passes(self, flow: http.HTTPFlow) -> bool:
        """Return whether a rule lets it through; then its host may be reached."""
        if not self.lets_pass(flow):
            return False
        client = flow.client_conn.id
        self._allowed.add((client, flow.request.host, flow.request.port))
        if flow.server_conn.via:  # the socket is opened to the upstream proxy
            self._allowed.add((client, *flow.server_conn.via[1]))
        return True

    def forget_allowed(self) -> None:
        """Other rules are in force."""
        self._allowed = set()

    def server_connect(self, data: ServerConnectionHookData) -> None:
        # Refused first and allowed after: an exception on the way refuses.
        data.server.error = data.server.error or _REFUSED
        if self.may_connect(data) and data.server.error == _REFUSED:
            data.server.error = None
            host.speak_cleartext_h2(data.client, data.server)

    @property
    def offline(self) -> bool:
        """Return whether a session is in use that must not reach the network."""
        return self.session is not None and self.session.offline

    def may_connect(self, data: ServerConnectionHookData) -> bool:
        """Return whether a request was let through for this connection."""
        if not self.offline:
            return True
        if data.server.address is None:
            return False
        peer_host, port, *_ = data.server.address
        return (data.client.id, peer_host, port) in self._allowed

    def client_connected(self, client: connection.Client) -> None:
        if self.session is not None:
            self.session.came()

    def tls_failed_client(self, data: tls.TlsData) -> None:
        if self.session is None:
            return
        address = data.context.server.address
        name = data.conn.sni or (address[0] if address else "?")
        self.session.log.tls_broke(name, data.conn.error or "no reason given")

    def client_disconnected(self, client: connection.Client) -> None:
        self.sessions.client_gone(client.id)
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
                host.choose_alpn(data, alpn)
                return

    def tcp_start(self, flow: tcp.TCPFlow) -> None:
        if self.session is not None and not self.session.offline:
            logger.warning(
                "mitmvcr: a connection to %s is not HTTP: passed through, not recorded",
                flow.server_conn.address,
            )


def parse_filter(text: str, option: Option = PASSTHROUGH) -> flowfilter.TFilter:
    """Raises OptionError."""
    try:
        return flowfilter.parse(text)
    except ValueError as error:
        remedy = f"not a flow filter ({error}); use one as '~d example.com'"
        raise OptionError(option.vcr, text, remedy) from error
