"""All that a report of a run holds."""

from collections.abc import Sequence
from dataclasses import dataclass

from mitmvcr.cli.report.findings import Finding
from mitmvcr.miss.report import Entry
from mitmvcr.summary import Summary


@dataclass(frozen=True, slots=True)
class RunReport:
    """All that a report holds. ``failure`` is what went wrong in mitmvcr itself, else
    empty; ``exit_status`` is the command's own."""

    summary: Summary
    entries: Sequence[Entry]
    failure: str
    exit_status: int
    fail_on_unused: bool = False
    findings: Sequence[Finding] = ()


def seconds(entry: Entry) -> float | None:
    return None if entry.duration is None else round(entry.duration / 1e9, 6)
