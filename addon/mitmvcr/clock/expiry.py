"""What of a recorded answer has run out since: a client that looks at the clock refuses
it, or asks for another."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from mitmvcr import codings
from mitmvcr.clock import table, times
from mitmvcr.clock.moving import COOKIE, ELEMENT, MEMBER, PARAMETER, plain_body
from mitmvcr.core.model import Response, all_values, header
from mitmvcr.core.tokens import TOKEN, payload_of
from mitmvcr.secrets.looks import FAKE

#: The end of what stands before a time: ``"expires_on": ``, ``<Expiration>``, ``?se=``.
_NAME = re.compile(
    rf"({'|'.join((*table.MEMBERS, *table.PARAMETERS))})"
    r'(?:\\{0,7}"\s*:\s*|>\s*|=|%3D)$'
)
#: Of a presigned URL: in seconds, counted from its date.
_LASTS = re.compile(r"(?:X-Amz-Expires|X-Goog-Expires)(?:=|%3D)(\d{1,7})")
_FRESH = re.compile(r'(?i)(?:^|[\s,])(?:s-maxage|max-age)="?(\d{1,9})\b')
_EXP = re.compile(rb'"exp"\s*:\s*(\d{10})(?!\d)')
#: A cookie with it is counted from when the client got it.
_BY_OWN_CLOCK = re.compile(r"(?i);\s*max-age\s*=")


class Expired(NamedTuple):
    """``name`` is that of the time, which was ``at``, in Unix seconds. ``is_token``:
    credentials go by it, else only a cache or the keeper of cookies does."""

    name: str
    at: int
    is_token: bool = False

    def __str__(self) -> str:
        return f"{self.name}, {datetime.fromtimestamp(self.at, UTC):%Y-%m-%dT%H:%M:%SZ}"


def expired(response: Response, at: int, now: int) -> Expired | None:
    """Return what of an answer that came ``at`` was still to come then and has passed
    ``now``, both in Unix seconds: of tokens the first, else of cookies and caches; None
    where nothing has."""
    for found in (_of_tokens(response), _of_headers(response, at)):
        passed = [each for each in found if at < each.at <= now]
        if passed:
            return min(passed, key=lambda each: each.at)
    return None


def searched(answer: Response, room: int) -> Response:
    """Return an answer with what of its body is searched, in no coding: little may be
    very much in one."""
    body = b""
    if len(answer.body) <= room:
        with suppress(codings.CodingError):
            body = plain_body(answer)
    headers = {
        name: values
        for name, values in answer.headers.items()
        if name.lower() != "content-encoding"
    }
    return replace(answer, headers=headers, body=body if len(body) <= room else b"")


def _of_headers(response: Response, at: int) -> Iterator[Expired]:
    for value in _values_of(response, "set-cookie"):
        end = COOKIE.search(value)
        if end is not None and not _BY_OWN_CLOCK.search(value):
            yield from _named("Set-Cookie", end[2].strip(), is_token=False)
    fresh = _FRESH.search(all_values(response.headers, "cache-control"))
    if fresh is not None:  # what stands in Expires does not count beside it
        yield Expired("Cache-Control", at + int(fresh[1]))
    else:
        text = header(response.headers, "Expires").strip()
        yield from _named("Expires", text, is_token=False)


def _values_of(response: Response, name: str) -> Iterator[str]:
    """Yield each value of a header, whose name is in lower case."""
    for each, values in response.headers.items():
        if each.lower() == name:
            yield from values


def _of_tokens(response: Response) -> Iterator[Expired]:
    for values in response.headers.values():
        for value in values:
            yield from _of_text(value)
    body = b""
    with suppress(codings.CodingError):
        body = plain_body(response)
    text = body.decode("utf-8", "surrogateescape")
    yield from _of_text(text)
    for found in MEMBER.finditer(text):
        yield from _of_match(found[1], found[4] or found[5])
    for found in ELEMENT.finditer(text):
        yield from _of_match(found[1], found[2])


def _of_text(text: str) -> Iterator[Expired]:
    """Yield the ends of JWTs and of presigned URLs in a text."""
    if "eyJ" in text:
        for token in TOKEN.findall(text.encode("utf-8", "surrogateescape")):
            if not FAKE.fullmatch(token):  # the redaction makes a fake one young
                yield from _of_jwt(token)
    for found in PARAMETER.finditer(text):
        lasts = _LASTS.search(text, found.start(), found.start() + _NEAR)
        yield from _of_match(found[1], found[2], int(lasts[1]) if lasts else 0)


#: In characters: parameters of one URL stand so close to each other.
_NEAR = 200


def _of_match(before: str, text: str, lasts: int = 0) -> Iterator[Expired]:
    name = _NAME.search(before)
    assert name is not None
    if name[1] in _LASTING:
        yield from _named(name[1], text, lasts)
    elif name[1] not in table.BEGINNINGS:
        yield from _named(name[1], text)


_LASTING = ("X-Amz-Date", "X-Goog-Date")


def _named(
    name: str, text: str, lasts: int = 0, *, is_token: bool = True
) -> Iterator[Expired]:
    spelled = times.read(text)
    if spelled is not None and table.EARLIEST <= spelled[0] < table.LATEST:
        yield Expired(name, spelled[0] + lasts, is_token)


def _of_jwt(token: bytes) -> Iterator[Expired]:
    for found in _EXP.finditer(payload_of(token)):
        yield Expired("exp", int(found[1]), is_token=True)
