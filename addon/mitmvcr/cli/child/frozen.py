"""The recording's clock for the child, by libfaketime."""

import glob
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mitmvcr.cli.age import Recorded, when_recorded
from mitmvcr.cli.report.console import say
from mitmvcr.cli.tools.paths import find_cassettes
from mitmvcr.core.errors import OptionError
from mitmvcr.core.modes import RULES
from mitmvcr.options import BY_NAME, CASSETTE, DIR, Settings

_OPTION = BY_NAME["time"]
#: Where Debian, Fedora, Alpine and its own ``make install`` put it. That for programs
#: with threads is good for all.
_PLACES = ("/usr/lib/*/faketime", "/usr/lib*/faketime", "/usr/local/lib/faketime")
_NAME = "libfaketimeMT.so.1"
#: In seconds: cassettes of one run were recorded this close to each other. What is good
#: for an hour is good in all of them.
_ONE_RUN = 1800


@dataclass(frozen=True, slots=True)
class Frozen:
    """The clock of a recording: when it was made, and how many seconds ago that is."""

    recorded: Recorded
    ago: int
    library: str

    def environment(self, inherited: Mapping[str, str]) -> dict[str, str]:
        """Return what gives a child that clock. It goes on from there, the same in each
        process; what counts elapsed time is left alone, and files are as old as the
        clock says."""
        found = {"MITMVCR_RECORDED_AT": self.recorded.iso}
        if self.library:
            first = inherited.get("LD_PRELOAD", "")
            found["LD_PRELOAD"] = f"{first}:{self.library}" if first else self.library
            found["FAKETIME"] = f"-{self.ago}"
            found["FAKETIME_DONT_FAKE_MONOTONIC"] = "1"
        return found


def frozen(settings: Settings) -> Frozen | None:
    """Return the clock that the settings want for a command; None where they want none,
    or record. Say on stderr what is missing. Raise OptionError."""
    if settings.time != "freeze":
        return None
    place = settings.dir or settings.cassette
    if not isinstance(place, Path):
        remedy = f"{_OPTION.word} freeze is about files here: use {CASSETTE.word} FILE"
        raise OptionError(CASSETTE.vcr, str(place), remedy)
    exists = os.path.exists(place)
    if RULES[settings.mode, exists].forwards:
        return None
    recorded = _recorded(place) if exists else None
    if recorded is None:
        return None
    library = _library()
    if not library:
        say(
            f"{_OPTION.word} freeze: libfaketime is not installed, so the command has"
            " today's clock, and MITMVCR_RECORDED_AT; install it (Debian: apt install"
            " libfaketime)"
        )
    return Frozen(recorded, max(0, int(time.time()) - recorded.at), library)


def _recorded(place: Path) -> Recorded | None:
    """Return when a cassette was recorded, or the last in a folder of them; None where
    there is none. Raise OptionError for a folder that is of several days."""
    found = [(when_recorded(each), each) for each in find_cassettes([place])]
    known = sorted((at, path) for at, path in found if at is not None)
    if not known:
        return None
    (first, oldest), (last, newest) = known[0], known[-1]
    if last.at - first.at > _ONE_RUN:
        remedy = (
            f"{oldest} was recorded at {first.iso}, {newest} at {last.iso}, and a"
            f" command has one clock: use {_OPTION.word} shift, or {CASSETTE.word} FILE"
        )
        raise OptionError(DIR.vcr, str(place), remedy)
    return last


def _library() -> str:
    if not sys.platform.startswith("linux"):
        return ""
    found = (
        path for place in _PLACES for path in sorted(glob.glob(f"{place}/{_NAME}"))
    )
    return next(found, "")
