"""What a client made up in one request and the response to a later one repeats: a nonce
that comes back in an id_token, the name of an object in a list."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice

from mitmvcr.core.model import Interaction, Request
from mitmvcr.core.searching import each_match
from mitmvcr.echo.finding import is_made_up, may_be, said
from mitmvcr.echo.places import Place, values

_BYTES = ("utf-8", "surrogateescape")
#: How the place is written where the value was in an earlier request.
EARLIER = "earlier"
_WORD = re.compile(rb"[\w~-]{8,}")
#: So many values are remembered.
_MANY = 2000
#: So many are looked for one by one, which is faster than each word of the response.
_FEW = 64


class Earlier:
    """Remembers what the requests of a recording made up. ``repeated`` is what a later
    response has repeated of it: where :meth:`with_source` has something to do."""

    def __init__(self) -> None:
        self._places: dict[bytes, Place] = {}
        self._repeated: set[bytes] = set()

    @property
    def repeated(self) -> tuple[bytes, ...]:
        return tuple(self._repeated)

    def noted(self, kept: Interaction) -> Interaction:
        """Return an interaction with what its response repeats of earlier requests, and
        remember what its own request made up."""
        own = dict(_made_up(kept.request))
        found = self._found(kept, own) if self._places else []
        for value, place in own.items():
            if len(self._places) < _MANY:
                self._places.setdefault(value, place)
        self._repeated.update(found)
        return _with(kept, (f"{EARLIER}.{self._places[each]}" for each in found))

    def _found(self, kept: Interaction, own: Collection[bytes]) -> list[bytes]:
        answer = said(kept.response)
        words = self._places.keys() - own
        if len(words) <= _FEW:
            found = [(match.start(), w) for w in words for match in _first(w, answer)]
            return [word for _, word in sorted(found)]
        return [w for w in dict.fromkeys(_WORD.findall(answer)) if w in words]

    def with_source(self, written: Interaction) -> Interaction:
        """Return a written interaction with the places of what a later response
        repeats."""
        found = [str(p) for v, p in _made_up(written.request) if v in self._repeated]
        return _with(written, found)


def _first(word: bytes, answer: bytes) -> Iterator[re.Match[bytes]]:
    """Yield where a word stands first as a whole one."""
    return islice(each_match(_whole(word), word, answer), 1)


@lru_cache(maxsize=_FEW)
def _whole(word: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"(?<![\w~-])" + re.escape(word) + rb"(?![\w~-])")


def _with(interaction: Interaction, more: Iterable[str]) -> Interaction:
    old = interaction.request.echoes
    new = tuple(dict.fromkeys((*old, *more)))
    if len(new) == len(old):
        return interaction
    return replace(interaction, request=replace(interaction.request, echoes=new))


def _made_up(request: Request) -> Iterator[tuple[bytes, Place]]:
    """Yield what a request made up; a header names a request, and nothing of later."""
    for place, value in values(request).items():
        if place.kind in ("header", "boundary") or not isinstance(value, str):
            continue
        raw = value.encode(*_BYTES)
        if _WORD.fullmatch(raw) and may_be(place, value) and is_made_up(place, value):
            yield raw, place
