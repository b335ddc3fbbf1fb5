"""How old a recording is: by its first Date, else by git, else by its file."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from mitmvcr.clock.moving import recorded_at
from mitmvcr.core.errors import VcrError
from mitmvcr.core.model import Interaction
from mitmvcr.format import reader

#: In seconds: so long git has to say when it took a file.
_PATIENCE = 10


class Recorded(NamedTuple):
    """When a cassette was recorded, in Unix seconds, and what says so: Date, git or
    file."""

    at: int
    source: str

    @property
    def iso(self) -> str:
        return f"{datetime.fromtimestamp(self.at, UTC):%Y-%m-%dT%H:%M:%SZ}"


def when_recorded(cassette: Path) -> Recorded | None:
    """Return when a cassette was recorded; None where it is not there or cannot be
    read."""
    try:
        found = first_date(reader.load(cassette).interactions)
        if found is not None:
            return Recorded(found, "Date")
        committed = _committed(cassette)
        if committed is not None:
            return Recorded(committed, "git")
        return Recorded(int(cassette.stat().st_mtime), "file")
    except (OSError, VcrError):
        return None


def first_date(interactions: Iterable[Interaction]) -> int | None:
    """Return when the first of them came that has a Date."""
    times = (recorded_at(each.response) for each in interactions)
    return next((each for each in times if each is not None), None)


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
