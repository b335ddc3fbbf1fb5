"""A live request, as go-vcr would have recorded it."""

from collections.abc import Hashable, Mapping
from contextlib import suppress
from functools import lru_cache
from itertools import compress
from operator import ne
from typing import NamedTuple
from urllib.parse import parse_qsl

from mitmvcr.codings import accepted_codings
from mitmvcr.core.matching import url_key
from mitmvcr.core.media import FORM
from mitmvcr.core.model import Headers, Request
from mitmvcr.view.baggage import without_session
from mitmvcr.view.golang import canonical, group, number, text, trailers
from mitmvcr.view.parts import Fields, RequestParts

#: Name in lower case -> value.
Said = Mapping[bytes, bytes]

#: Meant for a proxy. mitmproxy sends them on to the origin on plain http.
PROXY_HEADERS = frozenset({b"proxy-authorization", b"proxy-connection"})
#: Go keeps these out of Request.Header; they are fields of their own, or a proxy's.
_NOT_REQUEST_HEADERS = frozenset(
    {
        b"host",
        b"content-length",
        b"transfer-encoding",
        b"trailer",
        *PROXY_HEADERS,
    }
)
DEFAULT_PORTS = {"http": 80, "https": 443}
#: This machine, by any of the names that a program has for it.
_HERE = ("localhost", "127.0.0.1", "[::1]")
_FORM_METHODS = frozenset({b"POST", b"PUT", b"PATCH"})
_FORM = FORM.encode()


def _values(fields: Fields) -> dict[bytes, bytes]:
    """Return the values by names in lower case; asking mitmproxy's headers costs 1.5 us
    a name."""
    values: dict[bytes, bytes] = {}
    for name, value in fields:
        lower = name.lower()
        values[lower] = values[lower] + b", " + value if lower in values else value
    return values


class LiveRequest(NamedTuple):
    """A live request: as it is recorded, and what the record leaves out.

    ``decodes``: the content codings that the client's stack undoes by itself, so
    that a body in one of them is recorded as the program gets it. ``to_proxy``: some
    headers are meant for a proxy, and no origin is to see them. ``fields``: the headers
    as sent, without what names a session. ``follows`` a redirect: Go's client makes it
    itself.
    """

    request: Request
    decodes: tuple[str, ...]
    to_proxy: bool = False
    fields: Fields = ()
    follows: bool = False


class _Said(NamedTuple):
    """What follows from the headers of a request, which a client sends again and
    again: ``headers`` as recorded, the codings that are undone, and what stands in
    fields of its own."""

    method: str
    fields: Fields
    headers: Headers
    undone: tuple[str, ...]
    host: bytes
    length: int
    has_form: bool
    to_proxy: bool


#: By method, version and names, what the last request said.
_alike: dict[Hashable, tuple[Fields, _Said]] = {}
_FEW, _MOST_ALIKE = 8, 256
#: What follows from a header of another name is itself alone.
_TELLING = frozenset(
    {
        b"accept-encoding",
        b"baggage",
        b"connection",
        b"content-type",
        b"cookie",
        b"range",
        b"user-agent",
        *_NOT_REQUEST_HEADERS,
    }
)


@lru_cache(maxsize=256)
def _said(method: bytes, version: bytes, fields: Fields) -> _Said:
    """Return what the headers say. Most clients change few of them, such as an id."""
    names, _ = zip(*fields, strict=True) if fields else ((), ())
    shape = method, version, names
    last = _alike.get(shape)
    said = _changed(*last, fields) if last is not None else None
    if said is None:
        said = _read(method, version, fields)
    if len(_alike) >= _MOST_ALIKE:
        _alike.clear()
    _alike[shape] = fields, said
    return said


def _changed(others: Fields, known: _Said, fields: Fields) -> _Said | None:
    """Return what is known of other fields of the same names, with what differs; None
    where more follows from that."""
    differ = [*compress(fields, map(ne, fields, others))]
    if len(differ) > _FEW or known.fields is not others:
        return None
    headers, length = dict(known.headers), known.length
    for name, value in differ:
        lower, spelled = name.lower(), text(name)
        if lower == b"content-length" and _count(fields, lower) == 1:
            length = number(value, 0)
            continue
        if spelled not in headers:
            spelled = text(canonical(name))
        if lower in _TELLING or len(headers.get(spelled, ())) != 1:
            return None
        headers[spelled] = [text(value)]
    return known._replace(fields=fields, headers=headers, length=length)


