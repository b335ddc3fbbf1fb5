"""Whose requests they were: hints that distinguish hidden values without revealing any.

A hint is a few bits of an HMAC with the cassette's salt, in letters. One guess at a
value in 1,024 fits by chance, so a hint confirms no guess, though it excludes most.
"""

import hmac
import re
from base64 import b32encode
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from mitmvcr.core.model import Interaction

#: Place -> the values that stand there, in order; None for one that may be any.
Values = Mapping[str, Sequence[bytes | None]]
#: Letters of a hint, of five bits each. Two that are alike get more.
LENGTH = 2
#: The place of a placeholder that may stand for a value anywhere.
ANY = "*"
#: Before a place whose value may differ in each run: an equal value comes
#: first, but no request is refused an answer for its value.
SOFT = "~"
#: Written for a request that sent a placeholder, among others whose owner is known.
ANYBODY = f"{ANY}=any"
#: What a replay gave out for a value of which this is the hint.
_GIVEN = re.compile(rb"\[REDACTED:--([a-z2-7]+)\]")
_NAMED = re.compile(rb"<[A-Za-z_][A-Za-z0-9_]*>")
_SALT = re.compile(r"[a-z0-9]+")
_ABSENT = ""


class Identity(NamedTuple):
    """As it is written: ``SALT password=x4 key=ab+q7``; the salt alone where a request
    had nothing to hide."""

    salt: str
    hints: Mapping[str, str]

    def __str__(self) -> str:
        pairs = (f"{place}={hint}" for place, hint in sorted(self.hints.items()))
        return " ".join([self.salt, *pairs])


@lru_cache(maxsize=1024)
def parse_identity(text: str) -> Identity | None:
    """Read an identity; None where there is none, or it is not as it is written."""
    salt, *pairs = text.split(" ")
    split = [pair.rpartition("=") for pair in pairs]
    if not _SALT.fullmatch(salt) or not all(p and hint for p, _, hint in split):
        return None
    return Identity(salt, {place: hint for place, _, hint in split})


def salt_of(interactions: Sequence[Interaction]) -> str:
    """Return the salt of a cassette that is in memory, else an empty text. A cassette
    keeps its salt when it is recorded again, so that comparing its versions reveals
    nothing more."""
    if not isinstance(interactions, list):
        return ""
    texts = (each.request.identity for each in interactions)
    return next((found.salt for text in texts if (found := parse_identity(text))), "")


def is_sure(text: str) -> bool:
    """Return whether the owner is known."""
    return bool(text) and not text.endswith(ANYBODY)


def _sure(text: str) -> Identity | None:
    """Return an identity whose owner is known; None where it is anybody's."""
    return parse_identity(text) if is_sure(text) else None


def letters(value: bytes, salt: str) -> str:
    """Return all letters of a value; a hint is the first few. The placeholder of a
    named variable stands for itself, and one that a replay gave out for the value
    behind it."""
    if _NAMED.fullmatch(value):
        return value.decode()
    if found := _GIVEN.fullmatch(value):
        return found[1].decode()
    digest = hmac.digest(salt.encode(), value, "sha256")
    return b32encode(digest).decode().rstrip("=").lower()


class Whose:
    """Whose request is to be answered, as far as it shows. ``find`` returns the hidden
    values of the request, which most requests never need."""

    def __init__(self, find: Callable[[], Values]) -> None:
        self._find = find
        self._values: Values | None = None

    def at(self, place: str, salt: str) -> list[str | None]:
        """Return the letters of each value in a place; None for one that may be any."""
        if self._values is None:
            self._values = self._find()
        found = self._values.get(place)
        if found is None:
            found = self._values.get(ANY, ())
            found = found if len(found) < 2 else (None,)
        return [None if value is None else letters(value, salt) for value in found]

    def is_elsewhere(self, place: str) -> bool:
        """Return whether what :meth:`at` returns may stand in another place."""
        return self._values is not None and place not in self._values


