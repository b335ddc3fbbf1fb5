"""URLs, headers and JSON as they are compared: equal keys match.

Nothing here raises, whatever the bytes, except where a docstring says so: what cannot
be understood is compared as it stands.
"""

import codecs
import json
import re
from contextlib import suppress
from functools import lru_cache
from typing import NoReturn
from urllib.parse import unquote

from mitmvcr.core.model import Headers

_URL = re.compile(r"([^:/?#]+)://([^/?#]*)([^?#]*)(\??[^#]*)")
#: Which kind a secret was depends on where it was met first: any stands for any.
_PLACEHOLDER = re.compile(r"\[REDACTED:[\w.-]{1,60}\]")
_PLACEHOLDER_BYTES = re.compile(_PLACEHOLDER.pattern.encode())
_DEFAULT_PORT = {"http": ":80", "https": ":443"}
# Not behind what may itself be the start of an escape that is broken.
_ESCAPE = re.compile(r"(?<!%)(?<!%[0-9A-Fa-f])%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_STARTS_JSON = re.compile(rb"\s*[{\[]")


def any_placeholder(body: bytes) -> bytes:
    """Return a body with one placeholder for all: see ``_PLACEHOLDER``."""
    if b"[REDACTED:" not in body:
        return body
    return _PLACEHOLDER_BYTES.sub(b"[REDACTED]", body)


def any_placeholder_text(text: str) -> str:
    """Return a text with one placeholder for all."""
    if "[REDACTED:" not in text:
        return text
    return _PLACEHOLDER.sub("[REDACTED]", text)


def split_url(url: str) -> tuple[str, str, str, str] | None:
    """Split a URL into scheme, host with its port, path, and query with its question
    mark.

    Each is spelled in one way (RFC 3986, section 6.2): scheme and host in lower case,
    the host in punycode and without a dot at its end, escapes in upper case and only
    where they are needed, a space in a query as ``%20``. A default port, fragment and
    user are left out (they do not travel), an empty path is ``/``. None where there is
    no host.
    """
    found = _URL.match(url)
    if found is None:
        return None
    scheme, host, path, query = found.groups()
    scheme = scheme.lower()
    host = host[host.rfind("@") + 1 :].lower()
    host = host.removesuffix(_DEFAULT_PORT.get(scheme, ":")).removesuffix(":")
    query = query.replace("+", "%20")
    return scheme, _host(host), _spelled(path) or "/", _spelled(query)


def _host(host: str) -> str:
    name, colon, port = split_port(host)
    if "%" in name and name[:1] != "[":  # as Go writes what is not ASCII
        name = unquote(name, errors="surrogateescape").lower()
    if not name.isascii():
        with suppress(UnicodeError):
            name = name.encode("idna").decode()
    return name.removesuffix(".") + colon + port


def split_port(host: str) -> tuple[str, str, str]:
    """Split a host into name, colon and port; the last two are empty where no port is
    written."""
    name, colon, port = host.rpartition(":")
    if colon and "]" not in port:
        return name, colon, port
    return host, "", ""


def _spelled(text: str) -> str:
    if "%" in text:
        text = _ESCAPE.sub(_escape, text)
    return text if text.isascii() else _NOT_ASCII.sub(_escaped, text)


def _escape(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if _UNRESERVED.match(character) else found[0].upper()


def _escaped(found: re.Match[str]) -> str:
    try:
        raw = found[0].encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return found[0]
    return "".join(f"%{byte:02X}" for byte in raw)


def url_key(url: str) -> str:
    """Return the URL as :func:`split_url` sees it, in one piece."""
    url = any_placeholder_text(url)
    # A cassette asks few hosts for many things: all before the path is remembered.
    path = url.find("/", 8)
    origin = _origin(url[:path]) if path > 0 else ""
    if origin and "%" not in url and "+" not in url and "#" not in url:
        if url.isascii():
            return origin + url[path:]
        return origin + _spelled(url[path:])
    parts = split_url(url)
    return url if parts is None else "{}://{}{}{}".format(*parts)


@lru_cache(maxsize=1024)
def _origin(url: str) -> str:
    """Return scheme and host of a URL that has nothing else, or an empty string."""
    parts = split_url(url)
    if parts is None or not parts[1] or parts[2:] != ("/", "") or url[-1] in "/?#":
        return ""
    return f"{parts[0]}://{parts[1]}"


def url_host(url: str) -> str:
    """Return the host name alone, in lower case; empty where there is none."""
    parts = split_url(url)
    if parts is None:
        return ""
    name = split_port(parts[1])[0]
    return name[1:-1] if name.endswith("]") else name


def header(headers: Headers, name: str) -> str:
    """Return the first value of a header whatever its spelling, else an empty text."""
    if name in headers:
        return next(iter(headers[name]), "")
    wanted = name.lower()
    for spelled, values in headers.items():
        if spelled.lower() == wanted:
            return next(iter(values), "")
    return ""


def _number(text: str) -> float | int:
    """Read a number as the one kind that JSON has: 1.0 is 1."""
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
    """Return the JSON value of a body that is JSON, by its type or by how it starts.

    Raise ValueError where it is not.
    """
    media = content_type.lower()
    if not _STARTS_JSON.match(body) and "json" not in media:
        raise ValueError("not JSON")
    try:
        return _decoder.decode(_json_text(body, media))
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def json_bytes(value: object) -> bytes:
    """Return one spelling of a JSON value. Raise ValueError where it is nested too
    deep."""
    try:
        return _encoder.encode(value).encode()
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def _json_text(body: bytes, media: str) -> str:
    if "charset" in media:
        return body.decode(charset(media)).removeprefix("\ufeff")
    # UTF-16 and -32 are known by where their zeros stand.
    zeros = b"\0" in body[:4]
    return body.decode(json.detect_encoding(body) if zeros else "utf-8-sig")


# Some codecs that Python knows take their time, or are no character sets.
_CHARSETS = re.compile(r"(?:utf|iso|latin|windows|cp125|us-ascii)[\w-]*", re.ASCII)


@lru_cache(maxsize=64)
def charset(media: str) -> str:
    """Return Python's name for the charset parameter of a media type, else
    ``utf-8-sig``."""
    name = parameter(media, "charset")
    if _CHARSETS.fullmatch(name):
        with suppress(LookupError):
            found = codecs.lookup(name).name
            return "utf-8-sig" if found == "utf-8" else found
    return "utf-8-sig"


_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))')


def parameter(media: str, name: str) -> str:
    """Return a parameter of a media type, whatever the case of its name; else empty."""
    for spelled, quoted, plain in _PARAMETER.findall(media):
        if spelled.lower() == name:
            return re.sub(r"\\(.)", r"\1", quoted) or plain
    return ""
