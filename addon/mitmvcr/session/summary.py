"""What came of a session, in numbers."""

from collections.abc import Sequence
from typing import NamedTuple

from mitmvcr.core.modes import Mode

#: Marks a log record that a run says at its end: see ``proxy/launch.py``.
SUMMED_UP = {"is_summed_up": True}


class Summary(NamedTuple):
    """What came of a session, in interactions; ``missed``, ``passed`` (straight
    through, unrecorded), ``blocked`` and ``lost`` (which broke off or were dropped)
    count requests, ``came`` connections; ``failed``: something went wrong here."""

    cassette: str
    mode: Mode
    recorded: int
    replayed: int
    missed: int
    unused: int
    passed: int = 0
    came: int = 0
    blocked: int = 0
    lost: int = 0
    failed: int = 0

    @property
    def was_idle(self) -> bool:
        """Return whether no client came, or for nothing that counts, which is hardly
        ever what was meant."""
        if self.did_something or self.lost:
            return False
        return not self.came or (self.blocked > 0 and not self.failed)

    @property
    def did_something(self) -> bool:
        """Return whether any request was answered, or let through."""
        return bool(self.recorded or self.replayed or self.missed or self.passed)

    @property
    def facts(self) -> dict[str, object]:
        """Return it as values for JSON."""
        return {
            "cassette": self.cassette,
            "mode": str(self.mode),
            "counts": {
                "recorded": self.recorded,
                "replayed": self.replayed,
                "missed": self.missed,
                "unused": self.unused,
                "passed_through": self.passed,
                "blocked": self.blocked,
                "not_recorded": self.lost,
            },
        }

    def line(self, what: str = "cassette") -> str:
        """Return it as one line for the log; ``what`` is named."""
        return (
            f"{what} {self.cassette}, mode {self.mode}:"
            f" recorded {self.recorded}, replayed {self.replayed},"
            f" missed {self.missed}, unused {self.unused}{self._besides()}"
        )

    def _besides(self) -> str:
        blocked = f"{self.blocked} blocked" if self.blocked else ""
        lost = f"{self.lost} not recorded" if self.lost else ""
        passed = f"{self.passed} passed through" if self.passed else ""
        parts = ", ".join(each for each in (passed, blocked, lost) if each)
        return f"; {parts}" if parts else ""


def total(summaries: Sequence[Summary], cassette: str, mode: Mode) -> Summary:
    """Return what came of several sessions together, under a name and a mode for
    all."""
    nothing = Summary(cassette, mode, 0, 0, 0, 0)
    counts = zip(*(each[2:] for each in (nothing, *summaries)), strict=True)
    return Summary(cassette, mode, *map(sum, counts))


class Counts:
    """Counts what becomes of requests, for the summary of a session; ``failure`` is the
    first thing that went wrong here."""

    def __init__(self) -> None:
        self._recorded = self._replayed = self._missed = self._passed = 0
        self._came = self._blocked = self._lost = 0
        self.failure: Exception | None = None

    @property
    def recorded_count(self) -> int:
        """Return how many interactions were recorded so far."""
        return self._recorded

    @property
    def replayed_count(self) -> int:
        """Return how many requests were answered so far."""
        return self._replayed

    def passed(self) -> None:
        """Count a request that went straight through by a rule, and was not planned."""
        self._passed += 1

    def came(self) -> None:
        """Note that a client has connected, whatever becomes of it."""
        self._came += 1

    def refused(self) -> None:
        """Count a request that can never be answered from this cassette, and was not
        planned."""
        self._missed += 1

    def blocked(self, *, was_missed: bool = False) -> None:
        """Count a request that was refused and means nothing; ``was_missed``: it was
        counted as missed before."""
        self._blocked += 1
        self._missed -= was_missed

    def lost(self) -> None:
        """Count an exchange that broke off, or was dropped, and is not recorded."""
        self._lost += 1

    def answered(self) -> None:
        """Count a request that was missed, and answered by a hook after all."""
        self._missed -= 1
        self._replayed += 1

    def note_failure(self, error: Exception) -> None:
        """Note what was not recorded or not answered: the run must not pass."""
        self.failure = self.failure or error

    def counted(self, cassette: str, mode: Mode, unused: int) -> Summary:
        """Return what was counted, with the rest of a summary."""
        return Summary(
            cassette=cassette,
            mode=mode,
            recorded=self._recorded,
            replayed=self._replayed,
            missed=self._missed,
            unused=unused,
            passed=self._passed,
            came=self._came,
            blocked=self._blocked,
            lost=self._lost,
            failed=int(self.failure is not None),
        )
