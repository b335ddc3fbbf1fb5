"""Whose each recorded request was, and which of them have to say so.

Only at the end is it known which requests are equal apart from what was hidden in them:
till then their values are kept here, in memory, and nowhere else.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from secrets import token_hex
from typing import TYPE_CHECKING

from mitmvcr.core.choosing import ANYBODY, Identity, hints, parse_identity, salt_of
from mitmvcr.core.matching import Matcher
from mitmvcr.core.model import Interaction, Request
from mitmvcr.secrets.given import given_out, marked, marks_of

if TYPE_CHECKING:
    from mitmvcr.secrets.redactor import Redactor

#: Place -> the values that stand there. One value is nobody's: it was a placeholder.
Known = tuple[tuple[str, tuple[bytes | None, ...]], ...]
#: Finds the interactions of the cassette that a recording follows, by a URL.
Find = Callable[[Request], Iterable[Interaction]]


class Identities:
    """The identities of one recording, in its order. ``before`` finds what the
    cassette holds of the same key; ``salt`` is the cassette's, if it has one."""

    def __init__(self, matcher: Matcher, before: Find, salt: str = "") -> None:
        self._matcher, self._before, self._salt = matcher, before, salt
        self._numbers: dict[Known, int] = {}
        self._identities: list[Known] = []
        self._recorded = array("L")
        #: The URL of each, as a number.
        self._where = array("q")
        self._first: dict[int, int] = {}
        self._several: set[int] = set()
        #: Number -> what its answer gave out.
        self._given: dict[int, Sequence[bytes]] = {}
        self._chosen: Mapping[int, str] = {}
        #: The hints of values that tell accounts apart; that of a token without more.
        self._hints: dict[bytes, str] = {}

    def note(
        self,
        kept: Request,
        values: Mapping[str, Sequence[bytes | None]],
        given: Sequence[bytes] = (),
    ) -> None:
        """Note whose the next recorded request was, and the hidden values that its
        answer ``given`` out."""
        if given:
            self._given[len(self._recorded)] = given
        known = tuple((place, _sure(each)) for place, each in sorted(values.items()))
        number = self._numbers.setdefault(known, len(self._numbers))
        if number == len(self._identities):
            self._identities.append(known)
        self._recorded.append(number)
        key = self._url(kept)
        self._where.append(key)
        is_other = self._first.setdefault(key, number) != number
        if is_other or any(each.request.identity for each in self._before(kept)):
            self._several.add(key)

    def _url(self, request: Request) -> int:
        return hash((request.method, self._matcher.bucket(request.url)))

    @property
    def are_several(self) -> bool:
        """Return whether requests for one URL had different ones, or some that the
        cassette tells apart."""
        return bool(self._several)

    def find(self, request_at: Callable[[int], Request]) -> dict[int, int]:
        """Return what has to be written anew, each in its own place. ``request_at``
        reads a recorded request, which takes its time."""
        groups: defaultdict[Hashable, list[tuple[int, Request]]] = defaultdict(list)
        for number, where in enumerate(self._where):
            if where in self._several:
                request = request_at(number)
                key = self._matcher.bucket(request.url), self._matcher.rests(request)[0]
                groups[key].append((number, request))
        found: dict[int, str] = {}
        for group in groups.values():
            found |= self._distinguished([n for n, _ in group], group[0][1])
        self._chosen = found
        return {number: number for number in (*found, *(self._given if found else ()))}

    def place(self, number: int, written: Interaction) -> Interaction:
        """Return what was found with whose it was, and with hints in what it gave
        out."""
        given = self._given.get(number, ())
        new = marked(written, marks_of(self._hints, given)) if given else written
        return new.belonging_to(self._chosen.get(number))

    def _distinguished(self, numbers: Sequence[int], one: Request) -> dict[int, str]:
        """Return the identities of equal requests, with the places in which they
        differ."""
        known = {n: dict(self._identities[self._recorded[n]]) for n in numbers}
        sure = {n: each for n, each in known.items() if not _is_unsure(each)}
        earlier = [
            e for i in self._before(one) if (e := parse_identity(i.request.identity))
        ]
        places = {place for each in earlier for place in each.hints}
        for place in {place for each in sure.values() for place in each}:
            if len({each.get(place) for each in sure.values()}) > 1:
                places.add(place)
        if not places:
            return {}
        salt = earlier[0].salt if earlier else self._own_salt()
        told = {place: _hints(place, sure.values(), salt) for place in sorted(places)}
        for place, hints_of in told.items():
            self._note_hints(place, hints_of)
        return {
            n: _written(each, told, salt) if n in sure else f"{salt} {ANYBODY}"
            for n, each in known.items()
        }

    def _note_hints(self, place: str, found: Mapping[bytes, str]) -> None:
        """Note the longest hint of each value: it fits wherever a shorter one does."""
        for value, hint in found.items():
            parted = place.endswith("authorization")
            for each in (value, value.partition(b" ")[2] if parted else b""):
                if each and len(hint) > len(self._hints.get(each, "")):
                    self._hints[each] = hint

    def _own_salt(self) -> str:
        self._salt = self._salt or token_hex(4)
        return self._salt


def with_identities(
    redactor: "Redactor", met: Sequence[Interaction]
) -> list[Interaction]:
    """Return the interactions as they may be written, with whose they were."""
    known = redactor.memory.size
    kept = [redactor.interaction(each) for each in met]
    if redactor.memory.size > known:  # what was learned late stands earlier too
        kept = [redactor.interaction(each) for each in met]
    identities = Identities(Matcher(), lambda _: (), salt_of([*met]))
    for one, other in zip(met, kept, strict=True):
        values = redactor.whose_recorded(one.request, other.request)
        identities.note(other.request, values, given_out(one.response, other.response))
    identities.find(lambda number: kept[number].request)
    return [
        each if each.request.identity else identities.place(number, each)
        for number, each in enumerate(kept)
    ]


def answered_differently(interactions: Iterable[Interaction]) -> int:
    """Count the requests that are there more than once, with another answer, and do not
    say whose they were."""
    matcher = Matcher()
    answers: defaultdict[Hashable, set[tuple[int, int]]] = defaultdict(set)
    for each in interactions:
        asked, said = each.request, each.response
        if not asked.identity:
            key = matcher.bucket(asked.url), matcher.rests(asked)[0]
            answers[key].add((said.code, hash(said.body)))
    return sum(len(each) > 1 for each in answers.values())


def _is_unsure(known: Mapping[str, Sequence[bytes | None]]) -> bool:
    return any(None in values for values in known.values())


def _sure(values: Sequence[bytes | None]) -> tuple[bytes | None, ...]:
    """Return values without hints that a replay gave out: they are no values here."""
    return tuple(None if v and v.startswith(b"[REDACTED:") else v for v in values)


def _hints(
    place: str, known: Iterable[Mapping[str, Sequence[bytes | None]]], salt: str
) -> dict[bytes, str]:
    return hints({v for each in known for v in each.get(place, ()) if v}, salt)


def _written(
    own: Mapping[str, Sequence[bytes | None]],
    short: Mapping[str, Mapping[bytes, str]],
    salt: str,
) -> str:
    told = {
        place: "+".join(of[value] for value in own[place] if value)
        for place, of in short.items()
        if place in own
    }
    return str(Identity(salt, told))
