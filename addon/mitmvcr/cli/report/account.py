"""All that a report of a run holds, and what it missed, kept for ``mitmvcr fix``."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mitmvcr.cli.age import Age, ages
from mitmvcr.cli.report.console import say
from mitmvcr.cli.report.findings import Finding
from mitmvcr.core.errors import VcrError
from mitmvcr.core.spend import NOTHING, Spend
from mitmvcr.miss.log import MOST_MISSES
from mitmvcr.miss.report import Entry, Outcome, miss_facts
from mitmvcr.session import Session
from mitmvcr.session.summary import Summary
from mitmvcr.store.files import home, replace_file, why


def last_run(environment: Mapping[str, str]) -> Path:
    """Return where it is kept for the working folder."""
    folder = hashlib.sha256(os.getcwd().encode("utf-8", "surrogateescape"))
    return home(environment) / "last" / f"{folder.hexdigest()[:16]}.json"


def keep_misses(
    sessions: Sequence[Session], environment: Mapping[str, str]
) -> Path | None:
    """Keep the misses of a run as a report has them, or take away those of the run
    before where there are none. Return where they are kept, None where they are not,
    or not all."""
    parts = [_part(session) for session in sessions if session.log.misses]
    place = _keep({"version": 1, "sessions": parts} if parts else None, environment)
    are_all = all(len(each.log.misses) < MOST_MISSES for each in sessions)
    return place if are_all else None


def keep_failure(failure: VcrError, environment: Mapping[str, str]) -> None:
    """Keep that the last run has no report, and why."""
    _keep({"version": 1, "sessions": [], "failed": str(failure)}, environment)


def _keep(found: object, environment: Mapping[str, str]) -> Path | None:
    """Keep what ``fix`` reads, and return where; None is nothing to be fixed."""
    try:
        place = last_run(environment)
        if found is None:
            place.unlink(missing_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            replace_file(place, json.dumps(found, indent=2).encode())
    except OSError as error:
        say(f"'mitmvcr fix' will not know this run's misses: {why(error)}")
        return None
    return place


def _part(session: Session) -> dict[str, object]:
    entries = [{"miss": miss_facts(miss)} for miss in session.log.misses]
    return {"cassette": os.path.abspath(session.store.name), "entries": entries}


_SPENT = {Outcome.RECORDED: "recorded", Outcome.REPLAYED: "saved"}
#: How many of the oldest cassettes are listed.
_OLDEST = 10


@dataclass(frozen=True, slots=True)
class Part:
    """What came of one session, which is closed."""

    summary: Summary
    entries: Sequence[Entry]
    session: Session | None = None

    @property
    def spend(self) -> dict[str, Spend]:
        """Return what its answers say that they used: recorded, and saved by the
        replay."""
        found = dict.fromkeys(("recorded", "saved"), NOTHING)
        for each in self.entries:
            if (name := _SPENT.get(each.outcome)) is not None:
                found[name] = found[name].plus(each.spend)
        return found


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
        return [entry for part in self.parts for entry in part.entries]

    @property
    def ages(self) -> list[Age]:
        """Return how old the oldest cassettes are."""
        return ages(part.session for part in self.parts if part.session)[:_OLDEST]

    @property
    def saved(self) -> str:
        """Return a line of the tokens that the replay saved; empty if it saved none."""
        saved = NOTHING
        for part in self.parts:
            saved = saved.plus(part.spend["saved"])
        calls = f"{saved.calls} call" + ("s" if saved.calls > 1 else "")
        tokens = f"{saved.tokens:,} tokens of {calls}"
        return f"saved by replay: {tokens}" if saved.calls else ""


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
