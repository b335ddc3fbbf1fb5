"""Request headers, as they tell equal interactions apart."""

import re
from collections.abc import Mapping, Sequence
from itertools import compress
from operator import ne

from mitmvcr.core.matching import split_url
from mitmvcr.core.media import without_boundary
from mitmvcr.core.model import Headers, Request
from mitmvcr.core.placeholders import any_placeholder_text
from mitmvcr.core.urls import url_parts

#: Name in lower case -> values, in one text.
Fields = Mapping[str, str]

#: What a client, a proxy or a connection adds by itself: a cassette that one language's
#: client made replays to another's.
NEVER = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "forwarded",
        "grpc-accept-encoding",
        "host",
        "http2-settings",
        "keep-alive",
        "origin",
        "priority",
        "proxy-authorization",
        "proxy-connection",
        "sec-websocket-extensions",
        "sec-websocket-key",
        "sec-websocket-version",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "via",
        "x-forwarded-for",
    }
)
#: How long a client will wait, to the millisecond as its clock has it: two of the same
#: program agree in it by chance.
TIMEOUTS = frozenset({"connect-timeout-ms", "grpc-timeout", "x-server-timeout"})

#: A host that is asked for at another's address: a virtual one.
HOST = "host"
#: What of a URL reaches its origin, as it is spelled; no header has such a name.
TARGET = ":target"
#: Before the name of what came behind the body; no header has such a name.
_TRAILER = "trailer:"
_BLANKS = re.compile(r"[ \t]+")
_COMMA = re.compile(r"[ \t]*,[ \t]*")
_MOST, _FEW = 512, 8
_known: dict[int, tuple[Headers, Fields]] = {}
_Values = tuple[tuple[str, ...], ...]
#: By their names, the values of the last that had those: a hook may change headers in
#: place.
_alike: dict[tuple[str, ...], tuple[_Values, Fields]] = {}


def fields(headers: Headers) -> Fields:
    """Return the headers that may tell requests apart, remembered by the object: most
    clients and most cassettes repeat theirs."""
    known = _known.get(id(headers))
    if known is not None and known[0] is headers:
        return known[1]
    names, values = tuple(headers), tuple(map(tuple, headers.values()))
    like = _alike.get(names)
    found = _changed(names, values, *like) if like is not None else None
    if found is None:
        found = _found(headers)
    if len(_known) >= _MOST:
        _known.clear()
        _alike.clear()
    _known[id(headers)] = headers, found
    _alike[names] = values, found
    return found


def all_fields(request: Request) -> Fields:
    """Return the headers that may tell requests apart, the host where it is not that
    of the URL, and the trailers."""
    found, host = fields(request.headers), other_host(request)
    if request.trailer:
        behind = fields(request.trailer).items()
        found = {**found, **{_TRAILER + name: value for name, value in behind}}
    return {**found, HOST: host} if host else found


def target(request: Request) -> str:
    """Return what of the URL reaches its origin, as it is spelled: to some a ``+`` in
    a query is no space."""
    parts = url_parts(request.url)
    return (parts.path or "/") + parts.query if parts else request.url


def other_host(request: Request) -> str:
    """Return the host that a request names in place of its URL's, else an empty
    text."""
    host, url = request.host, request.url
    if not host or f"//{host}/" in url:
        return ""
    of_url = split_url(url)
    named = of_url and split_url(f"{of_url[0]}://{host}/")
    return named[1] if named and of_url and named[1] != of_url[1] else ""


def names_own_host(request: Request) -> bool:
    """Return whether a request says that its host is its URL's: go-vcr and some hooks
    leave it empty."""
    return bool(request.host) and not other_host(request)


def _found(headers: Headers) -> Fields:
    found: dict[str, str] = {}
    for spelled, values in headers.items():
        name = spelled.lower()
        if name not in NEVER:
            text = _text(name, values)
            found[name] = f"{found[name]},{text}" if name in found else text
    return found


def _text(name: str, values: Sequence[str]) -> str:
    if name == "cookie":
        return _cookies(values)
    text = ",".join(map(spelled_once, values))
    # Clients write it with quotes and without.
    return text.strip('"') if name == "soapaction" else text


def _cookies(values: Sequence[str]) -> str:
    """Return cookies by their names: clients send them in any order and, over HTTP/2,
    one by one (RFC 9113, 8.2.3)."""
    pieces = (
        (name.strip(), mark, spelled_once(value))
        for name, mark, value in (
            each.partition("=") for text in values for each in text.split(";")
        )
        if name.strip() or mark
    )
    in_order = sorted(pieces, key=lambda piece: piece[0])
    return ";".join("".join(each) for each in in_order)


def _changed(
    names: tuple[str, ...], values: _Values, others: _Values, known: Fields
) -> Fields | None:
    """Return what is known of other headers of the same names, with what differs; None
    where that is not quicker: a client has few headers that vary."""
    differ = [*compress(zip(names, values, strict=True), map(ne, values, others))]
    if len(differ) > _FEW or len(set(map(str.lower, names))) < len(names):
        return None
    found = dict(known)
    for spelled, own in differ:
        name = spelled.lower()
        if name not in NEVER:
            found[name] = _text(name, own)
    return found


def spelled_once(value: str) -> str:
    """Return a header's value in one spelling of its blanks."""
    value = any_placeholder_text(without_boundary(value)).strip()
    if "," in value:
        value = _COMMA.sub(",", value)
    return _BLANKS.sub(" ", value) if " " in value or "\t" in value else value
