"""A client that can reset a stream and go on with its connection."""

import socket
import ssl
import time
from types import TracebackType

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived, ResponseReceived, StreamEnded, StreamReset


class Http2:
    """HTTP/2 to a host through the proxy; the proxy's certificate is not checked."""

    def __init__(self, port: int, host: str) -> None:
        plain = socket.create_connection(("127.0.0.1", port), timeout=30)
        plain.sendall(f"CONNECT {host}:443 HTTP/1.1\r\n\r\n".encode())
        assert b" 200 " in plain.recv(4096)
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_alpn_protocols(["h2"])
        self._socket = context.wrap_socket(plain, server_hostname=host)
        assert self._socket.selected_alpn_protocol() == "h2"
        self._host = host
        self._h2 = H2Connection(H2Configuration(client_side=True))
        self._h2.initiate_connection()
        self._send()

    def __enter__(self) -> "Http2":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    def get(self, path: str) -> int:
        """Ask, and give the number of the stream."""
        stream = self._h2.get_next_available_stream_id()
        names = (":method", ":scheme", ":authority", ":path")
        values = ("GET", "https", self._host, path)
        self._h2.send_headers(
            stream, list(zip(names, values, strict=True)), end_stream=True
        )
        self._send()
        return stream

    def reset_after(self, stream: int, seconds: float) -> None:
        time.sleep(seconds)
        self._h2.reset_stream(stream, ErrorCodes.CANCEL)
        self._send()

    def answer(self, stream: int) -> bytes:
        """The body of a 200."""
        body = b""
        while True:
            for event in self._h2.receive_data(self._socket.recv(65536)):
                if getattr(event, "stream_id", None) != stream:
                    continue
                assert not isinstance(event, StreamReset)
                if isinstance(event, ResponseReceived):
                    assert dict(event.headers)[b":status"] == b"200", event
                elif isinstance(event, DataReceived):
                    body += event.data
                elif isinstance(event, StreamEnded):
                    return body
            self._send()

    def _send(self) -> None:
        self._socket.sendall(self._h2.data_to_send())
