"""What makes two requests the same, as hashable keys: equal keys match."""

import json
import re
from hashlib import blake2b
from urllib.parse import urlsplit

from mitmvcr.core.model import Headers, Request

_URL = re.compile(r"(?P<scheme>[^:/?#]+)://(?P<authority>[^/?#]*)(?P<rest>[^#]*)", re.S)
_DEFAULT_PORT = {"http": ":80", "https": ":443"}
#: Longer bodies are kept as a digest, so that a deck does not hold them twice.
_DIGEST_FROM = 1024
#: As deep as no real API nests; deeper is compared as bytes.
_TOO_DEEP = (RecursionError, ValueError)


def url_key(url: str) -> str:
    """The URL with scheme and host in lower case, without a default port or a
    fragment (which never travels), and with ``/`` for an empty path."""
    found = _URL.match(url)
    if found is None:
        return url
    scheme, authority, rest = found.groups()
    scheme = scheme.lower()
    authority = authority.lower().removesuffix(_DEFAULT_PORT.get(scheme, "\0"))
    if rest[:1] != "/":
        rest = "/" + rest
    return f"{scheme}://{authority}{rest}"


def url_host(url: str) -> str:
    """The host name alone, in lower case; empty where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def header(headers: Headers, name: str) -> str:
    """The first value of a header whatever its spelling, else an empty string."""
    if name in headers:
        return next(iter(headers[name]), "")
    wanted = name.lower()
    for spelled, values in headers.items():
        if spelled.lower() == wanted:
            return next(iter(values), "")
    return ""


def _number(text: str) -> float | int | str:
    """JSON has one kind of number: 1.0 is 1. What no float holds stays text."""
    value = float(text)
    if value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value if abs(value) != float("inf") else "number " + text


def parse_json(body: bytes, content_type: str) -> object:
    """The JSON value of a body that is JSON, by its type or by how it starts.

    Raises ValueError where it is not.
    """
    if body.lstrip()[:1] not in (b"{", b"[") and "json" not in content_type.lower():
        raise ValueError("not JSON")
    try:
        return json.loads(body, parse_float=_number)
    except _TOO_DEEP as error:
        raise ValueError("not JSON") from error


def body_key(body: bytes, content_type: str) -> bytes:
    """JSON as JSON (key order, spacing and escapes do not count), else the bytes."""
    if not body:
        return body
    try:
        value = parse_json(body, content_type)
        text = json.dumps(value, sort_keys=True, separators=(",", ":"))
        body = text.encode()
    except _TOO_DEEP:
        pass
    if len(body) < _DIGEST_FROM:
        return body
    return b"blake2b:" + blake2b(body, digest_size=32).digest()


def request_key(request: Request) -> tuple[str, bytes]:
    """Method and body; the URL is the bucket that the deck looks in."""
    content_type = header(request.headers, "Content-Type") if request.body else ""
    return request.method, body_key(request.body, content_type)
