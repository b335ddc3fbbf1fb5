"""Many sessions in one process and in two: how long a request takes of all together.

Wall time over all requests, of clients that each have a session, so that the figure
falls with the cores. Two workers and the load share them: on two cores they cannot be
twice as fast. By user name requests go mitmproxy's own way; on a session's own port
they are in the fast lane.
"""

import asyncio
import http.client
import json
import os
import subprocess
import time
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from harness.figures import Goal, Row
from harness.peers import Serving
from harness.processes import BenchError, free_port, unpinned
from harness.race import Bench, Race
from material import samples

#: Of one worker's time, by user name, where both have a core that is otherwise idle.
_GOAL = Goal("ratio", 0.7)
_SESSIONS, _URLS, _ONCE = 16, 100, 10_000
_AT_ONCE, _ANSWERED = 20, b"HTTP/1.1 200 OK\r\n"
_TWO, _ONE = "2 workers", "1 worker"
_API = {"X-Vcr-Control": "1", "Content-Type": "application/json"}


def rows(bench: Bench) -> Iterator[Row]:
    folder, urls = bench.folder / "sessions", samples.urls(_URLS)
    folder.mkdir()
    for number in range(_SESSIONS):
        samples.write_cassette(folder / f"s{number}.yaml", urls)
    with ExitStack() as stack, unpinned():
        words = ("--cassettes", folder, "--mode", "replay_only", "--allow-repeats")
        found = {
            name: stack.enter_context(_Spread(bench.folder, name, count, words))
            for name, count in ((_TWO, 2), (_ONE, 1))
        }
        for how, requests in (("user name", 2_000), ("own port", 20_000)):
            loads = {name: _Load(each, how, urls) for name, each in found.items()}
            for load in loads.values():
                load.send(_SESSIONS * _URLS)  # what is repeated was read before
            race = Race().run(
                {name: partial(each.send, requests) for name, each in loads.items()},
                bench.size(15, quick=4),
            )
            goal = _GOAL if how == "user name" else None
            yield Row(
                f"{_SESSIONS} sessions by {how}, {_TWO}",
                race.least(_TWO),
                _ONE,
                race.least(_ONE),
                goal,
                "us",
            )
        yield from _each_once(bench)


def _each_once(bench: Bench) -> Iterator[Row]:
    """One session of 10,000, each asked once by 16 clients that may meet any worker: it
    is one core's work, and none may be given twice, or missed."""
    folder, urls = bench.folder / "once", samples.urls(_ONCE)
    folder.mkdir()
    samples.write_cassette(folder / "default.yaml", urls)
    words = ("--cassette", folder / "default.yaml", "--mode", "replay_only")
    race = Race()
    for _ in range(bench.size(5, quick=2)):
        for name, count in ((_TWO, 2), (_ONE, 1)):
            with _Spread(folder, name, count, words) as proxy:
                load = _Load(proxy, "no name", urls, once=True)
                race.run({name: partial(load.send, _ONCE)}, 1)
                counts = proxy.counts()
            if counts != {"replayed": _ONCE, "missed": 0, "unused": 0}:
                raise BenchError(f"{name}: each was asked once: {counts}")
    ours, theirs = race.least(_TWO), race.least(_ONE)
    case = f"1 session, {_ONCE:,} each once, {_TWO}"
    yield Row(case, ours, _ONE, theirs, unit="us")


class _Spread(Serving):
    """One that may run on all cores, and has a control API."""

    def __init__(
        self, folder: Path, name: str, count: int, words: Sequence[object]
    ) -> None:
        self.control = free_port()
        more = ("--workers", count, "--control", self.control)
        super().__init__(folder, name, *words, *more)

    def _start(self, folder: Path, args: Sequence[object]) -> "subprocess.Popen[bytes]":
        process = super()._start(folder, args)
        os.sched_setaffinity(process.pid, range(os.cpu_count() or 1))
        return process

    def open(self, session: str) -> int:
        """Open a session, and return its port."""
        wish = {"name": f"{session}-own", "cassette": session}
        facts = self._call("POST", "/sessions", wish)
        if "port" not in facts:
            raise self.failed(f"opens no session: {facts}")
        return int(facts["port"])

    def counts(self) -> dict[str, int]:
        """Return what came of the session that has no name."""
        (session,) = self._call("GET", "/sessions", {})
        names = ("replayed", "missed", "unused")
        return {name: session["counts"][name] for name in names}

    def _call(self, method: str, path: str, wish: dict[str, str]) -> Any:
        made = http.client.HTTPConnection("127.0.0.1", self.control)
        made.request(method, path, json.dumps(wish), _API)
        facts = json.load(made.getresponse())
        made.close()
        return facts


class _Load:
    """A client for each session, which keeps its connection."""

    def __init__(
        self, proxy: _Spread, how: str, urls: Sequence[str], *, once: bool = False
    ) -> None:
        self._proxy = proxy
        names = [f"s{number}" for number in range(_SESSIONS)]
        if once:
            shares = [urls[i::_SESSIONS] for i in range(_SESSIONS)]
            self._clients = [(proxy.port, _asks(share)) for share in shares]
        elif how == "user name":
            self._clients = [(proxy.port, _asks(urls, name)) for name in names]
        else:
            self._clients = [(proxy.open(name), _asks(urls)) for name in names]

    def send(self, requests: int) -> float:
        """Send them, and return the wall time of one, in us."""
        try:
            return asyncio.run(self._send(requests // _SESSIONS))
        except (OSError, EOFError, TimeoutError) as error:
            raise self._proxy.failed(f"{type(error).__name__}: {error}") from error

    async def _send(self, each: int) -> float:
        async with asyncio.timeout(300):
            streams = [
                await asyncio.open_connection("127.0.0.1", port)
                for port, _ in self._clients
            ]
            asked = [islice(cycle(heads), each) for _, heads in self._clients]
            began = time.perf_counter()
            await asyncio.gather(
                *(_ask(*s, heads) for s, heads in zip(streams, asked, strict=True))
            )
            spent = time.perf_counter() - began
            for _, writer in streams:
                writer.close()
        return 1e6 * spent / (each * _SESSIONS)


def _asks(urls: Sequence[str], name: str = "") -> list[bytes]:
    said = b64encode(f"{name}:x".encode()).decode()
    who = f"Proxy-Authorization: Basic {said}\r\n" if name else ""
    host = urls[0].split("/")[2]
    return [f"GET {url} HTTP/1.1\r\nHost: {host}\r\n{who}\r\n".encode() for url in urls]


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heads: Iterator[bytes]
) -> None:
    """Send many at once, as the load is to need little; answers are of one size."""
    writer.write(next(heads))
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
    size = len(head) + int(length)
    await reader.readexactly(int(length))
    while sent := list(islice(heads, _AT_ONCE)):
        writer.write(b"".join(sent))
        answers = await reader.readexactly(size * len(sent))
        if answers.count(_ANSWERED) != len(sent):
            raise BenchError(f"answered with {answers[:1000]!r}")
