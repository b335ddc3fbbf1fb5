"""What the control port costs while nobody looks: replay, recording, memory."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle
from pathlib import Path

from benchmarks.record import KIB
from benchmarks.record import urls as recorded_urls
from harness.figures import Goal, Row, least
from harness.load import CONNECTIONS, Maker, Runner, race_proxies
from harness.processes import MATERIAL, server, with_addon
from harness.race import Bench, Race
from material import samples

COST, MEMORY = Goal("ratio", 1.03), Goal("ratio", 1.05)
_COUNT = 10_000


def rows(bench: Bench) -> Iterator[Row]:
    distinct = samples.urls(_COUNT)
    cassette = bench.folder / "control.yaml"
    samples.write_cassette(cassette, distinct)
    replaying = partial(_makers, lambda _: cassette, "replay_only")
    yield from _rows("replay", bench, replaying, lambda: iter(distinct))
    repeated = partial(_makers, lambda _: cassette, "replay_only", allow_repeats="all")
    yield from _rows(
        "replay, repeated", bench, repeated, lambda: cycle(distinct[:1]), memory=False
    )
    with server(MATERIAL / "origin.py") as (port,):
        recording = partial(
            _makers, lambda name: bench.folder / f"{name}.yaml", "record_only"
        )
        yield from _rows("record", bench, recording, lambda: recorded_urls(port, KIB))


def _makers(place: Callable[[str], Path], mode: str, **more: str) -> dict[str, Maker]:
    def made(**options: str) -> Maker:
        return lambda folder, name: with_addon(
            folder, name, place(name), mode, **options, **more
        )

    return {"without": made(), "control": made(control="0"), "again": made()}


def _rows(
    case: str,
    bench: Bench,
    makers: Callable[[], dict[str, Maker]],
    asked: Callable[[], Iterator[str]],
    *,
    memory: bool = True,
) -> Iterator[Row]:
    race, rounds = Race(), bench.size(30, quick=12)
    for _ in range(bench.size(3, quick=1)):
        race_proxies(race, bench.folder, makers(), asked, rounds=rounds, requests=50)
    plain = race.least("without")
    yield Row(f"{case}, with control", race.least("control"), "without", plain, COST)
    yield Row(f"{case}, without", race.least("again"), "itself", plain)
    if memory:
        count = bench.size(_COUNT, quick=3_000)
        kept = {
            k: _memory(bench, k, makers()[k], asked(), count)
            for k in ("without", "control")
        }
        yield Row(
            f"{case} of {count:,}, memory with control",
            least([kept["control"]]),
            "without",
            least([kept["without"]]),
            MEMORY,
            "MiB",
        )


def _memory(
    bench: Bench, name: str, make: Maker, asked: Iterator[str], count: int
) -> float:
    """Return what a proxy has after so many requests, in MiB."""
    with make(bench.folder, f"{name}-memory") as proxy:
        Runner(proxy, asked).send(count - CONNECTIONS)
        return proxy.memory("VmRSS")
