"""Starting: until the proxy answers, with a small cassette and without us."""

from pathlib import Path
from statistics import median

import proxies
import samples
from plan import Plan
from proxies import Proxy
from report import Row

#: In ms, for the import of the addon and the cassette.
MOST_EXTRA = 50.0


def rows(plan: Plan, folder: Path) -> list[Row]:
    cassette = folder / "start.yaml"
    samples.write_cassette(cassette, samples.urls(10))
    seconds: dict[str, list[float]] = {"bare": [], "ours": []}
    cpu: dict[str, list[float]] = {"bare": [], "ours": []}
    for turn in range(plan.starts + 1):
        for name in seconds:
            with _started(folder, name, cassette) as proxy:
                if turn:  # the first start makes the CA and fills the disk's cache
                    seconds[name].append(1000 * proxy.boot_seconds)
                    cpu[name].append(1000 * proxy.boot_cpu)
    # A start has no quiet moment to be found in it, as a round of requests has.
    wall = {name: median(each) for name, each in seconds.items()}
    busy = {name: median(each) for name, each in cpu.items()}
    return [
        Row(
            "start, time", wall["ours"], "no addon", wall["bare"], most_extra=MOST_EXTRA
        ),
        Row(
            "start, CPU", busy["ours"], "no addon", busy["bare"], most_extra=MOST_EXTRA
        ),
    ]


def _started(folder: Path, name: str, cassette: Path) -> Proxy:
    if name == "ours":
        return proxies.ours(folder, name, cassette, "replay_only")
    return Proxy(folder, name)
