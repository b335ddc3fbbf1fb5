"""All that a report of a run holds."""

from collections.abc import Sequence
from dataclasses import dataclass

from mitmvcr.cli.report.findings import Finding
from mitmvcr.miss.report import Entry
from mitmvcr.summary import Summary


@dataclass(frozen=True, slots=True)
class Part:
    """What came of one session."""

    summary: Summary
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class RunReport:
    """All that a report holds: a part for each session. ``failure`` is what went wrong
    in mitmvcr itself, else empty; ``exit_status`` is the command's own. ``named``: it
    has sessions by name, one or more."""

    summary: Summary
    failure: str
    exit_status: int
    fail_on_unused: bool = False
    findings: Sequence[Finding] = ()
    parts: Sequence[Part] = ()
    named: bool = False

    @property
    def entries(self) -> list[Entry]:
        """Return the entries of all parts."""
        return [entry for part in self.parts for entry in part.entries]


def seconds(entry: Entry) -> float | None:
    return None if entry.duration is None else round(entry.duration / 1e9, 6)
