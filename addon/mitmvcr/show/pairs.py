"""Two cassettes beside each other: which of their interactions belong together."""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
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


class _Keys(NamedTuple):
    bucket: Hashable
    rests: Sequence[Hashable]
    headers: Hashable
    method: str

    @classmethod
    def of(cls, request: Request, matcher: Matcher) -> "_Keys":
        pairs = ((n.lower(), v) for n, vs in request.headers.items() for v in vs)
        headers = frozenset(matcher.counts.headers(pairs))
        bucket, rests = matcher.bucket(request.url), matcher.rests(request)
        return cls(bucket, rests, headers, request.method or "GET")


#: By what two interactions belong together, best first: equal requests whose headers
#: are equal too, equal requests, and the same method and URL.
_WAYS: Sequence[tuple[Callable[[_Keys], Iterable[Hashable]], bool]] = (
    (lambda it: ((it.bucket, rest, it.headers) for rest in it.rests), True),
    (lambda it: ((it.bucket, rest) for rest in it.rests), True),
    (lambda it: ((it.bucket, it.method),), False),
)


def paired(
    one: Sequence[Interaction], other: Sequence[Interaction], matcher: Matcher
) -> list[Pair]:
    """Return each interaction of two cassettes once, in the order of the second, and
    where that lacks one, of the first.

    Those belong together whose requests match, in their order; then those that have
    only the method and the URL in common.
    """
    a, b = (
        {at: _Keys.of(each.request, matcher) for at, each in enumerate(side)}
        for side in (one, other)
    )
    found: dict[int, Pair] = {}
    for keys, matches in _WAYS:
        for at, its in _pair_off(a, b, keys):
            found[at] = Pair(at, its, matches)
            del a[at], b[its]
    return _in_order(found, a, b)


def _pair_off(
    a: Mapping[int, _Keys],
    b: Mapping[int, _Keys],
    keys: Callable[[_Keys], Iterable[Hashable]],
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