def _count(fields: Fields, lower: bytes) -> int:
    return sum(name.lower() == lower for name, _ in fields)


def _read(method: bytes, version: bytes, fields: Fields) -> _Said:
    named = _values(fields)
    if b"baggage" in named:
        fields = without_session(fields)
    over_h1, head = version.startswith(b"HTTP/1"), method == b"HEAD"
    kind = named.get(b"content-type", b"").partition(b";")[0].strip().lower()
    return _Said(
        method=text(method),
        fields=fields,
        headers=_request_headers(fields, named, over_h1=over_h1, head=head),
        undone=_undone(named, head=head),
        host=named.get(b"host", b""),
        length=number(named.get(b"content-length", b""), 0),
        has_form=method in _FORM_METHODS and kind == _FORM,
        to_proxy=not PROXY_HEADERS.isdisjoint(named),
    )


def to_request(wire: RequestParts) -> LiveRequest:
    """Return the request as go-vcr records it."""
    said = _said(wire.method, wire.http_version, wire.headers.fields)
    # Byte for byte: mitmproxy's own ``authority`` undoes punycode.
    origin, host = _place(
        wire.scheme, wire.host, wire.port, wire.authority or said.host
    )
    path, body = text(wire.path), wire.content or b""
    if said.has_form and body:
        form = _form(f"{text(body)}&{_query(path)}")
    else:
        form = _query_form(_query(path)) if "?" in path else {}
    request = Request(
        said.method,
        origin + path if path[:1] == "/" else f"{origin}/{path}",
        "HTTP/1.1",
        1,
        1,
        content_length=said.length,
        trailer=trailers(wire.trailers) if wire.trailers else {},
        host=host,
        body=body,
        form=form,
        headers=said.headers,
    )
    return LiveRequest(request, said.undone, said.to_proxy, said.fields)


@lru_cache(maxsize=1024)
def _place(
    scheme_sent: bytes, connected: str, port: int, host: bytes
) -> tuple[str, str]:
    """Return scheme and host as in a URL, and the Host that the program sent.

    The former are as the program wrote them (its case, a default port, localhost for
    127.0.0.1) if that names the host that is connected to. mitmproxy's own ``url``
    leaves IPv6 without its brackets, and a name that is not ASCII without punycode.
    """
    scheme, said, address = text(scheme_sent), text(host), connected
    if ":" in address:
        address = f"[{address}]"
    elif not address.isascii():
        with suppress(UnicodeError):
            address = address.encode("idna").decode()
    names = _HERE if address in _HERE else (address,)
    if port != DEFAULT_PORTS.get(scheme):
        address = f"{address}:{port}"
    origin, written = f"{scheme}://{address}", f"{scheme}://{said}"
    same = {url_key(f"{scheme}://{name}:{port}/") for name in names}
    return written if url_key(f"{written}/") in same else origin, said


def _request_headers(
    fields: Fields, said: Said, *, over_h1: bool, head: bool
) -> Headers:
    headers = group(fields, spell=not over_h1, drop=_NOT_REQUEST_HEADERS)
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
    """Return whether Go's transport asked for gzip, which it does not for HEAD and
    ranges."""
    return said.get(b"accept-encoding") == b"gzip" and _go_adds_gzip(said, head=head)


def _asks_as_go(said: Said, *, head: bool) -> bool:
    """Return whether a request is sent as Go's transport sends it when left alone."""
    codings = said.get(b"accept-encoding", b"")
    return codings == (b"gzip" if _go_adds_gzip(said, head=head) else b"")


def _undone(said: Said, *, head: bool) -> tuple[str, ...]:
    """Return the codings that the client undoes: Go's transport only what it added,
    other stacks all that they accept."""
    if _is_gos_agent(said) and not _is_added_by_go(said, head=head):
        return ()
    return accepted_codings(text(said.get(b"accept-encoding", b"")))


def _query(path: str) -> str:
    return path.partition("?")[2].partition("#")[0]


def _form(text: str) -> Headers:
    """Return Go's Request.Form: the form values of the body, then of the query."""
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


_query_form = lru_cache(maxsize=256)(_form)
