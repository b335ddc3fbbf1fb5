"""Which of the interactions that are equal to a request by what counts is its own: told
apart by what does not, the values that the request has as they were recorded, and by
the ids of the client, which stand for recorded ones. Of two that differ only in their
ids the one is meant whose ids came together with these before."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from mitmvcr.core.choosing import fields
from mitmvcr.core.matching import Matcher
from mitmvcr.core.model import Request
from mitmvcr.core.steps import Steps
from mitmvcr.echo.places import Place, Value, values
from mitmvcr.miss.freshness import made_up, pieces
from mitmvcr.miss.moments import NUMBER, Span

#: What two requests do not have in common by chance.
_NAMING = ("a UUID", "a hexadecimal id", "an object id", "a ULID", "a random id")
#: So many ids are remembered, and so large bodies are looked into.
_MOST_IDS, LARGE = 100_000, 1 << 16

#: A recorded id, and the live one in its place.
Pairs = Sequence[tuple[str, str]]


class Names:
    """What was seen so far, of recorded and of live ids."""

    def __init__(self) -> None:
        self._live: dict[str, str] = {}
        self._recorded: dict[str, str] = {}

    def fit(self, pairs: Pairs) -> bool:
        """Return whether no id of these stood for another one before."""
        return all(
            self._live.get(old, new) == new and self._recorded.get(new, old) == old
            for old, new in pairs
        )

    def are_free(self, pairs: Pairs) -> bool:
        """Return whether no recorded id of these had another live one before."""
        return all(self._live.get(old, new) == new for old, new in pairs)

    def recorded(self, live: str) -> str | None:
        """Return what a live id stood for before."""
        return self._recorded.get(live)

    def note(self, pairs: Pairs) -> None:
        """Remember which ids came together."""
        for old, new in pairs:
            if len(self._live) < _MOST_IDS:
                self._live.setdefault(old, new)
                self._recorded.setdefault(new, old)


@lru_cache(maxsize=4096)
def is_id(value: Value) -> bool:
    """Return whether a value is an id that no two requests have by chance."""
    return isinstance(value, str) and made_up(value) in _NAMING


def ids_of(request: Request) -> Sequence[str]:
    if len(request.body) > LARGE:
        request = replace(request, body=b"")
    found = values(request)
    return [str(v) for place, v in found.items() if _may_name(place) and is_id(v)]


def _may_name(place: Place) -> bool:
    return place.kind not in ("header", "boundary", "text")


def pairs_of(recorded: Request, live: Request) -> Pairs:
    """Return the ids in which two requests differ, place by place."""
    if recorded.url == live.url and recorded.body == live.body:
        return ()
    if max(len(recorded.body), len(live.body)) > LARGE:
        recorded, live = (replace(each, body=b"") for each in (recorded, live))
    theirs = values(live)
    return [
        (str(old), str(new))
        for place, old in values(recorded).items()
        if _may_name(place)
        and old != (new := theirs.get(place))
        and is_id(old)
        and is_id(new)
    ]


#: So many places are looked at in which they differ.
_MOST_PLACES = 200
#: In seconds: what is as near to the present is told by a clock.
_NEAR = 60
#: What a value is where there is none; no value is written so.
_ABSENT = "\0"
#: Compares requests whole.
_WHOLE = Matcher()

Said = Mapping[Place, str]


class Rivals:
    """Those that :meth:`filling` was given. ``headers``: only in these they may
    differ."""

    def __init__(self, *, headers: bool) -> None:
        self._headers = headers
        self._whole: dict[int, list[int]] = {}
        #: By the hash of their bytes.
        self._same: dict[int, list[int]] = {}
        #: What each says otherwise than the first.
        self._other: dict[int, Said] = {}
        self._base: Said | None = None
        self._places: list[Place] = []
        self._at: dict[tuple[Place, str], set[int]] = {}

    def filling(self, requests: Iterable[tuple[int, Request]]) -> Steps[None]:
        """Take in the requests that were recorded, by position."""
        for position, request in requests:
            yield
            for key in () if self._headers else _keys(request):
                self._whole.setdefault(key, []).append(position)
            self._same.setdefault(_bytes_of(request), []).append(position)
            said = self._told(request)
            self._base = base = said if self._base is None else self._base
            self._other[position] = dict(_differences(base, said))
        differ = dict.fromkeys(p for each in self._other.values() for p in each)
        self._places = [*differ][:_MOST_PLACES]
        for position in self._other:
            yield
            for place in self._places:
                known = self._at.setdefault((place, self._of(position, place)), set())
                known.add(position)

    def __iter__(self) -> Iterator[int]:
        return iter(self._other)

    def _told(self, request: Request) -> Said:
        """Return what a request says, by place."""
        found: dict[Place, str] = {
            Place("header", name): text
            for name, text in fields(request.headers).items()
        }
        if self._headers:
            return found
        if len(request.body) > LARGE:
            request = replace(request, body=b"")
        for place, value in values(request).items():
            if place.kind not in ("header", "boundary"):
                found[place] = value if isinstance(value, str) else f"\0{value!r}"
        return found

    def _of(self, position: int, place: Place) -> str:
        return self._other[position].get(place) or (self._base or {}).get(
            place, _ABSENT
        )

    def said(self, request: Request) -> Said:
        """Return what a live request says where they differ."""
        told = self._told(request)
        return {place: told.get(place, _ABSENT) for place in self._places}

    def pairs(self, position: int, said: Said) -> Pairs:
        """Return a recorded request's ids and those of the live one."""
        both = ((self._of(position, place), new) for place, new in said.items())
        return [(old, new) for old, new in both if is_id(new) and is_id(old)]

    def whole(self, request: Request, said: Said, now: float) -> list[int]:
        """Return the positions at which this very request was recorded, first those
        with the same bytes; none where it may be so since both were asked now."""
        if self._headers:
            return []
        found = dict.fromkeys(self._same.get(_bytes_of(request), ()))
        found.update(
            (at, None) for key in _keys(request) for at in self._whole.get(key, ())
        )
        if found and any(_tells_now(place, text, now) for place, text in said.items()):
            return []
        return [*found]

    def standing(self, said: Said, names: Names) -> Iterator[set[int]]:
        """Yield, for each id that stood for a recorded one, the positions that have
        it."""
        for place, text in said.items():
            old = names.recorded(text)
            found = self._at.get((place, old)) if old is not None else None
            if found:
                yield found

    def agreeing(self, said: Said, names: Names, now: float) -> Iterator[set[int]]:
        """Yield, for each value that stands for itself, the positions that have it;
        those of headers are left to who ranks."""
        for place, text in said.items():
            found = self._at.get((place, text))
            if not found or place.kind == "header" or _tells_now(place, text, now):
                continue
            if names.recorded(text) in (None, text):
                yield found


