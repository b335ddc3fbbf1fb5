"""Starting until the proxy answers, with a small cassette, beside mitmdump alone."""

from collections.abc import Callable
from functools import partial

from harness.figures import Goal, Row
from harness.processes import Proxy, with_addon
from harness.race import Bench, Race
from material import samples

#: For the import of the addon and the cassette.
TIME, CPU = Goal("extra", 50.0), Goal("extra", 25.0)


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
    return [
        Row(
            f"start, {what}",
            race.median(f"ours {what}"),
            "no addon",
            race.median(f"bare {what}"),
            goal,
        )
        for what, goal in (("time", TIME), ("CPU", CPU))
    ]


def _start(make: Callable[[], Proxy]) -> dict[str, float]:
    with make() as proxy:
        return {"time": proxy.boot_ms, "CPU": proxy.boot_cpu_ms}
