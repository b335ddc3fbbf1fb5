"""Streams pass through live while they are recorded."""

from tempfile import SpooledTemporaryFile

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
    """Passes each chunk on at once and keeps a copy, as it is on the wire: in memory up
    to ``spool`` bytes, else in a temporary file."""

    def __init__(self, spool: int = 1 << 20) -> None:
        self._copy = SpooledTemporaryFile(max_size=spool)  # noqa: SIM115
        self._error: OSError | None = None

    def __call__(self, chunk: bytes) -> bytes:
        try:
            if self._error is None:
                self._copy.write(chunk)
        except OSError as error:  # the client gets it all the same
            self._error = error
        return chunk

    def body(self) -> bytes:
        """Raises OSError where the copy could not be kept."""
        if self._error is not None:
            raise self._error
        self._copy.seek(0)
        return self._copy.read()

    def __del__(self) -> None:
        self._copy.close()


def is_live(response: http.Response, spool: int) -> bool:
    """A stream by its type, a response whose length nobody knows yet, or one that is
    longer than ``spool`` bytes: mitmproxy would hold it in memory several times."""
    sized = False
    # One pass: to ask mitmproxy's headers costs 1.5 us a name, for every response.
    for name, value in response.headers.fields:
        lower = name.lower()
        if lower == b"content-length":
            if int(value or 0) > spool:  # it is a number: mitmproxy has checked it
                return True
            sized = True
        elif lower == b"content-type" and value.lower().startswith(_LIVE_TYPES):
            return True
    return not sized


def tap(response: http.Response, *, spool: int) -> Tee | None:
    """Let the response stream if it is live, or if somebody else made it stream.

    To be called from ``responseheaders``.
    """
    if not response.stream and not is_live(response, spool):
        return None
    tee = Tee(spool)
    response.stream = tee
    return tee
