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
_NOT_RESPONSE_HEADERS = frozenset({b"transfer-encoding", b"trailer"})
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


def to_request(wire: http.Request) -> Asked:
    """The request as go-vcr records it."""
    said = _values(wire.headers.fields)
    body = wire.raw_content or b""
    host = _host(wire, said)
    request = Request(
        method=wire.method,
        url=_written_url(wire, host),
        proto="HTTP/1.1",
        proto_major=1,
        proto_minor=1,
        content_length=_number(said.get(b"content-length", b""), 0),
        trailer=_trailers(wire.trailers),
        host=host,
        body=body,
        form=_form(wire, body, said),
        headers=_request_headers(wire, said),
    )
    return Asked(request, _undone(wire, said))


def _host(wire: http.Request, said: Said) -> str:
    """Byte for byte: mitmproxy's own ``authority`` undoes punycode."""
    return _text(wire.data.authority or said.get(b"host", b""))


def _url(wire: http.Request) -> str:
    """Of the host that is connected to; mitmproxy's own ``url`` leaves IPv6 without
    its brackets, and a name that is not ASCII without punycode."""
    data = wire.data
    scheme, host = _text(data.scheme), data.host
    if ":" in host:
        host = f"[{host}]"
    elif not host.isascii():
        with suppress(UnicodeError):
            host = host.encode("idna").decode()
    if data.port != _DEFAULT_PORTS.get(scheme):
        host = f"{host}:{data.port}"
    return f"{scheme}://{host}{_path(wire)}"


def _path(wire: http.Request) -> str:
    path = _text(wire.data.path)
    return path if path[:1] == "/" else "/" + path


def _written_url(wire: http.Request, host: str) -> str:
    """With the host as the program wrote it (its case, a default port) where the
    request names the one that is connected to."""
    url = _url(wire)
    written = f"{_text(wire.data.scheme)}://{host}{_path(wire)}"
    return written if written == url or url_key(written) == url_key(url) else url


def _request_headers(wire: http.Request, said: Said) -> Headers:
    over_h1 = wire.data.http_version.startswith(b"HTTP/1")
    fields = wire.headers.fields
    headers = _group(fields, spell=not over_h1, drop=_NOT_REQUEST_HEADERS)
    if len(headers.get("Cookie", ())) > 1 and not over_h1:
        headers["Cookie"] = ["; ".join(headers["Cookie"])]  # h2 may split them
    if _is_gos_agent(said):
        _drop(headers, "user-agent")
    elif b"user-agent" not in said and _asks_as_go(wire, said):
        # Go sends its own, but for a program that has set an empty one.
        headers["User-Agent"] = [""]
    if _is_added_by_go(wire, said):
        _drop(headers, "accept-encoding")
    return headers


def _drop(headers: dict[str, list[str]], name: str) -> None:
    for spelled in [spelled for spelled in headers if spelled.lower() == name]:
        del headers[spelled]


def _is_gos_agent(said: Said) -> bool:
    return said.get(b"user-agent", b"").startswith(b"Go-http-client/")


def _go_adds_gzip(wire: http.Request, said: Said) -> bool:
    return wire.data.method != b"HEAD" and b"range" not in said


def _is_added_by_go(wire: http.Request, said: Said) -> bool:
    """Go's transport asks for gzip by itself, but not for HEAD and ranges."""
    return said.get(b"accept-encoding") == b"gzip" and _go_adds_gzip(wire, said)


def _asks_as_go(wire: http.Request, said: Said) -> bool:
    """A request is asked for as Go's transport does when left alone."""
    codings = said.get(b"accept-encoding", b"")
    return codings == (b"gzip" if _go_adds_gzip(wire, said) else b"")


def _undone(wire: http.Request, said: Said) -> tuple[str, ...]:
    """Go's transport undoes only what it added; other stacks all that they accept."""
    if _is_gos_agent(said) and not _is_added_by_go(wire, said):
        return ()
    return accepted_codings(_text(said.get(b"accept-encoding", b"")))


def _form(wire: http.Request, body: bytes, said: Said) -> Headers:
    """Go's Request.Form: the values of the body, then those of the query."""
    pairs: list[tuple[str, str]] = []
    if wire.data.method in _FORM_METHODS and body:
        kind = said.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if kind == b"application/x-www-form-urlencoded":
            pairs += _pairs(_text(body))
    pairs += _pairs(_text(wire.data.path.partition(b"?")[2].partition(b"#")[0]))
    form: dict[str, list[str]] = {}
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    return form


def _pairs(query: str) -> list[tuple[str, str]]:
    if not query:
        return []
    return parse_qsl(query, keep_blank_values=True, errors="surrogateescape")


def to_response(
    wire: http.Response, body: bytes, asked: Asked, *, duration: int
) -> Response:
    """The response as go-vcr records it. ``body`` as it was on the wire; ``duration``
    in nanoseconds."""
    said = _values(wire.headers.fields)
    headers = _group(wire.headers.fields, spell=True, drop=_NOT_RESPONSE_HEADERS)
    plain = _decoded(wire, body, said, asked.decodes)
    if plain is not None:
        gone = ("content-encoding", "content-length")
        headers = {n: v for n, v in headers.items() if n.lower() not in gone}
    chunked = b"chunked" in said.get(b"transfer-encoding", b"").lower()
    length = _response_length(wire, asked.request.method, body, said)
    proto = wire.data.http_version
    major, _, minor = proto.removeprefix(b"HTTP/").partition(b".")
    return Response(
        proto=_text(proto),
        proto_major=_number(major, 0),
        proto_minor=_number(minor, 0),
        transfer_encoding=("chunked",) if chunked else (),
        trailer=_trailers(wire.trailers),
        content_length=length if plain is None else -1,
        uncompressed=plain is not None,
        body=body if plain is None else plain,
        headers=headers,
        status=_status(wire),
        code=wire.status_code,
        duration=duration,
    )


def _decoded(
    wire: http.Response, body: bytes, said: Said, codings: tuple[str, ...]
) -> bytes | None:
    """The body without its content coding, or None where it has none to undo."""
    if not body or b"content-encoding" not in said:
        return None
    coding = _text(said[b"content-encoding"]).strip().lower()
    if coding not in codings or wire.status_code == 206:
        return None
    try:
        plain = encoding.decode(body, coding)
    except ValueError:
        return None  # not what its header says: kept as it was on the wire
    assert isinstance(plain, bytes)
    return plain


def _response_length(wire: http.Response, method: str, body: bytes, said: Said) -> int:
    """As Go's transports have it: readTransfer of HTTP/1, handleResponse of HTTP/2."""
    announced = said.get(b"content-length", b"")
    if method == "HEAD":
        return _number(announced, -1)
    if not wire.data.http_version.startswith(b"HTTP/1"):
        return _number(announced, -1 if body else 0)
    if wire.status_code in (204, 304) or wire.status_code < 200:
        return 0
    chunked = b"chunked" in said.get(b"transfer-encoding", b"").lower()
    return -1 if chunked else _number(announced, -1)


def _status(wire: http.Response) -> str:
    code = wire.status_code
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
