"""An upstream proxy, and the hosts that are reached without it.

mitmproxy supports only HTTP proxies as upstream, so a socks proxy gets a bridge.
"""

import asyncio
import ipaddress
import re
import struct
from base64 import b64encode
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from mitmproxy import http
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

from mitmvcr.core.wording import authority
from mitmvcr.network_options import Upstream

#: Why a socks proxy did not connect, by its reply code (RFC 1928, section 6).
_REPLIES = (
    *("", "general failure", "not allowed by its rules", "network unreachable"),
    *("host unreachable", "connection refused", "timed out"),
    *("it does not know that command", "it does not know that kind of address"),
)
_HEAD = 1 << 14


class SocksError(Exception):
    """The socks proxy did not make the connection; the text says why."""


class Bridge:
    """An HTTP proxy on this machine that supports only CONNECT, and passes connections
    to a socks proxy (version 5), which resolves names. ``login`` is the socks proxy's
    user and password."""

    def __init__(self, host: str, port: int, login: tuple[str, str] | None) -> None:
        self._host, self._port, self._login = host, port, login
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self.address = ("127.0.0.1", 0)

    async def open(self) -> None:
        """Listen at any free port, which is then in ``address``."""
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        self.address = ("127.0.0.1", self._server.sockets[0].getsockname()[1])

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._open:
            task.cancel()

    async def _meet(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        task.add_done_callback(self._open.discard)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._serve(reader, writer)
        writer.close()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        host, _, port = head.split(b" ")[1].decode("ascii").rpartition(":")
        try:
            there = await self._through(host.strip("[]"), int(port))
        except (SocksError, OSError, asyncio.IncompleteReadError) as error:
            said = "it hung up" if isinstance(error, EOFError) else error
            reason = f"The socks proxy {authority(self._host, self._port)}: {said}"
            line = " ".join(reason.split()).encode("ascii", "backslashreplace")
            writer.write(b"HTTP/1.1 502 " + line + b"\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            return
        writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        try:
            await asyncio.gather(_pump(reader, there[1]), _pump(there[0], writer))
        finally:
            there[1].close()

    async def _through(
        self, host: str, port: int
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            await self._greet(reader, writer)
            name = host.encode("idna") if not host.isascii() else host.encode()
            request = b"\5\1\0\3" + bytes([len(name)]) + name
            writer.write(request + struct.pack(">H", port))
            _, reply, _, kind = await reader.readexactly(4)
            if reply:
                raise SocksError(_REPLIES[reply] if reply < 9 else f"error {reply}")
            more = {1: 4, 4: 16}.get(kind) or (await reader.readexactly(1))[0]
            await reader.readexactly(more + 2)
        except BaseException:
            writer.close()
            raise
        return reader, writer

    async def _greet(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(b"\5\2\0\2" if self._login else b"\5\1\0")
        version, way = await reader.readexactly(2)
        if version != 5:
            raise SocksError("it does not speak version 5")
        if way == 0:
            return
        if way != 2 or self._login is None:
            raise SocksError("it wants a user and a password")
        words = (each.encode() for each in self._login)
        writer.write(b"\1" + b"".join(bytes([len(each)]) + each for each in words))
        if (await reader.readexactly(2))[1]:
            raise SocksError("it refuses this user and password")


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass bytes on until the end, and pass on the end."""
    while piece := await reader.read(_HEAD):
        writer.write(piece)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()


_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}

_WORD = re.compile(r"(\[(?P<bracketed>[^]]+)\]|(?P<name>[^:]+))(:(?P<port>\d+))?")


class WayOut:
    """The addon that sends each request through a proxy, or past it.

    mitmproxy itself supports an HTTP proxy; a socks proxy is reached through a bridge,
    by CONNECT. mitmproxy must not connect before there is a request, since only then
    can a host be reached without the proxy.
    """

    name = "vcr.way_out"

    def __init__(self, upstream: Upstream) -> None:
        self._proxy, self._past = urlsplit(upstream.url), upstream.past
        self._plain = urlsplit(upstream.plain) if upstream.plain else None
        self._bridge: Bridge | None = None
        if self._proxy.scheme.startswith("socks"):
            self._bridge = Bridge(*_place(self._proxy), _login(self._proxy))

    async def open(self) -> dict[str, object]:
        """Start the bridge, if there is one, and return the options of mitmproxy that
        are needed."""
        if self._bridge is not None:
            await self._bridge.open()
            return {"connection_strategy": "lazy"}
        place = authority(*_place(self._proxy))
        options: dict[str, object] = {
            "mode": [f"upstream:{self._proxy.scheme}://{place}"]
        }
        if login := _login(self._proxy):
            options["upstream_auth"] = ":".join(login)
        has_choice = self._past or self._plain
        return options | ({"connection_strategy": "lazy"} if has_choice else {})

    def close(self) -> None:
        if self._bridge is not None:
            self._bridge.close()

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        """Choose the way before the request, or the head of a streamed one, is sent."""
        if goes_past(self._past, flow.request.host, flow.request.port):
            flow.server_conn.via = None
            if flow.request.scheme == "http":
                flow.request.authority = ""  # the origin is asked for a path
        elif self._bridge is not None:
            flow.server_conn.via = ("http", self._bridge.address)
        elif self._plain is not None and flow.request.scheme == "http":
            scheme: Any = self._plain.scheme
            flow.server_conn.via = (scheme, _place(self._plain))
            _log_in(flow.request, self._plain)

    def http_connect_upstream(self, flow: http.HTTPFlow) -> None:
        """Log in at the proxy for ``http://`` when it is asked for a tunnel."""
        plain = self._plain
        if plain is not None and flow.server_conn.address == _place(plain):
            _log_in(flow.request, plain)

    def server_connect(self, data: ServerConnectionHookData) -> None:
        """Keep connections that are not HTTP from bypassing a socks proxy."""
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


def _log_in(request: http.Request, proxy: SplitResult) -> None:
    """Send a proxy its own login, in place of that of the other proxy, which mitmproxy
    has set."""
    request.headers.pop("Proxy-Authorization", None)
    if login := _login(proxy):
        pair = b64encode(":".join(login).encode()).decode()
        request.headers["Proxy-Authorization"] = f"Basic {pair}"


def goes_past(past: Sequence[str], host: str, port: int) -> bool:
    """Return whether NO_PROXY's words match a host, as curl, Go and requests read them:
    a name and its subdomains, with or without a leading dot or a port; an address, or a
    network of addresses; ``*`` matches everything."""
    name = host.lower().removesuffix(".")
    return any(_names(word.strip().lower(), name, port) for word in past)


def _names(word: str, host: str, port: int) -> bool:
    found = _WORD.fullmatch(word)
    name = (found["bracketed"] or found["name"]) if found else word
    if found and found["port"] and int(found["port"]) != port:
        return False
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(name, strict=False)
    except ValueError:
        below = name.removeprefix("*").removeprefix(".").removesuffix(".")
        return word == "*" or host == below or host.endswith(f".{below}")
