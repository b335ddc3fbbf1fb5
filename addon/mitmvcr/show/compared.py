"""Two cassettes compared: which interactions belong together, what is the same, what
changed, and what only one has."""

from collections import defaultdict, deque
from collections.abc import Callable, Container, Hashable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from mitmvcr.core.matching import Matcher, MatchSpec
from mitmvcr.core.model import Interaction, Request
from mitmvcr.miss.masking import masked_url
from mitmvcr.miss.report import Difference
from mitmvcr.show.changes import Changes, changes
from mitmvcr.show.rows import printable


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


Facts = dict[str, Any]

#: What can become of an interaction.
OUTCOMES = ("same", "changed", "only in A", "only in B")
_NONE = Changes((), more=False, texts=())


class Compared(NamedTuple):
    """One interaction, or two that belong together; ``outcome`` is one of
    :data:`OUTCOMES`, ``status`` the status, or both where they differ."""

    outcome: str
    pair: Pair
    method: str
    url: str
    status: str
    changes: Changes

    def facts(self) -> Facts:
        """Return it as values for JSON."""
        return {
            "outcome": self.outcome,
            "a": self.pair.a,
            "b": self.pair.b,
            "matches": self.pair.matches,
            "method": self.method,
            "url": self.url,
            "status": self.status,
            **differ_facts(self.changes),
        }


def compared(
    one: Sequence[Interaction],
    other: Sequence[Interaction],
    spec: MatchSpec,
    same: Mapping[int, int] = {},
    *,
    ignore_volatile: bool = False,
) -> list[Compared]:
    """Compare two cassettes from which secrets are out, A and B. ``same`` are positions
    of what is known to be equal. ``ignore_volatile``: what is made anew for each
    request does not count, headers and values that look like it."""
    matcher = Matcher(spec)
    differing = partial(changes, matcher=matcher, ignore_volatile=ignore_volatile)
    return [
        _compared(
            pair,
            None if pair.a is None else one[pair.a],
            None if pair.b is None else other[pair.b],
            differing,
        )
        for pair in paired(one, other, matcher, same)
    ]


def _compared(
    pair: Pair,
    a: Interaction | None,
    b: Interaction | None,
    differing: Callable[[Interaction, Interaction], Changes],
) -> Compared:
    there = [each for each in (a, b) if each is not None]
    found = _NONE if a is None or b is None or a is b else differing(a, b)
    if len(there) == 1:
        outcome = OUTCOMES[2 if b is None else 3]
    else:
        outcome = OUTCOMES[1 if found.found else 0]
    last = there[-1].request
    return Compared(
        outcome,
        pair,
        printable(last.method) or "GET",
        printable(masked_url(last.url)),
        " -> ".join(dict.fromkeys(map(_status, there))),
        found,
    )


def _status(of: Interaction) -> str:
    return of.response.failure or str(of.response.code or "-")


def differ_facts(found: Changes) -> Facts:
    """Return differences as values for JSON."""
    return {"differ": [_facts(each) for each in found.found], "more": found.more}


def _facts(found: Difference) -> Facts:
    facts = {"place": found.place, "a": found.asked, "b": found.recorded}
    facts |= {name: each for name in ("looks", "why") if (each := getattr(found, name))}
    return {name: printable(text) for name, text in facts.items()}
