"""All that a report of a run holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mitmvcr.cli.report.findings import Finding
from mitmvcr.miss.report import Entry
from mitmvcr.session import Session
from mitmvcr.session.summary import Summary


@dataclass(frozen=True, slots=True)
class Part:
    """What came of one session, which is closed."""

    summary: Summary
    entries: Sequence[Entry]
    session: Session | None = None


@dataclass(frozen=True, slots=True)
class RunReport:
    """All that a report holds: a part for each session. ``failure`` is what went wrong
    in mitmvcr itself, else empty; ``exit_status`` is the command's own. ``named``: it
    has sessions by name, one or more; ``unnamed`` requests named none.
    ``failed_sessions`` are the names of those whose cassettes lack something."""

    summary: Summary
    failure: str
    exit_status: int
    fail_on_unused: bool = False
    findings: Sequence[Finding] = ()
    parts: Sequence[Part] = ()
    named: bool = False
    unnamed: int = 0
    failed_sessions: Sequence[str] = ()

    @property
    def entries(self) -> list[Entry]:
        """Return the entries of all parts."""
        return [entry for part in self.parts for entry in part.entries]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What the command could reach past the cassette: ``isolated`` in a network of its
    own, except for what was ``allowed``; ``passthrough`` are flow filters.
    ``attempts`` to leave are known only where it was isolated."""

    isolated: bool = False
    allowed: Sequence[str] = ()
    passthrough: Sequence[str] = ()
    attempts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What came of one run. ``exit_status`` is the command's own, ``status`` what
    mitmvcr makes of it; ``failure`` is what went wrong in mitmvcr itself, else
    empty. ``sessions`` are all that began."""

    sessions: Sequence[Session]
    exit_status: int
    status: int
    failure: str
    findings: Sequence[Finding]
    reach: Reach
    was_interrupted: bool = False

    @property
    def session(self) -> Session:
        """Return the only session of a run with one cassette."""
        return self.sessions[0]


def seconds(entry: Entry) -> float | None:
    return None if entry.duration is None else round(entry.duration / 1e9, 6)
