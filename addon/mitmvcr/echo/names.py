"""Which recorded id each id of a replay's client stands for. Of two interactions that
differ only in their ids the one is meant whose ids came together with these before."""

from collections.abc import Sequence
from dataclasses import replace

from mitmvcr.core.model import Request
from mitmvcr.echo.places import values
from mitmvcr.miss.freshness import made_up

#: What two requests do not have in common by chance.
_NAMING = ("a UUID", "a hexadecimal id", "an object id", "a ULID", "a random id")
#: So many ids are remembered, and so large bodies are looked into.
_MANY, _LARGE = 5000, 1 << 16

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

    def note(self, pairs: Pairs) -> None:
        """Remember which ids came together."""
        for old, new in pairs:
            if len(self._live) < _MANY:
                self._live.setdefault(old, new)
                self._recorded.setdefault(new, old)


def pairs_of(recorded: Request, live: Request) -> Pairs:
    """Return the ids in which two requests differ, place by place."""
    if recorded.url == live.url and recorded.body == live.body:
        return ()
    if max(len(recorded.body), len(live.body)) > _LARGE:
        recorded, live = (replace(each, body=b"") for each in (recorded, live))
    theirs = values(live)
    return [
        (old, new)
        for place, old in values(recorded).items()
        if isinstance(old, str)
        and isinstance(new := theirs.get(place), str)
        and old != new
        and place.kind not in ("header", "boundary", "text")
        and made_up(old) in _NAMING
        and made_up(new) in _NAMING
    ]
