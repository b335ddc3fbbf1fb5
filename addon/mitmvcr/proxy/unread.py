"""Requests that mitmproxy answers itself with 400, before they are looked up. Of those
whose head it cannot read its log alone has a note; of the others the ``error`` hook has
the flow.

Source: ``Http1Server.read_headers`` in mitmproxy/proxy/layers/http/_http1.py,
``validate_request`` in its ``__init__.py``, ``ConnectionHandler.log`` in
mitmproxy/proxy/server.py. Where the text is another one, nothing is said.
"""

import logging
import re

from mitmproxy import http

from mitmvcr.proxy.connections import Connections
from mitmvcr.proxy.counts import without_bytes
from mitmvcr.proxy.host.lines import address_in_log

_ABOUT_CONNECTIONS = logging.getLogger("mitmproxy.proxy.server")
_UNREAD = re.compile(
    r"Bad HTTP request line: b(['\"])(?P<method>\S+) (?P<url>.*) HTTP/[0-9.]+\1$"
)
#: A user before the host, also where its password ends the authority too soon.
_LOGIN = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)?(?:[^/?#]*@|[^/?#:]*:(?!\d*[/?#]).*@)"
)
_NO_LOGIN = (
    "a user and a password stand before its host, where HTTP has no place for them;"
    " have the client send them as Authorization"
)
_ENCODE = (
    "its request line is not HTTP; percent-encode what of its URL is not ASCII, and"
    " spaces"
)
#: What stands behind the host of a URL, or of what a tunnel is asked for.
_PORT = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9+.-]*://)?+(?:\[[^]]*\]|[^/?#:]*):(?P<port>[^/?#]*)"
)
_NO_PORT = (
    "the port of its host is missing or none; name one from 1 to 65535, or leave the"
    " colon out"
)
_NO_HEADER = re.compile(r": Invalid headers?\b")
_HTTP2 = re.compile(r"(?:HTTP/2 protocol error|Invalid HTTP/2 request headers): (.*)")
_NO_SCHEME = "a proxy is asked for URLs of http and https alone; write one of them"
_NO_FIELD = (
    "a name or a length in its headers is not HTTP; leave blanks out of names,"
    " and state one length"
)
#: What mitmproxy says in the error of a flow that it refuses.
_REFUSED = re.compile(
    r"(?!.* from server)"
    r".*(from client, refusing|request scheme|content-length|transfer-encoding)",
    re.IGNORECASE | re.DOTALL,
)
logger = logging.getLogger("mitmvcr")


class Unread:
    """The addon that warns of each such request, and keeps what a client sent out of
    mitmproxy's own notes: a secret may be in it."""

    name = "vcr.unread"

    def __init__(self, connections: Connections) -> None:
        self._level, self._connections = logging.NOTSET, connections

    def load(self, _: object) -> None:
        self._level = _ABOUT_CONNECTIONS.level
        if not _ABOUT_CONNECTIONS.isEnabledFor(logging.INFO):
            _ABOUT_CONNECTIONS.setLevel(logging.INFO)  # handlers have levels, too
        _ABOUT_CONNECTIONS.addFilter(self._read)

    def done(self) -> None:
        _ABOUT_CONNECTIONS.removeFilter(self._read)
        _ABOUT_CONNECTIONS.setLevel(self._level)

    def _read(self, record: logging.LogRecord) -> bool:
        """Warn of what a note says, which passes without the bytes that it repeats."""
        text = record.getMessage()
        if (hidden := without_bytes(text)) != text:
            record.msg, record.args = hidden, ()
        if record.levelno <= logging.INFO:
            client = getattr(record, "client", None)
            # An origin breaks the rules, too, and has another address.
            who, _, said = text.partition(": ")
            found = _HTTP2.fullmatch(said)
            if found and client and who == address_in_log(client):
                self._connections.http2_broke(client, found[1])
            else:
                _warn(text)
        return True


def _warn(text: str) -> None:
    if found := _UNREAD.search(text):
        login = _LOGIN.match(found["url"])
        at = _without_login(found["url"], login) if login else found["url"]
        remedy = _NO_LOGIN if login else _remedy(found["method"], at)
        _tell(found["method"], at, remedy)
    elif _NO_HEADER.search(text):
        logger.warning(
            "mitmvcr: a request %s: a line of its head is no header; write it as NAME:"
            " VALUE",
            _WHAT,
        )


def _remedy(method: str, at: str) -> str:
    scheme, colon, _ = at.partition("://")
    if colon and scheme.isalpha() and scheme.lower() not in ("http", "https"):
        return _NO_SCHEME
    found = _PORT.match(at)
    if found is None:
        return _NO_PORT if method == "CONNECT" else _ENCODE
    port = found["port"]
    is_number = port.isascii() and port.isdigit() and len(port) < 6
    return _ENCODE if is_number and 0 < int(port) < 1 << 16 else _NO_PORT


def _without_login(url: str, login: re.Match[str]) -> str:
    return (login["scheme"] or "") + url[login.end() :]


_WHAT = "got 400 from the proxy, and is neither recorded nor replayed"


def tell_refused(flow: http.HTTPFlow) -> bool:
    """Warn of a request whose head mitmproxy has read, and refused. Return whether it
    is one."""
    reason = flow.error.msg if flow.error is not None else ""
    if flow.response is not None or not _REFUSED.match(reason):
        return False
    remedy = _NO_SCHEME if "request scheme" in reason else _NO_FIELD
    _tell(flow.request.method, flow.request.url, remedy)
    return True


def _tell(method: str, url: str, remedy: str) -> None:
    from mitmvcr.core.wording import shown
    from mitmvcr.miss.masking import masked_url

    at = shown(masked_url(url), 300)
    logger.warning("mitmvcr: %s %s %s: %s", shown(method), at, _WHAT, remedy)
