"""What ``scripts/bench`` makes of made-up numbers, and what it says to its user."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCH = Path(__file__).parents[2] / "scripts" / "bench.d"


def load(name: str) -> ModuleType:
    path = BENCH / "harness" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"harness.{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look, and race.py
    spec.loader.exec_module(module)
    return module


figures = load("figures")
race = load("race")
Figure, Goal, Row = figures.Figure, figures.Goal, figures.Row


def test_least_median_and_spread() -> None:
    values = [14.0, 10.0, 11.0, 13.0, 12.0]
    assert figures.least(values) == Figure(10.0, spread=2 / 12)
    assert figures.middle(values) == Figure(12.0, spread=2 / 12)
    assert figures.least([3.0]) == Figure(3.0, spread=None)
    assert figures.middle([0.0, 0.0]) == Figure(0.0, spread=None)


@pytest.mark.parametrize(
    ("goal", "verdict"),
    [
        (Goal("ratio", 1.5), "met"),
        (Goal("ratio", 1.49), "missed"),
        (Goal("extra", 5.0), "met"),
        (Goal("extra", 4.9), "missed"),
        (Goal("ours", 15.0), "met"),
        (Goal("ours", 14.9), "missed"),
        (None, ""),
    ],
)
def test_a_goal_is_met_up_to_its_figure(goal: object, verdict: str) -> None:
    row = Row("case", Figure(15.0), "other", Figure(10.0), goal)
    assert (row.ratio, row.extra, row.verdict) == (1.5, 5.0, verdict)


@pytest.mark.parametrize(
    ("goal", "verdict"),
    [
        (Goal("ratio", 9.0), "not measured"),
        (Goal("extra", 9.0), "not measured"),
        (Goal("ours", 15.0), "met"),
    ],
)
def test_a_goal_beside_what_is_not_there(goal: object, verdict: str) -> None:
    row = Row("case", Figure(15.0), "other", None, goal)
    assert (row.ratio, row.extra, row.verdict) == (None, None, verdict)


ROWS = [
    Row("fast", Figure(1.0, 0.02), "other", Figure(2.0, 0.25), Goal("ratio", 1.03)),
    Row("slow", Figure(9.0), "other", Figure(4.0), Goal("extra", 2.0), unit="MiB"),
    Row("alone", Figure(0.0), "absent", None, Goal("ratio", 1.0)),
    Row("shown", Figure(3.0)),
]


def test_a_ratio_to_nothing_is_not_measured() -> None:
    """A browser may have had no long task at all."""
    row = Row("a", Figure(3.0), "b", Figure(0.0), Goal("ratio", 1.0))
    assert (row.ratio, row.extra, row.verdict) == (None, 3.0, "not measured")
    assert " 3.000 " in figures.as_table([row])


def test_the_table_has_each_goal_its_verdict_and_the_wider_spread() -> None:
    lines = figures.as_table(ROWS).splitlines()[2:6]
    assert [re.sub(" +", " ", line) for line in lines] == [
        "fast 1.000 ms other 2.000 0.500 -1.000 25% <= 1.03 met",
        "slow 9.000 MiB other 4.000 2.250 +5.000 - <= +2 MiB missed",
        "alone 0.000 ms absent - - - - <= 1.00 not measured",
        "shown 3.000 ms - - - -",
    ]


def test_the_last_line_counts_the_goals_and_names_those_not_met() -> None:
    assert figures.as_table(ROWS).splitlines()[-1] == (
        "goals met: 1 of 3: not slow; alone"
    )
    assert figures.summary(ROWS[:1]) == "goals met: 1 of 1"


def test_json_has_the_figures_the_goals_and_the_verdicts() -> None:
    found = json.loads(figures.as_json(ROWS, python="3.13"))
    assert found["python"] == "3.13"
    fast = found["rows"][0]
    assert fast["ours"] == {"value": 1.0, "spread": 0.02}
    assert fast["goal"] == {"of": "ratio", "most": 1.03}
    assert (fast["ratio"], fast["extra"], fast["verdict"]) == (0.5, -1.0, "met")
    assert [row["verdict"] for row in found["rows"]] == [
        "met",
        "missed",
        "not measured",
        "",
    ]


def test_subjects_take_turns_and_the_order_turns_too() -> None:
    turns: list[str] = []
    subjects = {name: lambda name=name: turns.append(name) or 1.0 for name in "ab"}
    race.Race().run(subjects, 3)
    assert "".join(turns) == "abbaab"


def test_a_race_keeps_each_subjects_values_over_its_runs() -> None:
    values = iter([4.0, 2.0, 3.0])
    run = race.Race().run({"a": lambda: next(values)}, 2)
    run.run({"a": lambda: next(values), "b": lambda: {"x": 7.0, "y": 8.0}}, 1)
    assert (run.least("a").value, run.median("a").value) == (2.0, 3.0)
    assert (run.least("b x").value, run.median("b y").value) == (7.0, 8.0)
    assert "b x" in run
    assert "b" not in run


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, BENCH, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_list_has_a_line_for_each_benchmark() -> None:
    done = run("--list")
    lines = done.stdout.splitlines()
    modules = (BENCH / "benchmarks").glob("*.py")
    names = sorted(path.stem.replace("_", "-") for path in modules)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[0] for line in lines] == names
    assert all(line.endswith(".") and len(line.split()) > 4 for line in lines)


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("recrod", "did you mean record?"),
        (
            "xyz",
            "there are codec, control, lane, match, memory, memory-replay, page, ",
        ),
    ],
)
def test_an_unknown_name_is_one_line_with_a_suggestion(name: str, remedy: str) -> None:
    done = run("start", name)
    assert (done.returncode, done.stdout) == (2, "")
    [line] = done.stderr.splitlines()
    assert line.startswith(f"bench: no benchmark {name}: {remedy}")


def test_the_race_in_the_docs_is_what_the_benchmark_found() -> None:
    script = BENCH.parent / "docs.d" / "peers_page.py"
    done = subprocess.run(
        [sys.executable, script, "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
