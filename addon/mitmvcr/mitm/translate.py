"""mitmproxy's flows as go-vcr would have recorded them.

go-vcr sits above Go's transport and a proxy below it; what the transport adds and
takes away is undone here, so that go-vcr's own matcher accepts the cassette. The
rules were measured with Go 1.27 and go-vcr v4.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl

from mitmproxy import http
from mitmproxy.net import encoding

from mitmvcr.core.keys import url_key
from mitmvcr.core.model import Headers, Request, Response
from mitmvcr.mitm.golang import STATUS_TEXT, canonical

Fields = Iterable[tuple[bytes, bytes]]
#: Name in lower case -> value.
Said = Mapping[bytes, bytes]

#: Go keeps these out of Request.Header; they are fields of their own, or a proxy's.
_NOT_REQUEST_HEADERS = frozenset(
    {
        b"host",
        b"content-length",
        b"transfer-encoding",
        b"trailer",
        b"proxy-connection",
        b"proxy-authorization",
    }
)
_NO_LENGTH = [""]
_DEFAULT_PORTS = {"http": 80, "https": 443}
_FORM_METHODS = frozenset({b"POST", b"PUT", b"PATCH"})
#: In the order in which a replay prefers them.
_CODINGS = ("gzip", "br", "zstd", "deflate")


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _group(
    fields: Fields, *, spell: bool, drop: frozenset[bytes] = frozenset()
) -> dict[str, list[str]]:
    """Header fields as Go's map, names in canonical form if ``spell``."""
    grouped: dict[str, list[str]] = {}
    for name, value in fields:
        lower = name.lower()
        if lower in drop or (lower == b"connection" and value.lower() == b"close"):
            continue
        key = _text(canonical(name) if spell else name)
        grouped.setdefault(key, []).append(_text(value))
    return grouped


def _values(fields: Fields) -> dict[bytes, bytes]:
    """Name in lower case -> value; to ask mitmproxy's headers costs 1.5 us a name."""
    values: dict[bytes, bytes] = {}
    for name, value in fields:
        lower = name.lower()
        values[lower] = values[lower] + b", " + value if lower in values else value
    return values


@dataclass(frozen=True, slots=True)
class Asked:
    """A live request: as it is recorded, and what the record leaves out.

    ``decodes``: the content codings that the client's stack undoes by itself, so
    that a body in one of them is recorded as the program gets it.
    """

    request: Request
    decodes: tuple[str, ...]


