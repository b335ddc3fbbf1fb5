"""A request that nothing in a cassette answers, and what came close to it."""

from dataclasses import dataclass

from mitmvcr.core.modes import Repeats
from mitmvcr.core.wording import shown
from mitmvcr.miss.differences import Difference

_LONGEST_URL = 300


@dataclass(frozen=True, slots=True)
class Near:
    """A recorded interaction that came close. ``position`` counts from 0; ``agree`` are
    the parts that do; ``options``, as ``NAME=VALUE``, would make it match."""

    position: int
    method: str
    url: str
    used: bool
    agree: tuple[str, ...]
    differ: tuple[Difference, ...]
    options: tuple[str, ...] = ()

    def __str__(self) -> str:
        state = "already used" if self.used else "unused"
        asked = f"{shown(self.method)} {shown(self.url, _LONGEST_URL)}"
        what = f"interaction {self.position} ({state}): {asked}"
        if not self.differ:
            return what + " is the same, and each is replayed once"
        return what + "; " + "; ".join(map(str, self.differ))


@dataclass(frozen=True, slots=True)
class Miss:
    """A request that nothing in the cassette answers. ``same_used`` counts the equal
    ones that were used up; ``total`` is the size of the cassette, of which ``left_out``
    have a like URL but were too many to be compared part by part. ``unset`` are the
    variables whose values the recording held and that have none here."""

    method: str
    url: str
    body: str
    nearest: tuple[Near, ...]
    same_used: int
    total: int
    left_out: int = 0
    unset: tuple[str, ...] = ()

    @property
    def options(self) -> tuple[str, ...]:
        """Return the options that would have made it match, if any would."""
        if self.same_used:
            return (f"vcr_allow_repeats={Repeats.LAST}",)
        return self.nearest[0].options if self.nearest else ()

    @property
    def reason(self) -> str:
        """Return why nothing matched, in one line."""
        hint = f"; {' '.join(self.options)} would let it match" if self.options else ""
        unset = f"; {self.lacks}" if self.unset else ""
        return self._reason() + hint + unset

    @property
    def lacks(self) -> str:
        """Return which variables have no value here, in words, if any are."""
        are = "is" if len(self.unset) == 1 else "are"
        return (
            f"{' and '.join(self.unset)} {are} unset or too short here, and the"
            " recording has a value there: any of 8 characters or more would do"
        )

    def _reason(self) -> str:
        if self.same_used:
            times = "once" if self.same_used == 1 else f"{self.same_used} times"
            return f"recorded {times}, and all used up by earlier requests"
        if not self.total:
            return "the cassette is empty"
        if not self.nearest:
            return f"none of the {self.total} recorded interactions is like it"
        left_out = self.left_out
        only = f" ({left_out} more were not compared)" if left_out else ""
        return f"the nearest{only} is {self.nearest[0]}"
