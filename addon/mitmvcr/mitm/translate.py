"""mitmproxy's flows as go-vcr would have recorded them, and back.

go-vcr sits above Go's transport and a proxy below it; what the transport adds and
takes away is undone here, so that go-vcr's own matcher accepts the cassette. The
rules were measured with Go 1.27 and go-vcr v4.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urljoin

from mitmproxy import http
from mitmproxy.net import encoding

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

    ``decodes``: the client's stack asked for a compressed body by default, so
    the recorded body is the decoded one.
    """

    request: Request
    decodes: bool


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
        url=_url(wire),
        proto="HTTP/1.1",
        proto_major=1,
        proto_minor=1,
        content_length=_number(wire.headers.get("content-length", ""), 0),
        trailer=_trailers(wire.trailers),
        host=wire.authority or wire.host_header or "",
        body=body,
        form=_form(wire, body),
        headers=_request_headers(wire, codings),
    )
    return Asked(request, _accepted(codings) != [] and wire.method != "HEAD")


def _url(wire: http.Request) -> str:
    """As Go writes it; mitmproxy's own ``url`` leaves IPv6 without its brackets."""
    data = wire.data
    scheme, host, path = _text(data.scheme), data.host, _text(data.path)
    if ":" in host:
        host = f"[{host}]"
    if data.port != _DEFAULT_PORTS.get(scheme):
        host = f"{host}:{data.port}"
    return f"{scheme}://{host}{path if path[:1] == '/' else '/' + path}"


def _request_headers(wire: http.Request, codings: str) -> Headers:
    over_h1 = wire.http_version.startswith("HTTP/1")
    fields = wire.headers.fields
    headers = _group(fields, spell=not over_h1, drop=_NOT_REQUEST_HEADERS)
    if len(headers.get("Cookie", ())) > 1 and not over_h1:
        headers["Cookie"] = ["; ".join(headers["Cookie"])]  # h2 may split them
    if _is_added_by_go(wire, codings):
        _undo_go_defaults(headers)
    return headers


def _is_added_by_go(wire: http.Request, codings: str) -> bool:
    """Go's transport asks for gzip by itself, but not for HEAD and ranges."""
    return codings == "gzip" and wire.method != "HEAD" and "range" not in wire.headers


def _undo_go_defaults(headers: dict[str, list[str]]) -> None:
    """Without Go's own Accept-Encoding and User-Agent; where no User-Agent was sent
    the program had set an empty one, or else Go would have sent its own."""
    names = {name.lower(): name for name in headers}
    del headers[names["accept-encoding"]]
    agent = names.get("user-agent")
    if agent is None:
        headers["User-Agent"] = [""]
    elif headers[agent][0].startswith("Go-http-client/"):
        del headers[agent]


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
    over_h1 = wire.http_version.startswith("HTTP/1")
    headers = _group(wire.headers.fields, spell=not over_h1, drop=_NOT_RESPONSE_HEADERS)
    plain = _decoded(wire, body) if asked.decodes else None
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
        transfer_encoding=("chunked",) if chunked and plain is None else (),
        trailer=_trailers(wire.trailers),
        content_length=length if plain is None else -1,
        uncompressed=plain is not None,
        body=body if plain is None else plain,
        headers=headers,
        status=_status(wire, over_h1),
        code=wire.status_code,
        duration=duration,
    )


def _decoded(wire: http.Response, body: bytes) -> bytes | None:
    """The body without its content coding, or None where it has none to undo."""
    coding = wire.headers.get("content-encoding", "").strip().lower()
    if not body or coding not in _CODINGS or wire.status_code == 206:
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
    if wire.status_code in (204, 304) or wire.status_code < 200:
        return 0
    if chunked:
        return -1
    over_h1 = wire.http_version.startswith("HTTP/1")
    absent = -1 if over_h1 or body or method == "HEAD" else 0
    return _number(wire.headers.get("content-length", ""), absent)


def _status(wire: http.Response, over_h1: bool) -> str:
    code = wire.status_code
    if over_h1:
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
    body = recorded.body
    if _has_no_body(live.method, recorded.code):
        body = b""
        fields += _recorded_length(recorded)
    else:
        if recorded.uncompressed:
            body = _encoded(body, live, fields)
        fields.append((b"Content-Length", b"%d" % len(body)))
    trailers = recorded.trailer if live.http_version == "HTTP/2.0" else {}
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
    them. They are known by an earlier redirect to this URL that the Referer names.
    """

    _KEPT = 1000

    def __init__(self) -> None:
        self._expected: dict[tuple[str, str], None] = {}

    def note(self, asked: Request, wire: http.Response) -> None:
        location = wire.headers.get("location")
        if location is None or wire.status_code not in (301, 302, 303, 307, 308):
            return
        target = urljoin(asked.url, location)
        self._expected[asked.url, target.partition("#")[0]] = None
        if len(self._expected) > self._KEPT:
            del self._expected[next(iter(self._expected))]

    def restate(self, asked: Asked, wire: http.Request) -> Asked:
        """The follow-up as go-vcr records it; any other request as it is."""
        referer = wire.headers.get("referer")
        if referer is None or (referer, asked.request.url) not in self._expected:
            return asked
        request = replace(
            asked.request, proto="", proto_major=0, proto_minor=0, host=""
        )
        return replace(asked, request=request)
