"""Byte ranges (RFC 9110, section 14): what is asked for, what a response holds, and a
part cut out of it.

Only single ranges of bytes are understood; others count as they are written.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from mitmvcr.codings import accepted_codings, are_accepted
from mitmvcr.core.choosing.header_fields import Fields
from mitmvcr.core.model import Headers, Interaction, Request, Response, header

_ASKED = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_HELD = re.compile(r"bytes[ ]+(\d{1,18})-(\d{1,18})/(?:(\d{1,18})|\*)")
#: Azure's own header comes before the standard one.
_NAMES = ("x-ms-range", "range")
_LENGTHS = frozenset(map(len, _NAMES))
#: They are of all that was sent, and wrong for a part of it.
_OF_ALL = ("content-md5", "content-digest", "x-amz-checksum-", "transfer-encoding")
PARTIAL = 206
#: Of so many bytes none is known to be the last.
_UNKNOWN = 10**18


class Span(NamedTuple):
    """Bytes from the first to the last, of ``total``; -1 where that is not known."""

    first: int
    last: int
    total: int

    def meets(self, other: "Span") -> bool:
        """Return whether some byte is in both."""
        return self.first <= other.last and other.first <= self.last


def asked_range(fields: Fields) -> str | None:
    """Return the range that a request asks for, in one spelling; None where it asks for
    all."""
    for name in _NAMES:
        if name in fields:
            unit, mark, pieces = fields[name].replace(" ", "").partition("=")
            return unit.lower() + mark + pieces
    return None


def asks_for_range(headers: Headers) -> bool:
    """Return quickly whether a request asks for a part."""
    for name in headers:  # noqa: SIM110 - any() would take twice as long
        if len(name) in _LENGTHS and name.lower() in _NAMES:
            return True
    return False


def held(response: Response) -> Span | None:
    """Return which bytes a 206 says that it holds."""
    found = _HELD.fullmatch(header(response.headers, "Content-Range").lower())
    if found is None:
        return None
    return Span(int(found[1]), int(found[2]), int(found[3] or -1))


def of_total(asked: str, total: int) -> Span | None:
    """Return the bytes that a range means of a total, else None."""
    found = _ASKED.fullmatch(asked)
    if found is None or total <= 0:
        return None
    first, last = found.groups()
    if not first:
        if not last or not int(last):
            return None
        return Span(max(0, total - int(last)), total - 1, total)
    end = min(int(last), total - 1) if last else total - 1
    return Span(int(first), end, total) if int(first) <= end else None


def in_bytes(span: Span) -> str:
    """Return a range as a request asks for it."""
    return f"bytes={span.first}-{span.last}"


def part(asked: str, live: Request, found: Interaction) -> Span | None:
    """Return the bytes that a request wants and that the recorded response holds.

    None where they are not all there, where the origin takes no ranges, or where its
    bytes are not those that were recorded.
    """
    whole = _bytes_of(found)
    if whole is None or not _is_the_same(live, found.response):
        return None
    if not _in_its_coding(live, found.response):
        return None
    wanted = of_total(asked, whole.total if whole.total >= 0 else _UNKNOWN)
    if wanted is None or wanted.first < whole.first or wanted.last > whole.last:
        return None
    return wanted._replace(total=whole.total)


def _bytes_of(found: Interaction) -> Span | None:
    response, size = found.response, len(found.response.body)
    if response.failure or b"[REDACTED:" in response.body:
        return None
    if response.code == PARTIAL:
        span = held(response)
        return span if span and span.last - span.first + 1 == size else None
    refuses = "none" in header(response.headers, "Accept-Ranges").lower()
    if response.code != 200 or refuses or asks_for_range(found.request.headers):
        return None
    return Span(0, size - 1, size) if found.request.method == "GET" else None


def _is_the_same(live: Request, response: Response) -> bool:
    """Return whether ``If-Range`` lets a part be sent (RFC 9110, section 13.1.5)."""
    wanted = header(live.headers, "If-Range").strip()
    if not wanted:
        return True
    name = "ETag" if wanted.endswith('"') else "Last-Modified"
    return not wanted.startswith("W/") and wanted == header(response.headers, name)


def _in_its_coding(live: Request, response: Response) -> bool:
    """Return whether this client would be sent the same bytes: ranges are of what was
    encoded."""
    accepted = accepted_codings(header(live.headers, "Accept-Encoding"))
    if response.uncompressed:
        return not accepted
    coding = header(response.headers, "Content-Encoding")
    return not coding or are_accepted(coding, accepted)


def cut(found: Interaction, span: Span) -> Interaction:
    response = found.response
    start = held_from(response)
    body = response.body[span.first - start : span.last + 1 - start]
    total = span.total if span.total >= 0 else "*"
    said = {"Content-Range": f"bytes {span.first}-{span.last}/{total}"}
    status = {"status": "206 Partial Content", "code": PARTIAL}
    return _with(found, body, said, status)


def held_from(response: Response) -> int:
    """Return where in the whole the body begins."""
    span = held(response) if response.code == PARTIAL else None
    return span.first if span else 0


def is_whole(response: Response) -> bool:
    """Return whether a 206 holds all bytes that there are."""
    span = held(response)
    return span is not None and span == (0, len(response.body) - 1, len(response.body))


def as_whole(found: Interaction) -> Interaction:
    """Return a 206 that holds all as the 200 that it would have been."""
    return _with(found, found.response.body, {}, {"status": "200 OK", "code": 200})


def _with(
    found: Interaction, body: bytes, said: Mapping[str, str], status: dict[str, object]
) -> Interaction:
    response = found.response
    headers = {
        name: [str(len(body))] if name.lower() == "content-length" else values
        for name, values in response.headers.items()
        if not name.lower().startswith((*_OF_ALL, "content-range"))
    }
    headers.update((name, [value]) for name, value in said.items())
    changed = replace(
        response,
        body=body,
        headers=headers,
        content_length=len(body),
        transfer_encoding=(),
        uncompressed=False,
        chunks=(),
        **status,  # type: ignore[arg-type]
    )
    return replace(found, response=changed)
