"""Trailers over HTTP/1.1, and interim answers such as 103, which break mitmproxy's
connections (proxy/layers/http/_http1.py: read_body, send, read_headers); and the end of
chunks behind an answer that has none, which its client takes for the next one.

Trailers go where they may: to whoever gets the body in chunks. Interim answers are
passed over, as mitmproxy does with those of HTTP/2.
"""

import re
from collections.abc import Callable, Generator, Iterable
from typing import Any

from mitmproxy import http

from mitmvcr.proxy.host.capabilities import capabilities
from mitmvcr.proxy.host.wrapping import wrap

Commands = Generator[Any, Any, None]
Method = Callable[[Any, Any], Commands]
_KEPT = "_vcr_trailers"
#: Behind the last chunk.
_END = b"0\r\n\r\n"
_is_interim = re.compile(rb"HTTP/1\.[01] 1(?!01)\d\d[ \r\n]").match


def know_trailers() -> bool:
    """Let trailers pass over HTTP/1.1, however often this is called, and return whether
    they do."""
    if not capabilities.has("trailers of HTTP/1"):
        return False
    from mitmproxy.proxy.layers.http import _events, _http1

    events: Any = _events
    server, client = _http1.Http1Server, _http1.Http1Client
    asked, answered = events.RequestTrailers, events.ResponseTrailers
    wrap(server, "read_body", _reading, _http1, asked)
    wrap(client, "read_body", _reading, _http1, answered)
    end = events.ResponseEndOfMessage
    wrap(server, "send", _sending, answered, end, _has_no_body)
    wrap(client, "send", _sending, asked, events.RequestEndOfMessage)
    wrap(client, "read_headers", _passing_interim_over)
    return True


class _Reader:
    """Reads a body in chunks, and takes the trailers off its end."""

    def __init__(self, reader: Any, end: type[Any]) -> None:
        self._reader, self._end = reader, end
        self.found: list[tuple[bytes, bytes]] = []

    def __call__(self, buffer: Any) -> Any:
        event = self._reader(buffer)
        if isinstance(event, self._end) and event.headers:
            self.found = event.headers.raw_items()
            return self._end()
        return event

    def read_eof(self) -> Any:
        return self._reader.read_eof()


def _reading(original: Method, http1: Any, trailers: type[Any]) -> Method:
    def passed(self: Any, reader: _Reader, event: Any) -> Commands:
        for command in original(self, event):
            heard = getattr(command, "event", None)
            if reader.found and isinstance(heard, self.ReceiveEndOfMessage):
                found = http.Headers(reader.found)
                yield http1.ReceiveHttp(trailers(self.stream_id, found))
            yield command

    def read_body(self: Any, event: Any) -> Commands:
        if isinstance(self.body_reader, http1.ChunkedReader):
            self.body_reader = _Reader(self.body_reader, http1.h11.EndOfMessage)
        if isinstance(self.body_reader, _Reader):
            return passed(self, self.body_reader, event)
        return original(self, event)

    return read_body


def _has_no_body(response: http.Response) -> bool:
    """Return whether it has none, though its head may speak of chunks (RFC 9112,
    6.1)."""
    return response.status_code == 304


def _sending(
    original: Method,
    trailers: type[Any],
    end: type[Any],
    is_bodyless: Callable[[http.Response], bool] = lambda _: False,
) -> Method:
    def ended(self: Any, event: Any) -> Commands:
        kept = vars(self).pop(_KEPT, None)
        for command in original(self, event):
            if getattr(command, "data", b"") == _END:
                if is_bodyless(self.response):
                    continue
                if kept:
                    command.data = b"0\r\n%b\r\n" % b"".join(_lines(kept.fields))
            yield command

    def send(self: Any, event: Any) -> Commands:
        if isinstance(event, trailers):
            setattr(self, _KEPT, event.trailers)
            return _nothing()
        if isinstance(event, end):
            return ended(self, event)
        return original(self, event)

    return send


def _lines(fields: Iterable[tuple[bytes, bytes]]) -> Iterable[bytes]:
    return (b"%b: %b\r\n" % field for field in fields)


def _nothing() -> Commands:
    yield from ()


def _passing_interim_over(original: Method) -> Method:
    def read_headers(self: Any, event: Any) -> Commands:
        while self.request and _is_interim(bytes(self.buf)):
            if not self.buf.maybe_extract_lines():
                break  # there is more of it to come
        return original(self, event)

    return read_headers
