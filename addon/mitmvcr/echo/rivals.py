"""Interactions that are equal to a request by what counts, told apart by what does not:
the values that the request has as they were recorded, and the ids that stand for
recorded ones."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import replace

from mitmvcr.core.choosing import fields
from mitmvcr.core.matching import Matcher
from mitmvcr.core.model import Request
from mitmvcr.core.steps import Steps
from mitmvcr.echo.names import LARGE, Names, Pairs, is_id
from mitmvcr.echo.places import Place, values
from mitmvcr.miss.freshness import pieces
from mitmvcr.miss.moments import NUMBER, Span

#: So many places are looked at in which they differ.
_MANY = 200
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
        self._places = [*differ][:_MANY]
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
