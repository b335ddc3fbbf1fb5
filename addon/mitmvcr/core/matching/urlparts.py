"""The keys of a URL's parts."""

from collections.abc import Callable, Hashable, Sequence
from urllib.parse import parse_qsl, unquote_plus

from mitmvcr.core.matching.ignoring import Names
from mitmvcr.core.matching.urls import split_port, split_url, url_key

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
