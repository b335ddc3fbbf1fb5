"""The live page in Chromium, beside mitmweb with the same flows: to open and to scroll.

Both show 10,000 requests. A frame's time is the 95th percentile over three seconds in
which the list is scrolled from its start to its end; a task shorter than 50 ms is none
that the browser counts as long, and stands as 0.
"""

import http.client
import json
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from harness.figures import Goal, Row, middle
from harness.processes import (
    MATERIAL,
    ROOT,
    BenchError,
    Proxy,
    free_port,
    run,
    unpinned,
    with_addon,
)
from harness.race import Bench
from material import samples

_COUNT = 10_000
_PASSWORD = "bench"
_PLAYWRIGHT = ROOT / "tests" / "browser" / "node_modules" / "playwright-core"
_BETTER = Goal("ratio", 1.0)
#: Of what is measured: its name in a row, its unit, and its goal.
_FIGURES = {
    "first": ("until the first row is there", "ms", _BETTER),
    "all": ("until all rows are there", "ms", _BETTER),
    "paint": ("first paint", "ms", None),
    "opening": ("longest task while it opens", "ms", None),
    "frames": ("frames a second while scrolling", "/s", None),
    "frame": ("95 % of frames come within", "ms", None),
    "task": ("longest task while scrolling", "ms", Goal("ours", 50.0)),
}


def rows(bench: Bench) -> Iterator[Row]:
    node, chromium = shutil.which("node"), _chromium()
    if node is None or not _PLAYWRIGHT.exists():
        raise BenchError(
            "node and Playwright are needed: run scripts/browser --prepare"
        )
    urls, folder = samples.urls(_COUNT), bench.folder / "cassettes"
    folder.mkdir()
    samples.write_cassette(folder / "many.yaml", urls)
    samples.write_flows(bench.folder / "many.flows", urls)
    control = free_port()
    with (
        _ours(bench.folder, folder, control) as ours,
        _mitmweb(bench.folder, web := free_port()),
    ):
        _open(ours, control)
        subjects = (
            f"ours http://127.0.0.1:{control}/#session=many .list .row:not(.head)",
            f"mitmweb http://127.0.0.1:{web}/?token={_PASSWORD} .flow-table"
            " tbody>tr:has(.col-path)",
        )
        rounds = bench.size(9, quick=3)
        script = MATERIAL / "page.mjs"
        words = (node, script, _PLAYWRIGHT, chromium, rounds, _COUNT, *subjects)
        with unpinned():
            found = _values(run(*words))
    for key, (name, unit, goal) in _FIGURES.items():
        ours_value, theirs = middle(found["ours"][key]), middle(found["mitmweb"][key])
        yield Row(f"page, {name}", ours_value, "mitmweb", theirs, goal, unit)


def _chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    raise BenchError("Chromium is needed: install your system's package")


def _ours(folder: Path, cassettes: Path, control: int) -> Proxy:
    cassette = cassettes / "main.yaml"
    samples.write_cassette(cassette, samples.urls(1))
    more = {"dir": str(cassettes), "control": str(control)}
    return with_addon(folder, "ours", cassette, "replay_only", **more)


class _Web(Proxy):
    """One mitmweb. It answers once it has read its flows, which takes a minute."""

    program = "mitmweb"
    patience = 600.0


def _mitmweb(folder: Path, port: int) -> Proxy:
    options = (
        "web_open_browser=false",
        f"web_port={port}",
        f"web_password={_PASSWORD}",
    )
    sets = [word for each in options for word in ("--set", each)]
    return _Web(folder, "mitmweb", "-r", folder / "many.flows", *sets)


def _open(proxy: Proxy, control: int) -> None:
    """Open the session that the page shows."""
    headers = {"X-Vcr-Control": "1", "Content-Type": "application/json"}
    body = json.dumps({"cassette": "many", "mode": "replay_only", "port": False})
    with closing(http.client.HTTPConnection("127.0.0.1", control)) as client:
        client.request("POST", "/sessions", body, headers)
        if (answer := client.getresponse()).status != 201:
            raise proxy.failed(f"no session: {answer.read().decode()}")


def _values(printed: bytes) -> Mapping[str, Mapping[str, Sequence[float]]]:
    """Return the values of each subject by name."""
    found: dict[str, dict[str, list[float]]] = {}
    for line in printed.splitlines():
        facts = json.loads(line)
        own = found.setdefault(facts.pop("name"), defaultdict(list))
        for key, value in facts.items():
            own[key].append(value)
    return found
