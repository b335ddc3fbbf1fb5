"""TLS over bytes, with buffers for what comes in and goes out; handshakes in turns."""

import asyncio
import ssl
from collections import deque
from collections.abc import Callable
from contextlib import suppress

#: The most that a record holds, and a place for it: a new one each time costs more than
#: what is read into it.
_PART = 1 << 14
_SPACE = memoryview(bytearray(_PART))


class Tls:
    """One side of a TLS connection. ``is_over``: the other side sends nothing more.

    Raises ssl.SSLError from every method where the other side breaks the rules, or
    refuses.
    """

    def __init__(
        self, context: ssl.SSLContext, *, server: bool, name: str | None = None
    ) -> None:
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(
            self._in, self._out, server_side=server, server_hostname=name
        )
        self.is_shaken = self.is_over = False

    def __repr__(self) -> str:
        return f"<Tls {self._tls.version()} {self._tls.selected_alpn_protocol()}>"

    @property
    def protocol(self) -> str | None:
        return self._tls.selected_alpn_protocol()

    def feed(self, data: bytes) -> None:
        self._in.write(data)

    def shake(self) -> bool:
        """Go on with the handshake; return whether it is over."""
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        self.is_shaken = True
        return True

    def read(self) -> bytes:
        """Return all that has come."""
        data = self._part()
        if len(data) < _PART and not self._in.pending:
            return data
        parts = [data]
        while data := self._part():
            parts.append(data)
        return b"".join(parts)

    def _part(self) -> bytes:
        try:
            size: int = self._tls.read(_PART, _SPACE)  # type: ignore[assignment]
        except ssl.SSLWantReadError:
            return b""
        except ssl.SSLZeroReturnError:
            size = 0
        self.is_over = not size
        return bytes(_SPACE[:size])

    def write(self, data: bytes) -> None:
        while data:
            data = data[self._tls.write(data) :]

    def end(self) -> None:
        """Say that nothing more comes."""
        with suppress(ssl.SSLError):  # the other side need not answer
            self._tls.unwrap()

    def outgoing(self) -> bytes:
        """Return what is to be sent, and forget it."""
        return self._out.read()


def why(error: ssl.SSLError) -> str:
    """Return why a handshake failed, in OpenSSL's words."""
    text = str(error)
    return text.partition("] ")[2].rpartition(" (_ssl.c")[0] or text


class OneByOne:
    """Does one piece of work in each turn of the event loop, so that others are served
    in between: a handshake takes a millisecond, and a suite that starts opens many
    connections at once."""

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()
        self._has_had_its_turn = False

    def do(self, work: Callable[[], None]) -> None:
        """Do it at once if nothing has been done in this turn yet, else later, first
        come, first served."""
        if self._has_had_its_turn:
            self._waiting.append(work)
            return
        self._has_had_its_turn = True
        asyncio.get_running_loop().call_soon(self._next)
        work()

    def _next(self) -> None:
        self._has_had_its_turn = False
        if self._waiting:
            self.do(self._waiting.popleft())
