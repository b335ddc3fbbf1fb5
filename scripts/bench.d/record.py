"""Recording: beside mitmdump alone, and beside its own ``-w``."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

import load
import proxies
from plan import Plan
from proxies import Proxy
from report import Row

MOST = 1.06
KIB, MIB = 1024, 1024 * 1024


def rows(plan: Plan, folder: Path) -> list[Row]:
    with origin() as port:
        small = _measure(plan, folder, port, KIB)
        large = _measure(plan.with_rounds(10, 24), folder, port, MIB)
        first, last = _first_and_last(plan.with_rounds(4, 500), folder, port)
    return [
        Row("record 1 KiB", small["ours"], "no addon", small["bare"], most_ratio=MOST),
        Row("record 1 KiB", small["ours"], "-w FILE", small["-w"]),
        Row("record 1 KiB", small["ours"], "no addon, no idle ones", small["lean"]),
        Row("record 1 MiB", large["ours"], "no addon", large["bare"], most_extra=2.0),
        Row("record 1 MiB", large["ours"], "-w FILE", large["-w"]),
        Row(
            f"record after {plan.recorded_before:,}",
            last,
            "an empty start",
            first,
            most_ratio=1.05,
        ),
        Row("no addon", small["again"], "itself", small["bare"]),
    ]


@contextmanager
def origin() -> Iterator[int]:
    script = Path(__file__).with_name("origin.py")
    process = subprocess.Popen(
        [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def _urls(port: int, size: int) -> Iterator[str]:
    return (f"http://127.0.0.1:{port}/{size}/{n}?expand=tags" for n in count())


def _measure(plan: Plan, folder: Path, port: int, size: int) -> dict[str, float]:
    best: dict[str, float] = {}
    for turn in range(plan.passes):
        cassette = folder / f"record-{size}-{turn}.yaml"
        flows = folder / f"record-{size}-{turn}.flows"
        with ExitStack() as stack:
            start = stack.enter_context
            up = [
                start(Proxy(folder, "bare")),
                start(proxies.ours(folder, "ours", cassette, "record_only")),
                start(Proxy(folder, "-w", "-w", str(flows))),
                start(Proxy(folder, "again")),
                start(Proxy(folder, "lean", "-s", str(proxies.ASKED_ONLY))),
            ]
            runners = [load.Runner(proxy, _urls(port, size)) for proxy in up]
            load.merge(best, load.race(runners, plan, size))
        cassette.unlink()
        flows.unlink()
    return best


def _first_and_last(plan: Plan, folder: Path, port: int) -> tuple[float, float]:
    """Does an interaction cost more where many were recorded before?"""
    best: dict[str, float] = {}
    for turn in range(plan.passes):
        with ExitStack() as stack:
            up = []
            for name in ("first", "last"):
                cassette = folder / f"{name}-{turn}.yaml"
                proxy = proxies.ours(folder, name, cassette, "record_only")
                up.append(stack.enter_context(proxy))
            runners = [load.Runner(proxy, _urls(port, KIB)) for proxy in up]
            load.warm(runners[1], plan.recorded_before, KIB, plan.connections)
            load.merge(best, load.race(runners, plan))
    return best["first"], best["last"]
