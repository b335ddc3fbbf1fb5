"""Why an interaction that is equal to a request does not answer it."""

from typing import NamedTuple

from mitmvcr.core.choosing.equals import Equals
from mitmvcr.core.choosing.rules import RANGE, Asked, Broken, is_condition, is_operation
from mitmvcr.core.matching import Rule


class Objection(NamedTuple):
    """The rule, and the header or hidden value that it is about: as requested and as
    recorded, None where there is none. ``several`` is how many different hidden values
    were recorded, if the request's is none of them."""

    rule: Rule
    name: str
    asked: str | None = None
    recorded: str | None = None
    several: int = 0


class Objections:
    """What speaks against the equals of a request."""

    def __init__(self, asked: Asked, equals: Equals) -> None:
        self._asked, self._equals = asked, equals

    def to(self, position: int) -> list[Objection]:
        """Return what speaks against one of them."""
        if position not in self._equals:
            return []
        broken = self._equals.broken(position, self._asked)
        found = list(map(_by_field, broken))
        if not self._equals.is_theirs(position, self._asked):
            found.append(self._by_identity(position))
        return found

    def _by_identity(self, position: int) -> Objection:
        whose, identities = self._asked.whose, self._equals.identities
        strange = identities.strange(whose)
        if strange is not None:
            place, count, has_one = strange
            return Objection(
                Rule.IDENTITY, place, "another" if has_one else None, several=count
            )
        return Objection(
            Rule.IDENTITY, identities.differs(self._equals.identity(position), whose)
        )


def by_vary(broken: Broken) -> Objection:
    """Return a header that the recorded answer depends on."""
    return Objection(Rule.VARY, *broken)


def _by_field(broken: Broken) -> Objection:
    name, asked, recorded = broken
    if name == RANGE:
        return Objection(Rule.RANGE, "range", asked, recorded)
    rule = Rule.OPERATION if is_operation(name) else Rule.VARY
    if is_condition(name):
        rule = Rule.VALIDATORS
    return Objection(rule, name, asked, recorded)
