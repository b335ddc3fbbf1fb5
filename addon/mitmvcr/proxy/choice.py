"""The addon that reads which session a client means, before anything else sees a
request."""

from collections.abc import Callable

from mitmproxy import http

from mitmvcr.core.errors import OptionError
from mitmvcr.options import DIR
from mitmvcr.proxy.connections import Connections
from mitmvcr.proxy.host.options import Options
from mitmvcr.proxy.sessions import Sessions


class Choice:
    """Reads it where there are named sessions; a hook costs 3 us a flow, and mitmproxy
    finds these only there."""

    name = "vcr.choice"

    def __init__(self, sessions: Sessions, connections: Connections) -> None:
        self._sessions, self._connections = sessions, connections
        self.http_connect: Callable[[http.HTTPFlow], None] | None = None
        self.requestheaders: Callable[[http.HTTPFlow], None] | None = None

    def listen(self) -> None:
        """Read, or read nothing, as the sessions in play need it."""
        has_names = self._sessions.root is not None
        self.http_connect = self._sessions.routes.tunnel if has_names else None
        self.requestheaders = self._meet if has_names else None

    def _meet(self, flow: http.HTTPFlow) -> None:
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
