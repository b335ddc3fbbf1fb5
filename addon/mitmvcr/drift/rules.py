"""What an API's change is called, and how much it matters.

docs/refresh.md prints this table.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple


class Tier(IntEnum):
    """How much a change matters, the least first."""

    SAME = 0
    VOLATILE = 1
    ADDITIVE = 2
    DANGEROUS = 3
    BREAKING = 4

    def __str__(self) -> str:
        return self.name.lower()


#: By its id, the tier of a rule and what it says.
RULES: Mapping[str, tuple[Tier, str]] = {
    "status-class": (
        Tier.BREAKING,
        "the status is of another class, such as 404 for 200",
    ),
    "required-new": (Tier.BREAKING, "what was accepted is refused now (400, 422)"),
    "media-type": (Tier.BREAKING, "the body is of another media type"),
    "body-gone": (Tier.BREAKING, "there is no body any longer"),
    "body-broken": (Tier.BREAKING, "the body can no longer be read as what it was"),
    "key-gone": (Tier.BREAKING, "a member that was always there is gone"),
    "type-changed": (Tier.BREAKING, "a value is of another type"),
    "status": (Tier.DANGEROUS, "the status is a different one of the same class"),
    "null-new": (Tier.DANGEROUS, "a value that was never null is null"),
    "enum-new": (Tier.DANGEROUS, "a value that was one of a few words is another"),
    "format-changed": (Tier.DANGEROUS, "a text is in another format, such as a date"),
    "order-changed": (Tier.DANGEROUS, "a list is in another order"),
    "header-gone": (Tier.DANGEROUS, "a header that clients rely on is gone"),
    "deprecated": (Tier.DANGEROUS, "a header announces the end of this"),
    "key-new": (Tier.ADDITIVE, "there is a new member"),
    "null-filled": (Tier.ADDITIVE, "what was always null has a value"),
    "volatile": (Tier.VOLATILE, "it differs from one live answer to the next"),
}

#: Rules of heads; behind one of them the bodies are not compared.
OTHER_ANSWER = frozenset({"status-class", "required-new", "media-type", "body-gone"})


class Finding(NamedTuple):
    """One change: the rule, the JSON path (or ``status``, ``header NAME``), what was
    there before, and what is now."""

    rule: str
    path: str
    before: str = ""
    now: str = ""

    @property
    def tier(self) -> Tier:
        return RULES[self.rule][0]

    def __str__(self) -> str:
        change = " -> ".join(each for each in (self.before, self.now) if each)
        said = f": {change}" if change else ""
        return f"{self.tier} {self.rule} {self.path}{said}"
