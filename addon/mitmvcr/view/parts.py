"""Messages as they are on the wire: what this room reads, and what it makes.

What mitmproxy itself keeps of a message (``RequestData``, ``ResponseData``) is such a
value already, so that nothing is copied or decoded to be read here.
"""

from typing import NamedTuple, Protocol

#: Names and values as sent, in order.
Fields = tuple[tuple[bytes, bytes], ...]


class HeaderFields(Protocol):
    @property
    def fields(self) -> Fields: ...


class MessageParts(Protocol):
    """``content``: the body as sent, None where it streamed by."""

    @property
    def http_version(self) -> bytes: ...
    @property
    def headers(self) -> HeaderFields: ...
    @property
    def content(self) -> bytes | None: ...
    @property
    def trailers(self) -> HeaderFields | None: ...


class RequestParts(MessageParts, Protocol):
    """``host`` and ``port`` as they are connected to, ``authority`` as in HTTP/2."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def method(self) -> bytes: ...
    @property
    def scheme(self) -> bytes: ...
    @property
    def authority(self) -> bytes: ...
    @property
    def path(self) -> bytes: ...


class ResponseParts(MessageParts, Protocol):
    @property
    def status_code(self) -> int: ...
    @property
    def reason(self) -> bytes: ...


class PlainHeaders(NamedTuple):
    fields: Fields = ()


class PlainRequest(NamedTuple):
    """A request that mitmproxy does not keep."""

    host: str
    port: int
    method: bytes
    scheme: bytes
    authority: bytes
    path: bytes
    http_version: bytes
    headers: HeaderFields
    content: bytes | None = None
    trailers: HeaderFields | None = None


class PlainResponse(NamedTuple):
    """A response that mitmproxy does not keep."""

    status_code: int
    reason: bytes
    http_version: bytes
    headers: HeaderFields
    content: bytes | None = None
    trailers: HeaderFields | None = None


class WireResponse(NamedTuple):
    """What is to be sent, as HTTP/1.1: mitmproxy translates it for every client."""

    code: int
    reason: bytes
    fields: Fields
    body: bytes
    trailers: Fields | None = None


def as_response(sent: WireResponse) -> PlainResponse:
    """Return what is to be sent as the response that it is."""
    headers = PlainHeaders(sent.fields)
    return PlainResponse(sent.code, sent.reason, b"HTTP/1.1", headers, sent.body)


def raw(text: str) -> bytes:
    """Return the bytes of a text, as they were on the wire."""
    return text.encode("utf-8", "surrogateescape")


def value_of(headers: HeaderFields, name: bytes) -> str | None:
    """Return the values of a header in one, or None where it is absent. ``name`` in
    lower case."""
    values = [value for each, value in headers.fields if each.lower() == name]
    if not values:
        return None
    return b", ".join(values).decode("utf-8", "surrogateescape")
