"""Streams pass through live while they are recorded."""

from mitmproxy import http

_LIVE_TYPES = (
    b"text/event-stream",
    b"application/x-ndjson",
    b"application/ndjson",
    b"application/jsonl",
    b"application/grpc",
    b"multipart/x-mixed-replace",
)


class Tee:
    """Passes each chunk on at once and keeps a copy, as it is on the wire."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []

    def __call__(self, chunk: bytes) -> bytes:
        self._chunks.append(chunk)
        return chunk

    def body(self) -> bytes:
        return b"".join(self._chunks)


def is_live(response: http.Response) -> bool:
    """A stream by its type, or a response whose length nobody knows yet."""
    sized = False
    # One pass: to ask mitmproxy's headers costs 1.5 us a name, for every response.
    for name, value in response.headers.fields:
        lower = name.lower()
        if lower == b"content-length":
            sized = True
        elif lower == b"content-type" and value.lower().startswith(_LIVE_TYPES):
            return True
    return not sized


def tap(response: http.Response) -> Tee | None:
    """Let the response stream if it is live, or if somebody else made it stream.

    To be called from ``responseheaders``.
    """
    if not response.stream and not is_live(response):
        return None
    tee = Tee()
    response.stream = tee
    return tee
