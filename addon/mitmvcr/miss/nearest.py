"""Which recorded interactions come nearest to a request."""

import heapq
from collections.abc import Callable, Hashable, Mapping
from dataclasses import replace
from functools import cached_property, lru_cache, partial
from itertools import islice
from operator import itemgetter

from mitmvcr.core.calls import Messages
from mitmvcr.core.choosing import Objections
from mitmvcr.core.deck import Deck
from mitmvcr.core.matching import agree, split_url
from mitmvcr.core.model import Request
from mitmvcr.core.searching import common
from mitmvcr.core.steps import Steps
from mitmvcr.core.urls import url_parts
from mitmvcr.miss import remedies
from mitmvcr.miss.broken_rules import broken_rules
from mitmvcr.miss.report import LARGE, MOST_DIFFERENCES, Difference, Near
from mitmvcr.miss.sides import Masked, Side, differences

#: How many recorded interactions a miss names.
NEAREST = 3
#: How many are compared part by part, chosen by URL and length, and how many of them
#: place by place; fewer where bodies are large, since the proxy waits meanwhile.
_COMPARED = 200
_DETAILED = 5
_COMPARED_BYTES = 4 << 20
#: In bytes: recorded bodies are read up to this size, and one more.
_READ_BYTES = 32 << 20
#: For how many URLs their likeness is remembered: most come more than once.
_SCORES = 10_000
#: How many URLs are looked at in a step.
_AT_ONCE = 200
#: In bytes: how much of the start and the end of bodies is looked at, to find how alike
#: they are.
_LIKENESS = 1 << 20


