"""Requests that mitmproxy answers itself with 400, before an addon sees them: its log
alone has them, as a note that is not shown.

Source: ``Http1Server.read_headers`` in mitmproxy/proxy/layers/http/_http1.py, and
``ConnectionHandler.log`` in mitmproxy/proxy/server.py. Where the text is another one,
nothing is said.
"""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager

_ABOUT_CONNECTIONS = logging.getLogger("mitmproxy.proxy.server")
_UNREAD = re.compile(
    r"Bad HTTP request line: b(['\"])(?P<method>\S+) (?P<url>.*) HTTP/[0-9.]+\1$"
)
logger = logging.getLogger("mitmvcr")


@contextmanager
def told() -> Iterator[None]:
    """Warn of each such request, for as long as the block runs."""
    before = _ABOUT_CONNECTIONS.level
    _ABOUT_CONNECTIONS.setLevel(logging.INFO)
    _ABOUT_CONNECTIONS.addFilter(_warn)
    try:
        yield
    finally:
        _ABOUT_CONNECTIONS.removeFilter(_warn)
        _ABOUT_CONNECTIONS.setLevel(before)


def _warn(record: logging.LogRecord) -> bool:
    """Warn of what a note says, and pass it on to handlers, which have levels."""
    if record.levelno > logging.INFO:
        return True
    if found := _UNREAD.search(record.getMessage()):
        from mitmvcr.core.wording import shown
        from mitmvcr.miss.masking import masked_url

        logger.warning(
            "mitmvcr: %s %s got 400 from the proxy, and is neither recorded nor"
            " replayed: its request line is not HTTP; percent-encode what of its URL is"
            " not ASCII, and spaces",
            shown(found["method"]),
            shown(masked_url(found["url"]), 300),
        )
    return True
