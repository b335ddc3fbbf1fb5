"""A host renamed wherever a cassette names it."""

import re
from collections.abc import Callable
from dataclasses import replace

from mitmvcr.core.model import Headers, Interaction, Request
from mitmvcr.tools.bodies import BodyError, plain, side, with_body

#: What does not stand right before a host, or behind one, or behind a port.
_BEFORE, _BEHIND, _BEHIND_PORT = r"(?<![\w.-])", r"(?![\w-]|\.\w)", r"(?!\d)"
Rename = Callable[[str], str]


def renaming(old: str, new: str) -> Rename:
    """Return a function that renames a host in a text; ``old`` without a port means the
    host at any port, and keeps that."""
    behind = _BEHIND_PORT if ":" in old.rpartition("]")[2] else _BEHIND
    pattern = re.compile(_BEFORE + re.escape(old) + behind, re.IGNORECASE)
    return lambda text: pattern.sub(lambda _: new, text)


def renamed(met: Interaction, rename: Rename, *, bodies: bool = False) -> Interaction:
    """Return an interaction with a host renamed: in its URL, its host, and its headers,
    and with ``bodies`` there too; the same one where nothing changes. Raise
    BodyError."""
    request, response = met.request, met.response
    new = replace(
        met,
        request=replace(
            request,
            url=_in_url(request, rename),
            host=rename(request.host),
            headers=_headers(request.headers, rename),
        ),
        response=replace(response, headers=_headers(response.headers, rename)),
    )
    if bodies:
        new = _in_bodies(new, rename)
    return met if new == met else new


def _in_url(request: Request, rename: Rename) -> str:
    scheme, mark, rest = request.url.partition("://")
    if not mark:
        return request.url
    cut = min((at for at in map(rest.find, "/?#") if at >= 0), default=len(rest))
    return scheme + mark + rename(rest[:cut]) + rest[cut:]


def _headers(headers: Headers, rename: Rename) -> Headers:
    return {
        name: values if (new := [*map(rename, values)]) == [*values] else new
        for name, values in headers.items()
    }


def _in_bodies(met: Interaction, rename: Rename) -> Interaction:
    for of_request in (True, False):
        message = side(met, of_request=of_request)
        try:
            text = plain(message).decode("utf-8", "surrogateescape")
        except BodyError:
            continue  # nobody can read it
        body = rename(text).encode("utf-8", "surrogateescape")
        met = with_body(met, body, of_request=of_request)
    return met
