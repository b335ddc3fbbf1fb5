"""Two requests compared place by place, in the parts that differ."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

from mitmvcr.core.matching import URL_PARTS, Ignoring, Matcher, form_pairs
from mitmvcr.core.media import without_boundary
from mitmvcr.core.model import Request
from mitmvcr.core.wording import shown
from mitmvcr.miss.body_differences import Content, body_differences, content
from mitmvcr.miss.differences import (
    pair_differences,
    url_differences,
)
from mitmvcr.miss.report import LARGE, MOST_DIFFERENCES, Difference
from mitmvcr.miss.text_differences import byte_difference

Masked = Callable[[Request], Request]


@dataclass(frozen=True)
class Side:
    """One of two requests that are compared place by place. ``mask`` is for what is
    shown of a body that is not masked yet."""

    request: Request
    matcher: Matcher
    mask: Callable[[bytes], bytes] | None = None

    @classmethod
    def of(cls, request: Request, matcher: Matcher, masked: Masked) -> "Side":
        """Return the side of a request that is not masked yet."""
        if len(request.body) <= LARGE:
            return cls(masked(request), matcher)
        head = masked(replace(request, body=b""))

        def mask(piece: bytes) -> bytes:
            return masked(Request(body=piece)).body

        return cls(replace(head, body=request.body), matcher, mask)

    @cached_property
    def content(self) -> Content:
        return content(self.request, self.matcher.counts.body, self.mask)

    @property
    def url(self) -> str:
        return self.matcher.url(self.request.url)


def differences(
    asked: Side,
    recorded: Side,
    parts: Iterable[str],
    raw: tuple[Side, Side] | None = None,
) -> Iterator[Difference]:
    """Yield the places where a request differs from a recorded one, in the parts that
    differ. None for large bodies that differ only in how they are written."""
    for part in parts:
        found = list(islice(_part_differences(part, asked, recorded), MOST_DIFFERENCES))
        if not found and raw is not None:  # what differs is masked: only the places
            places = islice(_part_differences(part, *raw), MOST_DIFFERENCES)
            found = [each.masked() for each in places]
        if not found and asked.mask is None and recorded.mask is None:
            found = [Difference(part, "", "").masked()]
        yield from found


def _part_differences(part: str, asked: Side, recorded: Side) -> Iterable[Difference]:
    one, other = asked.request, recorded.request
    go = asked.matcher.spec.style == "go-vcr"
    if part in URL_PARTS and not go:
        return _url_part_differences(part, asked, recorded)
    if part == "body" and go:
        mask = asked.mask or recorded.mask
        return [byte_difference("body", one.body, other.body, None, mask=mask)]
    if part == "body":
        return body_differences(asked.content, recorded.content)
    if part == "headers" or part.startswith("header:"):
        return _header_differences(part, asked, recorded)
    if part == "form":
        counts = asked.matcher.counts.form
        pairs = counts(form_pairs(one)), counts(form_pairs(other))
        return pair_differences("form", *pairs, Ignoring.FORM)
    texts = [shown(str(getattr(each, part))) for each in (one, other)]
    ignoring = ("parts", part) if part != "method" else None
    return [Difference(part, texts[0], texts[1], ignoring)]


def _part_of(found: Difference) -> str:
    return found.place.partition(" at ")[0].partition(".")[0]


def _url_part_differences(
    part: str, asked: Side, recorded: Side
) -> Iterator[Difference]:
    found = url_differences(asked.url, recorded.url, asked.matcher.counts.query)
    if part == "url":
        return found
    wanted = ("url", "host" if part == "port" else part)
    return (each for each in found if _part_of(each) in wanted)


def _header_differences(part: str, asked: Side, recorded: Side) -> Iterator[Difference]:
    wanted = part.partition(":")[2].lower()
    counts = asked.matcher.counts.headers
    one, other = (
        [
            (name.lower(), without_boundary(value))
            for name, values in side.request.headers.items()
            if wanted in ("", name.lower())
            for value in values
        ]
        for side in (asked, recorded)
    )
    return pair_differences("header", counts(one), counts(other), Ignoring.HEADERS)
