"""What makes two requests the same, as hashable keys: equal keys match.

Nothing here raises, whatever the bytes: a request that cannot be understood is
compared as it stands.
"""

import json
import re
from contextlib import suppress
from functools import lru_cache
from hashlib import blake2b
from typing import NoReturn

from mitmvcr.core.model import Headers, Request

_URL = re.compile(r"([^:/?#]+)://([^/?#]*)([^?#]*)(\??[^#]*)")
#: Which kind a secret was depends on where it was met first: any stands for any.
_PLACEHOLDER = re.compile(r"\[REDACTED:[\w.-]{1,60}\]")
_PLACEHOLDER_BYTES = re.compile(_PLACEHOLDER.pattern.encode())
_DEFAULT_PORT = {"http": ":80", "https": ":443"}
#: Longer bodies are kept as a digest, so that a deck does not hold them twice.
_DIGEST_FROM = 1024
_DIGEST = b"blake2b:"
_STARTS_JSON = re.compile(rb"\s*[{\[]")


def split_url(url: str) -> tuple[str, str, str, str] | None:
    """Scheme, host, path and query, which keeps its question mark.

    Scheme and host are in lower case, a default port, fragment and user are left out
    (they do not travel), an empty path is ``/``. None where there is no host.
    """
    found = _URL.match(url)
    if found is None:
        return None
    scheme, host, path, query = found.groups()
    scheme = scheme.lower()
    host = host[host.rfind("@") + 1 :].lower()
    host = host.removesuffix(_DEFAULT_PORT.get(scheme, ":")).removesuffix(":")
    return scheme, host, path or "/", query


def url_key(url: str) -> str:
    """The URL as :func:`split_url` sees it, in one piece."""
    if "[REDACTED:" in url:
        url = _PLACEHOLDER.sub("[REDACTED]", url)
    # A cassette asks few hosts for many things: all before the path is remembered.
    path = url.find("/", 8)
    origin = _origin(url[:path]) if path > 0 else ""
    if origin and "#" not in url:
        return origin + url[path:]
    parts = split_url(url)
    return url if parts is None else "{}://{}{}{}".format(*parts)


@lru_cache(maxsize=1024)
def _origin(url: str) -> str:
    """Scheme and host of a URL that has nothing else, or an empty string."""
    parts = split_url(url)
    if parts is None or not parts[1] or parts[2:] != ("/", "") or url[-1] in "/?#":
        return ""
    return f"{parts[0]}://{parts[1]}"


def url_host(url: str) -> str:
    """The host name alone, in lower case; empty where there is none."""
    parts = split_url(url)
    if parts is None:
        return ""
    address, bracket, _ = parts[1].rpartition("]")
    return address[1:] if bracket else parts[1].partition(":")[0]


def header(headers: Headers, name: str) -> str:
    """The first value of a header whatever its spelling, else an empty string."""
    if name in headers:
        return next(iter(headers[name]), "")
    wanted = name.lower()
    for spelled, values in headers.items():
        if spelled.lower() == wanted:
            return next(iter(values), "")
    return ""


def _number(text: str) -> float | int:
    """JSON has one kind of number: 1.0 is 1."""
    value = float(text)
    if abs(value) == float("inf"):
        raise ValueError("no float holds it")
    if value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_decoder = json.JSONDecoder(parse_float=_number, parse_constant=_refuse)
_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def parse_json(body: bytes, content_type: str) -> object:
    """The JSON value of a body that is JSON, by its type or by how it starts.

    Raises ValueError where it is not.
    """
    if not _STARTS_JSON.match(body) and "json" not in content_type.lower():
        raise ValueError("not JSON")
    try:
        return _decoder.decode(body.decode("utf-8-sig"))
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def body_key(body: bytes, content_type: str) -> bytes:
    """JSON as JSON (key order, spacing and escapes do not count), else the bytes."""
    if not body:
        return body
    if b"[REDACTED:" in body:
        body = _PLACEHOLDER_BYTES.sub(b"[REDACTED]", body)
    with suppress(ValueError, RecursionError):
        body = _encoder.encode(parse_json(body, content_type)).encode()
    if len(body) < _DIGEST_FROM and not body.startswith(_DIGEST):
        return body
    return _DIGEST + blake2b(body, digest_size=32).digest()


def request_key(request: Request) -> tuple[str, bytes]:
    """Method and body; the URL is the bucket that the deck looks in."""
    content_type = header(request.headers, "Content-Type") if request.body else ""
    return request.method, body_key(request.body, content_type)
