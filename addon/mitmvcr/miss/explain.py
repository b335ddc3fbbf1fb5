"""Why nothing matched: which recorded interactions come nearest, in what they agree,
where they differ, and what would let them match.

The look-up itself is the deck's, by key; here the parts are compared one by one.
"""

import heapq
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import islice

from mitmvcr.core.bodies import without_boundary
from mitmvcr.core.deck import Deck
from mitmvcr.core.ignoring import Ignoring
from mitmvcr.core.keys import split_url
from mitmvcr.core.matcher import Matcher, agree, form_pairs
from mitmvcr.core.model import Request
from mitmvcr.core.objections import Objections
from mitmvcr.core.urlparts import URL_PARTS
from mitmvcr.core.wording import shown
from mitmvcr.miss import remedies
from mitmvcr.miss.body_differences import (
    Content,
    body_differences,
    byte_difference,
    content,
)
from mitmvcr.miss.broken_rules import broken_rules
from mitmvcr.miss.differences import (
    MOST_DIFFERENCES,
    common,
    pair_differences,
    url_differences,
)
from mitmvcr.miss.report import Difference, Miss, Near

#: How many recorded interactions a miss names.
NEAREST = 3
#: How many are compared part by part, chosen by URL and length, and how many of them
#: place by place; fewer where bodies are large, since the proxy waits meanwhile.
_COMPARED = 200
_DETAILED = 5
_COMPARED_BYTES = 4 << 20
#: Of so many URLs it is remembered how alike they are: most come more than once.
_SCORES = 10_000

#: The host, path and query of a URL's key.
_KEY = re.compile(r"[^:/?#]+://([^/?#]*)([^?#]*)(\??[^#]*)")

Masked = Callable[[Request], Request]


def explain(
    asked: Request,
    deck: Deck,
    masked: Masked = lambda it: it,
    raw: Request | None = None,
) -> Miss:
    """Return what was asked, and which recorded interactions come nearest to it.

    What is shown of a request, asked or recorded, is ``masked`` first. ``raw`` is what
    was asked where ``asked`` is masked already: it tells places, never values.
    """
    shown_as = masked(asked)
    search = _Search(asked, deck, masked, raw)
    return Miss(
        method=shown_as.method,
        url=shown_as.url,
        body=shown(shown_as.body.decode("utf-8", "replace")),
        nearest=tuple(search.nearest()),
        same_used=deck.used_up(asked, raw),
        total=len(deck),
        left_out=search.left_out,
    )


class _Search:
    """Searches for what is nearest to one request; works out once what is known of
    it."""

    def __init__(
        self, asked: Request, deck: Deck, masked: Masked, raw: Request | None
    ) -> None:
        self._asked, self._deck, self._masked, self._raw = asked, deck, masked, raw
        self._matcher = deck.matcher
        self._keys = {name: key(asked) for name, key in deck.matcher.parts.items()}
        #: So many have a URL like it, and were not compared.
        self.left_out = 0

    def nearest(self) -> list[Near]:
        alike = self._alike()
        candidates = [self._near(position) for position in alike]
        candidates.sort(key=lambda near: self._rank(near, alike))
        asked = Side(self._masked(self._asked), self._matcher)
        best = [self._detailed(asked, near) for near in candidates[:_DETAILED]]
        best.sort(
            key=lambda near: (
                -len(near.agree),
                near.used,
                -alike[near.position],
                len(near.differ),
            )
        )
        return self._with_options(best[:NEAREST])

    def _alike(self) -> dict[int, int]:
        """Return the likest URLs, best first, position -> score; of equal ones the
        unused, and where they are too many, those whose bodies are about as long."""
        deck, url = self._deck, self._matcher.url
        score_key = _scorer(url(self._asked.url))
        score = lru_cache(maxsize=_SCORES)(lambda each: score_key(url(each)))
        played = deck.was_played
        scored = [
            (points, not played(i), 0, -i)
            for i, each in enumerate(deck.urls())
            if (points := score(each))
        ]
        most = max(NEAREST, min(_COMPARED, self._affordable))
        self.left_out = max(0, len(scored) - most)
        if self.left_out:
            length, size = len(self._asked.body), deck.body_size
            scored = [
                (points, unused, -abs(size(-i) - length), i)
                for points, unused, _, i in scored
            ]
        best = heapq.nlargest(most, scored)
        return {-i: points for points, _, _, i in best}

    @property
    def _affordable(self) -> int:
        return _COMPARED_BYTES // (len(self._asked.body) + 1)

    def _near(self, position: int) -> Near:
        request = self._deck.request(position)
        parts = self._matcher.parts.items()
        same = [name for name, key in parts if agree(key(request), self._keys[name])]
        used = self._deck.was_played(position)
        masked = self._masked(request)
        return Near(position, masked.method, masked.url, used, tuple(same), ())

    def _rank(self, near: Near, alike: Mapping[int, int]) -> tuple[float, ...]:
        recorded = self._deck.request(near.position).body
        likeness = _likeness(self._asked.body, recorded)
        return -len(near.agree), near.used, -alike[near.position], -likeness

    def _detailed(self, asked: "Side", near: Near) -> Near:
        request, matcher = self._deck.request(near.position), self._matcher
        recorded = Side(self._masked(request), matcher)
        parts = [name for name in matcher.parts if name not in near.agree]
        raw = None
        if self._raw is not None:
            raw = Side(self._raw, matcher), Side(request, matcher)
        found: Iterable[Difference]
        if parts:
            found = islice(differences(asked, recorded, parts, raw), MOST_DIFFERENCES)
        else:
            found = broken_rules(self._objections.to(near.position))
        return replace(near, differ=tuple(found))

    @cached_property
    def _objections(self) -> Objections:
        return self._deck.objections(self._asked, self._raw)

    def _with_options(self, nearest: list[Near]) -> list[Near]:
        """Add options that would help: to all, or to the best where bodies are
        large."""
        some = nearest if self._affordable > _COMPARED else nearest[:1]
        return [*map(self._with_option, some), *nearest[len(some) :]]

    def _with_option(self, near: Near) -> Near:
        recorded = self._deck.request(near.position)
        parts = [name for name in self._matcher.parts if name not in near.agree]
        tried = remedies.Trial(self._matcher.spec, self._asked, recorded, parts)
        return replace(near, options=tried.options(near.differ))


