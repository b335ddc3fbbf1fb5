"""Which requests of two recordings belong together."""

import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

from mitmvcr.core.matching import Matcher, split_url
from mitmvcr.core.media import media_kind
from mitmvcr.core.model import Interaction, Request, header
from mitmvcr.echo.places import Place, Value, values
from mitmvcr.miss.freshness import fresh

#: Up to how many requests of one shape are compared pairwise.
_MANY = 60
#: The cost of a difference in a value that is not generated anew each time.
_PLAIN = 20


@dataclass(frozen=True)
class Asked:
    """A request of a recording, parsed once."""

    position: int
    request: Request

    @cached_property
    def values(self) -> dict[Place, Value]:
        """Return the values that may be compared, by place."""
        return values(self.request)


@dataclass(frozen=True, slots=True)
class Aligned:
    """Pairs of requests, and those that only one of the recordings has."""

    pairs: list[tuple[Asked, Asked]] = field(default_factory=list)
    first_alone: list[Asked] = field(default_factory=list)
    second_alone: list[Asked] = field(default_factory=list)


def aligned(
    first: Sequence[Interaction], second: Sequence[Interaction], matcher: Matcher
) -> Aligned:
    """Align two recordings: pair requests that match, then those of the same shape,
    then those with the same method, host and path depth. Otherwise the order decides.
    """
    left = [_asked(each) for each in (first, second)]
    pairs: list[tuple[Asked, Asked]] = []
    keys = _keys(matcher)
    for grouping in (keys, _shape, _outline):
        pairs += _paired(left, grouping, is_equal=grouping is keys)
    pairs.sort(key=lambda pair: pair[0].position)
    return Aligned(pairs, *left)


def _asked(recording: Sequence[Interaction]) -> list[Asked]:
    return [Asked(at, each.request) for at, each in enumerate(recording)]


Grouping = Callable[[Asked], Hashable]


def _keys(matcher: Matcher) -> Grouping:
    def key(asked: Asked) -> Hashable:
        request = asked.request
        return matcher.bucket(request.url), matcher.rests(request)

    return key


_INDEX = re.compile(r"\[\d+\]")


def _shape(asked: Asked) -> Hashable:
    names = {
        (place.kind, _INDEX.sub("[*]", place.name))
        for place in asked.values
        if place.kind not in ("header", "path")
    }
    kind = media_kind(header(asked.request.headers, "Content-Type"))
    return _outline(asked), kind, frozenset(names)


def _outline(asked: Asked) -> Hashable:
    request = asked.request
    parts = split_url(request.url)
    where = (parts[0], parts[1], parts[2].count("/")) if parts else request.url
    return request.method or "GET", where


def _paired(
    left: list[list[Asked]], grouping: Grouping, *, is_equal: bool
) -> list[tuple[Asked, Asked]]:
    """Remove pairs from the requests that are left, within each group."""
    groups: dict[Hashable, tuple[list[Asked], list[Asked]]] = {}
    for side in (0, 1):
        for each in left[side]:
            groups.setdefault(grouping(each), ([], []))[side].append(each)
    found: list[tuple[Asked, Asked]] = []
    for one, other in groups.values():
        found += (
            zip(one, other, strict=False) if is_equal else _nearest_first(one, other)
        )
    taken = [{id(pair[side]) for pair in found} for side in (0, 1)]
    for side in (0, 1):
        left[side] = [each for each in left[side] if id(each) not in taken[side]]
    return found


def _nearest_first(
    one: list[Asked], other: list[Asked]
) -> Iterable[tuple[Asked, Asked]]:
    if max(len(one), len(other)) > _MANY:
        return zip(one, other, strict=False)
    costs = sorted(
        (cost(one[i], other[j]), abs(i - j), i, j)
        for i, j in product(range(len(one)), range(len(other)))
    )
    rows: set[int] = set()
    columns: set[int] = set()
    found = []
    for _, _, i, j in costs:
        if i not in rows and j not in columns:
            rows.add(i)
            columns.add(j)
            found.append((one[i], other[j]))
    return found


def cost(one: Asked, other: Asked) -> int:
    """Return how much two requests differ; generated values count less."""
    found = 0
    for place in one.values.keys() | other.values.keys():
        if place.kind in ("header", "boundary", "piece"):
            continue
        ours, theirs = one.values.get(place, _ABSENT), other.values.get(place, _ABSENT)
        if ours != theirs or type(ours) is not type(theirs):
            is_text = isinstance(ours, str) and isinstance(theirs, str)
            is_new = is_text and fresh(str(ours), str(theirs)) is not None
            found += 1 if is_new else _PLAIN
    return found


_ABSENT = object()
