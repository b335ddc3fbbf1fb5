"""A cassette as bytes, exactly as go-vcr saves it.

Layout ``v4`` is what go-vcr v4.0.7 writes; ``v3`` is what library v3 and v4.0.0 to
v4.0.2 wrote: all fields, empty or not, and yaml.v3's quotes. Both indent by four.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Literal

from mitmvcr.cassette.goorder import in_order
from mitmvcr.cassette.goyaml import V3, V4, Dialect, Place, key, scalar
from mitmvcr.core.duration import format_duration
from mitmvcr.core.model import Cassette, Headers, Interaction, Request, Response

Layout = Literal["v4", "v3"]

_PREAMBLE = b"---\nversion: 2\ninteractions:\n"
_EMPTY = b"---\nversion: 2\ninteractions: []\n"

#: What stands at which column: a field's key at 8, a header's name at 12, and its
#: values at 16, behind a dash.
_FIELD = Place(12)
_CODING = Place(14, is_item=True)
_VALUE = Place(18, is_item=True)


def preamble(layout: Layout = "v4") -> bytes:
    """What stands before the first interaction. It is the same in both layouts."""
    return _PREAMBLE


def dumps(cassette: Cassette, layout: Layout = "v4") -> bytes:
    """The whole file. The ids are counted from 0, as go-vcr does when it saves."""
    if not cassette.interactions:
        return _EMPTY
    style = _STYLES[layout]
    items = [style.item(each, at) for at, each in enumerate(cassette.interactions)]
    return b"".join([_PREAMBLE, *items])


def dump_interaction(interaction: Interaction, id: int, layout: Layout = "v4") -> bytes:
    """One item of the list, as it stands in the file."""
    return _STYLES[layout].item(interaction, id)


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _remembering(place: Place, dialect: Dialect) -> Callable[[str], str]:
    """The scalars of one place. Short ones are kept, since headers repeat."""

    def write(text: str) -> str:
        return scalar(_encode(text), place, dialect).decode()

    short = lru_cache(maxsize=4096)(write)
    return lambda text: short(text) if len(text) < 256 else write(text)


class _Style:
    """The scalars and maps of one layout."""

    def __init__(self, dialect: Dialect, *, all_fields: bool) -> None:
        self._dialect, self._all = dialect, all_fields
        self._text = _remembering(_FIELD, dialect)
        self._coding = _remembering(_CODING, dialect)
        self._value = _remembering(_VALUE, dialect)
        self._short_key = lru_cache(maxsize=4096)(self._key)
        self._known_order = lru_cache(maxsize=1024)(in_order)

    def item(self, interaction: Interaction, id: int) -> bytes:
        request, response = interaction.request, interaction.response
        return b"".join(
            (
                f"    - id: {id}\n      request:\n"
                f"{self._request_head(request)}".encode(),
                self._body(request.body, always=self._all),
                f"{self._request_tail(request)}      response:\n"
                f"{self._response_head(response)}".encode(),
                self._body(response.body, always=True),
                self._response_tail(response).encode(),
            )
        )

    def _request_head(self, request: Request) -> str:
        return (
            f"        proto: {self._text(request.proto)}"
            f"        proto_major: {request.proto_major}\n"
            f"        proto_minor: {request.proto_minor}\n"
            f"        content_length: {request.content_length}\n"
            f"{self._codings(request.transfer_encoding)}"
            f"{self._map('trailer', request.trailer)}"
            f"        host: {self._text(request.host)}"
            f"{self._optional('remote_addr', request.remote_addr)}"
            f"{self._optional('request_uri', request.request_uri)}"
        )

    def _request_tail(self, request: Request) -> str:
        return (
            f"{self._map('form', request.form)}"
            f"{self._map('headers', request.headers)}"
            f"        url: {self._text(request.url)}"
            f"        method: {self._text(request.method)}"
        )

    def _response_head(self, response: Response) -> str:
        return (
            f"        proto: {self._text(response.proto)}"
            f"        proto_major: {response.proto_major}\n"
            f"        proto_minor: {response.proto_minor}\n"
            f"{self._codings(response.transfer_encoding)}"
            f"{self._map('trailer', response.trailer)}"
            f"        content_length: {response.content_length}\n"
            f"{self._uncompressed(response.uncompressed)}"
        )

    def _response_tail(self, response: Response) -> str:
        return (
            f"{self._map('headers', response.headers, always=True)}"
            f"        status: {self._text(response.status)}"
            f"        code: {response.code}\n"
            f"        duration: {format_duration(response.duration)}\n"
        )

    def _body(self, body: bytes, *, always: bool) -> bytes:
        if not body and not always:
            return b""
        return b"        body: " + scalar(body, _FIELD, self._dialect)

    def _optional(self, name: str, text: str) -> str:
        return f"        {name}: {self._text(text)}" if text or self._all else ""

    def _uncompressed(self, flag: bool) -> str:
        if not flag and not self._all:
            return ""
        return f"        uncompressed: {'true' if flag else 'false'}\n"

    def _codings(self, codings: Sequence[str]) -> str:
        if not codings:
            return "        transfer_encoding: []\n" if self._all else ""
        items = "".join(f"            - {self._coding(each)}" for each in codings)
        return f"        transfer_encoding:\n{items}"

    def _map(self, field: str, values: Headers, *, always: bool = False) -> str:
        if not values:
            return f"        {field}: {{}}\n" if always or self._all else ""
        entries = [self._entry(name, values[name]) for name in self._order(values)]
        return f"        {field}:\n{''.join(entries)}"

    def _order(self, values: Headers) -> Sequence[str]:
        names = tuple(values)
        return self._known_order(names) if len(names) > 1 else names

    def _entry(self, name: str, values: Sequence[str]) -> str:
        start, dash = self._short_key(name) if len(name) < 256 else self._key(name)
        if not values:
            return f"{start} []\n"
        first, *others = values
        text = f"{start}{dash}{self._value(first)}"
        for each in others:
            text += f"                - {self._value(each)}"
        return text

    def _key(self, name: str) -> tuple[str, str]:
        """The key, and what stands between it and its first value.

        Behind a long key the first value follows on the colon's line.
        """
        text, is_simple = key(_encode(name), 12, self._dialect)
        dash = "\n                - " if is_simple else "   - "
        return f"            {text.decode()}", dash


_STYLES: dict[Layout, _Style] = {
    "v4": _Style(V4, all_fields=False),
    "v3": _Style(V3, all_fields=True),
}
