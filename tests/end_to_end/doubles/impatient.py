"""mitmproxy gives a silent connection up after a second, and not after ten minutes."""

from typing import Any

from mitmproxy import ctx
from mitmproxy.proxy import server

if hasattr(server, "TCP_TIMEOUT"):  # mitmproxy 11
    server.TCP_TIMEOUT = 1


def load(loader: Any) -> None:
    if not hasattr(server, "TCP_TIMEOUT"):
        ctx.options.tcp_timeout = 1
