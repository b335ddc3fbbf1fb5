"""What measurements come to: figures, the goals they are held to, a table and JSON.

It imports nothing of ours and measures nothing, so that a test can use it.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from statistics import median, quantiles
from typing import Literal


@dataclass(frozen=True)
class Figure:
    """One value of several measurements. ``spread`` is the width of their middle half
    as a share of their median: how far the value can be trusted."""

    value: float
    spread: float | None = None


def least(values: Sequence[float]) -> Figure:
    """Of CPU times: what disturbs a process on a shared machine only adds to them."""
    return Figure(min(values), _spread(values))


def middle(values: Sequence[float]) -> Figure:
    """The median, of what has no quiet moment to be found: a start, a delay."""
    return Figure(median(values), _spread(values))


def _spread(values: Sequence[float]) -> float | None:
    if len(values) < 2 or not median(values):
        return None
    first, _, third = quantiles(values, n=4, method="inclusive")
    return (third - first) / median(values)


@dataclass(frozen=True)
class Goal:
    """The most that a row's ratio, its difference or the figure itself may be."""

    of: Literal["ratio", "extra", "ours"]
    most: float

    def shown(self, unit: str) -> str:
        match self.of:
            case "ratio":
                return f"<= {self.most:.2f}" if self.most >= 1 else f"<= {self.most:g}"
            case "extra":
                return f"<= +{self.most:g} {unit}"
        return f"<= {self.most:.3g} {unit}"


@dataclass(frozen=True)
class Row:
    """Ours beside another's, of one request, one start or one file; ``theirs`` is None
    where there is none, or where it could not be measured."""

    case: str
    ours: Figure
    against: str = ""
    theirs: Figure | None = None
    goal: Goal | None = None
    unit: str = "ms"

    @property
    def ratio(self) -> float | None:
        if (
            self.theirs is None or not self.theirs.value
        ):  # it may have had no such thing
            return None
        return self.ours.value / self.theirs.value

    @property
    def extra(self) -> float | None:
        return self.ours.value - self.theirs.value if self.theirs else None

    @property
    def verdict(self) -> str:
        """ "met", "missed", "not measured", or "" where there is no goal."""
        if self.goal is None:
            return ""
        figures = {"ratio": self.ratio, "extra": self.extra, "ours": self.ours.value}
        figure = figures[self.goal.of]
        if figure is None:
            return "not measured"
        return "met" if figure <= self.goal.most else "missed"


_HEAD = ("case", "ours", "against", "theirs", "ratio", "extra", "spread", "goal", "")
_NUMBERS = {1, 3, 4, 5, 6}


def as_table(rows: Sequence[Row]) -> str:
    lines = [_HEAD, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join([*(_line(cells, widths) for cells in lines), "", summary(rows)])


def summary(rows: Iterable[Row]) -> str:
    """One line: how many goals are met, and which are not."""
    verdicts = [(row.verdict, row) for row in rows if row.goal]
    missed = [row.case for verdict, row in verdicts if verdict != "met"]
    named = f": not {'; '.join(missed)}" if missed else ""
    return f"goals met: {len(verdicts) - len(missed)} of {len(verdicts)}{named}"


def _cells(row: Row) -> tuple[str, ...]:
    spreads = [each.spread for each in (row.ours, row.theirs) if each and each.spread]
    return (
        row.case,
        f"{row.ours.value:.3f} {row.unit}",
        row.against,
        _shown(row.theirs.value if row.theirs else None, ".3f"),
        _shown(row.ratio, ".3f"),
        _shown(row.extra, "+.3f"),
        _shown(max(spreads, default=None), ".0%"),
        row.goal.shown(row.unit) if row.goal else "",
        row.verdict,
    )


def _shown(figure: float | None, form: str) -> str:
    return "-" if figure is None else format(figure, form)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cell.rjust(width) if at in _NUMBERS else cell.ljust(width)
        for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(padded).rstrip()


def as_json(rows: Iterable[Row], **about: str) -> str:
    """Of each row its fields, and what is worked out from them."""
    derived = ("ratio", "extra", "verdict")
    found = [
        asdict(row) | {name: getattr(row, name) for name in derived} for row in rows
    ]
    return json.dumps({**about, "rows": found}, indent=2)
