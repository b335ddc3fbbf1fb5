"""Rows of ratios, as a table and as JSON."""

import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version


@dataclass(frozen=True)
class Row:
    """``ours`` and ``theirs`` in milliseconds or another ``unit``, of one request or
    one start; ``theirs`` is None where there is none. A goal is the most that ours, or
    the ratio, or the difference may be."""

    case: str
    ours: float
    against: str = ""
    theirs: float | None = None
    most_ratio: float | None = None
    most_extra: float | None = None
    most: float | None = None
    unit: str = "ms"

    @property
    def ratio(self) -> float | None:
        return None if self.theirs is None else self.ours / self.theirs

    @property
    def extra(self) -> float | None:
        return None if self.theirs is None else self.ours - self.theirs

    @property
    def goal(self) -> str:
        if self.most_ratio is not None:
            return f"<= {self.most_ratio:.2f}"
        if self.most is not None:
            return f"<= {self.most:.3g} {self.unit}"
        return "" if self.most_extra is None else f"<= +{self.most_extra:g} ms"

    @property
    def verdict(self) -> str:
        for figure, most in [
            (self.ratio, self.most_ratio),
            (self.extra, self.most_extra),
            (self.ours, self.most),
        ]:
            if most is not None:
                return _verdict(figure, most)
        return ""


def _verdict(figure: float | None, most: float) -> str:
    if figure is None:
        return "not measured"
    return "met" if figure <= most else "missed"


HEAD = ("case", "ours ms", "against", "ms", "ratio", "extra ms", "goal", "verdict")
_RIGHT = {1, 3, 4, 5}


def as_table(rows: Sequence[Row]) -> str:
    lines = [HEAD, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, tuple("-" * width for width in widths))
    return "\n".join([_about(), "", *(_line(cells, widths) for cells in lines)])


def _cells(row: Row) -> tuple[str, ...]:
    ours = _shown(row.ours, ".3f") + ("" if row.unit == "ms" else f" {row.unit}")
    theirs, ratio = _shown(row.theirs, ".3f"), _shown(row.ratio, ".3f")
    extra = _shown(row.extra, "+.3f")
    return row.case, ours, row.against, theirs, ratio, extra, row.goal, row.verdict


def _shown(figure: float | None, form: str) -> str:
    return "-" if figure is None else format(figure, form)


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
            f"ours_{row.unit.lower()}": round(row.ours, 4),
            "against": row.against or None,
            f"against_{row.unit.lower()}": _rounded(row.theirs),
            "ratio": _rounded(row.ratio),
            f"extra_{row.unit.lower()}": _rounded(row.extra),
            "goal": row.goal or None,
            "verdict": row.verdict or None,
        }
        for row in rows
    ]
    about = {"python": platform.python_version(), "mitmproxy": version("mitmproxy")}
    return json.dumps({**about, "rows": found}, indent=2)


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 4)
