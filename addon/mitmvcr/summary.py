"""What came of a session, in numbers."""

from typing import NamedTuple

from mitmvcr.core.modes import Mode


class Summary(NamedTuple):
    """What came of a session, in interactions; ``missed``, ``passed`` (straight
    through, unrecorded), ``blocked`` and ``lost`` (which broke off or were dropped)
    count requests, ``came`` connections."""

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

    @property
    def was_idle(self) -> bool:
        """Return whether no client came, which is hardly ever what was meant."""
        return not (self.came or self.did_something)

    @property
    def did_something(self) -> bool:
        """Return whether any request was answered, or let through."""
        return bool(self.recorded or self.replayed or self.missed or self.passed)

    def line(self) -> str:
        """Return it as one line for the log."""
        return (
            f"cassette {self.cassette}, mode {self.mode}:"
            f" recorded {self.recorded}, replayed {self.replayed},"
            f" missed {self.missed}, unused {self.unused}{self._besides()}"
        )

    def _besides(self) -> str:
        blocked = f"{self.blocked} blocked" if self.blocked else ""
        lost = f"{self.lost} not recorded" if self.lost else ""
        parts = ", ".join(each for each in (blocked, lost) if each)
        return f"; {parts}" if parts else ""
