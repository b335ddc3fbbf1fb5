"""Interactions with one key, and the one of them that agrees best with a request.

They are sorted once, by what HTTP's own rules bind them to and by the headers in which
they differ, so that a look-up costs the same however many there are.
"""

from collections import defaultdict, deque
from collections.abc import (
    Callable,
    Container,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from typing import NamedTuple

from mitmvcr.core.choosing.header_fields import (
    HOST,
    TARGET,
    TIMEOUTS,
    Fields,
    all_fields,
    names_own_host,
    target,
)
from mitmvcr.core.choosing.identity import Identities, Whose, is_sure
from mitmvcr.core.choosing.left_out import LeftOut
from mitmvcr.core.choosing.ranges import asked_range
from mitmvcr.core.choosing.rules import VALIDATORS, Asked, Bond, Broken, bonds, vary
from mitmvcr.core.matching import Matcher, Rule
from mitmvcr.core.model import Interaction
from mitmvcr.core.modes import Repeats
from mitmvcr.core.steps import Steps

#: What says in which form an answer is wanted counts before all else.
_FIRST = frozenset(
    {
        "accept",
        "accept-charset",
        "accept-language",
        "content-type",
        "depth",
        "host",
        "if-range",
        "prefer",
        "range",
        "soapaction",
        "x-ms-range",
        *VALIDATORS,
    }
)

Values = tuple[str | None, ...]


class Agreement(NamedTuple):
    """The least is the best. Whose it was is known, or not."""

    is_unknown: bool
    strangeness: int
    first: int
    all: int
    ignored: int


class Score(NamedTuple):
    """The same, and which comes next."""

    agreement: Agreement
    is_repeated: bool
    order: int
    position: int


class Group:
    """Positions that agree in all that is compared, in order."""

    __slots__ = ("last", "waiting")

    def __init__(self) -> None:
        self.waiting: deque[int] = deque()
        self.last = -1

    def add(self, position: int) -> None:
        self.waiting.append(position)
        self.last = position

    def next(self, played: Container[int], repeats: Repeats) -> int:
        """Return the position that plays next, else -1."""
        waiting = self.waiting
        if repeats is Repeats.ALL:
            return waiting[0]
        while waiting and waiting[0] in played:
            waiting.popleft()
        if waiting:
            return waiting[0]
        return self.last if repeats is Repeats.LAST else -1


class _Bound:
    """Positions that are bound to the same, by the values of chosen names."""

    def __init__(self, identity: str = "") -> None:
        self.identity = identity
        self.positions: list[int] = []
        self._sorted: dict[tuple[str, ...], dict[Values, Group]] = {}

    def by(
        self, names: tuple[str, ...], known: Mapping[int, Fields]
    ) -> dict[Values, Group]:
        found = self._sorted.get(names)
        if found is None:
            found = self._sorted[names] = {}
            for position in self.positions:
                values = tuple(known[position].get(name) for name in names)
                found.setdefault(values, Group()).add(position)
        return found


class Equals:
    """Made by :meth:`making`. What was played is passed in: none of it is kept
    here."""

    @classmethod
    def making(
        cls,
        found: Iterable[tuple[int, Interaction]],
        matcher: Matcher,
    ) -> "Steps[Equals]":
        """Make it in steps: of thousands that takes a while. ``found`` are the
        interactions by their positions, in order, which are equal by ``matcher``; what
        does not count there decides after all else."""
        made = cls()
        yield from made._filling(found, matcher)
        return made

    def _filling(
        self, found: Iterable[tuple[int, Interaction]], matcher: Matcher
    ) -> Iterator[None]:
        off, counts = matcher.spec.off, matcher.counts.headers.counts
        self._fields: dict[int, Fields] = {}
        self._identity: dict[int, str] = {}
        each_one = []
        names: set[str] = set()
        spelled: dict[int, str] = {}
        for position, each in found:
            yield
            each_one.append((position, each))
            self._fields[position] = all_fields(each.request)
            spelled[position] = target(each.request) if matcher.spelling_tells else ""
            self._identity[position] = each.request.identity
            names.update(self._fields[position])
        if len({*spelled.values()}) > 1:
            names.add(TARGET)
            for position, text in spelled.items():
                self._fields[position] = {**self._fields[position], TARGET: text}
        self._values = {
            name: {own.get(name) for own in self._fields.values()} for name in names
        }
        differ = {name for name, values in self._values.items() if len(values) > 1}
        if HOST in differ and not any(
            map(names_own_host, (x.request for _, x in each_one))
        ):
            self._values[HOST].discard(None)  # it is not known of whom those are
        compared = filter(counts, differ - {TARGET} - TIMEOUTS)
        several = {name: self._values[name] for name in compared}
        first = _FIRST.union(n for _, each in each_one for n in vary(each.response))
        self._several = sorted(differ, key=lambda name: (name not in first, name))
        self._first, self._ignored = first & several.keys(), differ - several.keys()
        self.identities = yield from self._distinguished(each_one, matcher)
        self._bound: defaultdict[
            tuple[str, ...], defaultdict[Values, dict[str, _Bound]]
        ]
        self._bound = defaultdict(lambda: defaultdict(dict))
        self._bonds: dict[int, list[Bond]] = {}
        for position, each in each_one:
            yield
            self._bonds[position] = bonds(each, several, off, counts)
            for bond in self._bonds[position]:
                shape = tuple(name for name, _ in bond)
                values = tuple(value for _, value in bond)
                own = self._identity[position] if self.identities.tell else ""
                by_identity = self._bound[shape][values]
                by_identity.setdefault(own, _Bound(own)).positions.append(position)

    def _distinguished(
        self, found: Sequence[tuple[int, Interaction]], matcher: Matcher
    ) -> Steps[Identities]:
        if Rule.IDENTITY in matcher.spec.off or not any(self._identity.values()):
            return Identities(())
        tried = LeftOut(matcher).places(each.request for _, each in found)
        return Identities(self._identity.values(), (yield from tried))

    def __contains__(self, position: object) -> bool:
        return position in self._fields

    def __iter__(self) -> Iterator[int]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def best(
        self, asked: Asked, played: Container[int], repeats: Repeats
    ) -> int | None:
        """Return the position that is to answer: of those that may, the one that
        agrees best, and of equals the first."""
        names, wanted = self._telling(asked)
        found = [
            score
            for each in self._admitted(asked)
            for score in self._scores(each, asked, names, wanted, played, repeats)
        ]
        return min(found).position if found else None

    def _telling(self, asked: Asked) -> tuple[tuple[str, ...], Values]:
        """Return the names that tell them apart for this request, and its values: one
        that no other has tells nothing."""
        pairs = [
            (name, value)
            for name in self._several
            if (value := asked.value(name, self._values[name])) in self._values[name]
        ]
        return tuple(name for name, _ in pairs), tuple(value for _, value in pairs)

    def _admitted(self, asked: Asked) -> Iterator[_Bound]:
        for shape, by_values in self._bound.items():
            wanted = tuple(asked.value(n, self._values.get(n, ())) for n in shape)
            for text, each in by_values.get(wanted, {}).items():
                if not self.identities or self.identities.admit(text, asked.whose):
                    yield each

    def _scores(
        self,
        bound: _Bound,
        asked: Asked,
        names: tuple[str, ...],
        wanted: Values,
        played: Container[int],
        repeats: Repeats,
    ) -> Iterator[Score]:
        groups = bound.by(names, self._fields)
        found = groups
        exact = groups.get(wanted)
        if exact is not None and exact.next(played, repeats) >= 0:
            found = {wanted: exact}
        agree = self._agreement(bound.identity, asked.whose)
        for values, group in list(found.items()):
            at = group.next(played, repeats)
            if at < 0:
                del groups[values]
                continue
            again = repeats is Repeats.LAST and at in played
            found_here = agree(names, wanted, values)
            yield Score(found_here, again, -at if again else at, at)

    def _agreement(
        self, identity: str, whose: Whose
    ) -> Callable[[Sequence[str], Values, Values], Agreement]:
        """Return what says how well headers agree, of one of this identity."""
        identities = self.identities
        is_unknown = bool(identities) and not is_sure(identity)
        strange = identities.strangeness(identity, whose)
        left_out = identities.left_out(identity, whose)

        def agreement(names: Sequence[str], wanted: Values, own: Values) -> Agreement:
            triples = zip(names, wanted, own, strict=True)
            same = [name for name, one, other in triples if one == other]
            first = sum(name in self._first for name in same)
            ignored = sum(map(self._ignored.__contains__, same)) if self._ignored else 0
            rest = ignored - len(same)
            return Agreement(is_unknown, strange, -first, rest, left_out - ignored)

        return agreement

    def score(self, position: int, asked: Asked) -> Agreement:
        """Return how well one agrees; the least is the best."""
        names, wanted = self._telling(asked)
        values = tuple(self._fields[position].get(name) for name in names)
        agreement = self._agreement(self._identity[position], asked.whose)
        return agreement(names, wanted, values)

    def ranked(self, positions: Iterable[int], asked: Asked) -> list[int]:
        """Return those of the positions that may answer, the best first; equals stay
        in their order."""
        same = (at for at in positions if self.range_of(at) == asked.range)
        may = [at for at in same if self.admits(at, asked)]
        return sorted(may, key=lambda at: self.score(at, asked)) if may[1:] else may

    def range_of(self, position: int) -> str | None:
        return asked_range(self._fields[position])

    def admits(self, position: int, asked: Asked) -> bool:
        """Return whether no rule keeps this one from answering the request."""
        return not self.broken(position, asked) and self.is_theirs(position, asked)

    def identity(self, position: int) -> str:
        """Return whose it was, as it is written."""
        return self._identity[position]

    def is_theirs(self, position: int, asked: Asked) -> bool:
        """Return whether who asks may be the one whose it is."""
        return self.identities.admit(self._identity[position], asked.whose)

    def broken(self, position: int, asked: Asked) -> list[Broken]:
        """Return the fields to which this one is bound and in which the request
        differs: name, the request's value, the recorded one."""
        ways = [
            [
                (name, own, value)
                for name, value in bond
                if (own := asked.value(name, self._values.get(name, ()))) != value
            ]
            for bond in self._bonds[position]
        ]
        return min(ways, key=len)
