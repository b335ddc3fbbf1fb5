"""Starting until the proxy answers, and whole runs of nothing, beside mitmdump alone.

The cassette is a small one."""

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from harness.figures import Goal, Row
from harness.processes import MATERIAL, BenchError, Proxy, with_addon
from harness.race import Bench, Race
from material import samples

#: For the import of the addon and the cassette.
TIME, CPU = Goal("extra", 50.0), Goal("extra", 25.0)
#: Of a mitmdump that ends as soon as it runs.
RUN, STRICT = Goal("ratio", 0.6), Goal("ratio", 0.36)


def rows(bench: Bench) -> list[Row]:
    cassette = bench.folder / "start.yaml"
    samples.write_cassette(cassette, samples.urls(10))
    subjects = {
        "bare": partial(_start, partial(Proxy, bench.folder, "bare")),
        "ours": partial(
            _start, partial(with_addon, bench.folder, "ours", cassette, "replay_only")
        ),
    }
    # The first start makes the CA and fills the disk's cache.
    Race().run(subjects, 1)
    race = Race().run(subjects, bench.size(25, quick=4))
    started = [
        Row(
            f"start, {what}",
            race.median(f"ours {what}"),
            "no addon",
            race.median(f"bare {what}"),
            goal,
        )
        for what, goal in (("time", TIME), ("CPU", CPU))
    ]
    return [*started, *_runs(bench, cassette)]


def _runs(bench: Bench, cassette: Path) -> list[Row]:
    """Measure from the start of a process to its end."""
    folder = Path(sys.executable).parent
    home = f"confdir={bench.folder / 'confdir'}"
    script = MATERIAL / "addons" / "ended.py"
    bare = [folder / "mitmdump", "-q", "-p0", "--set", home, "-s", script]
    run = [folder / "mitmvcr", "run", "--allow-idle", "--cassette"]
    new, true = bench.folder / "new.yaml", ["--", "true"]
    subjects = {
        "bare": partial(_whole, bench, bare),
        "run": partial(_whole, bench, [*run, new, *true]),
        "strict": partial(_whole, bench, [*run, cassette, "--mode=replay_only", *true]),
    }
    Race().run(subjects, 1)
    race = Race().run(subjects, bench.size(15, quick=3))
    against = "mitmdump, ended"
    return [
        Row(what, race.least(name), against, race.least("bare"), goal)
        for what, name, goal in (
            ("run -- true, CPU", "run", RUN),
            ("the same in a strict replay", "strict", STRICT),
        )
    ]


def _whole(bench: Bench, command: Sequence[object]) -> float:
    """Return the CPU time of a process and of its own, in ms."""
    words = [str(each) for each in command]
    log = bench.folder / "run.log"
    output = [
        (os.POSIX_SPAWN_OPEN, each, log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        for each in (1, 2)
    ]
    home = {"MITMVCR_HOME": str(bench.folder / "home")}
    started = os.posix_spawn(words[0], words, os.environ | home, file_actions=output)
    _, status, used = os.wait4(started, 0)
    if status:
        raise BenchError(f"{' '.join(words)}\n{log.read_text('utf-8')}".rstrip())
    return 1000 * (used.ru_utime + used.ru_stime)


def _start(make: Callable[[], Proxy]) -> dict[str, float]:
    with make() as proxy:
        return {"time": proxy.boot_ms, "CPU": proxy.boot_cpu_ms}
