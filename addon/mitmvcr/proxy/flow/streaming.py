"""Streams pass through live while they are recorded."""

import itertools
import sys
import time
from dataclasses import replace
from tempfile import SpooledTemporaryFile

from mitmproxy import http

from mitmvcr.codings import decoded_parts
from mitmvcr.core.chunks import Chunk
from mitmvcr.core.events import cut, is_stream
from mitmvcr.core.model import Response


class Tee:
    """Passes each chunk on at once and keeps a copy, as it is on the wire: in memory up
    to ``spool`` bytes, else in a temporary file."""

    def __init__(self, spool: int = 1 << 20) -> None:
        self._copy = SpooledTemporaryFile(max_size=spool)  # noqa: SIM115
        self._error: OSError | None = None
        #: When the last part came, in monotonic nanoseconds.
        self.last = 0

    def __call__(self, chunk: bytes) -> bytes:
        if chunk:  # an empty one says that it is over
            self.last = time.monotonic_ns()
        try:
            if self._error is None:
                self._copy.write(chunk)
        except OSError as error:  # the client gets it all the same
            self._error = error
        return chunk

    def body(self) -> bytes:
        """Return the copy. Raises OSError where it could not be kept."""
        if self._error is not None:
            raise self._error
        self._copy.seek(0)
        return self._copy.read()

    def __del__(self) -> None:
        self._copy.close()


class TimedTee(Tee):
    """Keeps the times as well: how much had come before each chunk, and when it came,
    in monotonic nanoseconds."""

    def __init__(self, spool: int = 1 << 20) -> None:
        super().__init__(spool)
        self.marks: list[tuple[int, int]] = []
        self._size = 0

    def __call__(self, chunk: bytes) -> bytes:
        if chunk:  # an empty one says that it is over
            self.marks.append((self._size, time.monotonic_ns()))
            self._size += len(chunk)
        return super().__call__(chunk)


def pass_on(chunk: bytes) -> bytes:
    """Stand as ``stream`` where no copy is kept."""
    return chunk


def let_live(response: http.Response) -> None:
    """Let a stream that is not recorded pass as it comes, from ``responseheaders``."""
    if not response.stream and is_live(response, sys.maxsize):
        response.stream = pass_on


def is_live(response: http.Response, spool: int) -> bool:
    """Return whether it is a stream by its type, a response whose length nobody
    knows yet, or one that is longer than ``spool`` bytes: mitmproxy would hold it in
    memory several times."""
    sized = False
    # One pass: to ask mitmproxy's headers costs 1.5 us a name, for every response.
    for name, value in response.headers.fields:
        lower = name.lower()
        if lower == b"content-length":
            if int(value or 0) > spool:  # it is a number: mitmproxy has checked it
                return True
            sized = True
        elif lower == b"content-type" and is_stream(value.decode("latin-1")):
            return True
    return not sized


def tap(
    response: http.Response, *, spool: int, timed: bool = False, always: bool = False
) -> Tee | None:
    """Let the response stream if it is live, or if somebody else made it stream.

    To be called from ``responseheaders``. ``always``: also what has a length, so that
    what came is known if it breaks off.
    """
    if not always and not response.stream and not is_live(response, spool):
        return None
    tee = TimedTee(spool) if timed else Tee(spool)
    response.stream = tee
    return tee


def with_chunks(recorded: Response, tee: TimedTee, head: int, codings: str) -> Response:
    """Return the response with the times at which the parts of its body came.
    ``codings`` are those that were undone."""
    if not tee.marks:
        return recorded
    offsets = [offset for offset, _ in tee.marks]
    if recorded.uncompressed:
        offsets = _decoded_offsets(tee.body(), offsets, codings)
    chunks: list[Chunk] = []
    for offset, (_, at) in zip(offsets, tee.marks, strict=True):
        if chunks and chunks[-1].offset >= offset:
            # What was there came to nothing that could be read until now.
            chunks.pop()
        if offset < len(recorded.body):
            chunks.append(Chunk(offset, max(0, at - head)))
    return replace(recorded, chunks=tuple(chunks))


def _decoded_offsets(body: bytes, offsets: list[int], codings: str) -> list[int]:
    """Return where each part of the coded body begins in the decoded one."""
    parts = decoded_parts(cut(body, offsets[1:]), codings)
    return [0, *itertools.accumulate(map(len, parts[:-1]))]
