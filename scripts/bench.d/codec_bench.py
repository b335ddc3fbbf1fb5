"""Reading and writing cassettes: beside go-vcr, PyYAML's C code and vcrpy.

Every figure is the least CPU time of several processes that each do it once, files
read and written included; the contestants take turns. A peak is by how much the
resident size of a process rose over an interpreter with mitmvcr imported, for go-vcr
the whole process's.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import mixture
from plan import Plan
from proxies import ROOT, BenchError
from report import Row

from mitmvcr.core.model import Cassette
from mitmvcr.format import writer

COUNT = 10_000
READY_MS, DUMP_MS, BODY_MS = 60.0, 300.0, 2.0
_SECONDS = 300
_CACHE = ROOT / ".cache"
_TASK = Path(__file__).with_name("codec_task.py")
_GO = Path(__file__).with_name("go")


@dataclass(frozen=True)
class Found:
    """Milliseconds, and MB."""

    ms: Sequence[float]
    peak: float


def rows(plan: Plan, folder: Path) -> list[Row]:
    path = folder / "mixture.yaml"
    path.write_bytes(writer.dumps(Cassette(mixture.interactions(COUNT))))
    found = _race(_whole(path), path, plan.codec_rounds)
    size = path.stat().st_size / 2**20
    return [*_whole_rows(found, size), *_body_rows(plan, folder)]


# The contestants: a command that does it once, each


def _whole(path: Path) -> dict[str, list[str] | None]:
    ours = [sys.executable, str(_TASK)]
    go, vcrpy = _go_program(), [_vcrpy_python(), str(_TASK)]
    _run([*vcrpy, "vcrpy_make", str(path)])
    return {
        **{
            name: [*ours, name, str(path)] for name in ("ready", "play", "read", "dump")
        },
        "go load": go and [go, "load", str(path.with_suffix(""))],
        "go save": go and [go, "save", str(path.with_suffix(""))],
        "yaml load": [*ours, "yaml_load", str(path)],
        "yaml dump": [*ours, "yaml_dump", str(path)],
        "vcrpy load": [*vcrpy, "vcrpy_load", str(path)],
        "vcrpy save": [*vcrpy, "vcrpy_save", str(path)],
    }


def _race(
    commands: Mapping[str, list[str] | None], path: Path, rounds: int
) -> dict[str, Found]:
    """In turns; what takes seconds runs once in a quick plan and twice else."""
    found: dict[str, Found] = {}
    for turn in range(rounds):
        for name, command in commands.items():
            slow = name.startswith(("yaml", "vcrpy"))
            if command is not None and not (slow and turn >= 2):
                once = _run(command)
                best = found.get(name, once)
                least = [min(pair) for pair in zip(once.ms, best.ms, strict=True)]
                found[name] = Found(least, min(once.peak, best.peak))
    return found


def _run(command: Sequence[str]) -> Found:
    done = subprocess.run(command, capture_output=True, timeout=_SECONDS)
    if done.returncode:
        raise BenchError(f"{' '.join(command)}\n{done.stderr.decode()[-2000:]}")
    answer = json.loads(done.stdout)
    return Found(answer["ms"], answer["peak_mb"])


# What they need


def _go_program() -> str | None:
    """go-vcr's own; without Go it is left out, and in CI that is a failure."""
    go = shutil.which("go")
    if go is None:
        if os.environ.get("CI"):
            raise BenchError("Go missing: go-vcr cannot be measured (Go 1.24 or newer)")
        print("bench: codec: Go missing: go-vcr is left out", file=sys.stderr)
        return None
    sources = sorted(_GO.iterdir())
    digest = hashlib.sha256(b"".join(each.read_bytes() for each in sources))
    program = _CACHE / "go" / f"bench-{digest.hexdigest()[:16]}"
    if not program.exists():
        subprocess.run([go, "build", "-o", program, "."], cwd=_GO, check=True)
    return str(program)


def _vcrpy_python() -> str:
    """vcrpy in an environment of its own."""
    venv = _CACHE / f"bench-vcrpy-{sys.version_info[0]}.{sys.version_info[1]}"
    python = venv / "bin" / "python"
    done = venv / "installed"
    if not done.exists():
        print("bench: codec: installing vcrpy ...", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, "vcrpy"], check=True, stdout=sys.stderr)
        done.touch()
    return str(python)


# What came of it


def _whole_rows(found: Mapping[str, Found], size: float) -> list[Row]:
    most_memory = 1.3 * size + 40
    of = f"{COUNT:,} interactions, {size:.0f} MB"
    ms = {name: each.ms[0] for name, each in found.items()}
    loaders = ("go load", "yaml load", "vcrpy load")
    savers = ("go save", "yaml dump", "vcrpy save")
    faster = {"go load": 1.0}
    return [
        Row(f"ready: {of}", ms["ready"], most=READY_MS),
        *[
            Row(
                "read whole",
                ms["read"],
                name,
                ms.get(name),
                most_ratio=faster.get(name),
            )
            for name in loaders
        ],
        Row("write whole", ms["dump"], most=DUMP_MS),
        *[Row("write whole", ms["dump"], name, ms.get(name)) for name in savers],
        *[
            Row(
                f"peak, {name}",
                found[name].peak,
                other,
                found[other].peak if other in found else None,
                most=most_memory,
                unit="MB",
            )
            for name, other in [
                ("ready", "go load"),
                ("play", "go load"),
                ("read", "go load"),
                ("read", "yaml load"),
                ("read", "vcrpy load"),
            ]
        ],
    ]


def _body_rows(plan: Plan, folder: Path) -> list[Row]:
    path = folder / "bodies.yaml"
    kinds = mixture.large()
    bodies = [mixture.alone(body) for body in kinds.values()]
    path.write_bytes(writer.dumps(Cassette(bodies)))
    go = _go_program()
    commands = {
        "ours": [sys.executable, str(_TASK), "bodies", str(path)],
        "go": go and [go, "each", str(path.with_suffix(""))],
        "yaml": [sys.executable, str(_TASK), "yaml_bodies", str(path)],
    }
    found = _race(commands, path, plan.codec_rounds)
    theirs = found["go"].ms if go else [None] * len(kinds)
    return [
        row
        for kind, ours, by_go, by_yaml in zip(
            kinds, found["ours"].ms, theirs, found["yaml"].ms, strict=True
        )
        for row in (
            Row(f"write 1 MiB: {kind}", ours, "go save", by_go, most=BODY_MS),
            Row(f"write 1 MiB: {kind}", ours, "yaml dump", by_yaml),
        )
    ]
