"""A recorded stream leaves as a stream, or breaks off where it broke off.

mitmproxy sends the response of an addon in one write (and takes no notice of its
``stream``). So one method of its HTTP layer is wrapped, when the first stream is
replayed (stream_layer.py).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mitmvcr.mitm.host.capabilities import capabilities


@dataclass
class StreamSchedule:
    """What stands as ``response.stream``: the parts of a body, and when each is due,
    in seconds after the head (None: as soon as the client takes it).

    ``ended`` is told whether the client got all of it; only what it is told first
    counts. ``breaks_off``: the connection ends behind the last part, as it did when it
    was recorded.
    """

    pieces: Sequence[bytes]
    due: Sequence[float] | None
    ended: Callable[[bool], None]
    breaks_off: bool = False

    def __call__(self, data: bytes) -> bytes:
        """As mitmproxy wants of a ``stream``; never used for an addon's response."""
        return data


def install() -> bool:
    """Whether streams can be replayed as streams; makes it so."""
    if not capabilities.has("stream replay"):
        return False
    # Its classes stand on mitmproxy's own, which are there as has just been seen.
    from mitmvcr.mitm.host import stream_layer

    stream_layer.wrap()
    return True
