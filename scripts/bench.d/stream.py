"""Streams: what recording adds to each chunk, and how well a replay keeps its pace."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import listen
import proxies
from listen import Heard
from plan import Plan
from proxies import Proxy
from report import Row

STREAMING = Path(__file__).with_name("addons") / "streaming.py"
BEAT = Path(__file__).with_name("beat.py")
MOST_DELAY = 2.0
MOST_LAG = 10.0
STREAMS, EVENTS, GAP = 100, 20, 0.1
HOST = "bench.test"


def rows(plan: Plan, folder: Path) -> list[Row]:
    chunks = 100 if plan.passes == 1 else 300
    with _beat(chunks, 0.01) as (port, _):
        added = _delays(folder, port)
    with _beat(EVENTS, GAP) as ports:
        lags = _lags(folder, *ports)
    name = f"{STREAMS} streams' lag,"
    return [
        Row(
            "recorded chunk's delay",
            added["ours"],
            "streaming",
            added["bare"],
            most_extra=MOST_DELAY,
        ),
        Row("recorded chunk's delay", added["ours"], "no proxy", added["none"]),
        *(
            Row(
                f"{name} {how}",
                lags[how],
                "asyncio",
                lags["bare " + how],
                None,
                MOST_LAG,
            )
            for how in ("100 connections", "1 h2 connection")
        ),
    ]


@contextmanager
def _beat(count: int, gap: float) -> Iterator[tuple[int, int]]:
    process = subprocess.Popen(
        [sys.executable, str(BEAT), str(count), str(gap)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        proxies.pin(process.pid, -1)
        h1, h2 = map(int, process.stdout.readline().split())
        yield h1, h2
    finally:
        process.kill()
        process.communicate()


def _delays(folder: Path, port: int) -> dict[str, float]:
    """The median time from an event's writing to its arrival, in milliseconds."""
    url = f"http://127.0.0.1:{port}/"
    found = {"none": _delay(listen.over_h1(port, ["/"] * 4))}
    with (
        Proxy(folder, "bare", "-s", str(STREAMING)) as bare,
        proxies.ours(folder, "ours", folder / "live.yaml", "record_only") as ours,
    ):
        for turn in range(4):  # A B B A
            proxy = (bare, ours)[turn in (1, 2)]
            delay = _delay(listen.over_h1(proxy.port, [url] * 4))
            found[proxy.name] = min(delay, found.get(proxy.name, delay))
    return found


def _delay(heard: Sequence[Heard]) -> float:
    return (
        median(
            at - int(event.split()[1]) for _, events in heard for at, event in events
        )
        / 1e6
    )


def _lags(folder: Path, h1: int, h2: int) -> dict[str, float]:
    """The median time by which an event is late, in milliseconds."""
    cassette = folder / "paced.yaml"
    paths = [f"/stream/{number}" for number in range(STREAMS)]
    cassette.write_text(_cassette(paths))
    plain = [f"http://{HOST}{path}" for path in paths]
    found = {
        "bare 100 connections": _lag(listen.over_h1(h1, paths)),
        "bare 1 h2 connection": _lag(listen.over_h2(h2, paths, None)),
    }
    args = ["--set", f"vcr_cassette={cassette}", "--set", "vcr_mode=replay_only"]
    args += ["--set", "vcr_latency=1", "--set", "vcr_allow_repeats=all"]
    with Proxy(folder, "paced", "-s", str(proxies.ADDON), *args) as ours:
        found["100 connections"] = _lag(listen.over_h1(ours.port, plain))
        found["1 h2 connection"] = _lag(listen.over_h2(ours.port, paths, HOST))
    return found


def _lag(heard: Sequence[Heard]) -> float:
    came = {len(events) for _, events in heard}
    if came != {EVENTS}:
        raise proxies.BenchError(f"of {EVENTS} events there came {sorted(came)}")
    return median(lag for _, events in heard for lag in _late(events)) / 1e6


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
