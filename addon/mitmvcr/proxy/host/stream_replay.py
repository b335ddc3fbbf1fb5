"""A recorded stream leaves as a stream, or breaks off where it broke off.

mitmproxy sends the response of an addon in one write (and takes no notice of its
``stream``). So one method of its HTTP layer is wrapped, when the first stream is
replayed (stream_layer.py).
"""

from mitmvcr.proxy.host.capabilities import capabilities


def install() -> bool:
    """Let streams be replayed as streams, and return whether they can be."""
    if not capabilities.has("stream replay"):
        return False
    # Its classes stand on mitmproxy's own, which are there as has just been seen.
    from mitmvcr.proxy.host import stream_layer

    stream_layer.wrap()
    return True
