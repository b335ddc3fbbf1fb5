"""A cassette as bytes, exactly as go-vcr saves it.

Layout ``v4`` is what go-vcr v4.0.7 writes; ``v3`` is what library v3 and v4.0.0 to
v4.0.2 wrote: all fields, empty or not, and yaml.v3's quotes. Both indent by four.
"""

from collections.abc import Sequence
from functools import lru_cache

from mitmvcr.cassette.goorder import in_order
from mitmvcr.cassette.goyaml import V3, V4, Dialect, Place, encode, key, scalar, string
from mitmvcr.core.chunks import format_chunks
from mitmvcr.core.duration import format_duration
from mitmvcr.core.frames import format_frame
from mitmvcr.core.model import Cassette, Headers, Interaction, Layout, Request, Response

_PREAMBLE = b"---\nversion: 2\ninteractions:\n"
_EMPTY = b"---\nversion: 2\ninteractions: []\n"

#: What stands at which column: a field's key at 8, a header's name at 12, and its
#: values at 16, behind a dash.
_FIELD = Place(12)
_CODING = Place(14, is_item=True)
_NAME = 12
_VALUE = Place(18, is_item=True)

#: Longer strings are not kept: they are rarely met again, and would fill the memory.
_SHORT = 256


def preamble(layout: Layout = "v4") -> bytes:
    """What stands before the first interaction. It is the same in both layouts."""
    return _PREAMBLE


def dumps(cassette: Cassette, layout: Layout = "v4") -> bytes:
    """The whole file. The ids are counted from 0, as go-vcr does when it saves."""
    if not cassette.interactions:
        return _EMPTY
    item = _STYLES[layout].item
    items = [item(each, at) for at, each in enumerate(cassette.interactions)]
    return b"".join([_PREAMBLE, *items])


def dump_interaction(interaction: Interaction, id: int, layout: Layout = "v4") -> bytes:
    """One item of the list, as it stands in the file."""
    return _STYLES[layout].item(interaction, id)


