"""What came of asking for each interaction of a cassette anew."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mitmvcr.core.model import Interaction, Response
from mitmvcr.drift import Finding, Tier

#: The exit code for the worst tier that was found.
CODES: Mapping[Tier, int] = {
    Tier.SAME: 0,
    Tier.VOLATILE: 0,
    Tier.ADDITIVE: 10,
    Tier.DANGEROUS: 20,
    Tier.BREAKING: 30,
}


def why_not(old: Response) -> str:
    """Return why a recorded answer cannot be compared with a live one; empty where it
    can."""
    is_answer = not old.failure and old.code not in (101, 304)
    return "" if is_answer else "it is no answer that can be compared"


class Result(NamedTuple):
    """What became of an interaction: a tier, or None and why it was not compared."""

    position: int
    method: str
    url: str
    tier: Tier | None
    findings: Sequence[Finding] = ()
    why: str = ""
    new: Interaction | None = None

    @property
    def outcome(self) -> str:
        return "not compared" if self.tier is None else str(self.tier)

    @property
    def head(self) -> str:
        said = f" ({self.why})" if self.why else ""
        what = f"interaction {self.position}, {self.method} {self.url}"
        return f"{self.outcome}: {what}{said}"


class Refreshed(NamedTuple):
    """A cassette, and what became of what it holds."""

    name: str
    results: Sequence[Result]

    @property
    def worst(self) -> Tier:
        return max((each.tier or Tier.SAME for each in self.results), default=Tier.SAME)

    @property
    def said(self) -> str:
        found = Counter(each.outcome for each in self.results)
        tiers = [str(each) for each in reversed(Tier)]
        counts = [f"{found[each]} {each}" for each in (*tiers, "not compared")]
        return f"{self.name}: {', '.join(counts)}"


def status_of(all_of_them: Sequence[Refreshed]) -> int:
    """Return the exit code: by the worst tier; 125 where nothing could be compared."""
    results = [each for one in all_of_them for each in one.results]
    if results and all(each.tier is None for each in results):
        return 125
    return CODES[max((each.worst for each in all_of_them), default=Tier.SAME)]
