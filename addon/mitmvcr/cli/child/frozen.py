"""The recording's clock for the child, by libfaketime."""

import glob
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mitmvcr.cli.age import Recorded, when_recorded
from mitmvcr.cli.report.console import say
from mitmvcr.core.errors import OptionError
from mitmvcr.core.modes import RULES
from mitmvcr.options import BY_NAME, CASSETTE, Settings

_OPTION = BY_NAME["time"]
#: Where Debian, Fedora, Alpine and its own ``make install`` put it. That for programs
#: with threads is good for all.
_PLACES = ("/usr/lib/*/faketime", "/usr/lib*/faketime", "/usr/local/lib/faketime")
_NAME = "libfaketimeMT.so.1"


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
    if settings.dir is not None or not isinstance(settings.cassette, Path):
        given = str(settings.dir or settings.cassette)
        remedy = f"{_OPTION.word} freeze is about one file: use {CASSETTE.word} FILE"
        raise OptionError(CASSETTE.word, given, remedy)
    exists = settings.cassette.exists()
    recorded = when_recorded(settings.cassette) if exists else None
    if recorded is None or RULES[settings.mode, exists].forwards:
        return None
    library = _library()
    if not library:
        say(
            f"{_OPTION.word} freeze: libfaketime is not here, so that the command has"
            " today's clock, and MITMVCR_RECORDED_AT; install it (Debian: apt install"
            " libfaketime)"
        )
    return Frozen(recorded, max(0, int(time.time()) - recorded.at), library)


def _library() -> str:
    if not sys.platform.startswith("linux"):
        return ""
    found = (
        path for place in _PLACES for path in sorted(glob.glob(f"{place}/{_NAME}"))
    )
    return next(found, "")
