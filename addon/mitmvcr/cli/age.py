"""How old a recording is: by its first Date that can be true, else by git, else by its
file."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from mitmvcr.clock import first_date, recorded_at, table
from mitmvcr.core.errors import VcrError
from mitmvcr.core.model import Interaction
from mitmvcr.format import reader
from mitmvcr.session import Session

#: In seconds: how long to wait for git to say when it took a file.
_PATIENCE = 10
#: How many interactions are searched for a Date.
_LOOKED_AT = 100
#: In seconds: an origin's clock may be so far ahead of ours. Where it is farther, or
#: before anybody recorded, it is no clock, and would keep a recording young for ever.
_AHEAD = 86400


class Recorded(NamedTuple):
    """When a cassette was recorded, in Unix seconds, and what says so: Date, git or
    file."""

    at: int
    source: str

    @property
    def iso(self) -> str:
        return f"{datetime.fromtimestamp(self.at, UTC):%Y-%m-%dT%H:%M:%SZ}"


class Age(NamedTuple):
    """How old a cassette is."""

    cassette: str
    recorded: Recorded
    seconds: float

    def __str__(self) -> str:
        source = (
            "git" if self.recorded.source == "git" else f"its {self.recorded.source}"
        )
        days = f"{self.seconds / 86400:.0f} days ago"
        return f"{self.cassette} was recorded {days} ({self.recorded.iso}, by {source})"

    @property
    def facts(self) -> dict[str, object]:
        return {
            "cassette": self.cassette,
            "recorded_at": self.recorded.iso,
            "source": self.recorded.source,
            "days": round(self.seconds / 86400, 1),
        }


def ages(sessions: Iterable[Session]) -> list[Age]:
    """Return how old the cassettes are that sessions began with, the oldest first."""
    now = time.time()
    found = {}
    for each in sessions:
        recorded = _of_session(each, now) if each.loaded else None
        if recorded is not None:
            name = each.store.name
            found[name] = Age(name, recorded, max(0.0, now - recorded.at))
    return sorted(found.values(), key=lambda age: -age.seconds)


def _of_session(session: Session, now: float) -> Recorded | None:
    for each in _looked_at(session):
        at = recorded_at(each.response)
        if at is not None and table.EARLIEST <= at <= now + _AHEAD:
            return Recorded(at, "Date")
    path = Path(session.store.name)
    return _by_file(path) if path.is_file() else None


def date_of(session: Session) -> int | None:
    """Return when a session's cassette was recorded, by the first Date in it."""
    return first_date(_looked_at(session))


def _looked_at(session: Session) -> Iterator[Interaction]:
    deck = session.deck
    return (deck.head(at) for at in range(min(len(deck), _LOOKED_AT)))


def when_recorded(cassette: Path) -> Recorded | None:
    """Return when a cassette was recorded; None where it is not there or cannot be
    read."""
    try:
        found = first_date(reader.load(cassette).interactions)
        if found is not None:
            return Recorded(found, "Date")
        return _by_file(cassette)
    except (OSError, VcrError):
        return None


def _by_file(cassette: Path) -> Recorded:
    committed = _committed(cassette)
    if committed is not None:
        return Recorded(committed, "git")
    return Recorded(int(cassette.stat().st_mtime), "file")


def _committed(cassette: Path) -> int | None:
    """Return when git last took the file; None where it has not."""
    git = shutil.which("git")
    if git is None:
        return None
    words = [git, "-C", str(cassette.parent), "log", "-1", "--format=%ct", "--"]
    done = subprocess.run(
        [*words, cassette.name],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"GIT_OPTIONAL_LOCKS": "0"},
        timeout=_PATIENCE,
        check=False,
    )
    said = done.stdout.strip()
    return int(said) if said.isdigit() else None
