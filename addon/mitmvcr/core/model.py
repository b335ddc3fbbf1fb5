"""What a cassette holds: frozen records with go-vcr's field names.

Strings come from the wire and may hold any byte: what is not UTF-8 stands in a
``str`` as surrogate escapes (PEP 383), so that ``encode("utf-8",
"surrogateescape")`` gives the bytes back. Bodies are bytes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from mitmvcr.core.chunks import Chunk
from mitmvcr.core.frames import Frame

#: Name -> values, in the order sent. Names are kept as spelled. Never changed in place.
Headers = Mapping[str, Sequence[str]]

#: Of whose release the file looks: go-vcr's newest, or its older ones'.
Layout = Literal["v4", "v4.0.8", "v3"]

#: The cassette format that is read and written.
FORMAT_VERSION = 2


def _none() -> Headers:
    return {}


@dataclass(frozen=True, slots=True)
class Request:
    """A recorded request, as go-vcr's ``cassette.Request`` has it.

    The last three are ours, and go-vcr passes over them: whose it was, where others
    were equal (see identity.py), what a test had made up before it (see variables.py),
    and the places whose values the response repeats (see echo/).
    """

    method: str = ""
    url: str = ""
    proto: str = ""
    proto_major: int = 0
    proto_minor: int = 0
    content_length: int = 0
    transfer_encoding: Sequence[str] = ()
    trailer: Headers = field(default_factory=_none)
    host: str = ""
    remote_addr: str = ""
    request_uri: str = ""
    body: bytes = b""
    form: Headers = field(default_factory=_none)
    headers: Headers = field(default_factory=_none)
    identity: str = ""
    variables: Headers = field(default_factory=_none)
    echoes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Response:
    """A recorded response; ``status`` is the line's tail (``200 OK``), ``duration``
    is in nanoseconds and runs until the response head.

    The last five are ours, and go-vcr passes over them: when the parts of the body
    came, how the exchange failed, which later request it took to end the stream (see
    holds.py), a WebSocket's messages, and whose turn it was in a call that goes both
    ways (see calls.py). A failure is ``refused`` (no connection), ``reset`` (no
    answer), ``timeout`` (none in time), ``truncated`` (a body that broke off), ``left``
    (the client left before the end) or, in older cassettes, ``both ways`` (such a call
    without its turns).
    """

    proto: str = ""
    proto_major: int = 0
    proto_minor: int = 0
    transfer_encoding: Sequence[str] = ()
    trailer: Headers = field(default_factory=_none)
    content_length: int = 0
    uncompressed: bool = False
    body: bytes = b""
    headers: Headers = field(default_factory=_none)
    status: str = ""
    code: int = 0
    duration: int = 0
    chunks: Sequence[Chunk] = ()
    failure: str = ""
    until: str = ""
    websocket: Sequence[Frame] = ()
    turns: Sequence[int] = ()

    @property
    def lasted(self) -> int:
        """Return how many nanoseconds it took until its last part or message, as far
        as that is known."""
        times = [each.at for each in self.chunks[-1:]]
        times += [each.at for each in self.websocket[-1:]]
        return self.duration + max(times, default=0)


@dataclass(frozen=True, slots=True)
class Interaction:
    """A request and its response; ``id`` is the place in the file as written, but it
    is the order in the file that counts."""

    id: int
    request: Request
    response: Response

    def belonging_to(self, identity: str | None) -> "Interaction":
        """Return it with whose it was; itself where that is not known."""
        if not identity:
            return self
        return replace(self, request=replace(self.request, identity=identity))


@dataclass(frozen=True, slots=True)
class Cassette:
    """Interactions in file order. ``notes`` are of what was there and is not read."""

    interactions: Sequence[Interaction] = ()
    version: int = FORMAT_VERSION
    notes: Sequence[str] = field(default=(), compare=False)


def header(headers: Headers, name: str) -> str:
    """Return the first value of a header whatever its spelling, else an empty text."""
    if name in headers:
        return next(iter(headers[name]), "")
    wanted = name.lower()
    for spelled, values in headers.items():
        if spelled.lower() == wanted:
            return next(iter(values), "")
    return ""


def all_values(headers: Headers, name: str) -> str:
    """Return the values of a header in lower case that may stand more than once."""
    found = [v for n, values in headers.items() if n.lower() == name for v in values]
    return ", ".join(found)
