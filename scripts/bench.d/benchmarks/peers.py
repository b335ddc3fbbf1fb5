"""Replaying, with Hoverfly, WireMock, go-vcr, vcrpy and --server-replay in one race.

Eight requests are under way at once, over connections that are kept alive. Proxies and
servers have one core, and the load the other; go-vcr and vcrpy are in the client's
process, whose CPU counts as theirs, and vcrpy sends one request after another. Where
each is to be asked for once, Hoverfly and WireMock do not hold to it.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial

from harness import needed
from harness.commanded import Found, Runner
from harness.figures import Goal, Row
from harness.peers import PEERS, Recordings
from harness.race import Bench, Race
from material import samples

_OURS = next(iter(PEERS))
_STOCK = "mitmproxy --server-replay"
#: The most that a round takes, and what comes before the first.
_SECONDS, _WARM_SECONDS = 1.5, 3.0
#: What is measured: its unit, and which of several rounds counts.
_MEASURED = {
    "CPU a request": ("us", "cpu_us", "least"),
    "a thousand requests": ("ms", "thousand_ms", "median"),
    "p99": ("ms", "p99", "median"),
    "longest stall": ("ms", "longest", "median"),
}
#: How many interactions there are, and whether each is asked for once.
_ROUNDS = ((1_000, False), (10_000, False), (10_000, True))
#: By scheme: of whose CPU ours is to be which share. Hoverfly looks through all that it
#: has for each request, so what it costs grows with their number.
_SHARES = {
    ("http", False): {_STOCK: 1 / 40, "Hoverfly": 1 / 1.8},
    ("http", True): {_STOCK: 1 / 40, "Hoverfly": 1.0},
    ("https", False): {_STOCK: 1 / 30, "Hoverfly": 1 / 500},
    ("https", True): {_STOCK: 1 / 30, "Hoverfly": 1 / 500},
}
_MOST = {"p99": Goal("ours", 1.0), "longest stall": Goal("ours", 8.0)}


def rows(bench: Bench) -> Iterator[Row]:
    left_out: set[str] = set()
    for scheme in "http", "https":
        for count, once in _ROUNDS:
            urls = samples.urls(count, https=scheme == "https")
            folder = bench.folder / f"{scheme}-{count}-{'once' if once else 'again'}"
            of = Recordings(folder, urls, once)
            race = _race(of, bench.size(5, quick=2), left_out)
            name = f"{scheme}, {count:,} {'once each' if once else 'repeated'}"
            yield from _rows(race, name, _SHARES[scheme, once])


def _race(of: Recordings, rounds: int, left_out: set[str]) -> Race:
    with ExitStack() as stack:
        runners = {}
        for name, start in PEERS.items():
            try:
                runners[name] = start(of)
            except needed.MissingError as error:
                if name not in left_out:
                    print(f"bench: peers: {name} is left out: {error}", file=sys.stderr)
                left_out.add(name)
                continue
            stack.callback(runners[name].stop)
        count = _warm(of, runners)
        each = (len(of.urls) - count) // rounds if of.once else 3000
        return Race().run(_subjects(runners, each), rounds)


def _warm(of: Recordings, runners: Mapping[str, Runner]) -> int:
    """Send what is not counted: what is repeated was read before. Return how much."""
    count = 500 if of.once else max(2000, len(of.urls))
    for each in runners.values():
        each.send(count, _WARM_SECONDS)
    return count


def _subjects(
    runners: Mapping[str, Runner], count: int
) -> Mapping[str, Callable[[], Found]]:
    return {name: partial(_round, each, count) for name, each in runners.items()}


def _round(runner: Runner, count: int) -> Found:
    found = runner.send(count, _SECONDS)
    return {**found, "thousand_ms": 1e6 * found["seconds"] / found["sent"]}


def _rows(race: Race, name: str, shares: Mapping[str, float]) -> Iterator[Row]:
    for what, (unit, key, which) in _MEASURED.items():
        value = getattr(race, which)
        ours = value(f"{_OURS} {key}")
        yield Row(f"{name}: {what}", ours, goal=_MOST.get(what), unit=unit)
        for peer in PEERS:
            if peer == _OURS or f"{peer} {key}" not in race:
                continue
            share = shares.get(peer) if key == "cpu_us" else None
            goal = None if share is None else Goal("ratio", share)
            theirs = value(f"{peer} {key}")
            yield Row(f"{name}: {what}", ours, peer, theirs, goal, unit)
