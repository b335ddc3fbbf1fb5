"""Replaying by the fast lane, beside mitmproxy's own way and its server replay."""

from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path

from harness.figures import Goal, Row
from harness.load import race_proxies
from harness.peers import Serving
from harness.processes import Proxy
from harness.race import Bench, Race
from material import samples

#: Of server replay's CPU: a fortieth over http, a thirtieth over https.
HTTP, HTTPS = Goal("ratio", 0.025), Goal("ratio", 0.033)
_OFFLINE = ("--set", "server_replay_extra=500", "--set", "connection_strategy=lazy")


def rows(bench: Bench) -> Iterator[Row]:
    goal = HTTPS if bench.https else HTTP
    distinct = samples.urls(10_000, https=bench.https)
    cassette, flows = bench.folder / "lane.yaml", bench.folder / "lane.flows"
    for count, once in ((1_000, False), (10_000, True)):
        recorded = distinct[:count]
        samples.write_cassette(cassette, recorded)
        samples.write_flows(flows, recorded)
        race = _race(bench, cassette, flows, recorded, once=once)
        how = "each once" if once else "repeated"
        name, ours = f"lane {count:,} interactions, {how}", race.least("lane")
        yield Row(name, ours, "--server-replay", race.least("server replay"), goal)
        yield Row(name, ours, "mitmproxy's own way", race.least("own way"))


def _race(
    bench: Bench, cassette: Path, flows: Path, recorded: Sequence[str], *, once: bool
) -> Race:
    repeats = () if once else ("--allow-repeats",)
    words = ("--cassette", cassette, "--mode", "replay_only", *repeats, "--lane")
    reuse = f"server_replay_reuse={'false' if once else 'true'}"
    makers = {
        "lane": lambda folder, name: Serving(folder, name, *words, "auto"),
        "own way": lambda folder, name: Serving(folder, name, *words, "off"),
        "server replay": lambda folder, name: Proxy(
            folder, name, "--server-replay", flows, "--set", reuse, *_OFFLINE
        ),
    }
    race, rounds = Race(), bench.size(30, quick=10)
    race_proxies(
        race,
        bench.folder,
        makers,
        lambda: iter(recorded) if once else cycle(recorded),
        rounds=rounds,
        requests=200,
        # What is repeated was read before.
        warm=None if once else dict.fromkeys(makers, len(recorded)),
    )
    return race
