"""Recording, beside mitmdump alone and its own -w; and after many were recorded."""

from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path

from harness.figures import Goal, Row
from harness.load import Maker, race_proxies
from harness.processes import MATERIAL, Proxy, server, with_addon, with_scripts
from harness.race import Bench, Race

SMALL = Goal("ratio", 1.06)
LARGE = Goal("extra", 2.0)
AFTER_MANY = Goal("ratio", 1.05)
KIB, MIB = 1024, 1024 * 1024


def rows(bench: Bench) -> list[Row]:
    passes, many = bench.size(2, quick=1), bench.size(9_000, quick=1_000)
    with server(MATERIAL / "origin.py") as (port,):
        small = _race(bench, passes, bench.size(30, quick=12), 50, port, KIB)
        large = _race(bench, 1, 10, 24, port, MIB)
        after = _after_many(bench, port, many)
    bare, ours, late = small.least("bare"), small.least("ours"), large.least("ours")
    return [
        Row("record 1 KiB", ours, "no addon", bare, SMALL),
        Row("record 1 KiB", ours, "-w FILE", small.least("-w")),
        Row("record 1 KiB", ours, "no addon, no idle ones", small.least("lean")),
        Row("record 1 MiB", late, "no addon", large.least("bare"), LARGE),
        Row("record 1 MiB", late, "-w FILE", large.least("-w")),
        Row(
            f"record after {many:,}",
            after.least("last"),
            "an empty start",
            after.least("first"),
            AFTER_MANY,
        ),
        Row("no addon", small.least("again"), "itself", bare),
        Row("an empty start", after.least("again"), "itself", after.least("first")),
    ]


def urls(port: int, size: int) -> Iterator[str]:
    return (f"http://127.0.0.1:{port}/{size}/{n}?expand=tags" for n in count())


def _race(
    bench: Bench, passes: int, rounds: int, requests: int, port: int, size: int
) -> Race:
    race = Race()
    for turn in range(passes):
        cassette = bench.folder / f"record-{size}-{turn}.yaml"
        flows = str(cassette.with_suffix(".flows"))
        makers: dict[str, Maker] = {
            "bare": Proxy,
            "ours": partial(with_addon, cassette=cassette, mode="record_only"),
            "-w": partial(_writing, flows),
            "again": Proxy,
            "lean": partial(with_scripts, names=("asked_only",)),
        }
        race_proxies(
            race,
            bench.folder,
            makers,
            partial(urls, port, size),
            rounds=rounds,
            requests=requests,
            size=size,
        )
    return race


def _writing(flows: str, folder: Path, name: str) -> Proxy:
    return Proxy(folder, name, "-w", flows)


def _after_many(bench: Bench, port: int, many: int) -> Race:
    """Does an interaction cost more where many were recorded before? Two processes that
    do the same may differ by a tenth, so that each pass starts them anew."""
    race = Race()
    for turn in range(bench.size(3, quick=1)):
        makers: dict[str, Maker] = {
            name: partial(
                with_addon,
                cassette=bench.folder / f"{name}-{turn}.yaml",
                mode="record_only",
            )
            for name in ("first", "last", "again")
        }
        race_proxies(
            race,
            bench.folder,
            makers,
            partial(urls, port, KIB),
            rounds=4,
            requests=500,
            warm={"last": many},
        )
    return race
