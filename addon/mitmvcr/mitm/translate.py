"""mitmproxy's flows as go-vcr would have recorded them, and back.

go-vcr sits above Go's transport and a proxy below it; what the transport adds and
takes away is undone here, so that go-vcr's own matcher accepts the cassette. The
rules were measured with Go 1.27 and go-vcr v4.
"""

from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote, urljoin

from mitmproxy import http
from mitmproxy.net import encoding

from mitmvcr.core.keys import header, url_key
from mitmvcr.core.model import Headers, Interaction, Request, Response
from mitmvcr.mitm.golang import STATUS_TEXT, canonical

Fields = Iterable[tuple[bytes, bytes]]

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
#: Restated or left out on replay: they describe the recorded connection.
_NOT_REPLAYED = frozenset(
    {
        b"connection",
        b"content-length",
        b"keep-alive",
        b"proxy-connection",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_FORM_METHODS = frozenset({"POST", "PUT", "PATCH"})
#: In the order in which a replay prefers them.
_CODINGS = ("gzip", "br", "zstd", "deflate")


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


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
    codings = wire.headers.get("accept-encoding", "")
    body = wire.raw_content or b""
    request = Request(
        method=wire.method,
        url=_written_url(wire),
        proto="HTTP/1.1",
        proto_major=1,
        proto_minor=1,
        content_length=_number(wire.headers.get("content-length", ""), 0),
        trailer=_trailers(wire.trailers),
        host=_host(wire),
        body=body,
        form=_form(wire, body),
        headers=_request_headers(wire, codings),
    )
    return Asked(request, _undone(wire, codings))


def _host(wire: http.Request) -> str:
    """Byte for byte: mitmproxy's own ``authority`` undoes punycode."""
    return _text(wire.data.authority) or wire.headers.get("host", "")


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


def _written_url(wire: http.Request) -> str:
    """With the host as the program wrote it (its case, a default port) where the
    request names the one that is connected to."""
    url = _url(wire)
    written = f"{wire.scheme}://{_host(wire)}{_path(wire)}"
    return written if url_key(written) == url_key(url) else url


def _request_headers(wire: http.Request, codings: str) -> Headers:
    over_h1 = wire.http_version.startswith("HTTP/1")
    fields = wire.headers.fields
    headers = _group(fields, spell=not over_h1, drop=_NOT_REQUEST_HEADERS)
    if len(headers.get("Cookie", ())) > 1 and not over_h1:
        headers["Cookie"] = ["; ".join(headers["Cookie"])]  # h2 may split them
    names = {name.lower(): name for name in headers}
    if _is_gos_agent(wire):
        del headers[names["user-agent"]]
    elif "user-agent" not in names and _asks_as_go(wire, codings):
        # Go sends its own, but for a program that has set an empty one.
        headers["User-Agent"] = [""]
    if _is_added_by_go(wire, codings):
        del headers[names["accept-encoding"]]
    return headers


def _is_gos_agent(wire: http.Request) -> bool:
    agent: str = wire.headers.get("user-agent", "")
    return agent.startswith("Go-http-client/")


def _go_adds_gzip(wire: http.Request) -> bool:
    return wire.method != "HEAD" and "range" not in wire.headers


def _is_added_by_go(wire: http.Request, codings: str) -> bool:
    """Go's transport asks for gzip by itself, but not for HEAD and ranges."""
    return codings == "gzip" and _go_adds_gzip(wire)


def _asks_as_go(wire: http.Request, codings: str) -> bool:
    """A request is asked for as Go's transport does when left alone."""
    return codings == ("gzip" if _go_adds_gzip(wire) else "")


def _undone(wire: http.Request, codings: str) -> tuple[str, ...]:
    """Go's transport undoes only what it added; other stacks all that they accept."""
    if _is_gos_agent(wire) and not _is_added_by_go(wire, codings):
        return ()
    return tuple(_accepted(codings))


def _form(wire: http.Request, body: bytes) -> Headers:
    """Go's Request.Form: the values of the body, then those of the query."""
    pairs: list[tuple[str, str]] = []
    kind = wire.headers.get("content-type", "").partition(";")[0].strip().lower()
    if wire.method in _FORM_METHODS and kind == "application/x-www-form-urlencoded":
        pairs += _pairs(_text(body))
    pairs += _pairs(wire.path.partition("?")[2].partition("#")[0])
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
    headers = _group(wire.headers.fields, spell=True, drop=_NOT_RESPONSE_HEADERS)
    plain = _decoded(wire, body, asked.decodes)
    if plain is not None:
        gone = ("content-encoding", "content-length")
        headers = {n: v for n, v in headers.items() if n.lower() not in gone}
    chunked = "chunked" in wire.headers.get("transfer-encoding", "").lower()
    length = _response_length(wire, asked.request.method, body, chunked)
    major, _, minor = wire.http_version.removeprefix("HTTP/").partition(".")
    return Response(
        proto=wire.http_version,
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
    wire: http.Response, body: bytes, codings: tuple[str, ...]
) -> bytes | None:
    """The body without its content coding, or None where it has none to undo."""
    coding = wire.headers.get("content-encoding", "").strip().lower()
    if not body or coding not in codings or wire.status_code == 206:
        return None
    try:
        plain = encoding.decode(body, coding)
    except ValueError:
        return None  # not what its header says: kept as it was on the wire
    assert isinstance(plain, bytes)
    return plain


def _response_length(
    wire: http.Response, method: str, body: bytes, chunked: bool
) -> int:
    """As Go's transports have it: readTransfer of HTTP/1, handleResponse of HTTP/2."""
    announced = wire.headers.get("content-length", "")
    if method == "HEAD":
        return _number(announced, -1)
    if not wire.http_version.startswith("HTTP/1"):
        return _number(announced, -1 if body else 0)
    if wire.status_code in (204, 304) or wire.status_code < 200:
        return 0
    return -1 if chunked else _number(announced, -1)


def _status(wire: http.Response) -> str:
    code = wire.status_code
    if wire.http_version.startswith("HTTP/1"):
        return f"{code} {wire.data.reason.decode('utf-8', 'surrogateescape')}"
    return f"{code} {STATUS_TEXT.get(code, '')}"


def _trailers(trailers: http.Headers | None) -> Headers:
    return _group(trailers.fields, spell=True) if trailers else {}


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() else otherwise


def _accepted(codings: str) -> list[str]:
    """The content codings a client accepts, of those that are known here."""
    if not codings:
        return []
    offered = {}
    for item in codings.lower().split(","):
        name, _, parameters = item.partition(";")
        weight = parameters.replace(" ", "").removeprefix("q=")
        offered[name.strip()] = weight.strip("0.") != "" or not parameters
    return [coding for coding in _CODINGS if offered.get(coding)]


def to_wire(interaction: Interaction, live: http.Request) -> http.Response:
    """The recorded response for this live request, ready to be sent.

    It is marked HTTP/1.1, which mitmproxy translates for every client; a length is
    never trusted but restated from the body.
    """
    recorded = interaction.response
    fields = [
        (_bytes(name), _bytes(value))
        for name, values in recorded.headers.items()
        if _bytes(name).lower() not in _NOT_REPLAYED
        for value in values
    ]
    trailers = recorded.trailer if live.http_version == "HTTP/2.0" else {}
    body = recorded.body
    if _has_no_body(live.method, recorded.code):
        body = b""
        fields += _recorded_length(recorded)
    else:
        if recorded.uncompressed:
            body = _encoded(body, live, fields)
        if not trailers:  # with a length, clients do not wait for what comes after
            fields.append((b"Content-Length", b"%d" % len(body)))
    return _make_response(recorded, fields, body, trailers)


def _has_no_body(method: str, code: int) -> bool:
    return method == "HEAD" or code in (204, 304) or code < 200


def _recorded_length(recorded: Response) -> list[tuple[bytes, bytes]]:
    """What a body would have measured: for HEAD and 304 it is the recorded one."""
    if recorded.code == 204 or recorded.code < 200:
        return []
    for name, values in recorded.headers.items():
        if name.lower() == "content-length" and values:
            return [(b"Content-Length", _bytes(values[0]))]
    return []


def _encoded(
    body: bytes, live: http.Request, fields: list[tuple[bytes, bytes]]
) -> bytes:
    """The body in a coding that this client asks for, since the origin sent one."""
    accepted = _accepted(live.headers.get("accept-encoding", ""))
    if not accepted or not body:
        return body
    fields.append((b"Content-Encoding", accepted[0].encode()))
    return encoding.encode(body, accepted[0])


def _make_response(
    recorded: Response,
    fields: list[tuple[bytes, bytes]],
    body: bytes,
    trailers: Headers,
) -> http.Response:
    """Without the checks of ``Response.make``, which cost more than all the rest."""
    data = object.__new__(http.ResponseData)
    data.http_version = b"HTTP/1.1"
    data.status_code = recorded.code
    data.reason = _reason(recorded.status)
    data.headers = http.Headers(fields)
    data.content = body
    data.trailers = None
    if trailers:
        data.trailers = http.Headers(
            [(_bytes(n).lower(), _bytes(v)) for n, vs in trailers.items() for v in vs]
        )
    data.timestamp_start = data.timestamp_end = 0.0  # mitmproxy sets both
    response = object.__new__(http.Response)
    response.data = data
    return response


def _reason(status: str) -> bytes:
    """``200 OK`` -> ``OK``; what would break the status line is left out."""
    return _bytes(status.partition(" ")[2].replace("\r", "").replace("\n", ""))


class Redirects:
    """Tells the requests that Go's http.Client makes itself to follow a redirect.

    go-vcr records those with an empty proto and host, and its matcher compares
    them. They are known by an earlier redirect to this URL and by the Referer that
    Go sends (client.go: refererForURL). Each redirect is followed once.
    """

    _KEPT = 1000

    def __init__(self) -> None:
        self._expected: deque[_Redirect] = deque(maxlen=self._KEPT)

    def note(self, asked: Request, wire: http.Response) -> None:
        location = wire.headers.get("location")
        if location is None or wire.status_code not in (301, 302, 303, 307, 308):
            return
        try:
            target = urljoin(asked.url, _escaped(location))
        except ValueError:
            return  # no URL: Go does not follow it either
        self._expected.append(_Redirect(target, _referers(asked, target)))

    def restate(self, asked: Asked, wire: http.Request) -> Asked:
        """The follow-up as go-vcr records it; any other request as it is."""
        followed = self._take(asked.request)
        if followed is None:
            return asked
        request = asked.request
        # An override of the Host is kept by Go where the Location is relative.
        named = request.url.startswith(f"{wire.scheme}://{request.host}/")
        request = replace(
            request,
            proto="",
            proto_major=0,
            proto_minor=0,
            host="" if named else request.host,
            url=followed.target,
        )
        return replace(asked, request=request)

    def _take(self, request: Request) -> "_Redirect | None":
        if not self._expected:
            return None
        url = url_key(request.url)
        referer = url_key(header(request.headers, "Referer"))
        for redirect in self._expected:
            if url_key(redirect.target) == url and referer in redirect.referers:
                self._expected.remove(redirect)
                return redirect
        return None


@dataclass(frozen=True, slots=True)
class _Redirect:
    """``target`` as Go's URL has it, and the Referers that its follow-up may have."""

    target: str
    referers: frozenset[str]


def _referers(asked: Request, target: str) -> frozenset[str]:
    """The page that was left, or what the program has set on its first request;
    neither is told to http by https unless the program has set it."""
    set_by_program = url_key(header(asked.headers, "Referer"))
    if asked.url.startswith("https:") and target.startswith("http:"):
        return frozenset({"", set_by_program})
    return frozenset({url_key(asked.url), set_by_program} - {""})


def _escaped(location: str) -> str:
    """With its path in ASCII, as Go sends it; the query goes out as it came."""
    path, mark, rest = location.partition("?")
    path = quote(path, safe="!#$%&'()*+,/:;=@[]~", errors="surrogateescape")
    return path + mark + rest
