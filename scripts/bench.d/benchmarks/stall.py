"""The longest turn of the event loop: first requests, and misses that are explained.

In CPU time of its thread, of the calmest of some runs: how long all others wait.
"""

import json
import sys
from collections.abc import Iterator, Sequence

from harness.figures import Goal, Row, least
from harness.processes import MATERIAL, run
from harness.race import Bench
from material import samples

ANY, MISS = Goal("ours", 8.0), Goal("ours", 10.0)
_COUNT = 10_000
_HOOK = "def match(request, recorded):\n    return None\n"


def rows(bench: Bench) -> Iterator[Row]:
    cassette, hooks = bench.folder / "stall.yaml", bench.folder / "hooks.py"
    urls = samples.urls(_COUNT)
    samples.write_cassette(cassette, urls)
    hooks.write_text(_HOOK)
    asked = [urls[5], f"{urls[5]}&more=1", f"{urls[7]}&more=2"]
    rounds = bench.size(5, quick=2)
    for what, more in (
        ("in the lane", ("auto", 0, "")),
        ("in mitmproxy", ("off", 0, "")),
        ("with 2,000 secrets", ("off", 2000, "")),
        ("with a match hook", ("off", 0, hooks)),
    ):
        yield from _rows(what, [cassette, *more, *asked], rounds)


def _rows(what: str, words: Sequence[object], rounds: int) -> Iterator[Row]:
    script = MATERIAL / "stalls.py"
    found = [json.loads(run(sys.executable, script, *words)) for _ in range(rounds)]
    goals = {
        f"first request {what}": ANY,
        f"first miss among {_COUNT:,} {what}": MISS,
        f"second miss {what}": MISS,
        f"garbage collected {what}": ANY,
    }
    for (case, goal), values in zip(
        goals.items(), zip(*found, strict=True), strict=True
    ):
        yield Row(case, least(values), goal=goal)
