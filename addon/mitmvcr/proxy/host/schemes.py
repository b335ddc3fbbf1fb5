"""Whole URLs by a scheme of WebSockets, as aiohttp and niquests ask a proxy for them:
mitmproxy refuses all but those of HTTP (net/http/http1/read.py: _read_request_line)."""

import re
from collections.abc import Callable
from typing import Any

from mitmvcr.proxy.host.capabilities import capabilities
from mitmvcr.proxy.host.wrapping import wrap

#: niquests has its own for events.
_MEANT = {b"ws": b"http", b"wss": b"https", b"psse": b"http", b"sse": b"https"}
_URL = re.compile(rb"([!-~]+[ \t]+)(wss?|p?sse)(?=://)", re.I)


def know_schemes() -> None:
    """Read such a URL as that of the request that it means, however often this is
    called. To be called before a request is read."""
    if capabilities.has("URLs of WebSockets"):
        from mitmproxy.net.http.http1 import read

        wrap(read, "_read_request_line", _knowing_schemes)


def _knowing_schemes(original: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    def _read_request_line(line: bytes) -> Any:
        if found := _URL.match(line):
            before, scheme = found.groups()
            line = before + _MEANT[scheme.lower()] + line[found.end() :]
        return original(line)

    return _read_request_line
