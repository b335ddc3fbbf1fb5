"""One text of a message, and where it stands."""

from typing import NamedTuple

from mitmvcr.secrets.containers import Look
from mitmvcr.secrets.values import Place


class Text(NamedTuple):
    """A text in a message. ``where`` is as ``request.headers.Cookie``. ``name`` is that
    of a header, a cookie or a field whose whole value it is, in a ``place``; else
    ``kind`` is its Content-Type. Only what is known is looked for in one that is
    ``kept``. ``depth`` is how often it was encoded in the message."""

    where: str
    data: bytes
    name: str = ""
    place: Place = Place.TEXT
    kind: str = ""
    look: Look = Look.ALL
    is_kept: bool = False
    depth: int = 0
