"""What a connection of the lane needs of others: mitmproxy's line, and who answers."""

import ssl
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from mitmvcr.view.parts import Fields, PlainRequest

if TYPE_CHECKING:
    from mitmvcr.lane.hello import Hello

#: The tunnel that a request came through, a host and a port, if any; and its bytes.
Sent = tuple[tuple[str, int], bytes]
#: The same of HTTP/2: the tunnel, the body and all of the head.
SentFields = tuple[tuple[str, int], bytes, Fields]
#: The client's address and ours, as ``socket`` has them.
Ends = tuple[tuple[Any, ...], tuple[Any, ...]]
#: A header that names a request among those of its connection that go to mitmproxy.
MARK = b"x-mitmvcr-lane"


#: An answer that takes long to find.
Later = Coroutine[Any, Any, bytes | None]


class Answer(NamedTuple):
    """An answer over HTTP/2; ``fields`` begin with its status."""

    fields: Fields
    body: bytes
    trailers: Fields | None


class Inner(Protocol):
    """mitmproxy's end."""

    def feed(self, data: bytes) -> None:
        """Give it what its client sends."""

    def end(self) -> None:
        """Tell it that its client has left."""

    def pause(self) -> None:
        """Let it write no more."""

    def resume(self) -> None: ...


class Other(Protocol):
    """Who has all that comes: mitmproxy, or HTTP/2."""

    def send(self, data: bytes) -> None:
        """Take what the client has sent."""

    def end(self) -> None:
        """Note that the client sends no more."""

    def pause(self) -> None:
        """Send no more to the client for now."""

    def resume(self) -> None: ...

    def leave(self) -> None:
        """End the connection."""


class Line(Protocol):
    """A connection as mitmproxy would have had it. ``ends`` are its two addresses,
    which no other that is open has."""

    @property
    def ends(self) -> Ends: ...

    def is_closing(self) -> bool:
        """Return whether the client gets nothing any more."""

    def pass_on(self, received: bytes, *, is_over: bool, swallowed: bytes) -> None:
        """Let mitmproxy have it, with what was received, and where the client sends no
        more. What the client has had already is ``swallowed``."""

    def open_inner(
        self, receive: Callable[[bytes], None], closed: Callable[[], None]
    ) -> Inner:
        """Let mitmproxy have one of bytes within this process, as if it were this
        one."""


class Desk(Protocol):
    """Who answers."""

    def is_open(self, line: Line) -> bool:
        """Return whether the lane may answer anything on a connection now."""

    def answer(
        self, line: Line, request: PlainRequest, sent: Sent | None = None
    ) -> bytes | Later | None:
        """Return the answer in full, or what finds it, which must not raise; None where
        mitmproxy is to give it. ``sent`` is all that the request was, where it stays
        open behind it."""

    def answer_again(self, line: Line, sent: Sent) -> bytes | None:
        """Return the answer to what was sent before, where it is known and stays so."""

    def answer_http2(
        self, line: Line, request: PlainRequest, sent: SentFields
    ) -> Answer | bytes:
        """Return the answer; where mitmproxy is to give it, the value of ``MARK`` that
        is to go with the request, or nothing."""

    def answer_http2_again(self, line: Line, sent: SentFields) -> Answer | None:
        """Return the answer to what was sent before, where it is known and stays so."""

    def in_turn(self, work: Callable[[], None]) -> None:
        """Do what takes a while at once or soon, so that others have their turns."""

    def context(
        self, line: Line, place: tuple[str, int], greeting: "Hello"
    ) -> ssl.SSLContext | None:
        """Return with what TLS is spoken to who wants this host; None where mitmproxy
        is to speak it."""

    def came(self, line: Line) -> None:
        """Count a connection that the lane has answered on, or that has ended."""

    def tls_broke(self, line: Line, name: str, reason: str) -> None:
        """Note that a client broke off TLS; the reason is empty if it gave none."""

    def http2_broke(self, line: Line, name: str, reason: str) -> None:
        """Note that a client broke the rules of HTTP/2."""

    def asked_nothing(self, line: Line, name: str) -> None:
        """Note that a client left after the handshake of TLS and asked nothing."""

    def ended(self, connection: object, line: Line) -> None:
        """Forget a connection."""

    def left(self, connection: object, line: Line) -> None:
        """Forget a connection that mitmproxy gets now."""
