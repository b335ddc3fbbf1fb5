"""URLs as they are compared, whole and part by part: equal keys match.

Nothing here raises, whatever the bytes, except where a docstring says so: what cannot
be understood is compared as it stands.
"""

import re
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from functools import lru_cache
from unicodedata import normalize
from urllib.parse import parse_qsl, quote, unquote, unquote_plus

from mitmvcr.core.bodies import text_spelling
from mitmvcr.core.matching.ignoring import Names
from mitmvcr.core.placeholders import any_placeholder_text
from mitmvcr.core.urls import url_parts

_DEFAULT_PORT = {"http": ":80", "https": ":443"}
# Not behind what may itself be the start of an escape that is broken.
_ESCAPE = re.compile(r"(?<!%)(?<!%[0-9A-Fa-f])%([0-9A-Fa-f]{2})")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
#: A URL as most are written, which is in one spelling as it stands.
_AS_IT_IS = re.compile(
    r"""https?://[a-z0-9-]++(?:\.[a-z0-9-]++)*+(?::(?!(?:80|443)/)[0-9]++)?+"""
    r"""/[!"$&-*,-Z\\-z|-~]*+"""
).fullmatch
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_OWN = re.compile("[ßς]")
#: A parameter that may be JSON or GraphQL.
_OPENING = re.compile(r"[{\[]|%[57]B", re.IGNORECASE)


@lru_cache(maxsize=16)  # several look at a request's URL
def split_url(url: str) -> tuple[str, str, str, str] | None:
    """Split a URL into scheme, host with its port, path, and query with its question
    mark.

    Each is spelled in one way (RFC 3986, section 6.2): scheme and host in lower case,
    the host in punycode and without a dot at its end, escapes in upper case and only
    where they are needed, a space in a query as ``%20``. A default port, fragment and
    user are left out (they do not travel), an empty path is ``/``. None where there is
    no host.
    """
    parts = url_parts(url)
    if parts is None:
        return None
    scheme, host = parts.scheme.lower(), parts.host.lower()
    host = host.removesuffix(_DEFAULT_PORT.get(scheme, ":")).removesuffix(":")
    query = parts.query.replace("+", "%20")
    return scheme, _host(host), _spelled(parts.path) or "/", _spelled(query)


def _host(host: str) -> str:
    name, colon, port = split_port(host)
    if "%" in name and name[:1] != "[":  # as Go writes what is not ASCII
        name = unquote(name, errors="surrogateescape").lower()
    if not name.isascii():
        with suppress(UnicodeError):
            name = ".".join(map(_own_label, name.split("."))).encode("idna").decode()
    return name.removesuffix(".") + colon + port


def _own_label(label: str) -> str:
    """Return a label of a host as IDNA 2008 has it where IDNA 2003, which Python knows,
    made another of it: ``ß`` was ``ss``."""
    if label.isascii() or not _OWN.search(label):
        return label
    return "xn--" + normalize("NFC", label).encode("punycode").decode()


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
    if _AS_IT_IS(url):
        return url
    url = any_placeholder_text(url)
    parts = split_url(url)
    if parts is None:
        return url
    scheme, host, rest, query = parts
    return f"{scheme}://{host}{rest}{_without_spelling(query)}"


def _without_spelling(query: str) -> str:
    """Return a query with each parameter that is JSON or GraphQL in one spelling."""
    if not _OPENING.search(query):
        return query
    return "&".join(map(_parameter_key, query.split("&")))


def _parameter_key(piece: str) -> str:
    name, mark, value = piece.partition("=")
    if not _OPENING.search(value):
        return piece
    text = unquote_plus(value, errors="surrogateescape")
    is_query = name.lstrip("?") == "query"
    new = text_spelling(text, may_be_graphql=is_query)
    if new is None:
        return piece
    return name + mark + quote(new, safe="", errors="surrogateescape")


def url_host(url: str) -> str:
    """Return the host name alone, in lower case; empty where there is none."""
    parts = split_url(url)
    if parts is None:
        return ""
    name = split_port(parts[1])[0]
    return name[1:-1] if name.endswith("]") else name


URL_PARTS = ("scheme", "host", "port", "path", "query", "url")
_DEFAULT_PORTS = {"http": "80", "https": "443"}

#: What a URL may start with, and what it then counts as.
BaseUrl = tuple[str, str]
_ToKey = Callable[[str], str]


def url_part(
    part: str, bases: Sequence[BaseUrl], counts: Names, rest: _ToKey | None = None
) -> Callable[[str], Hashable]:
    """Return what computes one of URL_PARTS; ``counts`` are the names in the query,
    ``rest`` leaves out of a path what does not count."""
    mapped = mapped_key(bases)
    if rest is not None:
        mapped = _with_path(mapped, rest)
    if part == "url":
        return _without_some(mapped, counts) if counts.are_some else mapped

    def key(url: str) -> Hashable:
        parts = split_url(mapped(url))
        return ("", url) if parts is None else _piece(part, parts, counts)

    return key


def _piece(part: str, parts: tuple[str, str, str, str], counts: Names) -> Hashable:
    scheme, host, path, query = parts
    if part == "scheme":
        return scheme
    if part == "path":
        return path
    if part == "query":
        return tuple(sorted(counts(query_pairs(query))))
    name, _, port = split_port(host)
    return name if part == "host" else port or _DEFAULT_PORTS.get(scheme, "")


def query_pairs(query: str) -> list[tuple[str, str]]:
    """Return names and values, blank ones too; the query starts with its ``?``."""
    return parse_qsl(query[1:], keep_blank_values=True, errors="surrogateescape")


def mapped_key(bases: Sequence[BaseUrl]) -> _ToKey:
    """Return what computes a URL's key, with the first base URL that it starts with
    replaced."""
    if not bases:
        return url_key
    keys = [(url_key(old).rstrip("/"), url_key(new).rstrip("/")) for old, new in bases]

    def mapped(url: str) -> str:
        key = url_key(url)
        for old, new in keys:
            rest = key[len(old) :]
            if key.startswith(old) and rest[:1] in ("", "/", "?"):
                return url_key(new + rest)
        return key

    return mapped


def _with_path(key: _ToKey, rest: _ToKey) -> _ToKey:
    """Change the path of what ``key`` returns."""

    def changed(url: str) -> str:
        whole = key(url)
        parts = split_url(whole)
        if parts is None:
            return whole
        start, mark, query = whole.partition("?")
        origin = len(start) - len(parts[2])
        return f"{start[:origin]}{rest(start[origin:])}{mark}{query}"

    return changed


def _without_some(key: _ToKey, counts: Names) -> _ToKey:
    """Compare order and spelling of the query too, except for what is ignored."""

    def kept(url: str) -> str:
        start, mark, query = key(url).partition("?")
        pieces = []
        for piece in query.split("&") if mark else ():
            name = unquote_plus(piece.partition("=")[0], errors="surrogateescape")
            if counts.counts(name):
                plain = counts.value_counts(name)
                pieces.append(piece if plain else piece.partition("=")[0])
        return f"{start}?{'&'.join(pieces)}" if pieces else start

    return kept
