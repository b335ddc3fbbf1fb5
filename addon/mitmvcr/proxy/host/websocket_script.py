"""What a replayed WebSocket is asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from mitmvcr.core.frames import Frame, Kind


class Script(Protocol):
    """What was recorded, in its order, and how any other message is refused."""

    def hear(self, kind: Kind, content: bytes) -> str | None: ...

    def is_slow(self, content: bytes) -> bool: ...

    def next_from(self, *, client: bool) -> Frame | None: ...

    def pause(self, frame: Frame) -> float: ...

    refuse: Callable[[str], None]


@dataclass
class Hearing:
    """A message of the client's, and why it is refused. Until it has been compared, it
    is: a comparison that fails must not let it pass."""

    script: Script
    kind: Kind
    content: bytes
    reason: str | None = "this message could not be compared with the recording"

    def compare(self) -> None:
        """Compare it with what was recorded; any thread may, one at a time."""
        self.reason = self.script.hear(self.kind, self.content)
