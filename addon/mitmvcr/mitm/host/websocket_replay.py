"""Our own layer speaks for the server of a recorded WebSocket.

In a replay there is no server, and mitmproxy's own layer would talk to it. This one
stands in its place: it sends what was recorded, and waits for the client's next
message where it was the client's turn (websocket_layer.py).
"""

from collections.abc import Callable
from typing import Protocol

from mitmproxy import http

from mitmvcr.core.frames import Frame, Kind
from mitmvcr.mitm.host.capabilities import capabilities


class Script(Protocol):
    """What was recorded, in its order, and how any other message is refused."""

    def hear(self, kind: Kind, content: bytes) -> str | None: ...

    def next_from(self, *, client: bool) -> Frame | None: ...

    def pause(self, frame: Frame) -> float: ...

    refuse: Callable[[str], None]


def install(flow: http.HTTPFlow, script: Script) -> bool:
    """Let this script speak for the server of this flow. False where mitmproxy has
    changed, and there is no way."""
    if not capabilities.has("WebSocket replay"):
        return False
    from mitmvcr.mitm.host import websocket_layer

    websocket_layer.play(flow, script)
    return True
