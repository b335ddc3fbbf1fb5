"""The tools on cassettes of 34 MB and 10,000 interactions, beside git and PyYAML.

Each figure is the least CPU time of a whole process, its start included, and the most
memory that it had. In one pair a twentieth of the interactions differ; the other was
recorded anew, so that nothing is the same to the byte.
"""

import json
import random
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from harness.figures import Goal, Row
from harness.processes import run
from harness.race import Bench, Race

from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import writer

COUNT = 10_000
LIST, DIFFER, MERGE = Goal("ours", 300), Goal("ours", 3000), Goal("ours", 1500)
PEAK = Goal("ours", 150.0)
#: What it starts is a child of a small process: a large one would pass on its peak.
_MEASURED = """
import json, os, resource, subprocess, sys
with open(os.devnull, "wb") as nothing:
    child = subprocess.Popen(sys.argv[2:], stdout=nothing, stderr=subprocess.PIPE)
    said = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
if os.waitstatus_to_exitcode(status) not in map(int, sys.argv[1].split(",")):
    sys.exit(said.decode())
cpu = (used.ru_utime + used.ru_stime) * 1000
print(json.dumps({"ms": cpu, "peak": used.ru_maxrss * 1024 / 1e6}))
"""
_PYYAML = """
import sys, yaml
for name in sys.argv[1:]:
    with open(name, "rb") as file:
        yaml.load(file, yaml.CSafeLoader)
"""
Command = Sequence[object]


def rows(bench: Bench) -> Iterator[Row]:
    files = _written(bench.folder)
    old, few, anew, out = files
    ours = (sys.executable, "-m", "mitmvcr", "cassette")
    yaml = (sys.executable, "-c", _PYYAML)
    git = (shutil.which("git") or "git",)
    compare = (*git, "diff", "--no-index")
    three_way = (*git, "merge-file", "-p", old, old, few)
    cases: list[tuple[str, Command, str, Command, Goal]] = [
        ("ls", (*ours, "ls", old), "PyYAML reads it", (*yaml, old), LIST),
        (
            "diff, few differ",
            (*ours, "diff", old, few),
            "git diff",
            (*compare, old, few),
            DIFFER,
        ),
        (
            "diff, recorded anew",
            (*ours, "diff", "--ignore-volatile", old, anew),
            "git diff",
            (*compare, old, anew),
            DIFFER,
        ),
        (
            "merge, few differ",
            (*ours, "merge", old, few, "-o", out),
            "git merge-file",
            three_way,
            MERGE,
        ),
        (
            "merge, recorded anew",
            (*ours, "merge", old, anew, "-o", out),
            "PyYAML reads both",
            (*yaml, old, anew),
            MERGE,
        ),
    ]
    for case, command, against, other, goal in cases:
        race = Race().run({"theirs": partial(_once, other)}, 1)
        race.run({"ours": partial(_once, command)}, bench.size(5, quick=2))
        cpu, peak = (
            [race.least(f"{whose} {what}") for whose in ("ours", "theirs")]
            for what in ("ms", "peak")
        )
        yield Row(case, cpu[0], against, cpu[1], goal)
        yield Row(f"{case}, peak", peak[0], against, peak[1], PEAK, "MB")


def _once(command: Command) -> dict[str, float]:
    found: dict[str, float] = json.loads(
        run(sys.executable, "-c", _MEASURED, "0,1", *command)
    )
    return found


def _written(folder: Path) -> tuple[Path, Path, Path, Path]:
    """Write the cassettes: one, one in which few differ, and one recorded anew."""
    old = [_interaction(number) for number in range(COUNT)]
    few = [each if each.id % 20 else _changed(each) for each in old]
    anew = [_again(each, few[each.id]) for each in old]
    files = [folder / f"{name}.yaml" for name in ("old", "few", "anew", "out")]
    for path, held in zip(files, (old, few, anew), strict=False):
        path.write_bytes(writer.dumps(Cassette(held)))
    return files[0], files[1], files[2], files[3]


def _changed(old: Interaction) -> Interaction:
    """Return it with another value in its answer."""
    body = old.response.body.replace(b"lazy", b"busy", 1)
    return replace(old, response=replace(old.response, body=body))


def _again(old: Interaction, other: Interaction) -> Interaction:
    """Return it as it would be recorded on the next day."""
    chance = random.Random(f"again {old.id}")
    headers = {**other.response.headers, "X-Request-Id": [chance.randbytes(16).hex()]}
    headers["Date"] = [headers["Date"][0].replace("20 Nov", "21 Nov")]
    response = replace(
        other.response, headers=headers, duration=chance.randrange(10**8)
    )
    return replace(other, response=response)


def _interaction(number: int) -> Interaction:
    chance = random.Random(number)
    body = json.dumps([_item(chance) for _ in range(13)]).encode()
    asked = (
        f'{{"q": "query {number}", "limit": 20}}'.encode() if number % 4 == 0 else b""
    )
    host = f"api{number % 7}.example.com"
    clock = f"{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}"
    request = Request(
        method="POST" if asked else "GET",
        url=f"https://{host}/v1/items/{number}?page={number % 50}",
        proto="HTTP/1.1",
        proto_major=1,
        proto_minor=1,
        content_length=len(asked),
        host=host,
        body=asked,
        headers={"Accept": ["application/json"], "User-Agent": ["bench/1"]},
    )
    response = Response(
        proto="HTTP/1.1",
        proto_major=1,
        proto_minor=1,
        content_length=len(body),
        body=body,
        headers={
            "Content-Type": ["application/json"],
            "Date": [f"Fri, 20 Nov 2026 {clock} GMT"],
            "X-Request-Id": [chance.randbytes(16).hex()],
            "Server": ["nginx"],
        },
        status="200 OK",
        code=200,
        duration=chance.randrange(10**8),
    )
    return Interaction(number, request, response)


def _item(chance: random.Random) -> dict[str, object]:
    return {
        "id": chance.randrange(10**9),
        "name": f"item {chance.randrange(10**6)}",
        "tags": ["a", "b", str(chance.random())],
        "price": chance.random() * 100,
        "text": "The quick brown fox jumps over the lazy dog. " * 2,
    }
