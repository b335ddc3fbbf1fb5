"""What came of a session, in numbers."""

from collections.abc import Sequence
from typing import NamedTuple

from mitmvcr.core.modes import Mode


class Summary(NamedTuple):
    """What came of a session, in interactions; ``missed`` and
    ``passed`` (straight through, unrecorded) count requests, ``came`` connections."""

    cassette: str
    mode: Mode
    recorded: int
    replayed: int
    missed: int
    unused: int
    passed: int = 0
    came: int = 0

    @property
    def was_idle(self) -> bool:
        """Return whether no client came, which is hardly ever what was meant."""
        return not (self.came or self.did_something)

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
            },
        }

    def line(self) -> str:
        """Return it as one line for the log."""
        return (
            f"cassette {self.cassette}, mode {self.mode}:"
            f" recorded {self.recorded}, replayed {self.replayed},"
            f" missed {self.missed}, unused {self.unused}"
        )


def total(summaries: Sequence[Summary], cassette: str, mode: Mode) -> Summary:
    """Return what came of several sessions together, under a name and a mode for
    all."""
    nothing = Summary(cassette, mode, 0, 0, 0, 0)
    counts = zip(*(each[2:] for each in (nothing, *summaries)), strict=True)
    return Summary(cassette, mode, *map(sum, counts))
