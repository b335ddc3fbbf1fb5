"""Two cassettes beside each other: which of their interactions belong together."""

from collections import defaultdict, deque
from collections.abc import Callable, Container, Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

from mitmvcr.core.matching import Matcher
from mitmvcr.core.model import Interaction, Request


class Pair(NamedTuple):
    """Two positions that belong together; None where a side has no such interaction.
    ``matches`` says that the request of one would be answered by the other."""

    a: int | None
    b: int | None
    matches: bool = False

    @property
    def positions(self) -> tuple[int | None, int | None]:
        return self.a, self.b


class Keys(NamedTuple):
    """By what the request of an interaction belongs to another."""

    bucket: Hashable
    rests: Sequence[Hashable]
    headers: Hashable
    method: str

    @classmethod
    def of(cls, request: Request, matcher: Matcher) -> "Keys":
        pairs = ((n.lower(), v) for n, vs in request.headers.items() for v in vs)
        headers = frozenset(matcher.counts.headers(pairs))
        bucket, rests = matcher.bucket(request.url), matcher.rests(request)
        return cls(bucket, rests, headers, request.method or "GET")

    def sharing(self, known: dict[Hashable, Hashable]) -> "Keys":
        """Return it with the equal headers that are known already, to save memory."""
        return self._replace(headers=known.setdefault(self.headers, self.headers))


#: By what two interactions belong together, best first: equal requests whose headers
#: are equal too, equal requests, and the same method and URL.
Way = Callable[[Keys], Iterable[Hashable]]
MATCHING: Sequence[Way] = (
    lambda it: ((it.bucket, rest, it.headers) for rest in it.rests),
    lambda it: ((it.bucket, rest) for rest in it.rests),
)
_WAYS: Sequence[tuple[Way, bool]] = (
    *((way, True) for way in MATCHING),
    (lambda it: ((it.bucket, it.method),), False),
)


def paired(
    one: Sequence[Interaction],
    other: Sequence[Interaction],
    matcher: Matcher,
    same: Mapping[int, int] = {},
) -> list[Pair]:
    """Return each interaction of two cassettes once, in the order of the second, and
    where that lacks one, of the first.

    Those belong together whose requests match, in their order; then those that have
    only the method and the URL in common. ``same`` are positions that are known to
    belong together.
    """
    gone: Sequence[Container[int]] = (same, frozenset(same.values()))
    shared: dict[Hashable, Hashable] = {}  # most requests have the same headers
    a, b = (
        {
            at: Keys.of(each.request, matcher).sharing(shared)
            for at, each in enumerate(side)
            if at not in known
        }
        for side, known in zip((one, other), gone, strict=True)
    )
    found = {at: Pair(at, its, True) for at, its in same.items()}
    for keys, matches in _WAYS:
        for at, its in pair_off(a, b, keys):
            found[at] = Pair(at, its, matches)
            del a[at], b[its]
    return _in_order(found, a, b)


def pair_off(
    a: Mapping[int, Keys],
    b: Mapping[int, Keys],
    keys: Way,
) -> list[tuple[int, int]]:
    """Return pairs with a key in common, first come, first served."""
    waiting: defaultdict[Hashable, deque[int]] = defaultdict(deque)
    for at, its in b.items():
        for key in keys(its):
            waiting[key].append(at)
    gone: set[int] = set()
    found = []
    for at, own in a.items():
        heads = [head for key in keys(own) for head in _head(waiting[key], gone)]
        if heads:
            gone.add(min(heads))
            found.append((at, min(heads)))
    return found


def _head(waiting: deque[int], gone: set[int]) -> list[int]:
    while waiting and waiting[0] in gone:
        waiting.popleft()
    return [waiting[0]] if waiting else []


def _in_order(
    found: Mapping[int, Pair], a: Iterable[int], b: Iterable[int]
) -> list[Pair]:
    """Put pairs in the order of the second cassette; what only the first has stands
    behind what came before it there."""
    rows = [((at, 0, 0), Pair(None, at)) for at in b]
    last = -1
    for at in sorted([*found, *a]):
        pair = found.get(at, Pair(at, None))
        if pair.b is not None:
            last = pair.b
        rows.append(((last, int(pair.b is None), at), pair))
    return [pair for _, pair in sorted(rows, key=lambda row: row[0])]
