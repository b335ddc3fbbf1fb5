"""The addon that lets the control API be called at the proxy's own port, under /_vcr/:
a container may publish one port only. What is meant for it is never forwarded, recorded
or matched."""

from collections.abc import Awaitable, Callable
from weakref import WeakKeyDictionary

from mitmproxy import http

from mitmvcr.proxy.controlling import Control
from mitmvcr.proxy.host.messages import make_response, request_parts
from mitmvcr.view.parts import Fields

_TOKEN = "Authorization"
_PATHS = b"/_vcr"


class Door:
    """Answers while the API is served. First of all addons, so that others see a
    response and leave the request alone."""

    name = "vcr.door"

    def __init__(self, control: Control) -> None:
        self._control = control
        #: What the clients of requests under way said to be known by.
        self._said: WeakKeyDictionary[http.HTTPFlow, Fields] = WeakKeyDictionary()
        self.requestheaders: Callable[[http.HTTPFlow], None] | None = None
        self.request: Callable[[http.HTTPFlow], Awaitable[None] | None] | None = None

    def listen(self) -> None:
        """Look for such requests, or for none."""
        is_open = self._control.within is not None
        self.requestheaders = self._meet if is_open else None
        self.request = self._answer if is_open else None

    def _meet(self, flow: http.HTTPFlow) -> None:
        """Take a request, and what no log and no view of flows may show."""
        if flow.response is not None or not _is_meant(flow):
            return
        headers = flow.request.headers
        fields = headers.fields
        headers.pop(_TOKEN, None)
        self._said[flow] = fields
        flow.request.stream = False
        flow.response = http.Response.make(503, "mitmvcr: the control API is closed\n")

    def _answer(self, flow: http.HTTPFlow) -> Awaitable[None] | None:
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
        headers = tuple((n.encode(), v.encode("latin-1")) for n, v in found.headers)
        reason = found.reason.encode()
        flow.response = make_response(found.status, reason, headers, found.body, None)


def _is_meant(flow: http.HTTPFlow) -> bool:
    """Return whether a request is for the proxy itself: not in a tunnel, not in
    reverse mode, whose paths are the origin's, and not for another host."""
    if not request_parts(flow.request).path.startswith(_PATHS):
        return False
    from mitmvcr.control.guards import HEADER, is_loopback
    from mitmvcr.control.within import is_meant

    request, own = flow.request, flow.client_conn.sockname[0]
    return (
        is_meant(request.path)
        and request.scheme == "http"
        and flow.server_conn.address is None
        and (
            is_loopback(request.host)
            or request.host == own
            or HEADER in request.headers
        )
    )
