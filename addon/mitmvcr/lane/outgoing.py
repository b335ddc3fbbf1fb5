"""Bodies that leave over HTTP/2 as the other side makes room for them."""

from collections import deque
from collections.abc import Callable

from h2.connection import ConnectionState, H2Connection
from h2.stream import StreamState

from mitmvcr.view.parts import Fields

#: Is called once a part of a body has left.
Left = Callable[[], None]


class _Body:
    """What waits of a body. ``at`` is how much of the first part has left; with
    ``is_over`` there are no more parts, and ``trailers`` come behind them."""

    __slots__ = ("at", "is_over", "parts", "trailers")

    def __init__(self) -> None:
        self.parts: deque[tuple[bytes, Left | None]] = deque()
        self.at = 0
        self.is_over = False
        self.trailers: Fields | None = None


class Outgoing:
    """The messages of one side. What is sent on a stream that the other side has closed
    is dropped."""

    def __init__(self, http2: H2Connection) -> None:
        self._http2 = http2
        self._bodies: dict[int, _Body] = {}

    def __repr__(self) -> str:
        return f"<Outgoing {len(self._bodies)} streams wait>"

    def __bool__(self) -> bool:
        """Return whether anything waits."""
        return bool(self._bodies)

    def takes(self, stream: int) -> bool:
        """Return whether this side may send on a stream."""
        http2 = self._http2
        found = http2.streams.get(stream)
        return (
            found is not None
            and found.state_machine.state
            in (StreamState.OPEN, StreamState.HALF_CLOSED_REMOTE)
            and http2.state_machine.state is not ConnectionState.CLOSED
        )

    def head(self, stream: int, fields: Fields, *, is_all: bool) -> None:
        if self.takes(stream):
            self._http2.send_headers(stream, fields, end_stream=is_all)

    def whole(
        self, stream: int, fields: Fields, body: bytes, trailers: Fields | None
    ) -> None:
        """Send a message that is here in full, at once if there is room for it."""
        if not self.takes(stream):
            return
        is_all = not body and trailers is None
        self._http2.send_headers(stream, fields, end_stream=is_all)
        if is_all:
            return
        if trailers is None and not self._bodies and len(body) <= self._room(stream):
            self._http2.send_data(stream, body, end_stream=True)
            return
        self.data(stream, body)
        self.end(stream, trailers)

    def data(self, stream: int, data: bytes, left: Left | None = None) -> None:
        """Send a part of a body."""
        if data and self.takes(stream):
            self._body(stream).parts.append((data, left))
        elif left is not None:
            left()

    def end(self, stream: int, trailers: Fields | None = None) -> None:
        """Send no more, behind all that waits. What comes after it ends nothing."""
        if self.takes(stream) and not (body := self._body(stream)).is_over:
            body.is_over, body.trailers = True, trailers

    def reset(self, stream: int, code: int) -> None:
        """Break a stream off."""
        found = self._http2.streams.get(stream)
        if found is not None and not found.closed:
            self._http2.reset_stream(stream, code)
        self.drop(stream)

    def drop(self, stream: int) -> None:
        """Forget what waits of a stream."""
        body = self._bodies.pop(stream, None)
        for _, left in body.parts if body is not None else ():
            if left is not None:
                left()

    def fill(self, most: int) -> int:
        """Put into frames what there is room for, a frame of each stream in turn, up
        to about ``most`` bytes; return their number."""
        filled = before = 0
        while filled < most:
            before = filled
            for stream in list(self._bodies):
                if filled < most:
                    filled += self._one(stream)
            if filled == before:
                break
        return filled

    def _body(self, stream: int) -> _Body:
        return self._bodies.setdefault(stream, _Body())

    def _room(self, stream: int) -> int:
        http2 = self._http2
        window = http2.local_flow_control_window(stream)
        return min(window, http2.max_outbound_frame_size)

    def _one(self, stream: int) -> int:
        """Send one frame of a stream, and its end; return how much of its body."""
        if not self.takes(stream):
            self.drop(stream)
            return 0
        body = self._bodies.pop(stream)
        size = self._part(stream, body) if body.parts else 0
        if body.parts:
            self._bodies[stream] = body  # behind the others
        elif body.trailers is not None:
            self._http2.send_headers(stream, body.trailers, end_stream=True)
        elif body.is_over:
            self._http2.end_stream(stream)
        return size

    def _part(self, stream: int, body: _Body) -> int:
        (data, left), at = body.parts[0], body.at
        size = min(self._room(stream), len(data) - at)
        if size <= 0:
            return 0
        body.at += size
        if body.at == len(data):
            body.parts.popleft()
            body.at = 0
        is_last = body.is_over and not body.parts and body.trailers is None
        self._http2.send_data(stream, data[at : at + size], end_stream=is_last)
        if is_last:
            body.is_over = False  # it is said already
        if not body.at and left is not None:
            left()
        return size
