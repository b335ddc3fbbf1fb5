"""Values that a test makes up, by name: a random name, a seed, today's date. They are
recorded and handed back in a replay, which then makes the recorded requests."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property

from mitmvcr.core.deck import Deck
from mitmvcr.core.errors import CassetteError, VcrError
from mitmvcr.core.jsontext import (
    Value,
    handed_on,
    holding,
    read_value,
    write_value,
)
from mitmvcr.core.model import Headers, Interaction, Request, Response


class UnknownVariableError(VcrError):
    """A strict replay has no value for ``variable``."""

    remedy = "record the cassette anew, with mode record_only"

    def __init__(self, variable: str) -> None:
        self.variable = variable
        super().__init__(f"{variable}: was not recorded", remedy=self.remedy)


class Variables:
    """The values of one cassette. Each is kept with the first interaction that was
    recorded after it. ``recorded`` is the deck at the start; ``hide`` redacts an
    interaction; ``is_strict``: a name that was not recorded has no value."""

    def __init__(
        self,
        recorded: Deck,
        hide: Callable[[Interaction], Interaction],
        *,
        is_strict: bool,
    ) -> None:
        self._recorded, self._hide, self._is_strict = recorded, hide, is_strict
        self._waiting: Headers = {}

    def values(self, fresh: Mapping[str, Value]) -> dict[str, Value]:
        """Return the value of each name: the recorded one, else the first that was
        given, which will be kept with the next recorded interaction.

        Raises UnknownVariableError, and then keeps no value.
        """
        unknown = [name for name in fresh if name not in self.known]
        if unknown and self._is_strict:
            raise UnknownVariableError(unknown[0])
        hidden = self._hidden({name: write_value(fresh[name]) for name in unknown})
        self.known.update((name, fresh[name]) for name in unknown)
        self._waiting = {**self._waiting, **hidden}
        return {name: self.known[name] for name in fresh}

    @cached_property
    def known(self) -> dict[str, Value]:
        """Return the values so far, by name. Raises CassetteDamagedError."""
        return _values(self._recorded)

    @property
    def are_waiting(self) -> bool:
        """Return whether some values have no interaction yet."""
        return bool(self._waiting)

    def held(self, kept: Interaction) -> Interaction:
        """Return an interaction that is about to be written with the values waiting for
        it."""
        waiting, self._waiting = self._waiting, {}
        return holding(kept, waiting)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Let the values wait on where what holds them cannot be written."""
        waiting = self._waiting
        try:
            yield
        except CassetteError:
            self._waiting = {**waiting, **self._waiting}
            raise

    def _hidden(self, written: Headers) -> Headers:
        """Return values as they may be written."""
        if not written:
            return written
        met = Interaction(0, Request(method="POST", variables=written), Response())
        return self._hide(met).request.variables


def without(held: Sequence[Interaction], dropped: Collection[int]) -> list[Interaction]:
    """Return the interactions that are not at these positions; the variables of one
    that is dropped move to another one."""
    kept = [at for at in range(len(held)) if at not in dropped]
    handed = handed_on(len(held), {*kept}, lambda at: held[at].request.variables)
    return [holding(held[at], handed.get(at, {})) for at in kept]


def _values(recorded: Deck) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for position in range(len(recorded)):
        for name, items in recorded.request(position).variables.items():
            if items:
                found.setdefault(name, read_value(items))
    return found
