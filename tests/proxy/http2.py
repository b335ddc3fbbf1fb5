"""An HTTP/2 client whose every step a test takes itself, in a thread."""

import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from h2 import events
from h2.config import H2Configuration
from h2.connection import H2Connection

from mitmvcr.proxy.launch import Proxy
from proxy.lanes import HOST, Client

Header = tuple[bytes, bytes]


@dataclass
class Got:
    """What has come on a stream."""

    head: tuple[Header, ...] = ()
    early: list[tuple[Header, ...]] = field(default_factory=list)
    body: bytes = b""
    trailers: tuple[Header, ...] = ()
    #: How it ended: "all", the error code of a reset, or not yet.
    end: str = ""

    def __bytes__(self) -> bytes:
        return repr(self).encode()


class Http2Client:
    """One connection. ``ended`` is how the other side said that it ends."""

    def __init__(self, proxy: Proxy, port: int | None = None, host: str = HOST) -> None:
        client = Client(proxy, port).secure(host, ("h2",))
        assert isinstance(client.socket, ssl.SSLSocket)
        assert client.socket.selected_alpn_protocol() == "h2"
        self._client, self.socket = client, client.socket
        self.http2 = H2Connection(
            H2Configuration(
                client_side=True,
                header_encoding=False,
                validate_outbound_headers=False,
                normalize_outbound_headers=False,
            )
        )
        self.http2.initiate_connection()
        self.got: dict[int, Got] = {}
        self.seen: list[type[events.Event]] = []
        self.ended = ""
        #: Whether it makes room for more as it reads.
        self.makes_room = True

    def flush(self) -> None:
        self.socket.sendall(self.http2.data_to_send())

    def begin(
        self,
        method: str,
        path: str,
        fields: Sequence[Header] = (),
        *,
        ends: bool = False,
        scheme: bytes = b"https",
        authority: bytes = HOST.encode(),
    ) -> int:
        """Send a head, with the next flush."""
        stream = self.http2.get_next_available_stream_id()
        head = [
            (b":method", method.encode()),
            (b":scheme", scheme),
            (b":authority", authority),
            (b":path", path.encode()),
            *fields,
        ]
        self.got[stream] = Got()
        self.http2.send_headers(stream, head, end_stream=ends)
        return stream

    def body(self, stream: int, *parts: bytes, trailers: Sequence[Header] = ()) -> None:
        """Send all of a body, the last of it with the next flush."""
        for part in parts:
            while self.http2.local_flow_control_window(stream) < len(part):
                self.flush()
                self.read()
            self.http2.send_data(stream, part)
        if trailers:
            self.http2.send_headers(stream, trailers, end_stream=True)
        else:
            self.http2.end_stream(stream)

    def ask(
        self,
        method: str,
        path: str,
        fields: Sequence[Header] = (),
        body: bytes | None = None,
    ) -> Got:
        """Send a request, and return its answer."""
        stream = self.begin(method, path, fields, ends=body is None)
        if body is not None:
            self.body(stream, *pieces(body))
        self.flush()
        return self.answer(stream)

    def answer(self, *streams: int) -> Got:
        """Read until these have ended; return what came on the last."""
        while not all(self.got[each].end for each in streams) and self.read():
            pass
        return self.got[streams[-1]]

    def read(self) -> bool:
        """Take what comes next; return whether more may come."""
        try:
            data = self.socket.recv(1 << 16)
        except (ConnectionError, ssl.SSLError):
            data = b""
        if not data or self.ended:
            self.ended = self.ended or "closed"
            return False
        for event in self.http2.receive_data(data):
            self._take(event)
        if not self.ended:
            self.flush()
        return not self.ended

    def rest(self) -> str:
        """Read until the other side ends, and return how it did."""
        while self.read():
            pass
        return self.ended

    def close(self) -> None:
        self.socket.close()

    def _take(self, event: events.Event) -> None:
        self.seen.append(type(event))
        if isinstance(event, events.ConnectionTerminated):
            self.ended = f"{event.error_code}: {event.additional_data!r}"
            return
        got = self.got.get(getattr(event, "stream_id", 0) or 0)
        if got is None:
            return
        if isinstance(event, events.ResponseReceived):
            got.head = tuple(map(tuple, event.headers))
        elif isinstance(event, events.InformationalResponseReceived):
            got.early.append(tuple(map(tuple, event.headers)))
        elif isinstance(event, events.DataReceived):
            got.body += event.data
            if self.makes_room and event.flow_controlled_length:
                size, stream = event.flow_controlled_length, event.stream_id
                self.http2.acknowledge_received_data(size, stream)
        elif isinstance(event, events.TrailersReceived):
            got.trailers = tuple(map(tuple, event.headers))
        elif isinstance(event, events.StreamEnded):
            got.end = "all"
        elif isinstance(event, events.StreamReset):
            got.end = f"reset {event.error_code}"


def pieces(body: bytes, size: int = 1 << 14) -> Iterable[bytes]:
    return [body[at : at + size] for at in range(0, len(body), size)]
