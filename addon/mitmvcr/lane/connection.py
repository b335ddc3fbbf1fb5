"""One connection of a client, from its first byte until it ends or is passed on."""

import asyncio
import ssl
from collections.abc import Callable
from functools import partial

from mitmvcr.lane import heads, hello
from mitmvcr.lane.bridge import Bridge
from mitmvcr.lane.heads import Tunnel
from mitmvcr.lane.held import Held
from mitmvcr.lane.line import Desk, Line, Other
from mitmvcr.lane.tls import Tls, why

#: A longer body is mitmproxy's.
LONGEST_BODY = 1 << 20
#: What is longer is not looked up among what was sent before.
_LONGEST_AGAIN = 1 << 16
_ESTABLISHED = b"%b 200 Connection established\r\n\r\n"


class Connection(asyncio.Protocol):
    """Answers what the desk answers, and passes the rest on with the connection.
    ``silence``: how often somebody has looked since something came."""

    def __init__(self, line: Line, desk: Desk) -> None:
        self._line, self._desk = line, desk
        self._take: Callable[[bytes], None] = self._plain
        self._buffer = b""
        self._connect = b""
        self._place = ("", 0)
        self._greeting = hello.Hello(None, ())
        self._tls: Tls | None = None
        self._bridge: Other | None = None
        self._is_known = self._is_full = self._has_asked = False
        self._version = b""
        self._held = Held(self._go_on)
        self.silence = 0

    def __repr__(self) -> str:
        return f"<Connection {self._take.__name__} {self._place[0]}>"

    # asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self.silence = 0
        self._take(data)

    def eof_received(self) -> None:
        """Note the end; the transport closes itself then."""
        if self._bridge is not None:
            self._bridge.end()
        elif self._take == self._hello and self._buffer:
            self._pass_on(self._buffer, is_over=True)
        elif self._take in (self._wait, self._shake):
            self._broke("")

    def connection_lost(self, _: Exception | None) -> None:
        if self._bridge is not None:
            self._bridge.end()
        elif self._take == self._secured and not self._has_asked:
            self._desk.asked_nothing(self._line, self._name)
        self.count()  # also one that has asked for nothing
        self._desk.ended(self, self._line)

    def pause_writing(self) -> None:
        self._is_full = True
        if self._bridge is not None:
            self._bridge.pause()
        else:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        self._is_full = False
        if self._bridge is not None:
            self._bridge.resume()
            return
        self._transport.resume_reading()
        if self._buffer and self._take in (self._plain, self._secured):
            data, self._buffer = self._buffer, b""
            self._serve(data)

    def close(self) -> None:
        """End once all that was answered has left."""
        if self._bridge is not None:
            self._bridge.leave()
        self._transport.close()

    # The client's side

    def _plain(self, data: bytes) -> None:
        rest, self._buffer = self._buffer, b""
        self._serve(rest + data if rest else data)

    def _hello(self, data: bytes) -> None:
        data, self._buffer = self._buffer + data, b""
        try:
            greeting = hello.read(data)
        except hello.UnknownHelloError:
            self._pass_on(data)
            return
        self._buffer = data
        if greeting is not None:
            self._greeting = greeting
            self._take = self._wait
            self._desk.in_turn(self._greet)

    def _wait(self, data: bytes) -> None:
        self._buffer += data

    def _greet(self) -> None:
        """Answer the greeting, when its turn has come."""
        if self._transport.is_closing():
            return
        data, self._buffer = self._buffer, b""
        context = self._desk.context(self._line, self._place, self._greeting)
        if context is None:
            self._pass_on(data)
            return
        self._tls = Tls(context, server=True)
        self._take = self._shake
        self._shake(data)

    def _shake(self, data: bytes) -> None:
        tls = self._tls
        assert tls is not None
        tls.feed(data)
        try:
            is_shaken = tls.shake()
        except ssl.SSLError as error:
            self._flush(tls)
            self._broke(why(error))
            self._transport.close()
            return
        self._flush(tls)
        if is_shaken:
            self._take = self._secured
            if tls.protocol == "h2":
                self._speak_http2(tls)
            self._take(b"")

    def _secured(self, data: bytes) -> None:
        tls = self._tls
        assert tls is not None
        rest, self._buffer = self._buffer, b""
        if data:
            tls.feed(data)
        try:
            plain = tls.read()
        except ssl.SSLError:
            self._transport.abort()
            return
        if plain:
            self._serve(rest + plain)
        else:
            self._buffer = rest
        self._flush(tls)
        if tls.is_over and not self._held:
            self._end()

    def _bridged(self, data: bytes) -> None:
        tls, bridge = self._tls, self._bridge
        assert tls is not None
        assert bridge is not None
        tls.feed(data)
        try:
            plain = tls.read()
        except ssl.SSLError:
            self._transport.abort()
            return
        self._flush(tls)
        if plain:
            bridge.send(plain)
        if tls.is_over:
            bridge.end()
            self._end()

    # Requests

    def _serve(self, data: bytes) -> None:
        """Answer what is here in full, one after another; keep the rest."""
        if not self._is_full and self._answer_again(data):
            return
        start, size = 0, len(data)
        while start < size and not self._is_full:
            end = heads.end_of(data, start)
            if end == -1:
                break
            head = heads.read(data, start, end) if end >= 0 else None
            if isinstance(head, Tunnel):
                self._open_tunnel(head, data[start:], end + 4 - start)
                return
            if head is None or bool(head.host) is (self._tls is not None):
                self._pass_on(data[start:])
                return
            length = head.headers.length
            if length > LONGEST_BODY:
                self._pass_on(data[start:])
                return
            over = end + 4 + length
            if over > size:
                break
            self._has_asked = True
            request = head.request(self._place, data[end + 4 : over])
            closes = head.headers.closes
            is_all = not start and over == size and not closes
            sent = (self._place, data) if is_all else None
            answer = self._desk.answer(self._line, request, sent)
            if answer is None:
                self._pass_on(data[start:])
                return
            if not isinstance(answer, bytes):
                self._buffer = data[start:]
                give = partial(self._give, over - start, closes)
                self._held.until(self._transport, answer, give)
                return
            self.count()
            self._send(answer)
            if closes:
                self._end()
                return
            start = over
        self._buffer = data[start:]

    def _give(self, size: int, closes: bool, answer: bytes | None) -> None:
        """Answer the first request of what is here, whose size it has."""
        data, self._buffer = self._buffer, b""
        if answer is None:
            self._pass_on(data)
            return
        self.count()
        self._send(answer)
        if closes:
            self._end()
        else:
            self._serve(data[size:])

    def _go_on(self) -> None:
        """Receive more, now that no answer is waited for."""
        if self._tls is not None and self._tls.is_over and self._bridge is None:
            self._end()
        if not self._is_full:
            self._transport.resume_reading()

    def _answer_again(self, data: bytes) -> bool:
        """Answer what was sent before; most clients repeat themselves."""
        if len(data) > _LONGEST_AGAIN:
            return False
        answer = self._desk.answer_again(self._line, (self._place, data))
        if answer is None:
            return False
        self._has_asked = True
        self.count()
        self._send(answer)
        return True

    def _open_tunnel(self, tunnel: Tunnel, data: bytes, size: int) -> None:
        if self._tls is not None or not self._desk.is_open(self._line):
            self._pass_on(data)
            return
        self.count()
        self._connect, rest = data[:size], data[size:]
        self._place, self._version = (tunnel.host, tunnel.port), tunnel.version
        self._transport.write(_ESTABLISHED % tunnel.version)
        self._take = self._hello
        if rest:
            self._hello(rest)

    # What becomes of it

    def _send(self, data: bytes) -> None:
        if self._tls is None:
            self._transport.write(data)
        else:
            self._tls.write(data)
            self._flush(self._tls)

    def _flush(self, tls: Tls) -> None:
        if data := tls.outgoing():
            self._transport.write(data)

    def _end(self) -> None:
        """Close, and end TLS before: a client may wait for that, or miss it."""
        if self._tls is not None and not self._transport.is_closing():
            self._tls.end()
            self._flush(self._tls)
        self._transport.close()

    def count(self) -> None:
        """Say that the client has come, once."""
        if not self._is_known:
            self._is_known = True
            self._desk.came(self._line)

    def _broke(self, reason: str) -> None:
        self._desk.tls_broke(self._line, self._name, reason)

    @property
    def _name(self) -> str:
        return self._greeting.name or self._place[0]

    def _pass_on(self, data: bytes, *, is_over: bool = False) -> None:
        """Let mitmproxy have the connection, from this request on."""
        self._desk.left(self, self._line)
        if self._tls is not None:
            self._bridge = self._open_bridge(self._send, self._end, data)
            self._take = self._bridged
            return
        swallowed = _ESTABLISHED % self._version if self._connect else b""
        self._line.pass_on(self._connect + data, is_over=is_over, swallowed=swallowed)

    def _open_bridge(
        self, send: Callable[[bytes], None], end: Callable[[], None], data: bytes
    ) -> Bridge:
        assert self._tls is not None
        name, protocol = self._greeting.name, self._tls.protocol
        bridge = Bridge(send, end, self._transport, protocol, name)
        established = _ESTABLISHED % self._version
        bridge.open(self._line.open_inner, self._connect, established, data)
        return bridge

    def _speak_http2(self, tls: Tls) -> None:
        from mitmvcr.lane.http2 import Http2, Wire  # not all clients need it

        def bridge(
            send: Callable[[bytes], None], end: Callable[[], None], data: bytes
        ) -> Bridge:
            self._desk.left(self, self._line)
            return self._open_bridge(send, end, data)

        wire = Wire(
            self._line,
            self._place,
            self._name,
            self._transport,
            self._send,
            self._end,
            bridge,
        )
        self._bridge = http2 = Http2(wire, self._desk)
        self._take = self._bridged
        http2.begin()
