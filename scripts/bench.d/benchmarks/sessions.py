"""A thousand sessions in one proxy: opening, switching, and replaying in the last one.

The figures are the proxy's CPU time of one call of the control API, or of one replayed
request; opening one with a port of its own is mitmproxy's listening too.
"""

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import closing

from harness.figures import Goal, Row, least
from harness.processes import ADDON, Proxy, free_port
from harness.race import Bench, Race
from material import samples

_OPENED = Goal("ours", 2.0)
_REPLAYED = Goal("ratio", 1.05)
_SESSIONS = 1_000
_STEP = 10
_HEADERS = {"X-Vcr-Control": "1", "Content-Type": "application/json"}


def rows(bench: Bench) -> Iterator[Row]:
    folder, urls = bench.folder / "sessions", samples.urls(10)
    folder.mkdir()
    for n in range(_SESSIONS):
        samples.write_cassette(folder / f"{n}.yaml", urls)
    control = free_port()
    options = {"dir": folder, "control": control, "mode": "replay_only"}
    words = [f"vcr_{key}={value}" for key, value in options.items()]
    sets = [word for each in words for word in ("--set", each)]
    with (
        Proxy(bench.folder, "sessions", "-s", ADDON, *sets) as proxy,
        closing(_Api(proxy, control)) as api,
    ):
        yield from _rows(api, proxy, urls[0], bench)


class _Api:
    """A client of the control API that measures the proxy."""

    def __init__(self, proxy: Proxy, port: int) -> None:
        self._proxy = proxy
        self._connection = http.client.HTTPConnection("127.0.0.1", port)

    def close(self) -> None:
        self._connection.close()

    def call(self, method: str, path: str, **body: object) -> None:
        self._connection.request(method, path, json.dumps(body), _HEADERS)
        answer = self._connection.getresponse()
        text = answer.read()
        assert answer.status < 300, text

    def costs(self, calls: Callable[[int], None], numbers: range) -> float:
        """Return the CPU time of one of these calls."""
        return _cpu(self._proxy, calls, numbers)


def _cpu(proxy: Proxy, call: Callable[[int], None], numbers: range) -> float:
    before = proxy.cpu_ms()
    for n in numbers:
        call(n)
    return (proxy.cpu_ms() - before) / len(numbers)


def _rows(api: _Api, proxy: Proxy, url: str, bench: Bench) -> Iterator[Row]:
    def opens(n: int) -> None:
        api.call("POST", "/sessions", cassette=f"{n}", port=False, allow_repeats="all")

    def opens_port(n: int) -> None:
        api.call("POST", "/sessions", cassette=f"{n}", name=f"worker {n}")

    def switches(n: int) -> None:
        api.call("PUT", "/sessions/999/cassette", cassette=f"{n}")

    costs = [api.costs(opens, _from(n)) for n in range(0, _SESSIONS, _STEP)]
    yield Row("open a session, of the first 100", least(costs[:10]), goal=_OPENED)
    yield Row("open a session, of the last 100", least(costs[-10:]), goal=_OPENED)
    with_port = [api.costs(opens_port, _from(n)) for n in range(0, 100, _STEP)]
    yield Row("open one with a port beside them", least(with_port), goal=_OPENED)
    switched = [api.costs(switches, _from(n)) for n in range(0, 400, _STEP)]
    yield Row("switch a session's cassette", least(switched), goal=_OPENED)
    yield _replay(proxy, url, bench)


def _from(n: int) -> range:
    return range(n, n + _STEP)


def _replay(proxy: Proxy, url: str, bench: Bench) -> Row:
    """Ask for the same URL in both sessions, in turns."""
    with closing(http.client.HTTPConnection("127.0.0.1", proxy.port)) as client:

        def ask(name: str) -> Callable[[int], None]:
            def once(_: int) -> None:
                client.request("GET", url, headers={"X-Vcr-Cassette": name})
                answer = client.getresponse()
                answer.read()
                assert answer.status == 200

            return once

        race = Race().run(
            {
                "first": lambda: _cpu(proxy, ask("0"), range(200)),
                "last": lambda: _cpu(proxy, ask("998"), range(200)),
            },
            bench.size(30, quick=12),
        )
    first, last = race.least("first"), race.least("last")
    return Row("replay in session 1,000", last, "session 1", first, _REPLAYED)
