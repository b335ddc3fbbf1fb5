"""What the last run in a folder missed, kept for ``mitmvcr fix``."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from mitmvcr.cli.report.console import say
from mitmvcr.miss.report import miss_facts
from mitmvcr.session import Session
from mitmvcr.store.files import home, replace_file, why


def last_run(environment: Mapping[str, str]) -> Path:
    """Return where it is kept for the working folder."""
    folder = hashlib.sha256(os.getcwd().encode("utf-8", "surrogateescape"))
    return home(environment) / "last" / f"{folder.hexdigest()[:16]}.json"


def keep_misses(sessions: Sequence[Session], environment: Mapping[str, str]) -> None:
    """Keep the misses of a run as a report has them, or take away those of the run
    before where there are none."""
    parts = [_part(session) for session in sessions if session.log.misses]
    try:
        place = last_run(environment)
        if parts:
            place.parent.mkdir(parents=True, exist_ok=True)
            replace_file(place, json.dumps({"version": 1, "sessions": parts}).encode())
        else:
            place.unlink(missing_ok=True)
    except OSError as error:
        say(f"'mitmvcr fix' will not know this run's misses: {why(error)}")


def _part(session: Session) -> dict[str, object]:
    entries = [{"miss": miss_facts(miss)} for miss in session.log.misses]
    return {"cassette": os.path.abspath(session.store.name), "entries": entries}
