"""What was learned of a program."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mitmvcr.core.matching import Ignore, Ignoring, MatchSpec
from mitmvcr.echo.places import Place
from mitmvcr.miss.moments import Span


class Class(StrEnum):
    """Where a value that varies comes from."""

    GIVEN = "given by an earlier response"
    DERIVED = "derived"
    MADE_UP = "made up"
    MACHINE = "of the machine"
    UNKNOWN = "of unknown origin"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the second run: the seconds of Unix time within which it lay,
    and ``names``, texts that are this machine's, as its host name."""

    begun: float = 0.0
    ended: float = 0.0
    names: Sequence[str] = ()

    @property
    def span(self) -> Span:
        """Return the time of the run, and what clocks may differ by."""
        return Span(self.begun - 2, self.ended + 2)


NO_FACTS = Facts()


@dataclass(frozen=True, slots=True)
class Rule:
    """A value more for an option."""

    field: Ignoring
    ignore: Ignore

    @property
    def option(self) -> str:
        """Return the option's name in a file."""
        return str(self.field)

    def added(self, spec: MatchSpec) -> MatchSpec:
        """Return a spec with the rule."""
        old = getattr(spec, self.field)
        if self.ignore in old:
            return spec
        changed = {str(self.field): (*old, self.ignore)}
        return spec._replace(**changed)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Finding:
    """One place that varies. ``one`` and ``other`` are what stood there in the first
    pair of requests that differ there, ``words`` what they look like; ``rule`` is what
    leaves it out, None where nothing can. ``count`` is how many pairs differ there."""

    place: Place
    source: Class
    one: str
    other: str
    words: str = ""
    rule: Rule | None = None
    count: int = 1

    @property
    def needs_rule(self) -> bool:
        return self.source is not Class.GIVEN


@dataclass(frozen=True, slots=True)
class Learned:
    """All that came of it. ``spec`` is the one in force with the ``rules``; ``alike``
    are pairs of positions in the first recording that the rules make one, since they
    differ only in what is made up, ``at_odds`` those of them whose answers differ in
    more; ``against`` says what stands in the way."""

    spec: MatchSpec
    findings: Sequence[Finding] = ()
    rules: Sequence[Rule] = ()
    alike: Sequence[tuple[int, int]] = ()
    at_odds: Sequence[tuple[int, int]] = ()
    against: Sequence[str] = ()
