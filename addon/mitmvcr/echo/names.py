"""Which recorded id each id of a replay's client stands for. Of two interactions that
differ only in their ids the one is meant whose ids came together with these before."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from mitmvcr.core.model import Request
from mitmvcr.echo.places import Place, Value, values
from mitmvcr.miss.freshness import made_up

#: What two requests do not have in common by chance.
_NAMING = ("a UUID", "a hexadecimal id", "an object id", "a ULID", "a random id")
#: So many ids are remembered, and so large bodies are looked into.
_MANY, LARGE = 100_000, 1 << 16

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
            if len(self._live) < _MANY:
                self._live.setdefault(old, new)
                self._recorded.setdefault(new, old)


@lru_cache(maxsize=4096)
def is_id(value: Value) -> bool:
    """Return whether a value is an id that no two requests have by chance."""
    return isinstance(value, str) and made_up(value) in _NAMING


def ids_of(request: Request) -> Sequence[str]:
    """Return the ids of a request."""
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
