"""Our own layers, installed when the first stream or WebSocket is replayed.

mitmproxy sends the response of an addon in one write (and ignores its ``stream``), so
one method of its HTTP layer is wrapped. In a replay there is no server that a
WebSocket's layer could talk to, so ours takes its place: it sends what was recorded,
and waits for the client's next message where it was the client's turn.
"""

from mitmproxy import http

from mitmvcr.proxy.host.capabilities import capabilities
from mitmvcr.proxy.host.schedule import Overheard, Script, Speaker


def take_streams() -> bool:
    """Let streams be replayed as streams, and return whether they can be."""
    if not capabilities.has("stream replay"):
        return False
    from mitmvcr.proxy.host import stream_layer

    stream_layer.send_streams()
    return True


def play_websocket(flow: http.HTTPFlow, script: Script) -> bool:
    """Let this script answer in place of the flow's server. Return False if mitmproxy
    has changed so that this cannot be done."""
    if not capabilities.has("WebSocket replay"):
        return False
    from mitmvcr.proxy.host import websocket_layer

    websocket_layer.play(flow, script)
    return True


def keep_what_comes_early() -> None:
    """Pass on what comes with the head of a 101 as it is, however often this is called.
    To be called before one is read."""
    if capabilities.has("upgraded connections"):
        from mitmvcr.proxy.host import tcp_layer

        tcp_layer.keep_what_comes_early()


def pass_upgraded_on(flow: http.HTTPFlow) -> None:
    """Let what follows an answer that upgrades its connection pass as it comes, if it
    is neither recorded nor replayed."""
    if flow.websocket is None and capabilities.has("upgraded connections"):
        from mitmvcr.proxy.host import tcp_layer

        tcp_layer.pass_on(flow)


def overhear(flow: http.HTTPFlow) -> Overheard | None:
    """Listen to what follows an answer that upgrades its connection; None if mitmproxy
    has changed so that this cannot be done."""
    if not capabilities.has("upgraded connections"):
        return None
    from mitmvcr.proxy.host import tcp_layer

    overheard = Overheard()
    tcp_layer.follow(flow, overheard)
    return overheard


def play_upgraded(flow: http.HTTPFlow, speaker: Speaker) -> bool:
    """Let this speaker have what follows the answer. Return False as above."""
    if not capabilities.has("upgraded connections"):
        return False
    from mitmvcr.proxy.host import tcp_layer

    tcp_layer.follow(flow, speaker)
    return True