class _Style:
    """The fields and maps of one layout.

    Short strings and header lines are kept as written, since most come again.
    """

    def __init__(self, dialect: Dialect, *, all_fields: bool) -> None:
        self._dialect, self._all = dialect, all_fields
        self._short_string = lru_cache(maxsize=4096)(self._string)
        self._short_key = lru_cache(maxsize=4096)(self._key)
        self._short_entry = lru_cache(maxsize=8192)(self._entry)
        self._known_proto = lru_cache(maxsize=64)(self._proto)
        self._known_order = lru_cache(maxsize=1024)(in_order)

    def item(self, interaction: Interaction, id: int) -> bytes:
        request, response = interaction.request, interaction.response
        return b"%b%b%b%b%b" % (
            f"    - id: {id}\n      request:\n{self._request_head(request)}".encode(),
            self._body(request.body, always=self._all),
            f"{self._request_tail(request)}      response:\n"
            f"{self._response_head(response)}".encode(),
            self._body(response.body, always=True),
            self._response_tail(response).encode(),
        )

    def _request_head(self, request: Request) -> str:
        return (
            self._known_proto(request.proto, request.proto_major, request.proto_minor)
            + f"        content_length: {request.content_length}\n"
            f"{self._codings(request.transfer_encoding)}"
            f"{self._map('trailer', request.trailer)}"
            f"        host: {self._text(request.host)}"
            f"{self._optional('remote_addr', request.remote_addr)}"
            f"{self._optional('request_uri', request.request_uri)}"
        )

    def _proto(self, proto: str, major: int, minor: int) -> str:
        return (
            f"        proto: {self._text(proto)}"
            f"        proto_major: {major}\n"
            f"        proto_minor: {minor}\n"
        )

    def _request_tail(self, request: Request) -> str:
        return (
            f"{self._map('form', request.form)}"
            f"{self._map('headers', request.headers)}"
            f"        url: {self._string(request.url)}"
            f"        method: {self._text(request.method)}"
        )

    def _response_head(self, response: Response) -> str:
        proto, major, minor = response.proto, response.proto_major, response.proto_minor
        return (
            self._known_proto(proto, major, minor)
            + f"{self._codings(response.transfer_encoding)}"
            f"{self._map('trailer', response.trailer)}"
            f"        content_length: {response.content_length}\n"
            f"{self._uncompressed(response.uncompressed)}"
        )

    def _response_tail(self, response: Response) -> str:
        return (
            f"{self._map('headers', response.headers, always=True)}"
            f"        status: {self._text(response.status)}"
            f"        code: {response.code}\n"
            f"{self._extensions(response)}"  # before the line that ends a whole item
            f"        duration: {format_duration(response.duration)}\n"
        )

    def _extensions(self, response: Response) -> str:
        """What go-vcr does not know, and passes over when it reads."""
        if not (response.chunks or response.failure or response.websocket):
            return ""
        chunks, failure = response.chunks, response.failure
        frames = [
            string(format_frame(frame), _CODING, self._dialect)
            for frame in response.websocket
        ]
        dash = "            - "
        return (
            (f"        chunks: {format_chunks(chunks)}\n" if chunks else "")
            + (f"        failure: {self._text(failure)}" if failure else "")
            + (f"        websocket:\n{dash}{dash.join(frames)}" if frames else "")
        )

    def _body(self, body: bytes, *, always: bool) -> bytes:
        if not body and not always:
            return b""
        return b"        body: " + scalar(body, _FIELD, self._dialect)

    def _text(self, text: str) -> str:
        return self._short_string(text) if len(text) < _SHORT else self._string(text)

    def _string(self, text: str) -> str:
        return string(text, _FIELD, self._dialect)

    def _optional(self, name: str, text: str) -> str:
        return f"        {name}: {self._text(text)}" if text or self._all else ""

    def _uncompressed(self, flag: bool) -> str:
        if not flag and not self._all:
            return ""
        return f"        uncompressed: {'true' if flag else 'false'}\n"

    def _codings(self, codings: Sequence[str]) -> str:
        if not codings:
            return "        transfer_encoding: []\n" if self._all else ""
        items = [string(each, _CODING, self._dialect) for each in codings]
        dash = "            - "
        return f"        transfer_encoding:\n{dash}{dash.join(items)}"

    def _map(self, field: str, values: Headers, *, always: bool = False) -> str:
        if not values:
            return f"        {field}: {{}}\n" if always or self._all else ""
        names = tuple(values)
        if len(names) > 1:
            names = self._known_order(names)
        entry = self._short_entry
        entries = [
            entry(name, each[0])
            if len(each := values[name]) == 1 and len(name) + len(each[0]) < _SHORT
            else self._entries(name, each)
            for name in names
        ]
        return f"        {field}:\n{''.join(entries)}"

    def _entries(self, name: str, values: Sequence[str]) -> str:
        if not values:
            return f"{self._key(name)[0]} []\n"
        dash = "                - "
        others = [dash + string(each, _VALUE, self._dialect) for each in values[1:]]
        return self._entry(name, values[0]) + "".join(others)

    def _entry(self, name: str, value: str) -> str:
        start, dash = self._short_key(name) if len(name) < _SHORT else self._key(name)
        return f"{start}{dash}{string(value, _VALUE, self._dialect)}"

    def _key(self, name: str) -> tuple[str, str]:
        """The key, and what stands between it and its first value.

        Behind a long key the first value follows on the colon's line.
        """
        text, is_simple = key(encode(name), _NAME, self._dialect)
        dash = "\n                - " if is_simple else "   - "
        return f"            {text.decode()}", dash


_STYLES: dict[Layout, _Style] = {
    "v4": _Style(V4, all_fields=False),
    "v3": _Style(V3, all_fields=True),
}