@dataclass(frozen=True)
class Side:
    """One of two requests that are compared place by place."""

    request: Request
    matcher: Matcher

    @cached_property
    def content(self) -> Content:
        return content(self.request, self.matcher.counts.body)

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
    differ."""
    for part in parts:
        found = list(islice(_part_differences(part, asked, recorded), MOST_DIFFERENCES))
        if not found and raw is not None:  # what differs is masked: only the places
            places = islice(_part_differences(part, *raw), MOST_DIFFERENCES)
            found = [replace(each, asked="***", recorded="***") for each in places]
        yield from found or [Difference(part, "***", "***")]


def _part_differences(part: str, asked: Side, recorded: Side) -> Iterable[Difference]:
    requests = asked.request, recorded.request
    go = asked.matcher.spec.style == "go-vcr"
    if part in URL_PARTS and not go:
        return _url_part_differences(part, asked, recorded)
    if part == "body" and go:
        bodies = asked.request.body, recorded.request.body
        return [byte_difference("body", *bodies, None)]
    if part == "body":
        return body_differences(asked.content, recorded.content)
    if part == "headers" or part.startswith("header:"):
        return _header_differences(part, asked, recorded)
    if part == "form":
        counts = asked.matcher.counts.form
        pairs = counts(form_pairs(requests[0])), counts(form_pairs(requests[1]))
        return pair_differences("form", *pairs, Ignoring.FORM)
    texts = [shown(str(getattr(each, part))) for each in requests]
    ignoring = ("parts", part) if part != "method" else None
    return [Difference(part, texts[0], texts[1], ignoring)]


def _url_part_differences(
    part: str, asked: Side, recorded: Side
) -> Iterator[Difference]:
    places = url_differences(asked.url, recorded.url, asked.matcher.counts.query)
    if part == "url":
        return places
    wanted = ("url", "host" if part == "port" else part)
    return (each for each in places if each.place.partition(".")[0] in wanted)


def _header_differences(part: str, asked: Side, recorded: Side) -> Iterator[Difference]:
    wanted = part.partition(":")[2].lower()
    counts = asked.matcher.counts.headers
    fields, known_fields = (
        [
            (name.lower(), without_boundary(value))
            for name, values in side.request.headers.items()
            if wanted in ("", name.lower())
            for value in values
        ]
        for side in (asked, recorded)
    )
    pairs = counts(fields), counts(known_fields)
    return pair_differences("header", *pairs, Ignoring.HEADERS)


def _likeness(asked: bytes, recorded: bytes) -> float:
    """Return how much of two bodies is the same at the start and at the end, from 0 to
    1."""
    if asked == recorded:
        return 1.0
    start = common(asked, recorded)
    end = common(asked[start:][::-1], recorded[start:][::-1])
    return (start + end) / max(len(asked), len(recorded))


def _scorer(asked: str) -> Callable[[str], int]:
    """Return a function that scores how alike another URL key is: host, path, then the
    rest."""
    ours = split_url(asked)
    if ours is None:
        return lambda recorded: 1000 if asked == recorded else 0
    _, host, path, query = ours

    def score(recorded: str) -> int:
        if asked == recorded:
            return 1000
        theirs = _KEY.fullmatch(recorded)
        if theirs is None:
            return 0
        same_host = 100 if host == theirs[1] else 0
        if path != theirs[2]:
            return same_host + common(path[1:70], theirs[2][1:70])
        return same_host + (90 if query == theirs[3] else 80)

    return score
