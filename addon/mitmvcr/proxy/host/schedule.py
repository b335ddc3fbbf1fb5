"""What a replayed stream or WebSocket sends, and when; and what was overheard."""

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from mitmproxy import http, tcp

from mitmvcr.core.frames import Frame, Kind


class Script(Protocol):
    """What was recorded, in its order, and how any other message is refused."""

    def hear(self, kind: Kind, content: bytes) -> str | None: ...

    def is_slow(self, content: bytes) -> bool: ...

    def next_from(self, *, client: bool) -> Frame | None: ...

    def pause(self, frame: Frame) -> float: ...

    refuse: Callable[[str], None]


class Speaker(Protocol):
    """Speaks for the origin where a connection was upgraded to other bytes."""

    def hear(self, data: bytes) -> None: ...

    def end(self) -> None: ...

    @property
    def is_slow(self) -> bool: ...

    def look(self) -> None: ...

    def next(self) -> tuple[float, bytes | None] | None: ...


class Overheard:
    """What was said on such a connection since now: by whom, when in nanoseconds, and
    what; nothing is the end of a side, and the server's is that of all. ``flow`` is
    what mitmproxy's hooks call it."""

    flow: tcp.TCPFlow | None = None

    def __init__(self) -> None:
        self._began = time.monotonic_ns()
        self.pieces: list[tuple[bool, int, bytes]] = []
        self._ended: set[bool] = set()

    def __repr__(self) -> str:
        return f"<Overheard {len(self.pieces)} pieces>"

    def note(self, by_client: bool, data: bytes) -> None:
        """Note what one side has said."""
        if self._ended & {by_client, False}:
            return
        at = time.monotonic_ns() - self._began
        self.pieces.append((by_client, at, data))
        if not data:
            self._ended.add(by_client)


class Unheard(Overheard):
    """Stands for what is said where it is not recorded."""

    def note(self, by_client: bool, data: bytes) -> None: ...


@dataclass
class Hearing:
    """A message of the client's, and why it is refused. It is refused until it has been
    compared, so that a comparison that fails does not let it pass."""

    script: Script
    kind: Kind
    content: bytes
    reason: str | None = "this message could not be compared with the recording"

    def compare(self) -> None:
        """Compare it with what was recorded; any thread may, one at a time."""
        self.reason = self.script.hear(self.kind, self.content)


@dataclass
class StreamSchedule:
    """Stands in for ``response.stream``: the parts of a body, and when each is due, in
    seconds after the head (None: as soon as the client takes it). Both are read one by
    one.

    ``ended`` is called with whether the client got all of it; only the first call
    counts. ``breaks_off``: the connection ends after the last part, as it did when it
    was recorded. ``head`` turns the response into the one that is sent as head.
    ``stays`` returns whether to keep the stream open after its last part, when all of
    it counts as delivered; without it the stream ends.
    """

    pieces: Iterable[bytes]
    due: Iterable[float] | None
    ended: Callable[[bool], None]
    breaks_off: bool = False
    head: Callable[[http.Response], http.Response] | None = None
    stays: Callable[[], bool] | None = None
    #: By the number of a piece, what says whether it is to wait still.
    waits: Mapping[int, Callable[[], bool]] = field(default_factory=dict)

    def __call__(self, data: bytes) -> bytes:
        """Return the data, as mitmproxy expects of a ``stream``; never called for an
        addon's response."""
        return data


class LiveBody(StreamSchedule):
    """Stands in for a body whose parts are not known yet. Its beginning is the
    response's content; ``following`` waits for the next part, b"" at the end."""

    def __init__(
        self,
        client_id: str,
        following: Callable[[], Awaitable[bytes]],
        close: Callable[[], None],
    ) -> None:
        super().__init__((), None, lambda _: close())
        self.client_id, self._following = client_id, following
        #: What leaves next, b"" at the end.
        self.part = b""

    async def fetch(self) -> None:
        self.part = await self._following()
