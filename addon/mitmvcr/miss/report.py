"""What came of a session, for reports: one entry for each request and for each
interaction that nothing asked for; and a miss as plain values."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from mitmvcr.core.model import Interaction

if TYPE_CHECKING:
    from mitmvcr.miss.differences import Difference
    from mitmvcr.miss.missed import Miss

REMEDY = (
    "record it again with mode record_only, or let new requests be recorded with mode"
    " replay_with_new_episodes"
)


class Outcome(StrEnum):
    """What became of a request, or of an interaction."""

    RECORDED = "recorded"
    REPLAYED = "replayed"
    MISSED = "missed"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class Entry:
    """``interaction`` is its position in the cassette in play, None for a request that
    has none; ``status`` the response's code. ``duration`` is in nanoseconds: of a
    recording until the response head, of a replay until it was answered, of a miss
    until it was explained; None for an interaction that nothing asked for."""

    outcome: Outcome
    method: str
    url: str
    interaction: int | None = None
    status: int | None = None
    duration: int | None = None
    miss: "Miss | None" = None

    @classmethod
    def of(
        cls, outcome: Outcome, found: Interaction, position: int, url: str
    ) -> "Entry":
        """Return the entry of an interaction; ``url`` is its own as it may be shown."""
        status = found.response.code
        return cls(outcome, found.request.method, url, position, status)

    @classmethod
    def of_miss(cls, miss: "Miss", duration: int) -> "Entry":
        outcome = Outcome.MISSED
        return cls(outcome, miss.method, miss.url, duration=duration, miss=miss)

    def lasting(self, nanoseconds: int) -> "Entry":
        return replace(self, duration=nanoseconds)


def miss_facts(miss: "Miss") -> dict[str, object]:
    """Return a miss as values for JSON: what was asked, why, and what is nearest."""
    return {
        "reason": miss.reason,
        "request": {"method": miss.method, "url": miss.url, "body": miss.body},
        "same_used": miss.same_used,
        "total": miss.total,
        "not_compared": miss.left_out,
        "nearest": [
            {
                "interaction": near.position,
                "method": near.method,
                "url": near.url,
                "used": near.used,
                "agree": list(near.agree),
                "options": list(near.options),
                "differ": [_difference_facts(found) for found in near.differ],
            }
            for near in miss.nearest
        ],
        "unset": list(miss.unset),
        "remedy": REMEDY,
    }


def _difference_facts(found: "Difference") -> dict[str, str]:
    facts = {"place": found.place, "asked": found.asked, "recorded": found.recorded}
    if found.looks:
        facts["looks"] = found.looks
    if found.hidden:
        facts["hidden"] = found.hidden
    return facts
