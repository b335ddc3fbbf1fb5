"""Replaying: beside a constant response, and beside mitmproxy's own server replay."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import load
import proxies
import samples
from plan import Plan
from proxies import Proxy
from report import Row

MOST = 1.03
Maker = Callable[[Path, str], Proxy]


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


def _cases(plan: Plan) -> list[Case]:
    count = 10_000
    distinct = samples.urls(count, https=plan.https)
    return [
        Case("1 interaction, repeated", distinct[:1], once=False),
        Case("1,000 interactions, repeated", distinct[:1000], once=False),
        Case("10,000 interactions, each once", distinct, once=True),
        Case("10,000 times the same GET", distinct[:1] * count, once=True),
    ]


def rows(plan: Plan, folder: Path) -> list[Row]:
    found: list[Row] = []
    for case in _cases(plan):
        best = _measure(case, plan, folder)
        name = f"replay {case.name}"
        found += [
            Row(name, best["ours"], "constant", best["constant"], most_ratio=MOST),
            Row(name, best["ours"], "--server-replay", best["server replay"]),
        ]
        if case.is_plainest:
            found += [
                Row(name, best["ours"], "one shared response", best["leanest"]),
                Row(name, best["ours"], "constant, no idle ones", best["lean"]),
                Row("constant response", best["again"], "itself", best["constant"]),
            ]
    return found


def _measure(case: Case, plan: Plan, folder: Path) -> dict[str, float]:
    cassette, flows = folder / "replay.yaml", folder / "replay.flows"
    samples.write_cassette(cassette, case.recorded)
    samples.write_flows(flows, case.recorded)
    best: dict[str, float] = {}
    for _ in range(plan.passes):
        with ExitStack() as stack:
            runners = []
            for name, make in _contestants(case, cassette, flows).items():
                proxy = stack.enter_context(make(folder, name))
                runners.append(load.Runner(proxy, case.asked()))
            load.merge(best, load.race(runners, plan))
    return best


def _contestants(case: Case, cassette: Path, flows: Path) -> dict[str, Maker]:
    repeats = "no" if case.once else "all"
    reuse = f"server_replay_reuse={'false' if case.once else 'true'}"
    found: dict[str, Maker] = {
        "constant": _answering_with(proxies.CONSTANT),
        "ours": lambda folder, name: proxies.ours(
            folder, name, cassette, "replay_only", repeats
        ),
        "server replay": lambda folder, name: Proxy(
            folder, name, "--server-replay", str(flows), "--set", reuse, *_OFFLINE
        ),
    }
    if case.is_plainest:
        found["leanest"] = _answering_with(proxies.LEANEST)
        found["again"] = _answering_with(proxies.CONSTANT)
        found["lean"] = _answering_with(proxies.CONSTANT, proxies.ASKED_ONLY)
    return found


_OFFLINE = ("--set", "server_replay_extra=500", "--set", "connection_strategy=lazy")


def _answering_with(*scripts: Path) -> Maker:
    given = [arg for script in scripts for arg in ("-s", str(script))]
    return lambda folder, name: Proxy(folder, name, *given, *_OFFLINE)
