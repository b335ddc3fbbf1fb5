"""A request as it came, and what goes on to its origin."""

from mitmproxy import http

from mitmvcr.proxy.flow.player import Player
from mitmvcr.proxy.host.messages import request_parts
from mitmvcr.view.requests import PROXY_HEADERS, LiveRequest


def live_request(player: Player, flow: http.HTTPFlow) -> LiveRequest:
    """Return a request as its session records it."""
    return player.live_request(request_parts(flow.request))


def drop_proxy_headers(request: http.Request) -> None:
    """Take out what is meant for a proxy, as it is on plain http."""
    if request_parts(request).scheme == b"http":
        for name in PROXY_HEADERS:
            request.headers.pop(name.decode(), None)
