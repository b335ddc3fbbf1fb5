"""A request as it came, and what goes on to its origin."""

from mitmproxy import http

from mitmvcr.proxy.flow.player import Player
from mitmvcr.proxy.host.messages import request_parts
from mitmvcr.view.parts import RequestParts
from mitmvcr.view.requests import PROXY_HEADERS, LiveRequest


def live_request(player: Player, flow: http.HTTPFlow) -> LiveRequest:
    """Return a request as its session records it."""
    return live_request_of(player, request_parts(flow.request))


def live_request_of(player: Player, wire: RequestParts) -> LiveRequest:
    """Return the same of a request that is no flow."""
    live = player.view.to_request(wire)
    if player.redirects.expects:
        return player.redirects.restate(live, wire)
    return live


def drop_proxy_headers(request: http.Request) -> None:
    """Take out what is meant for a proxy, as it is on plain http."""
    if request_parts(request).scheme == b"http":
        for name in PROXY_HEADERS:
            request.headers.pop(name.decode(), None)
