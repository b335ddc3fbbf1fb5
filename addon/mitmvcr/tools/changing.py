"""Changes to interactions: drop places of JSON, cut long bodies, rename a host
wherever it is named."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from mitmvcr.core.events import ends, stream_kind
from mitmvcr.core.jsonpaths import Finder
from mitmvcr.core.media import is_json
from mitmvcr.core.model import Headers, Interaction, Request, Response, header
from mitmvcr.secrets import digests
from mitmvcr.secrets.containers import Look
from mitmvcr.secrets.messages import Text, Walk
from mitmvcr.secrets.scan import BYTES
from mitmvcr.tools.bodies import BodyError, charset_of, plain, side, with_body, without

#: What a host must not follow, and what must not follow a host or a port.
_BEFORE, _BEHIND, _BEHIND_PORT = r"(?<![\w.-])", r"(?![\w-]|\.\w)", r"(?!\d)"
Rename = Callable[[str], str]
_BREAKS = "is binary, and a host of another length would break it: it stays"
#: Where a text stands that is none of a head.
_IN_BODIES = ("request.body", "request.form", "response.body", "response.websocket")


def renaming(old: str, new: str) -> Rename:
    """Return a function that renames a host in a text; ``old`` without a port means the
    host at any port, and keeps that."""
    behind = _BEHIND_PORT if ":" in old.rpartition("]")[2] else _BEHIND
    pattern = re.compile(_BEFORE + re.escape(old) + behind, re.IGNORECASE)
    return lambda text: pattern.sub(lambda _: new, text)


def renamed(
    met: Interaction, rename: Rename, *, bodies: bool = False
) -> tuple[Interaction, list[str]]:
    """Return an interaction with a host renamed: in its URL, its host, and its headers,
    and with ``bodies`` there too, and in messages; the same one where nothing changes.
    And what could not be done."""
    request, response = met.request, met.response
    new = replace(
        met,
        request=replace(
            request,
            url=_in_url(request, rename),
            host=rename(request.host),
            headers=_headers(request.headers, rename),
            trailer=_headers(request.trailer, rename),
        ),
        response=replace(
            response,
            headers=_headers(response.headers, rename),
            trailer=_headers(response.trailer, rename),
        ),
    )
    problems: list[str] = []
    if bodies:
        inside = Walk(_renaming_in_bodies(rename, problems)).interaction(new)
        new = digests.restated(new, inside)
    return met if new == met else new, problems


def _renaming_in_bodies(rename: Rename, problems: list[str]) -> Callable[[Text], bytes]:
    def visit(text: Text) -> bytes:
        if not text.where.startswith(_IN_BODIES):
            return text.data
        new = rename(text.data.decode(*BYTES)).encode(*BYTES)
        if text.look is Look.FORMS and len(new) != len(text.data):
            problems.append(f"{text.where}: {_BREAKS}")
            return text.data
        return text.data if new == text.data else new

    return visit


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


_DATA = re.compile(rb"(?m)^(data: ?)([^\r\n]+)")
_LINE = re.compile(rb"(?m)^()([^\r\n]+)")


class Trim(NamedTuple):
    """``longest`` is how many bytes of a body stay, None for all; ``drop`` finds what
    goes from bodies of JSON; both of requests too if ``requests`` says so."""

    longest: int | None = None
    drop: Sequence[Finder] = ()
    requests: bool = False


def trimmed(met: Interaction, how: Trim) -> tuple[Interaction, list[str]]:
    """Return an interaction, made smaller, and what could not be done."""
    problems: list[str] = []
    for of_request in (False, True) if how.requests else (False,):
        try:
            met = _trimmed(met, how, of_request)
        except BodyError as error:
            problems.append(f"{_whose(of_request)} body: {error}")
    return met, problems


def _whose(of_request: bool) -> str:
    return "request" if of_request else "response"


def _trimmed(met: Interaction, how: Trim, of_request: bool) -> Interaction:
    message = side(met, of_request=of_request)
    if not message.body:
        return met
    body = plain(message)
    if how.drop:
        body = _dropped(message, body, how.drop)
    if how.longest is not None and len(body) > how.longest:
        body = body[: _end(message, body, how.longest)]
    return with_body(met, body, of_request=of_request)


def _dropped(
    message: Request | Response, body: bytes, finders: Sequence[Finder]
) -> bytes:
    """Return a body without what the finders select in its JSON, or in that of its
    events or lines. What is not JSON stays."""
    kind = stream_kind(header(message.headers, "Content-Type"))
    if kind in ("events", "lines"):
        pattern = _DATA if kind == "events" else _LINE
        return pattern.sub(lambda it: it[1] + _of_json(it[2], "utf-8", finders), body)
    return _of_json(body, charset_of(message, body), finders)


def _of_json(body: bytes, coding: str, finders: Sequence[Finder]) -> bytes:
    if body.lstrip(b" \t\r\n\xef\xbb\xbf")[:1] not in (b"{", b"["):
        return body
    try:
        return without(body.decode(coding), finders).encode(coding)
    except ValueError:
        return body


def _end(message: Request | Response, body: bytes, longest: int) -> int:
    """Return where to cut a body: a stream after a whole event, a text after a whole
    character. Raise BodyError for JSON, which would no longer be valid."""
    media = header(message.headers, "Content-Type")
    if is_json(media):
        raise BodyError(f"{len(body)} bytes of JSON are not cut: drop places of it")
    whole = [each for each in ends(media, body) or () if each <= longest]
    if whole:
        return whole[-1]
    return max(_characters(body[: longest + 1]), default=longest)


def _characters(body: bytes) -> Iterator[int]:
    """Yield where the last character of UTF-8 begins, if it is cut."""
    for back in range(1, min(4, len(body)) + 1):
        if body[-back] & 0xC0 != 0x80:
            yield len(body) - back
            return
