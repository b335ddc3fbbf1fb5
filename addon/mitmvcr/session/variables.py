"""What a test makes up, by name: a random name, a seed, today's date. Recorded, it is
handed back in a replay, whose requests are then the recorded ones."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from functools import cached_property
from urllib.parse import parse_qs, urlencode

from mitmvcr.core.deck import Deck
from mitmvcr.core.model import Headers, Interaction, Request, Response

_FORM = {"Content-Type": ["application/x-www-form-urlencoded"]}


class Variables:
    """The values of one cassette. Each stands with the first interaction that was
    recorded after it, so that it is kept as that is. ``recorded`` is what was there at
    the start; ``hide`` makes of an interaction what may be written."""

    def __init__(
        self, recorded: Deck, hide: Callable[[Interaction], Interaction]
    ) -> None:
        self._recorded, self._hide = recorded, hide
        self._waiting: dict[str, list[str]] = {}

    def value(self, name: str, fresh: str) -> str:
        """Return the value that a name has: the recorded one, else the first that was
        given, which the next interaction that is recorded will hold."""
        if name not in self.known:
            self.known[name] = fresh
            self._waiting[name] = [self._hidden(name, fresh)]
        return self.known[name]

    @cached_property
    def known(self) -> dict[str, str]:
        """Return the values so far, by name."""
        return _values(self._recorded)

    @property
    def are_waiting(self) -> bool:
        """Return whether some have no interaction yet."""
        return bool(self._waiting)

    def held(self, kept: Interaction) -> Interaction:
        """Return an interaction that is about to be written with what waits for it."""
        waiting, self._waiting = self._waiting, {}
        return _holding(kept, waiting)

    def _hidden(self, name: str, value: str) -> str:
        """Return a value as a form's field of its name may be written."""
        body = urlencode({name: value}).encode()
        asked = Request(method="POST", headers=_FORM, body=body)
        written = self._hide(Interaction(0, asked, Response())).request.body
        found = parse_qs(written.decode(), keep_blank_values=True)
        return found.get(name, [value])[0]


def without(held: Iterable[Interaction], dropped: Collection[int]) -> list[Interaction]:
    """Return the interactions that are not at these positions; the next one gets what
    was made up before one of those."""
    kept: list[Interaction] = []
    waiting: Headers = {}
    for at, each in enumerate(held):
        if at in dropped:
            waiting = {**each.request.variables, **waiting}
        else:
            kept.append(_holding(each, waiting))
            waiting = {}
    return kept


def _holding(each: Interaction, variables: Headers) -> Interaction:
    """Return it with these variables too; what was recorded first counts."""
    if not variables:
        return each
    merged = {**each.request.variables, **variables}
    return replace(each, request=replace(each.request, variables=merged))


def _values(recorded: Deck) -> dict[str, str]:
    found: dict[str, str] = {}
    for position in range(len(recorded)):
        for name, values in recorded.request(position).variables.items():
            if values:
                found.setdefault(name, values[0])
    return found
