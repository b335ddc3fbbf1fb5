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
from mitmvcr.core.memo import Memo
from mitmvcr.core.model import Headers, Request, Response
from mitmvcr.mitm.golang import STATUS_TEXT, canonical

#: Headers of nearly every request in which there is no secret.
_NO_SECRETS = frozenset(
    b"host accept accept-encoding accept-language user-agent connection content-length"
    b" proxy-connection cache-control".split()
)
Fields = Iterable[tuple[bytes, bytes]]
#: Name in lower case -> value.
Said = Mapping[bytes, bytes]

#: Meant for a proxy. mitmproxy sends them on to the origin on plain http.
_PROXY_HEADERS = frozenset({b"proxy-authorization", b"proxy-connection"})
#: Go keeps these out of Request.Header; they are fields of their own, or a proxy's.
_NOT_REQUEST_HEADERS = frozenset(
    {
        b"host",
        b"content-length",
        b"transfer-encoding",
        b"trailer",
        *_PROXY_HEADERS,
    }
)
_CHUNKED = ("chunked",)
#: Go's transport takes these out of Response.Header, the last where it says ``close``.
_FRAMING = frozenset({"Trailer", "Transfer-Encoding", "Connection"})
_DEFAULT_PORTS = {"http": 80, "https": 443}
_FORM_METHODS = frozenset({b"POST", b"PUT", b"PATCH"})
_FORM = b"application/x-www-form-urlencoded"
#: As Go's readTransfer has it, whatever was announced.
_NO_BODY = frozenset({204, 304, *range(100, 200)})
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


@dataclass(slots=True)
class Asked:
    """A live request: as it is recorded, and what the record leaves out.

    ``decodes``: the content codings that the client's stack undoes by itself, so
    that a body in one of them is recorded as the program gets it. ``to_proxy``: some
    headers are meant for a proxy, and no origin is to see them.
    """

    request: Request
    decodes: tuple[str, ...]
    to_proxy: bool = False


def to_lookup(wire: http.Request) -> Request:
    """Only what the default matcher looks up by, and what may hold a secret that is
    met elsewhere too: a replay costs no more than this."""
    data = wire.data
    origin, _ = _place[data.scheme, data.host, data.port, b""]
    path = _text(data.path)
    return Request(
        method=_text(data.method),
        url=origin + path if path[:1] == "/" else f"{origin}/{path}",
        body=data.content or b"",
        headers=_lookup_headers[data.headers.fields],
    )


def _of_a_lookup(fields: tuple[tuple[bytes, bytes], ...]) -> Headers:
    """The body's type and coding too."""
    return {
        _text(name).title(): (_text(value),)
        for name, value in fields
        if name.lower() not in _NO_SECRETS
    }


_lookup_headers = Memo(_of_a_lookup, 256)


@dataclass(frozen=True, slots=True)
class _Said:
    """What the headers of a request come to, which a client says again and again:
    ``headers`` as recorded, the codings that are undone, and what stands in fields of
    its own."""

    method: str
    headers: Headers
    undone: tuple[str, ...]
    host: bytes
    length: int
    has_form: bool
    to_proxy: bool


def _understand(key: tuple[bytes, bytes, tuple[tuple[bytes, bytes], ...]]) -> _Said:
    method, version, fields = key
    named = _values(fields)
    over_h1, head = version.startswith(b"HTTP/1"), method == b"HEAD"
    kind = named.get(b"content-type", b"").partition(b";")[0].strip().lower()
    return _Said(
        method=_text(method),
        headers=_request_headers(fields, named, over_h1=over_h1, head=head),
        undone=_undone(named, head=head),
        host=named.get(b"host", b""),
        length=_number(named.get(b"content-length", b""), 0),
        has_form=method in _FORM_METHODS and kind == _FORM,
        to_proxy=not _PROXY_HEADERS.isdisjoint(named),
    )


#: By method, protocol and header fields.
_said = Memo(_understand, 256)


def to_request(wire: http.Request) -> Asked:
    """The request as go-vcr records it."""
    data = wire.data
    said = _said[data.method, data.http_version, data.headers.fields]
    # Byte for byte: mitmproxy's own ``authority`` undoes punycode.
    origin, host = _place[
        data.scheme, data.host, data.port, data.authority or said.host
    ]
    path, body = _text(data.path), data.content or b""
    if said.has_form and body:
        form = _form(f"{_text(body)}&{_query(path)}")
    else:
        form = _query_form[_query(path)] if "?" in path else {}
    request = Request(
        said.method,
        origin + path if path[:1] == "/" else f"{origin}/{path}",
        "HTTP/1.1",
        1,
        1,
        content_length=said.length,
        trailer=_trailers(data.trailers) if data.trailers else {},
        host=host,
        body=body,
        form=form,
        headers=said.headers,
    )
    return Asked(request, said.undone, said.to_proxy)


def drop_proxy_headers(wire: http.Request) -> None:
    """Take out what is meant for a proxy, as it is on plain http."""
    if wire.data.scheme != b"http":
        return
    for name in _PROXY_HEADERS:
        wire.headers.pop(name.decode(), None)