def to_lookup(wire: http.Request) -> Request:
    """Only what the deck looks up by, since a replay costs no more than this."""
    body = wire.raw_content or b""
    kind = wire.headers.get("content-type", "") if body else ""
    return Request(
        method=wire.method,
        url=_url(wire),
        body=body,
        headers={"Content-Type": (kind,)} if kind else {},
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """What the headers of a request come to, which a client says again and again:
    ``headers`` as recorded, ``named`` in lower case, the codings that are undone."""

    headers: Headers
    named: Said
    undone: tuple[str, ...]


@lru_cache(maxsize=256)
def _said(fields: tuple[tuple[bytes, bytes], ...], over_h1: bool, head: bool) -> _Said:
    named = _values(fields)
    headers = _request_headers(fields, named, over_h1=over_h1, head=head)
    return _Said(headers, named, _undone(named, head=head))


def to_request(wire: http.Request) -> Asked:
    """The request as go-vcr records it."""
    data = wire.data
    over_h1 = data.http_version.startswith(b"HTTP/1")
    said = _said(data.headers.fields, over_h1, data.method == b"HEAD")
    body = data.content or b""
    host = _host(wire, said.named)
    request = Request(
        method=_text(data.method),
        url=_url(wire, host),
        proto="HTTP/1.1",
        proto_major=1,
        proto_minor=1,
        content_length=_number(said.named.get(b"content-length", b""), 0),
        trailer=_trailers(data.trailers),
        host=host,
        body=body,
        form=_form(wire, body, said.named),
        headers=said.headers,
    )
    return Asked(request, said.undone)


def _host(wire: http.Request, said: Said) -> str:
    """Byte for byte: mitmproxy's own ``authority`` undoes punycode."""
    return _text(wire.data.authority or said.get(b"host", b""))


def _url(wire: http.Request, host: str = "") -> str:
    """Of the host that is connected to; with ``host`` as the program wrote it (its
    case, a default port) where that names the same one."""
    data = wire.data
    path = _text(data.path)
    origin = _origin(data.scheme, data.host, data.port, host)
    return f"{origin}{path}" if path[:1] == "/" else f"{origin}/{path}"


@lru_cache(maxsize=1024)
def _origin(scheme: bytes, connected: str, port: int, host: str) -> str:
    """mitmproxy's own ``url`` leaves IPv6 without its brackets, and a name that is
    not ASCII without punycode."""
    address = connected
    if ":" in address:
        address = f"[{address}]"
    elif not address.isascii():
        with suppress(UnicodeError):
            address = address.encode("idna").decode()
    if port != _DEFAULT_PORTS.get(_text(scheme)):
        address = f"{address}:{port}"
    origin, written = f"{_text(scheme)}://{address}", f"{_text(scheme)}://{host}"
    return written if url_key(f"{written}/") == url_key(f"{origin}/") else origin


def _request_headers(
    fields: Fields, said: Said, *, over_h1: bool, head: bool
) -> Headers:
    headers = _group(fields, spell=not over_h1, drop=_NOT_REQUEST_HEADERS)
    if len(headers.get("Cookie", ())) > 1 and not over_h1:
        headers["Cookie"] = ["; ".join(headers["Cookie"])]  # h2 may split them
    if _is_gos_agent(said):
        _drop(headers, "user-agent")
    elif b"user-agent" not in said and _asks_as_go(said, head=head):
        # Go sends its own, but for a program that has set an empty one.
        headers["User-Agent"] = [""]
    if _is_added_by_go(said, head=head):
        _drop(headers, "accept-encoding")
    return headers


def _drop(headers: dict[str, list[str]], name: str) -> None:
    for spelled in [spelled for spelled in headers if spelled.lower() == name]:
        del headers[spelled]


def _is_gos_agent(said: Said) -> bool:
    return said.get(b"user-agent", b"").startswith(b"Go-http-client/")


def _go_adds_gzip(said: Said, *, head: bool) -> bool:
    return not head and b"range" not in said


def _is_added_by_go(said: Said, *, head: bool) -> bool:
    """Go's transport asks for gzip by itself, but not for HEAD and ranges."""
    return said.get(b"accept-encoding") == b"gzip" and _go_adds_gzip(said, head=head)


def _asks_as_go(said: Said, *, head: bool) -> bool:
    """A request is asked for as Go's transport does when left alone."""
    codings = said.get(b"accept-encoding", b"")
    return codings == (b"gzip" if _go_adds_gzip(said, head=head) else b"")


def _undone(said: Said, *, head: bool) -> tuple[str, ...]:
    """Go's transport undoes only what it added; other stacks all that they accept."""
    if _is_gos_agent(said) and not _is_added_by_go(said, head=head):
        return ()
    return accepted_codings(_text(said.get(b"accept-encoding", b"")))


def _form(wire: http.Request, body: bytes, said: Said) -> Headers:
    """Go's Request.Form: the values of the body, then those of the query."""
    pairs: list[tuple[str, str]] = []
    if wire.data.method in _FORM_METHODS and body:
        kind = said.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if kind == b"application/x-www-form-urlencoded":
            pairs += _pairs(_text(body))
    query = wire.data.path.partition(b"?")[2].partition(b"#")[0]
    if query:
        pairs += _pairs(_text(query))
    form: dict[str, list[str]] = {}
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    return form


def _pairs(query: str) -> list[tuple[str, str]]:
    if "%" not in query and "+" not in query:  # nothing to undo, at half the price
        return [pair.partition("=")[::2] for pair in query.split("&") if pair]
    return parse_qsl(query, keep_blank_values=True, errors="surrogateescape")


def to_response(
    wire: http.Response, body: bytes, asked: Asked, *, duration: int
) -> Response:
    """The response as go-vcr records it. ``body`` as it was on the wire; ``duration``
    in nanoseconds."""
    headers = _group(wire.headers.fields, spell=True)
    headers.pop("Trailer", None)
    codings = headers.pop("Transfer-Encoding", None)
    chunked = codings is not None and "chunked" in ",".join(codings).lower()
    length = _response_length(wire, asked.request.method, body, headers, chunked)
    plain = _decoded(wire, body, headers, asked.decodes)
    if plain is not None:
        del headers["Content-Encoding"]
        headers.pop("Content-Length", None)
        length = -1
    proto, major, minor = _proto(wire.data.http_version)
    return Response(
        proto=proto,
        proto_major=major,
        proto_minor=minor,
        transfer_encoding=("chunked",) if chunked else (),
        trailer=_trailers(wire.data.trailers),
        content_length=length,
        uncompressed=plain is not None,
        body=body if plain is None else plain,
        headers=headers,
        status=_status(wire),
        code=wire.data.status_code,
        duration=duration,
    )


@lru_cache(maxsize=16)
def _proto(version: bytes) -> tuple[str, int, int]:
    major, _, minor = version.removeprefix(b"HTTP/").partition(b".")
    if not minor:  # mitmproxy's HTTP/3, as Go names it
        version += b".0"
    return _text(version), _number(major, 0), _number(minor, 0)


def _decoded(
    wire: http.Response,
    body: bytes,
    headers: Mapping[str, list[str]],
    undone: tuple[str, ...],
) -> bytes | None:
    """The body without its content coding, or None where it has none to undo."""
    codings = headers.get("Content-Encoding")
    if not body or codings is None or wire.status_code == 206:
        return None
    coding = ", ".join(codings).strip().lower()
    if coding not in undone:
        return None
    try:
        plain = encoding.decode(body, coding)
    except ValueError:
        # A stream that was flushed and never finished is read as clients read it.
        # What is not what its header says is kept as it was on the wire.
        from mitmvcr.mitm.codings import decode_start

        return decode_start(body, coding) or None
    assert isinstance(plain, bytes)
    return plain


def _response_length(
    wire: http.Response,
    method: str,
    body: bytes,
    headers: Mapping[str, list[str]],
    chunked: bool,
) -> int:
    """As Go's transports have it: readTransfer of HTTP/1, handleResponse of HTTP/2."""
    announced = headers.get("Content-Length", _NO_LENGTH)[0].encode()
    if method == "HEAD":
        return _number(announced, -1)
    if not wire.data.http_version.startswith(b"HTTP/1"):
        return _number(announced, -1 if body else 0)
    if wire.data.status_code in (204, 304) or wire.data.status_code < 200:
        return 0
    return -1 if chunked else _number(announced, -1)


def _status(wire: http.Response) -> str:
    code = wire.data.status_code
    if wire.data.http_version.startswith(b"HTTP/1"):
        return f"{code} {_text(wire.data.reason)}"
    return f"{code} {STATUS_TEXT.get(code, '')}"


def _trailers(trailers: http.Headers | None) -> Headers:
    return _group(trailers.fields, spell=True) if trailers else {}


def _number(text: bytes, otherwise: int) -> int:
    return int(text) if text.isdigit() else otherwise


@lru_cache(maxsize=256)
def accepted_codings(codings: str) -> tuple[str, ...]:
    """The content codings a client accepts, of those that are known here."""
    if not codings:
        return ()
    offered = {}
    for item in codings.lower().split(","):
        name, _, parameters = item.partition(";")
        weight = parameters.replace(" ", "").removeprefix("q=")
        offered[name.strip()] = weight.strip("0.") != "" or not parameters
    return tuple(coding for coding in _CODINGS if offered.get(coding))
