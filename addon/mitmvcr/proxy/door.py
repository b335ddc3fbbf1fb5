"""The control API and its page: at an address of their own, if one is chosen, and then
also at the proxy's own port, under /_vcr/, by an addon, since a container may publish
only one port. Requests for them there are never forwarded, recorded or matched."""

import errno
import logging
import os
from collections.abc import Awaitable
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from mitmproxy import http

from mitmvcr.core.errors import OptionError
from mitmvcr.core.urls import is_loopback
from mitmvcr.network_options import Address
from mitmvcr.options import CONTROL
from mitmvcr.proxy.host import replays
from mitmvcr.proxy.host.backpressure import drain
from mitmvcr.proxy.host.messages import make_response, request_parts
from mitmvcr.proxy.host.schedule import LiveBody
from mitmvcr.proxy.sessions import Sessions
from mitmvcr.store.files import why
from mitmvcr.view.parts import Fields

if TYPE_CHECKING:
    from tornado import web

    from mitmvcr.control.server import Server
    from mitmvcr.control.within import Answer
    from mitmvcr.proxy.team import Team

logger = logging.getLogger("mitmvcr")


class Control:
    """Serves the API. tornado is imported only then, since that takes 60 ms."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._server: Server | None = None
        self._wanted: Address | None = None
        #: The other workers, if there are any.
        self.team: Team | None = None
        #: What answers at the proxy's own port.
        self.within: web.Application | None = None

    @property
    def url(self) -> str | None:
        return None if self._server is None else self._server.url

    def settle(self, wanted: Address | None) -> None:
        """Serve at this address, or stop serving. Raises OptionError."""
        if wanted == self._wanted:
            return
        if wanted is None:
            self.close()
            return
        from mitmvcr.control.server import Server, application
        from mitmvcr.proxy.desk import Desk
        from mitmvcr.proxy.window import Window

        desk, window = Desk(self._sessions), Window(self._sessions)
        token, team = _token(wanted), self.team
        relay = None
        if team is not None:
            from mitmvcr.control.relay import Relay

            relay = Relay(team)
            team.answers = application(desk, window, token, for_workers=True)
        served = application(desk, window, token, relay)
        is_shared = team is not None
        try:
            server = Server(wanted.host, wanted.port, served, shared=is_shared)
        except OSError as error:
            is_taken = error.errno == errno.EADDRINUSE
            other = "port 0 is any free one" if is_taken else "name one of this machine"
            remedy = f"cannot listen there: {why(error)}; {other}"
            raise OptionError(CONTROL.vcr, wanted, remedy) from error
        self.close()
        self._server, self._wanted = server, wanted
        self.within = served
        self._sessions.log_all()
        level = logging.DEBUG if is_shared else logging.INFO  # the parent says it
        logger.log(level, "mitmvcr: control at %s", server.url)

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self._server = self._wanted = self.within = None


def _token(wanted: Address) -> str:
    """Return the token that callers need, "" if they need none. Raise OptionError."""
    from mitmvcr.control.guards import TOKEN, is_token

    token = os.environ.get(TOKEN, "").strip()
    if token and not is_token(token):
        remedy = "use 16 or more letters, digits and any of - . _ ~ + /"
        raise OptionError(TOKEN, "...", remedy)
    if not token and not is_loopback(wanted.host):
        remedy = f"others reach this address: set {TOKEN} to a secret that they know"
        raise OptionError(CONTROL.vcr, wanted, remedy)
    return token


_TOKEN = "Authorization"
_PATHS = b"/_vcr"


class Door:
    """Answers while the API is served. It is the first of all addons, so that others
    see a response and leave the request alone."""

    name = "vcr.door"

    def __init__(self, control: Control) -> None:
        self._control = control
        #: The original headers of requests under way, with their tokens.
        self._said: WeakKeyDictionary[http.HTTPFlow, Fields] = WeakKeyDictionary()

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Claim a request, and remove its token, which no log and no view of flows may
        show."""
        is_open = self._control.within is not None
        if not is_open or flow.response is not None or not _is_meant(flow):
            return
        headers = flow.request.headers
        fields = headers.fields
        headers.pop(_TOKEN, None)
        self._said[flow] = fields
        flow.request.stream = False
        flow.response = http.Response.make(503, "mitmvcr: the control API is closed\n")

    def request(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
        if not self._said:
            return None
        fields = self._said.pop(flow, None)
        return None if fields is None else self._answered(flow, fields)

    async def _answered(self, flow: http.HTTPFlow, fields: Fields) -> None:
        from mitmvcr.control.within import Asked, answer

        served, request = self._control.within, flow.request
        if served is None:
            return  # it was closed meanwhile
        asked = Asked(
            request.method,
            request.path,
            fields,
            request_parts(request).content or b"",
            request.host_header or request.host,
            flow.client_conn.sockname[0],
        )
        found = await answer(served, asked)
        flow.response = _response(flow, found)

    async def vcr_live(self, live: LiveBody) -> None:
        """Wait for the client of a live response, and for the next part: a hook of this
        package's own."""
        await drain(live.client_id)
        await live.fetch()


def _response(flow: http.HTTPFlow, found: "Answer") -> http.Response:
    rest = found.rest
    if rest is None:
        return _made(found)
    if not _takes_parts(flow.request) or not replays.take_streams():
        rest.close()  # EventSource reconnects for the rest
        return _made(found, (b"Content-Length", b"%d" % len(found.body)))
    chunked = () if flow.request.is_http2 else ((b"Transfer-Encoding", b"chunked"),)
    made = _made(found, *chunked)
    made.stream = LiveBody(flow.client_conn.id, rest.next, rest.close)
    return made


def _made(found: "Answer", *more: tuple[bytes, bytes]) -> http.Response:
    fields = tuple((n.encode(), v.encode("latin-1")) for n, v in found.headers)
    reason = found.reason.encode()
    return make_response(found.status, reason, (*fields, *more), found.body, None)


def _takes_parts(request: http.Request) -> bool:
    return request.is_http2 or request.is_http11


def _is_meant(flow: http.HTTPFlow) -> bool:
    """Return whether a request is for the proxy itself: not in a tunnel, not in
    reverse mode, whose paths are the origin's, and not for another host."""
    if not request_parts(flow.request).path.startswith(_PATHS):
        return False
    from mitmvcr.control.guards import HEADER
    from mitmvcr.control.within import is_meant

    request, own = flow.request, flow.client_conn.sockname[0]
    return (
        is_meant(request.path)
        and request.scheme == "http"
        and flow.server_conn.address is None
        and (
            not request.authority  # a request to a proxy would name the host
            or is_loopback(request.host)
            or request.host == own
            or HEADER in request.headers
        )
    )