def _find(key: tuple[bytes, str, int, bytes]) -> tuple[str, str]:
    """Scheme and host as in a URL, and the Host that the program sent.

    The former as the program wrote them (its case, a default port) where that names
    the host that is connected to. mitmproxy's own ``url`` leaves IPv6 without its
    brackets, and a name that is not ASCII without punycode.
    """
    scheme, connected, port, said = _text(key[0]), key[1], key[2], _text(key[3])
    address = connected
    if ":" in address:
        address = f"[{address}]"
    elif not address.isascii():
        with suppress(UnicodeError):
            address = address.encode("idna").decode()
    if port != _DEFAULT_PORTS.get(scheme):
        address = f"{address}:{port}"
    origin, written = f"{scheme}://{address}", f"{scheme}://{said}"
    same = url_key(f"{written}/") == url_key(f"{origin}/")
    return written if same else origin, said


#: By scheme, host and port that are connected to, and the Host that was sent.
_place = Memo(_find, 1024)


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


def _query(path: str) -> str:
    return path.partition("?")[2].partition("#")[0]


def _form(text: str) -> Headers:
    """Go's Request.Form: the values of a form in the body, then those of the query."""
    form: dict[str, list[str]] = {}
    for pair in text.split("&"):
        if not pair:
            continue
        if "%" in pair or "+" in pair:
            (name, value), *_ = parse_qsl(
                pair, keep_blank_values=True, errors="surrogateescape"
            )
        else:
            name, _, value = pair.partition("=")
        form.setdefault(name, []).append(value)
    return form


_query_form = Memo(_form, 256)


def to_response(
    wire: http.Response, body: bytes, asked: Asked, *, duration: int
) -> Response:
    """The response as go-vcr records it. ``body`` as it was on the wire; ``duration``
    in nanoseconds."""
    data = wire.data
    headers: dict[str, list[str]] = {}
    for name, value in data.headers.fields:
        spelled, text = _spelled[name], value.decode("utf-8", "surrogateescape")
        if spelled in headers:
            headers[spelled].append(text)
        else:
            headers[spelled] = [text]
    chunked = False
    if not _FRAMING.isdisjoint(headers):
        chunked = _take_framing(headers)
    proto, major, minor, status = _started[
        data.http_version, data.status_code, data.reason
    ]
    length = (
        _announced(headers["Content-Length"]) if "Content-Length" in headers else -1
    )
    if asked.request.method != "HEAD":
        if major != 1:
            length = 0 if length < 0 and not body else length
        elif data.status_code in _NO_BODY:
            length = 0
        elif chunked:
            length = -1
    plain = None
    if "Content-Encoding" in headers and body:
        plain = _decoded(data.status_code, body, headers, asked.decodes)
        if plain is not None:
            del headers["Content-Encoding"]
            headers.pop("Content-Length", None)
            length = -1
    return Response(
        proto,
        major,
        minor,
        transfer_encoding=_CHUNKED if chunked else (),
        trailer=_trailers(data.trailers) if data.trailers else {},
        content_length=length,
        uncompressed=plain is not None,
        body=body if plain is None else plain,
        headers=headers,
        status=status,
        code=data.status_code,
        duration=duration,
    )


def _spell(name: bytes) -> str:
    return _text(canonical(name))


_spelled = Memo(_spell, 4096)


def _take_framing(headers: dict[str, list[str]]) -> bool:
    """Take out what Go's transport takes out; whether the body came in chunks."""
    headers.pop("Trailer", None)
    kept = [v for v in headers.pop("Connection", ()) if v.lower() != "close"]
    if kept:
        headers["Connection"] = kept
    return "chunked" in ",".join(headers.pop("Transfer-Encoding", ())).lower()


def _start_line(key: tuple[bytes, int, bytes]) -> tuple[str, int, int, str]:
    """Proto, its numbers, and the status, for which HTTP/2 has no words."""
    version, code, reason = key
    major, _, minor = version.removeprefix(b"HTTP/").partition(b".")
    if not minor:  # mitmproxy's HTTP/3, as Go names it
        version += b".0"
    words = _text(reason) if major == b"1" else STATUS_TEXT.get(code, "")
    proto = _text(version), _number(major, 0), _number(minor, 0)
    return (*proto, f"{code} {words}")


#: By version, code and reason.
_started = Memo(_start_line, 256)


def _decoded(
    code: int, body: bytes, headers: Mapping[str, list[str]], undone: tuple[str, ...]
) -> bytes | None:
    """The body without its content coding, or None where it has none to undo."""
    coding = ", ".join(headers["Content-Encoding"]).strip().lower()
    if coding not in undone or code == 206:
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


def _announced(values: list[str]) -> int:
    text = values[0]
    return int(text) if text.isdigit() and text.isascii() else -1


def _trailers(trailers: http.Headers) -> Headers:
    return _group(trailers.fields, spell=True)


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