class Identities:
    """The identities of requests that are equal otherwise. A difference in a place that
    is ``left_out`` refuses nobody an answer."""

    def __init__(
        self, texts: Iterable[str], left_out: Collection[str] = frozenset()
    ) -> None:
        known = [found for text in set(texts) if (found := _sure(text)) is not None]
        places = {place for each in known for place in each.hints}
        differ = {
            place: states
            for place in sorted(places)
            if len(states := {each.hints.get(place, _ABSENT) for each in known}) > 1
        }
        self._soft = tuple(place for place in differ if place.startswith(SOFT))
        self._left_out = tuple(place for place in differ if place in left_out)
        tells = differ.keys() - {*self._soft, *self._left_out}
        self._states = {p: s for p, s in differ.items() if p in tells}
        self._salt = known[0].salt if known else ""

    def __bool__(self) -> bool:
        """Return whether there are several."""
        return bool(self._states)

    @property
    def tell(self) -> bool:
        """Return whether the owner of a request matters, if only for the order."""
        return bool(self._states or self._soft or self._left_out)

    def strangeness(self, text: str, whose: Whose) -> int:
        """Count the soft places in which a request differs from this identity."""
        return _strangeness(self._soft, text, whose)

    def left_out(self, text: str, whose: Whose) -> int:
        """Count the places that are left out in which a request differs."""
        return _strangeness(self._left_out, text, whose)

    def admit(self, text: str, whose: Whose) -> bool:
        """Return whether a request may get an answer recorded for this identity."""
        known = _sure(text)
        return known is None or all(
            self._fits(place, known, whose) for place in self._states
        )

    def differs(self, text: str, whose: Whose) -> str:
        """Return the first place in which a request does not fit this identity."""
        known = _sure(text)
        places = (p for p in self._states if known and not self._fits(p, known, whose))
        return next(places, "")

    def _fits(self, place: str, known: Identity, whose: Whose) -> bool:
        wanted = known.hints.get(place, _ABSENT)
        asked = whose.at(place, known.salt)
        if not asked:
            return wanted == _ABSENT
        others = self._states[place] - {_ABSENT}
        fitting = [hint for hint in others if _agree(hint, asked)]
        if not fitting and whose.is_elsewhere(place):
            return wanted == _ABSENT
        if len(others) == 1 and wanted:
            return True
        longest = max(map(len, fitting), default=0)
        return wanted in fitting and (None in asked or len(wanted) == longest)

    def strange(self, whose: Whose) -> tuple[str, int, bool] | None:
        """Return the first place in which a request fits no identity: its name, how
        many values were recorded there, and whether the request has one; None where
        there is no such place."""
        for place, states in self._states.items():
            asked = whose.at(place, self._salt)
            others = states - {_ABSENT}
            if not asked or (_ABSENT in states and whose.is_elsewhere(place)):
                is_known = _ABSENT in states
            else:
                is_known = len(others) == 1 or any(_agree(h, asked) for h in others)
            if not is_known:
                return place, len(others), bool(asked)
        return None


def _strangeness(places: Sequence[str], text: str, whose: Whose) -> int:
    if not places:
        return 0
    known = _sure(text)
    if known is None:
        return 1  # it may be anybody's, and a known owner has an answer of their own
    pairs = (
        (known.hints.get(place, _ABSENT), whose.at(place, known.salt))
        for place in places
    )
    return sum(
        not _agree(hint, asked) if hint and asked else bool(hint or asked)
        for hint, asked in pairs
    )


def _agree(hint: str, asked: Sequence[str | None]) -> bool:
    hints = hint.split("+")
    return None in asked or (
        len(hints) == len(asked)
        and all(str(v).startswith(h) for h, v in zip(hints, asked, strict=True))
    )


def hints(values: Iterable[bytes], salt: str) -> dict[bytes, str]:
    """Return a hint for each value, with as many letters as distinguish them."""
    known = {value: letters(value, salt) for value in values}
    return {value: _hint(own, known.values()) for value, own in known.items()}


def _hint(own: str, known: Collection[str]) -> str:
    length = LENGTH
    while sum(each.startswith(own[:length]) for each in known) > 1:
        length += 1
    return own if own.startswith("<") else own[:length]
