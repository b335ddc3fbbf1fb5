"""What a recording's clients made up and its responses repeat: of their own request, or
of an earlier one, as a nonce that comes back in an id_token, or the name of an object
in a list."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import chain

from mitmvcr.core.model import Interaction
from mitmvcr.core.searching import each_match
from mitmvcr.echo.finding import candidates, echoes, is_made_up, said
from mitmvcr.echo.places import Place, Value

_BYTES = ("utf-8", "surrogateescape")
#: How the place is written where the value was in an earlier request.
EARLIER = "earlier"
_WORD = re.compile(rb"[\w~-]{8,}")
#: So many values are remembered.
_MANY = 2000
#: So many are looked for one by one, which is faster than each word of the response.
_FEW = 64
#: To search a larger body costs more than to look closely at what may be in it.
_LARGE = 1 << 16


class EchoFinder:
    """Finds the echoes of one recording, and remembers what its requests made up.

    ``repeated`` is what a later response has repeated of it: where :meth:`with_source`
    has something to do.
    """

    def __init__(self) -> None:
        self._places: dict[bytes, Place] = {}
        self._repeated: set[bytes] = set()

    @property
    def repeated(self) -> tuple[bytes, ...]:
        return tuple(self._repeated)

    def with_echoes(self, kept: Interaction) -> Interaction:
        """Return an interaction with its echoes, and remember what its request made up;
        itself where there are none."""
        among = candidates(kept.request)
        if len(kept.response.body) > _LARGE:
            among = [each for each in among if is_made_up(*each)]
        if not among and not self._places:
            return kept
        answer = said(kept.response)
        places = list(map(str, echoes(answer, among)))
        own = dict(_made_up(among))
        if self._places:
            earlier = self._found(answer, own)
            places += [f"{EARLIER}.{self._places[each]}" for each in earlier]
            self._repeated.update(earlier)
        for value, place in own.items():
            if len(self._places) < _MANY:
                self._places.setdefault(value, place)
        return _with(kept, places)

    def _found(self, answer: Iterable[bytes], own: Collection[bytes]) -> list[bytes]:
        known = self._places.keys() - own
        if len(known) <= _FEW:
            return [
                word for word in self._places if word in known and _has(answer, word)
            ]
        words = chain.from_iterable(map(_WORD.findall, answer))
        return [word for word in dict.fromkeys(words) if word in known]

    def with_source(self, written: Interaction) -> Interaction:
        """Return a written interaction with the places of what a later response
        repeats."""
        made_up = _made_up(candidates(written.request))
        return _with(written, [str(p) for v, p in made_up if v in self._repeated])


def _has(answer: Iterable[bytes], word: bytes) -> bool:
    """Return whether it stands there as a whole word."""
    return any(True for part in answer for _ in each_match(_whole(word), word, part))


@lru_cache(maxsize=_FEW)
def _whole(word: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"(?<![\w~-])" + re.escape(word) + rb"(?![\w~-])")


def _with(interaction: Interaction, more: Iterable[str]) -> Interaction:
    old = interaction.request.echoes
    new = tuple(dict.fromkeys((*old, *more)))
    if len(new) == len(old):
        return interaction
    return replace(interaction, request=replace(interaction.request, echoes=new))


def _made_up(
    among: Iterable[tuple[Place, Value]],
) -> Iterator[tuple[bytes, Place]]:
    """Yield what a request made up; a header names a request, and nothing of later."""
    for place, value in among:
        if place.kind in ("header", "boundary") or not isinstance(value, str):
            continue
        raw = value.encode(*_BYTES)
        if _WORD.fullmatch(raw) and is_made_up(place, value):
            yield raw, place
