"""A connection whose TLS ended here already, passed on to mitmproxy all the same.

mitmproxy gets it as the client would have opened it: with the CONNECT, and with a
handshake, all of it within this process.
"""

import asyncio
import ssl
from collections.abc import Callable
from functools import lru_cache

from mitmvcr.lane.line import Inner
from mitmvcr.lane.tls import Tls

Open = Callable[[Callable[[bytes], None], Callable[[], None]], Inner]


class Bridge:
    """``send`` and ``close`` are the client's end; ``protocol`` is what the client and
    we agreed to speak, and ``name`` the host that it wanted."""

    def __init__(
        self,
        send: Callable[[bytes], None],
        close: Callable[[], None],
        transport: asyncio.Transport,
        protocol: str | None,
        name: str | None,
    ) -> None:
        self._send, self._close, self._transport = send, close, transport
        self._tls = Tls(_context(protocol), server=False, name=name)
        self._awaited = b""
        self._waiting = b""
        self._inner: Inner | None = None

    def open(self, inner: Open, connect: bytes, awaited: bytes, data: bytes) -> None:
        """Begin with a CONNECT, whose answer is ``awaited``, and go on with the
        data."""
        self._awaited, self._waiting = awaited, data
        self._inner = inner(self._receive, self._closed)
        self._inner.feed(connect)

    def send(self, data: bytes) -> None:
        """Pass on what the client has sent."""
        if not self._tls.is_shaken:
            self._waiting += data
            return
        self._tls.write(data)
        self._flush()

    def end(self) -> None:
        if self._inner is not None:
            self._inner.end()

    leave = end

    def pause(self) -> None:
        if self._inner is not None:
            self._inner.pause()

    def resume(self) -> None:
        if self._inner is not None:
            self._inner.resume()

    def _receive(self, data: bytes) -> None:
        try:
            self._take(data)
        except ssl.SSLError:
            self._transport.abort()

    def _take(self, data: bytes) -> None:
        if self._awaited:
            self._awaited, is_right = b"", data == self._awaited
            if not is_right:
                self._transport.abort()
                return
        else:
            self._tls.feed(data)
        if not self._tls.is_shaken and self._tls.shake():
            self._tls.write(self._waiting)
            self._waiting = b""
        plain = self._tls.read() if self._tls.is_shaken else b""
        self._flush()
        if plain:
            self._send(plain)

    def _flush(self) -> None:
        data = self._tls.outgoing()
        if data and self._inner is not None:
            self._inner.feed(data)

    def _closed(self) -> None:
        self._close()


@lru_cache(maxsize=4)
def _context(protocol: str | None) -> ssl.SSLContext:
    """Return a context that trusts anybody: both ends are in this process."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if protocol is not None:
        context.set_alpn_protocols([protocol])
    return context