def _bytes_of(request: Request) -> int:
    return hash((request.method, request.url, request.body))


def _keys(request: Request) -> list[int]:
    bucket: Hashable = _WHOLE.bucket(request.url)
    return [hash((bucket, rest)) for rest in _WHOLE.rests(request)]


def _differences(base: Said, said: Said) -> Iterator[tuple[Place, str]]:
    if base is said:
        return
    for place, text in said.items():
        if base.get(place) != text:
            yield place, text
    for place in base.keys() - said.keys():
        yield place, _ABSENT


def _tells_now(place: Place, text: str, now: float) -> bool:
    """Return whether a value holds the present, which tells nothing: what was recorded
    a moment ago has the same."""
    if place.kind == "header":
        return False
    span = Span(now - _NEAR, now + _NEAR)
    number = text.removeprefix("\0")
    if NUMBER.fullmatch(number.partition(".")[0]):
        return span.holds_number(number)
    return any(map(span.holds_piece, pieces(text)))


class Field(NamedTuple):
    """Who may answer. ``taken`` is the position that would, by what counts; ``ranked``
    returns those of some positions that no rule keeps from it, the best first, of
    equals the first;
    ``again``: for an id that stood for one of them also what was used up."""

    taken: int
    is_open: Callable[[int], bool]
    ranked: Callable[[Iterable[int]], list[int]]
    again: bool


class Choice(NamedTuple):
    """A request that looks for its own; ``now`` is the present in Unix seconds."""

    rivals: Rivals
    names: Names
    field: Field
    now: float

    def of(self, request: Request) -> int:
        """Return its position: as it was recorded, else what has the most in common
        with it and no other id, else the first whose ids are free. Note the ids."""
        said = self.rivals.said(request)
        whole = self.rivals.whole(request, said, self.now)
        open_ones = self.field.ranked(filter(self.field.is_open, whole))
        found = next((at for at in open_ones if self._fits(at, said)), None)
        at = self._by_values(said) if found is None else found
        self.names.note(self.rivals.pairs(at, said))
        return at

    def _by_values(self, said: Said) -> int:
        agreeing = _in_common([*self._standing(said), *self._agreeing(said)])
        for at in self.field.ranked(sorted(agreeing)):
            if self._fits(at, said):
                return at
        if self._fits(self.field.taken, said):
            return self.field.taken
        return self._by_order(said)

    def _by_order(self, said: Said) -> int:
        """Return the first whose ids stood for no others, or whose ids are free."""
        ranked = self.field.ranked(filter(self.field.is_open, self.rivals))
        for at in ranked:
            if self._fits(at, said):
                return at
        pairs = self.rivals.pairs
        free = (at for at in ranked if self.names.are_free(pairs(at, said)))
        return next(free, self.field.taken)

    def _fits(self, at: int, said: Said) -> bool:
        return self.names.fit(self.rivals.pairs(at, said))

    def _standing(self, said: Said) -> list[set[int]]:
        sets = map(self._usable, self.rivals.standing(said, self.names))
        return sorted(sets, key=len)

    def _usable(self, found: set[int]) -> set[int]:
        left = set(filter(self.field.is_open, found))
        return left or ({max(found)} if self.field.again else left)

    def _agreeing(self, said: Said) -> list[set[int]]:
        sets = self.rivals.agreeing(said, self.names, self.now)
        return sorted((set(filter(self.field.is_open, e)) for e in sets), key=len)


def _in_common(sets: Iterable[set[int]]) -> set[int]:
    """Return what most of the sets have in common, beginning with the first."""
    found: set[int] = set()
    for each in sets:
        found = (found & each) or found or each
    return found
