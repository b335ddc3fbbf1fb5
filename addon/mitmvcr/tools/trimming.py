"""Cassettes made smaller: places of JSON dropped, and long bodies cut."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mitmvcr.core.events import ends, stream_kind
from mitmvcr.core.jsonpaths import Finder
from mitmvcr.core.media import is_json
from mitmvcr.core.model import Interaction, Request, Response, header
from mitmvcr.tools.bodies import BodyError, charset_of, plain, side, with_body
from mitmvcr.tools.jsontext import without

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
    """Return a body without what was chosen in its JSON, or in that of its events or
    lines. What is no JSON stays."""
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
    """Return where a body is cut: a stream behind a whole event, a text behind a whole
    character. Raise BodyError for JSON, which would be none any more."""
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
