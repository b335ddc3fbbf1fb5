"""Our own layer speaks for the server of a recorded WebSocket.

In a replay there is no server, and mitmproxy's own layer would talk to it. This one
stands in its place: it sends what was recorded, and waits for the client's next
message where it was the client's turn (websocket_layer.py).
"""

from mitmproxy import http

from mitmvcr.proxy.host.capabilities import capabilities
from mitmvcr.proxy.host.schedule import Script


def install(flow: http.HTTPFlow, script: Script) -> bool:
    """Let this script speak for the server of this flow. False where mitmproxy has
    changed, and there is no way."""
    if not capabilities.has("WebSocket replay"):
        return False
    from mitmvcr.proxy.host import websocket_layer

    websocket_layer.play(flow, script)
    return True
