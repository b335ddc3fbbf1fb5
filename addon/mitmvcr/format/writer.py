"""A cassette as bytes, exactly as go-vcr saves it.

Layout ``v4`` is what go-vcr v4.0.7 writes; ``v4.0.8`` what it writes from then on,
with blocks where ``v4`` has quotes round lines that begin or end with blanks; ``v3`` is
what library v3 and v4.0.0 to v4.0.2 wrote: all fields, empty or not, and yaml.v3's
quotes. All indent by four.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from mitmvcr.core.calls import format_turns
from mitmvcr.core.chunks import format_chunks
from mitmvcr.core.duration import format_duration
from mitmvcr.core.frames import format_frame
from mitmvcr.core.model import Cassette, Headers, Interaction, Layout, Request, Response
from mitmvcr.format.goorder import in_order
from mitmvcr.format.goyaml import (
    V3,
    V4,
    V4_0_8,
    Dialect,
    Piece,
    Place,
    encode,
    key,
    pieces,
    scalar,
    string,
)
from mitmvcr.format.speed import no_collection

_PREAMBLE = b"---\nversion: 2\ninteractions:\n"
_EMPTY = b"---\nversion: 2\ninteractions: []\n"

#: What stands at which column: a field's key at 8, a header's name at 12, and its
#: values at 16, behind a dash.
_FIELD = Place(12)
_CODING = Place(14, is_item=True)
_NAME = 12
_VALUE = Place(18, is_item=True)

#: To write each piece alone would take a call to the system for it.
_AT_ONCE = 1 << 18

_FLAG = b"        uncompressed: true\n"

#: How many short strings, header lines and the like are kept as written. Long ones are
#: rarely met again, and would fill the memory.
_KEPT, _SHORT = 1024, 512


def preamble() -> bytes:
    """Return what stands before the first interaction, the same in all layouts."""
    return _PREAMBLE


def dumps(cassette: Cassette, layout: Layout = "v4") -> bytes:
    """Return the whole file, with ids counted from 0, as go-vcr does when it saves."""
    with no_collection():
        return b"".join(_pieces(cassette.interactions, layout))


def parts(cassette: Cassette, layout: Layout = "v4") -> Iterator[bytes]:
    """Yield the file part by part, for what need not be in memory whole. What is read
    lazily is not kept either."""
    some: list[Piece] = []
    size = 0
    for piece in _pieces(cassette.interactions, layout):
        some.append(piece)
        size += len(piece)
        if size > _AT_ONCE:
            yield b"".join(some)
            some, size = [], 0
    yield b"".join(some)


def _pieces(interactions: Sequence[Interaction], layout: Layout) -> Iterator[Piece]:
    if not interactions:
        yield _EMPTY
        return
    yield _PREAMBLE
    write = _STYLES[layout].pieces
    forget = getattr(interactions, "forget", None)
    for number, each in enumerate(interactions):
        yield from write(each, number)
        if forget is not None:
            forget(number)


def item_pieces(interaction: Interaction, id: int, layout: Layout) -> Iterator[Piece]:
    """Yield an item of the list in pieces, so that it is in memory only once."""
    return _STYLES[layout].pieces(interaction, id)


def dumper(layout: Layout = "v4") -> Callable[[Interaction, int], bytes]:
    """Return a function that writes an interaction and its id as one item of the
    list."""
    return _STYLES[layout].item


#: What an item is made of, without the bodies, which are copied no more often than they
#: have to be. Few templates, since what it costs to write an item in the midst of other
#: work is each function and each object that is touched for it.
_BEFORE = b"""\
    - id: %d
      request:
