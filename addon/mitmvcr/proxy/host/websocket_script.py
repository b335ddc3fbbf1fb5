"""What a replayed WebSocket is asked for."""

from collections.abc import Callable
from typing import Protocol

from mitmvcr.core.frames import Frame, Kind


class Script(Protocol):
    """What was recorded, in its order, and how any other message is refused."""

    def hear(self, kind: Kind, content: bytes) -> str | None: ...

    def next_from(self, *, client: bool) -> Frame | None: ...

    def pause(self, frame: Frame) -> float: ...

    refuse: Callable[[str], None]
