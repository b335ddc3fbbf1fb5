"""Replaying, beside a constant response and mitmproxy's own server replay."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from harness.figures import Goal, Row
from harness.load import Maker, race_proxies
from harness.processes import Proxy, with_addon, with_scripts
from harness.race import Bench, Race
from material import samples

CONSTANT = Goal("ratio", 1.03)
#: For the others too: no origin is there to talk to.
_OFFLINE = ("--set", "server_replay_extra=500", "--set", "connection_strategy=lazy")


@dataclass(frozen=True)
class Case:
    """``once``: each interaction is played once, so that reading it counts too."""

    name: str
    recorded: Sequence[str]
    once: bool

    @property
    def is_plainest(self) -> bool:
        return len(self.recorded) == 1

    def asked(self) -> Iterator[str]:
        return iter(self.recorded) if self.once else cycle(self.recorded)


def rows(bench: Bench) -> Iterator[Row]:
    count = 10_000
    distinct = samples.urls(count, https=bench.https)
    for case in (
        Case("1 interaction, repeated", distinct[:1], once=False),
        Case("1,000 interactions, repeated", distinct[:1000], once=False),
        Case("10,000 interactions, each once", distinct, once=True),
        Case("10,000 times the same GET", distinct[:1] * count, once=True),
    ):
        yield from _rows(case, bench)


def _rows(case: Case, bench: Bench) -> Iterator[Row]:
    race = _race(case, bench)
    name, ours = f"replay {case.name}", race.least("ours")
    constant = race.least("constant")
    yield Row(name, ours, "constant", constant, CONSTANT)
    yield Row(name, ours, "--server-replay", race.least("server replay"))
    if case.is_plainest:
        yield Row(name, ours, "one shared response", race.least("leanest"))
        yield Row(name, ours, "constant, no idle ones", race.least("lean"))
        yield Row("constant response", race.least("again"), "itself", constant)


def _race(case: Case, bench: Bench) -> Race:
    cassette, flows = bench.folder / "replay.yaml", bench.folder / "replay.flows"
    samples.write_cassette(cassette, case.recorded)
    samples.write_flows(flows, case.recorded)
    race, makers = Race(), _makers(case, cassette, flows)
    rounds = bench.size(30, quick=12)
    for _ in range(bench.size(2, quick=1)):
        race_proxies(race, bench.folder, makers, case.asked, rounds=rounds, requests=50)
    return race


def _makers(case: Case, cassette: Path, flows: Path) -> dict[str, Maker]:
    repeats = "no" if case.once else "all"
    reuse = f"server_replay_reuse={'false' if case.once else 'true'}"
    replaying = ("--server-replay", flows, "--set", reuse, *_OFFLINE)
    made: dict[str, Maker] = {
        "constant": _answering_with("constant"),
        "ours": lambda folder, name: with_addon(
            folder, name, cassette, "replay_only", allow_repeats=repeats
        ),
        "server replay": lambda folder, name: Proxy(folder, name, *replaying),
    }
    if case.is_plainest:
        made["leanest"] = _answering_with("leanest")
        made["again"] = made["constant"]
        made["lean"] = _answering_with("constant", "asked_only")
    return made


def _answering_with(*scripts: str) -> Maker:
    return lambda folder, name: with_scripts(folder, name, scripts, *_OFFLINE)