class Search:
    """Searches for the interactions nearest to one request, whose keys are computed
    once."""

    def __init__(
        self,
        asked: Request,
        deck: Deck,
        masked: Masked,
        raw: Request | None,
        said: int | None = None,
    ) -> None:
        self._asked, self._deck, self._masked, self._raw = asked, deck, masked, raw
        self._matcher = deck.matcher
        self._keys: dict[str, Hashable] = {}
        #: Reading takes long, so each is read once.
        self.request = lru_cache(maxsize=None)(
            deck.request if said is None else partial(_until, deck, said)
        )
        #: How many with a similar URL were not compared.
        self.left_out = 0
        self.found: list[Near] = []

    def run(self) -> Steps[None]:
        """Find the nearest ones, best first."""
        alike = yield from self._alike()
        ranked = []
        for position in alike:
            near = self._near(position)
            ranked.append((self._rank(near, alike), near))
            yield
        ranked.sort(key=itemgetter(0))
        asked = Side.of(self._asked, self._matcher, self._masked)
        found = []
        for _, near in ranked[:_DETAILED]:
            if len(near.agree) == len(self._matcher.parts):
                yield from self._deck.reading(self._asked)
            found.append(self._detailed(asked, near))
            yield
        found.sort(
            key=lambda near: (
                -len(near.agree),
                near.used,
                -alike[near.position],
                len(near.differ),
            )
        )
        self.found = found[:NEAREST]
        yield from self._add_options()

    def _alike(self) -> Steps[dict[int, int]]:
        """Return the positions with the most similar URLs and their scores, best first;
        among equals unused ones first, and if there are too many, those whose bodies
        are about as long."""
        deck, url = self._deck, self._matcher.url
        score_key = _scorer(url(self._asked.url))
        score = lru_cache(maxsize=_SCORES)(lambda each: score_key(url(each)))
        played = deck.was_played
        scored = []
        for i, each in enumerate(deck.urls()):
            if found := score(each):
                scored.append((found, not played(i), 0, -i))
            if not i % _AT_ONCE:
                yield
        most = max(NEAREST, min(_COMPARED, self._affordable))
        self.left_out = max(0, len(scored) - most)
        if self.left_out:
            length, size = len(self._asked.body), deck.body_size
            for at, (found, unused, _, i) in enumerate(scored):
                scored[at] = found, unused, -abs(size(-i) - length), i
                if not at % _AT_ONCE:
                    yield
        best = heapq.nlargest(most, scored)
        read = self._readable([-i for _, _, _, i in best])
        self.left_out += len(best) - read
        return {-i: found for found, _, _, i in best[:read]}

    def _readable(self, positions: list[int]) -> int:
        """Return how many of them to read: at least one, and as many as are not too
        large together."""
        left, size = _READ_BYTES, self._deck.body_size
        for count, position in enumerate(positions):
            if left < 0:
                return count
            left -= size(position)
        return len(positions)

    @property
    def _affordable(self) -> int:
        return _COMPARED_BYTES // (len(self._asked.body) + 1)

    def _near(self, position: int) -> Near:
        request = self.request(position)
        found = [name for name in self._matcher.parts if self._agree(name, request)]
        used = self._deck.was_played(position)
        masked = self._masked(replace(request, body=b""))
        return Near(position, masked.method, masked.url, used, tuple(found), ())

    def _agree(self, part: str, recorded: Request) -> bool:
        """Return whether a part agrees; a large body is compared byte for byte, since
        computing its key takes long."""
        bodies = self._asked.body, recorded.body
        if part == "body" and max(map(len, bodies)) > LARGE:
            return bodies[0] == bodies[1]
        return agree(self._matcher.parts[part](recorded), self._key(part))

    def _key(self, part: str) -> Hashable:
        if part not in self._keys:
            self._keys[part] = self._matcher.parts[part](self._asked)
        return self._keys[part]

    def _rank(self, near: Near, alike: Mapping[int, int]) -> tuple[float, ...]:
        recorded = self.request(near.position).body
        likeness = _likeness(self._asked.body, recorded)
        return -len(near.agree), near.used, -alike[near.position], -likeness

    def _detailed(self, asked: "Side", near: Near) -> Near:
        request, matcher = self.request(near.position), self._matcher
        recorded = Side.of(request, matcher, self._masked)
        parts = [name for name in matcher.parts if name not in near.agree]
        if not parts:
            return self._by_rules(near)
        raw = None
        if self._raw is not None:
            raw = Side(self._raw, matcher), Side(request, matcher)
        found = differences(asked, recorded, parts, raw)
        differ = tuple(islice(found, MOST_DIFFERENCES))
        if (
            "body" in parts
            and (asked.mask or recorded.mask)
            and not any(map(_is_of_body, differ))
        ):
            near = replace(near, agree=(*near.agree, "body"))
            if not differ:
                return self._by_rules(near)
        return replace(near, differ=differ)

    def _by_rules(self, near: Near) -> Near:
        """Return an interaction whose parts all agree, with the HTTP rules that keep it
        from answering."""
        broken = broken_rules(self._objections.to(near.position))
        return replace(near, differ=tuple(broken))

    @cached_property
    def _objections(self) -> Objections:
        return self._deck.objections(self._asked, self._raw)

    def _add_options(self) -> Steps[None]:
        """Add the options that would help to all of them, or only to the best one if
        bodies are large."""
        some = NEAREST if self._affordable > _COMPARED else 1
        for at, near in enumerate(self.found[:some]):
            self.found[at] = self._with_option(near)
            yield

    def _with_option(self, near: Near) -> Near:
        if not self._deck.may_answer(near.position):
            return near  # it is used up, whatever the rules
        recorded, spec = self.request(near.position), self._matcher.spec
        parts = [name for name in self._matcher.parts if name not in near.agree]
        trial = remedies.Trial(spec, self._asked, recorded, parts)
        options = trial.options(near.differ)
        if not options and self._raw not in (None, self._asked):
            # Another recorder's cassette has its secrets in clear.
            trial = replace(trial, asked=self._raw, parts=tuple(self._matcher.parts))
            options = trial.options(near.differ)
        return replace(near, options=options)


def _until(deck: Deck, said: int, position: int) -> Request:
    """Return a call's request with its first messages alone, ``said`` of them."""
    request = deck.request(position)
    body = b"".join(Messages().feed(request.body)[:said])
    return replace(request, body=body, content_length=len(body))


def _is_of_body(found: Difference) -> bool:
    return found.place.startswith(("body", "content-type"))


def _likeness(one: bytes, other: bytes) -> float:
    """Return how much of two bodies is equal at the start and the end, from 0 to 1."""
    if one == other:
        return 1.0
    start = common(one[:_LIKENESS], other[:_LIKENESS])
    left = min(len(one) - start, len(other) - start, _LIKENESS)
    ends = [body[len(body) - left :][::-1] for body in (one, other)]
    end = common(*ends)
    return (start + end) / max(len(one), len(other))


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
        theirs = url_parts(recorded)
        if theirs is None:
            return 0
        same_host = 100 if host == theirs.authority else 0
        if path != theirs.path:
            return same_host + common(path[1:70], theirs.path[1:70])
        return same_host + (90 if query == theirs.query else 80)

    return score
