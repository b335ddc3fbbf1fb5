"""Reading and writing whole cassettes, beside go-vcr, PyYAML's C code and vcrpy.

Every figure is the least CPU time of several processes that each do it once, files
read and written included. A peak is by how much the resident size of a process rose
over an interpreter with mitmvcr imported, for go-vcr the whole process's.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from harness import needed
from harness.figures import Figure, Goal, Row
from harness.processes import MATERIAL, run
from harness.race import Bench, Race
from material import mixture

from mitmvcr.core.model import Cassette
from mitmvcr.format import writer

COUNT, MANY = 10_000, 100_000
#: Beside go-vcr in the same run: how fast a machine is counts for nothing.
READY, READ, DUMP, BODY = (Goal("ratio", most) for most in (0.1, 1.0, 0.2, 1.0))
MANY_READY = Goal("ratio", 0.025)
#: go-yaml escapes each character behind a BOM.
ESCAPED = Goal("ratio", 2.0)
_TASK = MATERIAL / "codec_task.py"
Commands = Mapping[str, Sequence[object]]


def rows(bench: Bench) -> Iterator[Row]:
    rounds = bench.size(5, quick=1)
    yield from _whole_rows(bench.folder / "mixture.yaml", rounds)
    yield from _many_rows(bench.folder / "many.yaml", min(rounds, 3))
    yield from _body_rows(bench.folder / "bodies.yaml", rounds)


def _race(commands: Commands, rounds: int) -> Race:
    """In turns; what takes seconds runs twice at most."""
    subjects = {name: partial(_once, each) for name, each in commands.items()}
    slow = [name for name in subjects if name.startswith(("yaml", "vcrpy"))]
    quick = {name: each for name, each in subjects.items() if name not in slow}
    race = Race().run(subjects, min(rounds, 2))
    return race.run(quick, rounds - min(rounds, 2))


def _once(command: Sequence[object]) -> dict[str, float]:
    """Its milliseconds by number, and its peak in MiB."""
    found = json.loads(run(*command))
    numbered = {str(number): ms for number, ms in enumerate(found["ms"])}
    return {"peak": found["peak_mb"], **numbered}


# Whole cassettes


def _whole_rows(path: Path, rounds: int) -> Iterator[Row]:
    path.write_bytes(writer.dumps(Cassette(mixture.interactions(COUNT))))
    race, size = _race(_contestants(path), rounds), path.stat().st_size / 2**20

    def against(case: str, ours: str, *others: str) -> Iterator[Row]:
        goals = {"go load": READ, "go save": DUMP}
        for other in others:
            goal = goals.get(other)
            yield Row(case, race.least(f"{ours} 0"), other, _found(race, other), goal)

    of = f"{COUNT:,} interactions, {size:.0f} MB"
    loaded = _found(race, "go load")
    yield Row(f"ready: {of}", race.least("ready 0"), "go load", loaded, READY)
    yield from against("read whole", "read", "go load", "yaml load", "vcrpy load")
    yield from against("write whole", "dump", "go save", "yaml dump", "vcrpy save")
    most = Goal("ours", 1.3 * size + 40)
    for name, other in (
        ("ready", "go load"),
        ("play", "go load"),
        ("read", "go load"),
        ("read", "yaml load"),
        ("read", "vcrpy load"),
    ):
        ours, theirs = race.least(f"{name} peak"), _found(race, other, "peak")
        yield Row(f"peak, {name}", ours, other, theirs, most, unit="MB")


def _many_rows(path: Path, rounds: int) -> Iterator[Row]:
    """Ready alone: go-vcr needs 3 GB for so many."""
    with path.open("wb") as file:
        file.writelines(writer.parts(Cassette(mixture.interactions(MANY))))
    size = path.stat().st_size / 2**20
    commands = {"ready": [sys.executable, _TASK, "ready", path]}
    race = _race({**commands, **_by_go({"go load": "load"}, path)}, rounds)
    of = f"{MANY:,} interactions, {size:.0f} MB"
    ours, theirs = race.least("ready 0"), _found(race, "go load")
    yield Row(f"ready: {of}", ours, "go load", theirs, MANY_READY)
    peaks = race.least("ready peak"), "go load", _found(race, "go load", "peak")
    yield Row("peak, ready", *peaks, Goal("ours", 1.2 * size), unit="MB")
    path.unlink()


def _contestants(path: Path) -> Commands:
    # Its module has the name of addon/vcr.py: isolated from a PYTHONPATH with that.
    ours, vcrpy = (
        [sys.executable, _TASK],
        [needed.with_python("vcrpy", "vcrpy"), "-I", _TASK],
    )
    run(*vcrpy, "vcrpy_make", path)
    return {
        **{name: [*ours, name, path] for name in ("ready", "play", "read", "dump")},
        **_by_go({"go load": "load", "go save": "save"}, path),
        "yaml load": [*ours, "yaml_load", path],
        "yaml dump": [*ours, "yaml_dump", path],
        "vcrpy load": [*vcrpy, "vcrpy_load", path],
        "vcrpy save": [*vcrpy, "vcrpy_save", path],
    }


def _found(race: Race, name: str, what: str = "0") -> Figure | None:
    name = f"{name} {what}"
    return race.least(name) if name in race else None


# Bodies


def _body_rows(path: Path, rounds: int) -> Iterator[Row]:
    kinds = mixture.large()
    path.write_bytes(writer.dumps(Cassette(list(map(mixture.alone, kinds.values())))))
    commands = {
        "ours": [sys.executable, _TASK, "bodies", path],
        **_by_go({"go save": "each"}, path),
        "yaml dump": [sys.executable, _TASK, "yaml_bodies", path],
    }
    race = _race(commands, rounds)
    for number, kind in enumerate(kinds):
        case, ours = f"write 1 MiB: {kind}", race.least(f"ours {number}")
        most = ESCAPED if kind.endswith("BOM") else BODY
        for other, goal in ("go save", most), ("yaml dump", None):
            yield Row(case, ours, other, _found(race, other, str(number)), goal)


# What they need


def _by_go(tasks: Mapping[str, str], path: Path) -> Commands:
    """go-vcr's own; without Go it is left out, and in CI that is a failure."""
    try:
        program = needed.built(".")
    except needed.MissingError as error:
        print(f"bench: codec: {error}: go-vcr is left out", file=sys.stderr)
        return {}
    return {k: [program, task, path.with_suffix("")] for k, task in tasks.items()}
