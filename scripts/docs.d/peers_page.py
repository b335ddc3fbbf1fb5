"""Print the tables of docs/performance.md from docs/peers.json, which is what
``scripts/bench --json peers`` prints, and draw docs/peers.svg of it; with --check only
compare."""

import json
import math
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from printed import TOP, update

FOUND, CHART = TOP / "docs" / "peers.json", TOP / "docs" / "peers.svg"
#: By scenario, by peer, by what was measured.
Figures = Mapping[str, Mapping[str, Mapping[str, float]]]
OURS, CPU, RATE = "mitmvcr", "CPU a request", "a thousand requests"
COLUMNS = (CPU, RATE, "p99", "longest stall")


def figures(found: Mapping[str, Any]) -> Figures:
    by: dict[str, dict[str, dict[str, float]]] = {}
    for row in found["rows"]:
        scenario, _, what = row["case"].rpartition(": ")
        peers = by.setdefault(scenario, {})
        peers.setdefault(OURS, {})[what] = row["ours"]["value"]
        if row["theirs"]:
            peers.setdefault(row["against"], {})[what] = row["theirs"]["value"]
    return by


# The tables


def text(found: Mapping[str, Any], by: Figures) -> str:
    lines = [
        "",
        f"On {found['day']}, Python {found['python']}, mitmproxy {found['mitmproxy']},"
        f" {found['cores']} cores, load {found['load']}:",
    ]
    for scenario, peers in by.items():
        lines += [
            "",
            f"| {scenario} | CPU a request | beside ours | requests a second | p99 |"
            " longest stall |",
            "|---|---|---|---|---|---|",
        ]
        least = peers[OURS][CPU]
        lines += [_line(name, each, least) for name, each in _sorted(peers)]
    return "\n".join([*lines, ""])


def _sorted(
    peers: Mapping[str, Mapping[str, float]],
) -> Iterator[tuple[str, Mapping[str, float]]]:
    yield from sorted(peers.items(), key=lambda each: each[1][CPU])


def _line(name: str, found: Mapping[str, float], least: float) -> str:
    cpu, thousand, p99, longest = (found[what] for what in COLUMNS)
    beside = f"{cpu / least:.1f}" if cpu < 10 * least else f"{cpu / least:,.0f}"
    rate = f"{1e6 / thousand:,.0f}"
    return (
        f"| {name} | {_time(cpu)} | {beside} | {rate} | {p99:.1f} ms |"
        f" {longest:.0f} ms |"
    )


def _time(us: float) -> str:
    if us < 1000:
        return f"{us:.0f} µs"
    return f"{us / 1000:.1f} ms" if us < 10_000 else f"{us / 1000:.0f} ms"


# The chart

WIDTH, LEFT, RIGHT, HEAD, STEP = 760, 210, 90, 54, 20
#: In µs, what stands at the left edge and at the right one.
FROM, TO = 5.0, 100_000.0
STYLE = """<style>
.page { fill: #ffffff } .text { fill: #1f2328 } .quiet { fill: #59636e }
.line { stroke: #d1d9e0 } .ours { fill: #0969da } .theirs { fill: #a3abb4 }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117 } .text { fill: #f0f6fc } .quiet { fill: #9198a1 }
.line { stroke: #3d444d } .ours { fill: #4493f8 } .theirs { fill: #6b737c }
}
</style>"""


def draw(by: Figures) -> str:
    bottom = HEAD + sum(STEP * (len(peers) + 2) for peers in by.values())
    size = f'width="{WIDTH}" height="{bottom + 22}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {WIDTH}'
        f' {bottom + 22}" font-family="sans-serif" font-size="13">',
        STYLE,
        f'<rect class="page" {size} rx="6"/>',
        '<text class="text" x="16" y="26" font-weight="bold">CPU of a replayed request,'
        " eight at once; less is better, each line is ten times the last</text>",
    ]
    for at in 10, 100, 1000, 10_000, 100_000:
        x = _across(at)
        parts.append(
            f'<line class="line" x1="{x:.1f}" y1="{HEAD - 10}" x2="{x:.1f}"'
            f' y2="{bottom}"/><text class="quiet" x="{x:.1f}" y="{bottom + 15}"'
            f' font-size="11" text-anchor="middle">{_time(at)}</text>'
        )
    y = HEAD
    for scenario, peers in by.items():
        parts.append(
            f'<text class="text" x="16" y="{y + 10}" font-weight="bold">{scenario}'
            "</text>"
        )
        for name, each in _sorted(peers):
            y += STEP
            parts.append(_bar(name, each[CPU], y))
        y += 2 * STEP
    return "\n".join([*parts, "</svg>", ""])


def _bar(name: str, us: float, y: float) -> str:
    kind, wide = "ours" if name == OURS else "theirs", _across(us) - LEFT
    weight = ' font-weight="bold"' if name == OURS else ""
    return (
        f'<text class="text" x="28" y="{y + 10}"{weight}>{name}</text>'
        f'<rect class="{kind}" x="{LEFT}" y="{y - 1}" width="{wide:.1f}" height="14"/>'
        f'<text class="text" x="{LEFT + wide + 6:.1f}" y="{y + 10}"{weight}>{_time(us)}'
        "</text>"
    )


def _across(us: float) -> float:
    share = math.log10(us / FROM) / math.log10(TO / FROM)
    return LEFT + max(0.0, share) * (WIDTH - LEFT - RIGHT)


def main() -> int:
    found = json.loads(FOUND.read_text("utf-8"))
    by = figures(found)
    status = update("docs/performance.md", "peers", text(found, by), "docs/peers.json")
    if CHART.exists() and CHART.read_text("utf-8") == draw(by):
        return status
    if sys.argv[1:] == ["--check"]:
        print("docs/peers.svg is not docs/peers.json's: run scripts/docs")
        return 1
    CHART.write_text(draw(by), "utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main())
