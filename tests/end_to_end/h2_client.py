"""An HTTP/2 client that can do what libraries do not let a test do: reset a stream
of its own, and go on with the connection."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import h2.config
import h2.connection
import h2.errors
import h2.events

from patience import PATIENCE


class ClosedError(AssertionError):
    """The proxy has ended the connection."""


@dataclass
class Answer:
    """What has come on a stream so far."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    trailers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    ended: bool = False
    was_reset: bool = False


@dataclass
class H2Client:
    """One connection to one host; streams go by their numbers."""

    plug: ssl.SSLSocket
    host: str
    answers: dict[int, Answer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # As it is given: some clients look at nothing either.
        config = h2.config.H2Configuration(
            client_side=True,
            header_encoding="utf-8",
            validate_outbound_headers=False,
            normalize_outbound_headers=False,
        )
        self._h2 = h2.connection.H2Connection(config)
        self._h2.initiate_connection()
        self._flush()

    def ask(
        self,
        path: str,
        *more: tuple[str, str],
        method: str = "GET",
        ends: bool = True,
    ) -> int:
        """``more`` are further headers; without ``ends`` the request goes on."""
        stream = self._h2.get_next_available_stream_id()
        fields = [
            (":method", method),
            (":scheme", "https"),
            (":authority", self.host),
            (":path", path),
            *more,
        ]
        self.answers[stream] = Answer()
        self._h2.send_headers(stream, fields, end_stream=ends)
        self._flush()
        return stream

    def say(self, stream: int, data: bytes, *, end: bool = False) -> None:
        self._h2.send_data(stream, data, end_stream=end)
        self._flush()

    def make_room(self, size: int) -> None:
        """For so many bytes more on the connection; each stream has room of its own."""
        self._h2.increment_flow_control_window(size)
        self._flush()

    def reset(self, stream: int) -> None:
        self._h2.reset_stream(stream, h2.errors.ErrorCodes.CANCEL)
        self._flush()

    def answer(self, stream: int) -> Answer:
        """Read until it is whole; what else comes meanwhile is kept."""
        while not self.answers[stream].ended:
            for event in self._h2.receive_data(self._read()):
                self._note(event)
            self._flush()
        return self.answers[stream]

    def _read(self) -> bytes:
        try:
            data = self.plug.recv(65536)
        except ConnectionError:
            data = b""
        if not data:
            raise ClosedError("the proxy closed the connection")
        return data

    def _note(self, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.ResponseReceived):
            headers = dict(event.headers)
            self.answers[event.stream_id].status = int(headers.pop(":status"))
            self.answers[event.stream_id].headers = headers
        elif isinstance(event, h2.events.TrailersReceived):
            self.answers[event.stream_id].trailers = dict(event.headers)
        elif isinstance(event, h2.events.DataReceived):
            self.answers[event.stream_id].body += event.data
        elif isinstance(event, h2.events.StreamEnded):
            self.answers[event.stream_id].ended = True
        elif isinstance(event, h2.events.StreamReset):
            answer = self.answers[event.stream_id]
            answer.ended = answer.was_reset = True

    def _flush(self) -> None:
        self.plug.sendall(self._h2.data_to_send())


@contextmanager
def connected(
    proxy_port: int, ca: Path, host: str, port: int = 443
) -> Iterator[H2Client]:
    """Through the proxy, TLS inside."""
    context = ssl.create_default_context(cafile=ca)
    context.set_alpn_protocols(["h2"])
    with socket.create_connection(("127.0.0.1", proxy_port), timeout=PATIENCE) as plug:
        plug.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\n\r\n".encode())
        assert b" 200 " in plug.recv(4096)
        with context.wrap_socket(plug, server_hostname=host) as secure:
            assert secure.selected_alpn_protocol() == "h2"
            authority = host if port == 443 else f"{host}:{port}"
            yield H2Client(secure, authority)
