"""Another proxy to go on through, and the hosts that are reached without it."""

import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import SplitResult, unquote, urlsplit

from mitmproxy import http
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

from mitmvcr.network_options import Upstream
from mitmvcr.proxy.socks import Bridge

_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}

_WORD = re.compile(r"(\[(?P<bracketed>[^]]+)\]|(?P<name>[^:]+))(:(?P<port>\d+))?")


class WayOut:
    """The addon that sends each request through a proxy, or past it.

    mitmproxy goes through an HTTP proxy by itself; a socks proxy is reached over a
    bridge, by CONNECT. It must not connect before there is a request: to CONNECT alone
    it cannot be said that a host is reached without the proxy.
    """

    name = "vcr.way_out"

    def __init__(self, upstream: Upstream) -> None:
        self._proxy, self._past = urlsplit(upstream.url), upstream.past
        self._bridge: Bridge | None = None
        if self._proxy.scheme.startswith("socks"):
            self._bridge = Bridge(*_place(self._proxy), _login(self._proxy))

    async def open(self) -> dict[str, object]:
        """Return the options of mitmproxy that it needs."""
        if self._bridge is not None:
            await self._bridge.open()
            return {"connection_strategy": "lazy"}
        host, port = _place(self._proxy)
        shown = f"[{host}]" if ":" in host else host
        options: dict[str, object] = {
            "mode": [f"upstream:{self._proxy.scheme}://{shown}:{port}"]
        }
        if login := _login(self._proxy):
            options["upstream_auth"] = ":".join(login)
        return options | ({"connection_strategy": "lazy"} if self._past else {})

    def close(self) -> None:
        if self._bridge is not None:
            self._bridge.close()

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Choose before the request, or the head of one that streams, is sent."""
        if goes_past(self._past, flow.request.host, flow.request.port):
            flow.server_conn.via = None
            if flow.request.scheme == "http":
                flow.request.authority = ""  # the origin is asked for a path
        elif self._bridge is not None:
            flow.server_conn.via = ("http", self._bridge.address)

    def server_connect(self, data: ServerConnectionHookData) -> None:
        """Keep what is not HTTP from going past a socks proxy."""
        if self._bridge is None or data.server.address is None:
            return
        host, port, *_ = data.server.address
        is_known = (host, port) == self._bridge.address
        if not is_known and not goes_past(self._past, host, port):
            data.server.error = (
                "mitmvcr goes on through a socks proxy, and this connection is not HTTP"
            )


def _place(proxy: SplitResult) -> tuple[str, int]:
    return proxy.hostname or "", proxy.port or _PORTS[proxy.scheme]


def _login(proxy: SplitResult) -> tuple[str, str] | None:
    if proxy.username is None:
        return None
    return unquote(proxy.username), unquote(proxy.password or "")


def goes_past(past: Sequence[str], host: str, port: int) -> bool:
    """Return whether NO_PROXY's words name a host, as curl, Go and requests read it:
    a name and what is below it, with or without a dot before it, with or without a
    port; an address, or a network of them; ``*`` is all."""
    return any(_names(word.strip().lower(), host.lower(), port) for word in past)


def _names(word: str, host: str, port: int) -> bool:
    found = _WORD.fullmatch(word)
    name = (found["bracketed"] or found["name"]) if found else word
    if found and found["port"] and int(found["port"]) != port:
        return False
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(name, strict=False)
    except ValueError:
        below = name.removeprefix("*").removeprefix(".")
        return word == "*" or host == below or host.endswith(f".{below}")