%b        content_length: %d
%b        host: %b%b%b"""
_BETWEEN = b"""\
%b%b%b        url: %b        method: %b      response:
%b%b        content_length: %d
%b        body: """
_AFTER = b"%b%b%b        duration: %b\n"  # that line ends a whole item
_BODY = b"        body: "


class _Style:
    """The fields and maps of one layout.

    Short strings, header lines and whole blocks are kept as written, since most come
    again.
    """

    def __init__(self, dialect: Dialect, *, all_fields: bool) -> None:
        self._dialect, self._all = dialect, all_fields
        keep = lru_cache(_KEPT)
        self._order, self._lead = keep(in_order), keep(self._make_lead)
        self._short_entry, self._short = keep(self._make_entry), keep(self._string)
        self._short_status = keep(self._make_status)
        self._proto = keep(self._make_proto)
        self._no_flag = b"        uncompressed: false\n" if all_fields else b""

    def item(self, interaction: Interaction, id: int) -> bytes:
        return b"".join(self.pieces(interaction, id))

    def pieces(self, interaction: Interaction, id: int) -> Iterator[Piece]:
        """Yield an item, not yet joined: a large response body comes in many small
        pieces."""
        request, response = interaction.request, interaction.response
        dialect, is_full, body = self._dialect, self._all, request.body
        codings, trailer = request.transfer_encoding, request.trailer
        address, uri = request.remote_addr, request.request_uri
        form, headers = request.form, request.headers
        came_in, ended = response.transfer_encoding, response.trailer
        before = _BEFORE % (
            id,
            self._proto(request.proto, request.proto_major, request.proto_minor),
            request.content_length,
            self._framing(request) if codings or trailer or is_full else b"",
            self._text(request.host),
            self._peer(request) if address or uri or is_full else b"",
            _BODY if body or is_full else b"",
        )
        between = _BETWEEN % (
            self._map(b"form", form) if form or is_full else b"",
            self._map(b"headers", headers) if headers or is_full else b"",
            self._own(request)
            if request.identity or request.variables or request.echoes
            else b"",
            string(request.url, _FIELD, dialect),
            self._text(request.method),
            self._proto(response.proto, response.proto_major, response.proto_minor),
            self._framing(response) if came_in or ended or is_full else b"",
            response.content_length,
            _FLAG if response.uncompressed else self._no_flag,
        )
        after = _AFTER % (
            self._map(b"headers", response.headers),
            self._status(response.status, response.code),
            self._extensions(response)
            if response.chunks
            or response.failure
            or response.until
            or response.turns
            or response.websocket
            else b"",
            format_duration(response.duration).encode(),
        )
        asked = scalar(body, _FIELD, dialect) if body or is_full else b""
        yield before
        yield asked
        yield between
        yield from pieces(response.body, _FIELD, dialect)
        yield after

    def _framing(self, part: Request | Response) -> bytes:
        """Return the transfer encoding and the trailer, in this order on either
        side."""
        codings, trailer = part.transfer_encoding, part.trailer
        return (self._codings(codings) if codings or self._all else b"") + (
            self._map(b"trailer", trailer) if trailer or self._all else b""
        )

    def _own(self, request: Request) -> bytes:
        """Return the fields that go-vcr does not know."""
        identity, variables = request.identity, request.variables
        return (
            (b"        identity: " + self._text(identity) if identity else b"")
            + (self._map(b"variables", variables) if variables else b"")
            + (self._list(b"echoes", request.echoes) if request.echoes else b"")
        )

    def _list(self, field: bytes, texts: Sequence[str]) -> bytes:
        dash = b"            - "
        items = [string(each, _CODING, self._dialect) for each in texts]
        return b"        %b:\n%b%b" % (field, dash, dash.join(items))

    def _peer(self, request: Request) -> bytes:
        address, uri = request.remote_addr, request.request_uri
        return (
            b"        remote_addr: " + self._text(address)
            if address or self._all
            else b""
        ) + (b"        request_uri: " + self._text(uri) if uri or self._all else b"")

    def _make_proto(self, name: str, major: int, minor: int) -> bytes:
        numbers = f"        proto_major: {major}\n        proto_minor: {minor}\n"
        return b"        proto: " + self._text(name) + numbers.encode()

    def _status(self, status: str, code: int) -> bytes:
        make = self._short_status if len(status) <= _SHORT else self._make_status
        return make(status, code)

    def _make_status(self, status: str, code: int) -> bytes:
        return b"        status: %b        code: %d\n" % (self._text(status), code)

    def _extensions(self, response: Response) -> bytes:
        """Return the fields that go-vcr does not know, and passes over when it
        reads."""
        chunks, failure, until = response.chunks, response.failure, response.until
        frames = [
            string(format_frame(frame), _CODING, self._dialect)
            for frame in response.websocket
        ]
        dash = b"            - "
        return (
            (
                b"        chunks: %b\n" % format_chunks(chunks).encode()
                if chunks
                else b""
            )
            + (b"        failure: " + self._text(failure) if failure else b"")
            + (b"        until: " + self._text(until) if until else b"")
            + (
                b"        turns: " + self._text(format_turns(response.turns))
                if response.turns
                else b""
            )
            + (b"        websocket:\n" + dash + dash.join(frames) if frames else b"")
        )

    def _text(self, text: str) -> bytes:
        return self._short(text) if len(text) <= _SHORT else self._string(text)

    def _string(self, text: str) -> bytes:
        return string(text, _FIELD, self._dialect)

    def _codings(self, codings: Sequence[str]) -> bytes:
        if not codings:
            return b"        transfer_encoding: []\n"
        return self._list(b"transfer_encoding", codings)

    def _map(self, field: bytes, values: Headers) -> bytes:
        if not values:
            return b"        %b: {}\n" % field
        names = tuple(values)
        if len(names) > 1:
            names = self._order(names)
        entry = self._entry
        entries = [
            entry(name, each[0])
            if len(each := values[name]) == 1
            else self._entries(name, each)
            for name in names
        ]
        return b"        %b:\n%b" % (field, b"".join(entries))

    def _entries(self, name: str, values: Sequence[str]) -> bytes:
        if not values:
            return self._make_key(name)[0] + b" []\n"
        dash = b"                - "
        others = [dash + string(each, _VALUE, self._dialect) for each in values[1:]]
        return self._entry(name, values[0]) + b"".join(others)

    def _entry(self, name: str, value: str) -> bytes:
        make = self._short_entry if len(value) <= _SHORT else self._make_entry
        return make(name, value)

    def _make_entry(self, name: str, value: str) -> bytes:
        return self._lead(name) + string(value, _VALUE, self._dialect)

    def _make_lead(self, name: str) -> bytes:
        """Return all that stands before the first value."""
        return b"".join(self._make_key(name))

    def _make_key(self, name: str) -> tuple[bytes, bytes]:
        """Return the key, and what stands between it and its first value.

        Behind a long key the first value follows on the colon's line.
        """
        text, is_simple = key(encode(name), _NAME, self._dialect)
        dash = b"\n                - " if is_simple else b"   - "
        return b"            " + text, dash


_STYLES: dict[Layout, _Style] = {
    "v4": _Style(V4, all_fields=False),
    "v4.0.8": _Style(V4_0_8, all_fields=False),
    "v3": _Style(V3, all_fields=True),
}
