"""Rows of ratios, as a table and as JSON."""

import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version


@dataclass(frozen=True)
class Row:
    """``ours`` and ``theirs`` in ``unit``, milliseconds of one request or one start, or
    MiB. A goal is the most that the ratio, or the difference, may be."""

    case: str
    ours: float
    against: str
    theirs: float
    most_ratio: float | None = None
    most_extra: float | None = None
    unit: str = "ms"

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs

    @property
    def extra(self) -> float:
        return self.ours - self.theirs

    @property
    def goal(self) -> str:
        if self.most_ratio is not None:
            return f"<= {self.most_ratio:.2f}"
        return "" if self.most_extra is None else f"<= +{self.most_extra:g} {self.unit}"

    @property
    def verdict(self) -> str:
        if self.most_ratio is not None:
            return "met" if self.ratio <= self.most_ratio else "missed"
        if self.most_extra is not None:
            return "met" if self.extra <= self.most_extra else "missed"
        return ""


HEAD = ("case", "ours", "against", "theirs", "ratio", "extra", "goal", "verdict")
_RIGHT = {1, 3, 4, 5}


def as_table(rows: Sequence[Row]) -> str:
    lines = [HEAD, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join([_about(), "", *(_line(cells, widths) for cells in lines)])


def _cells(row: Row) -> tuple[str, ...]:
    numbers = (
        f"{row.ours:.3f} {row.unit}",
        f"{row.theirs:.3f} {row.unit}",
        f"{row.ratio:.3f}",
    )
    ours, theirs, ratio = numbers
    extra = f"{row.extra:+.3f}"
    return row.case, ours, row.against, theirs, ratio, extra, row.goal, row.verdict


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cell.rjust(width) if at in _RIGHT else cell.ljust(width)
        for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(padded).rstrip()


def _about() -> str:
    return f"Python {platform.python_version()}, mitmproxy {version('mitmproxy')}"


def as_json(rows: Sequence[Row]) -> str:
    found = [
        {
            "case": row.case,
            "ours": round(row.ours, 4),
            "against": row.against,
            "theirs": round(row.theirs, 4),
            "unit": row.unit,
            "ratio": round(row.ratio, 4),
            "extra_ms": round(row.extra, 4),
            "goal": row.goal or None,
            "verdict": row.verdict or None,
        }
        for row in rows
    ]
    about = {"python": platform.python_version(), "mitmproxy": version("mitmproxy")}
    return json.dumps({**about, "rows": found}, indent=2)
