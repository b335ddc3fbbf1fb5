"""When the parts of a replayed stream leave."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mitmproxy import http


@dataclass
class StreamSchedule:
    """What stands as ``response.stream``: the parts of a body, and when each is due,
    in seconds after the head (None: as soon as the client takes it). Both are asked
    for one by one.

    ``ended`` hears whether the client got all of it; only the first call counts.
    ``breaks_off``: the connection ends behind the last part, as it did when it was
    recorded. ``head`` makes of the response what leaves as its head.
    """

    pieces: Iterable[bytes]
    due: Iterable[float] | None
    ended: Callable[[bool], None]
    breaks_off: bool = False
    head: Callable[[http.Response], http.Response] | None = None

    def __call__(self, data: bytes) -> bytes:
        """Return the data, as mitmproxy wants of a ``stream``; never used for an
        addon's response."""
        return data
