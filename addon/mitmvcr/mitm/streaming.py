"""Streams pass through live while they are recorded."""

from mitmproxy import http

_LIVE_TYPES = (
    "text/event-stream",
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonl",
    "application/grpc",
    "multipart/x-mixed-replace",
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
    kind = response.headers.get("content-type", "").lower()
    return kind.startswith(_LIVE_TYPES) or "content-length" not in response.headers


def tap(response: http.Response) -> Tee | None:
    """Let the response stream if it is live, or if somebody else made it stream.

    To be called from ``responseheaders``.
    """
    if not response.stream and not is_live(response):
        return None
    tee = Tee()
    response.stream = tee
    return tee
