"""Connections of clients before mitmproxy has them (proxy/mode_servers.py:
ServerInstance.handle_stream), and the way back to it.

mitmproxy listens as usual, and calls ``handle_stream`` with each connection. One that
is intercepted there can be passed to mitmproxy later, with everything received so far.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from mitmvcr.proxy.host.capabilities import capabilities

_METHOD = "handle_stream"


#: As ``socket`` has it.
Address = tuple[Any, ...]


def address_in_log(address: Address) -> str:
    """Return an address as mitmproxy's log has it."""
    from mitmproxy.utils import human

    return human.format_address(address)


class Intake:
    """Asks ``accept`` for a protocol for each connection to a regular proxy port; one
    that gets none is mitmproxy's."""

    def __init__(self, accept: Callable[["Line"], asyncio.Protocol | None]) -> None:
        self._accept = accept

    def open(self) -> bool:
        """Begin, before mitmproxy listens; return whether that is possible."""
        if capabilities.problem("fast lane"):
            return False
        from mitmproxy.proxy.mode_servers import RegularInstance, ServerInstance

        handle, accept = ServerInstance.handle_stream, self._accept

        def handle_stream(instance: Any, reader: Any, writer: Any = None) -> Any:
            if isinstance(writer, asyncio.StreamWriter):
                line = Line(lambda *streams: handle(instance, *streams), writer)
                protocol = accept(line)
                if protocol is not None:
                    line.take(protocol)
                    return None
            return handle(instance, reader, writer)

        setattr(RegularInstance, _METHOD, handle_stream)
        return True

    def close(self) -> None:
        """Take no more. Open listeners still call this, so ``accept`` has to refuse."""
        from mitmproxy.proxy.mode_servers import RegularInstance

        if _METHOD in vars(RegularInstance):
            delattr(RegularInstance, _METHOD)


def way_in(server: Any) -> Callable[[Any, Any], Coroutine[Any, Any, None]]:
    """Return a handler that passes a connection, of which something was received
    already, to this server of mitmproxy. Raise CapabilityError."""
    from mitmproxy.proxy.mode_servers import ServerInstance

    capabilities.require("fast lane")

    def handle(reader: Any, writer: Any) -> Any:
        late: Any = _Late(reader)
        return ServerInstance.handle_stream(server, late, writer)

    return handle


class _Late:
    """Delays the first read by one turn: mitmproxy keeps the reading task only once it
    has waited for something (proxy/server.py: handle_client)."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._has_waited = False

    async def read(self, size: int = -1) -> bytes:
        if not self._has_waited:
            self._has_waited = True
            await asyncio.sleep(0)
        return await self._reader.read(size)


class Line:
    """A connection; see :class:`mitmvcr.lane.connection.Line`. ``ends`` are its two
    addresses, which no other that is open has."""

    def __init__(
        self, serve: Callable[[Any, Any], Any], writer: asyncio.StreamWriter
    ) -> None:
        self._serve = serve
        self._writer = writer  # it closes the connection when nobody has it any more
        transport = writer.transport
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        look = self.transport.get_extra_info
        self.ends = look("peername"), look("sockname")
        #: What it waits for before it reads, if anything.
        self.held: asyncio.Future[None] | None = None

    def __repr__(self) -> str:
        return f"<Line {self.ends}>"

    def take(self, protocol: asyncio.Protocol) -> None:
        """Give the connection to a protocol."""
        self.transport.set_protocol(protocol)
        protocol.connection_made(self.transport)

    def hold_until(self, done: Coroutine[Any, Any, None]) -> None:
        """Read nothing from the client until ``done`` has run, which must not raise."""
        self.transport.pause_reading()
        self.held = asyncio.ensure_future(done)
        self.held.add_done_callback(lambda _: self.transport.resume_reading())

    def is_closing(self) -> bool:
        return self.transport.is_closing()

    def pass_on(self, received: bytes, *, is_over: bool, swallowed: bytes) -> None:
        reader, protocol = self._streams()
        self.transport.set_protocol(protocol)
        protocol.connection_made(
            _Swallowing(self.transport, swallowed) if swallowed else self.transport
        )
        reader.feed_data(received)
        if is_over:
            reader.feed_eof()

    def open_inner(
        self, receive: Callable[[bytes], None], closed: Callable[[], None]
    ) -> "_Inner":
        _, protocol = self._streams()
        inner = _Inner(self.transport, protocol, receive, closed)
        protocol.connection_made(inner)
        return inner

    def _streams(self) -> tuple[asyncio.StreamReader, asyncio.StreamReaderProtocol]:
        reader = asyncio.StreamReader()
        return reader, asyncio.StreamReaderProtocol(reader, self._handle)

    def _handle(self, reader: Any, writer: Any) -> Any:
        return self._serve(reader, writer)


class _Other(asyncio.Transport):
    """A transport that passes everything on to another one."""

    def __init__(self, outer: asyncio.Transport) -> None:
        super().__init__()
        self._outer = outer

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._outer.get_extra_info(name, default)

    def is_closing(self) -> bool:
        return self._outer.is_closing()

    def is_reading(self) -> bool:
        return self._outer.is_reading()

    def pause_reading(self) -> None:
        self._outer.pause_reading()

    def resume_reading(self) -> None:
        self._outer.resume_reading()

    def can_write_eof(self) -> bool:
        return self._outer.can_write_eof()

    def write_eof(self) -> None:
        self._outer.write_eof()

    def write(self, data: Any) -> None:
        self._outer.write(data)

    def close(self) -> None:
        self._outer.close()

    def abort(self) -> None:
        self._outer.abort()

    def get_write_buffer_size(self) -> int:
        return self._outer.get_write_buffer_size()


class _Swallowing(_Other):
    """Writes everything except what the client has already got. If mitmproxy's answer
    begins differently, the connection is aborted."""

    def __init__(self, outer: asyncio.Transport, swallowed: bytes) -> None:
        super().__init__(outer)
        self._swallowed = swallowed

    def write(self, data: Any) -> None:
        if not self._swallowed:
            self._outer.write(data)
            return
        had, self._swallowed = self._swallowed, b""
        if data != had:
            self._outer.abort()


class _Inner(_Other):
    """mitmproxy's end of a connection within this process."""

    def __init__(
        self,
        outer: asyncio.Transport,
        protocol: asyncio.StreamReaderProtocol,
        receive: Callable[[bytes], None],
        closed: Callable[[], None],
    ) -> None:
        super().__init__(outer)
        self._protocol = protocol
        self._receive, self._closed = receive, closed
        self._is_over = False

    def feed(self, data: bytes) -> None:
        if not self._is_over:
            self._protocol.data_received(data)

    def end(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._protocol.connection_lost(None)

    def pause(self) -> None:
        self._protocol.pause_writing()

    def resume(self) -> None:
        self._protocol.resume_writing()

    def is_closing(self) -> bool:
        return self._is_over or self._outer.is_closing()

    def write(self, data: Any) -> None:
        self._receive(bytes(data))

    def can_write_eof(self) -> bool:
        return False

    def close(self) -> None:
        if not self._is_over:
            self.end()
            self._closed()

    def abort(self) -> None:
        self._is_over = True
        self._outer.abort()
