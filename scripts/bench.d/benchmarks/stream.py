"""Streams: what recording adds to each chunk, and how well a replay keeps its pace."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from harness.figures import Figure, Goal, Row, middle
from harness.processes import MATERIAL, BenchError, server, with_addon, with_scripts
from harness.race import Bench, Race
from material import listen
from material.listen import Heard

DELAY, LAG = Goal("extra", 2.0), Goal("extra", 10.0)
BEAT = MATERIAL / "beat.py"
STREAMS, EVENTS, GAP = 100, 20, 0.1
HOST = "bench.test"


def rows(bench: Bench) -> Iterator[Row]:
    chunks = bench.size(300, quick=100)
    # It shares the proxies' core: the one that listens has the other for itself.
    with server(BEAT, chunks, 0.01, core=-1) as (port, _):
        yield from _delays(bench.folder, port)
    with server(BEAT, EVENTS, GAP, core=-1) as ports:
        yield from _lags(bench.folder, *ports)


def _delays(folder: Path, port: int) -> Iterator[Row]:
    """The median time from an event's writing to its arrival."""
    url = f"http://127.0.0.1:{port}/"
    live = folder / "live.yaml"
    with (
        with_scripts(folder, "bare", ["streaming"]) as bare,
        with_addon(folder, "ours", live, "record_only") as ours,
    ):
        direct = Figure(_delay(port, "/"))
        subjects = {
            proxy.name: partial(_delay, proxy.port, url) for proxy in (bare, ours)
        }
        race = Race().run(subjects, 2)
    added = race.least("ours")
    yield Row("recorded chunk's delay", added, "streaming", race.least("bare"), DELAY)
    yield Row("recorded chunk's delay", added, "no proxy", direct)


def _delay(port: int, target: str) -> float:
    """Of four streams at once."""
    heard = listen.over_h1(port, [target] * 4)
    late = [at - int(event.split()[1]) for _, events in heard for at, event in events]
    return middle(late).value / 1e6


def _lags(folder: Path, h1: int, h2: int) -> Iterator[Row]:
    """The median time by which an event is late."""
    cassette = folder / "paced.yaml"
    paths = [f"/stream/{number}" for number in range(STREAMS)]
    cassette.write_text(_cassette(paths))
    plain = [f"http://{HOST}{path}" for path in paths]
    ways: dict[str, tuple[Callable[[], list[Heard]], Callable[[int], list[Heard]]]] = {
        "100 connections": (
            lambda: listen.over_h1(h1, paths),
            lambda port: listen.over_h1(port, plain),
        ),
        "1 h2 connection": (
            lambda: listen.over_h2(h2, paths, None),
            lambda port: listen.over_h2(port, paths, HOST),
        ),
    }
    alone = {how: _lag(direct()) for how, (direct, _) in ways.items()}
    options = {"latency": "1", "allow_repeats": "all"}
    with with_addon(folder, "paced", cassette, "replay_only", **options) as ours:
        for how, (_, through) in ways.items():
            case = f"{STREAMS} streams' lag, {how}"
            yield Row(case, _lag(through(ours.port)), "asyncio", alone[how], LAG)


def _lag(heard: Sequence[Heard]) -> Figure:
    came = {len(events) for _, events in heard}
    if came != {EVENTS}:
        raise BenchError(f"of {EVENTS} events there came {sorted(came)}")
    return middle([lag / 1e6 for _, events in heard for lag in _late(events)])


def _late(events: Sequence[tuple[int, bytes]]) -> list[float]:
    """By how much each came later than the most punctual one of its stream: to open
    100 connections takes mitmproxy half a second, which is not the pace's fault."""
    offsets = [at - number * GAP * 1e9 for number, (at, _) in enumerate(events)]
    return [offset - min(offsets) for offset in offsets]


def _cassette(paths: Sequence[str]) -> str:
    event = "data: 12345678901234"
    size = len(event) + 2
    times = " ".join(f"{n * size}@{round(n * GAP * 1000)}ms" for n in range(EVENTS))
    body = "\\n\\n".join([event] * EVENTS) + "\\n\\n"
    items = [
        f"- request:\n    method: GET\n    url: {scheme}://{HOST}{path}\n"
        f'  response:\n    code: 200\n    status: 200 OK\n    body: "{body}"\n'
        "    content_length: -1\n    duration: 0s\n"
        f"    chunks: {times}\n"
        "    headers:\n      Content-Type: [text/event-stream]\n"
        for scheme in ("http", "https")
        for path in paths
    ]
    return "version: 2\ninteractions:\n" + "".join(items)
