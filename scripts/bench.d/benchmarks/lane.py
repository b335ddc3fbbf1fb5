"""Replaying by the fast lane, beside mitmproxy's own way and its server replay."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial

from harness.commanded import Asked
from harness.figures import Goal, Row
from harness.peers import Recordings, Serving, server_replay
from harness.processes import Proxy
from harness.race import Bench, Race
from material import samples

#: Of server replay's CPU: a fortieth over http, a thirtieth over https.
HTTP, HTTPS = Goal("ratio", 1 / 40), Goal("ratio", 1 / 30)
#: A third over HTTP/2, most of which the h2 library takes.
HTTP2 = Goal("ratio", 1 / 3)
#: Of the same for a new connection with TLS and one request.
NEW = Goal("ratio", 0.2)
_HOSTS = 200
_OURS, _OWN, _STOCK = "lane", "mitmproxy's own way", "--server-replay"


def rows(bench: Bench) -> Iterator[Row]:
    scheme, goal = ("https", HTTPS) if bench.https else ("http", HTTP)
    distinct = samples.urls(10_000, https=bench.https)
    for count, once in ((1_000, False), (10_000, True)):
        of = Recordings(bench.folder / f"{scheme}-{count}", distinct[:count], once)
        warm, rounds = 500 if once else count, bench.size(30, quick=10)
        race = _race(of, rounds, (count - warm) // rounds if once else 500, warm)
        how = "each once" if once else "repeated"
        yield from _beside(race, f"lane, {scheme}, {count:,} {how}", goal)
    yield from _over_http2(bench, distinct)
    yield from _new_connections(bench)


def _over_http2(bench: Bench, distinct: Sequence[str]) -> Iterator[Row]:
    """One request at a time on each connection."""
    if not bench.https:
        return
    rounds = bench.size(30, quick=10)
    for count, once in ((1_000, False), (10_000, True)):
        of = Recordings(bench.folder / f"http2-{count}", distinct[:count], once)
        warm = 500 if once else count
        requests = (count - warm) // rounds if once else 500
        race = _race(of, rounds, requests, warm, "-http2")
        how = "each once" if once else "repeated"
        yield from _beside(race, f"lane, HTTP/2, {count:,} {how}", HTTP2)


def _new_connections(bench: Bench) -> Iterator[Row]:
    """Each host had a connection before, as in all but the first of a suite's tests."""
    urls = samples.urls_of_hosts(_HOSTS)
    of = Recordings(bench.folder / "hosts", urls, once=False)
    rounds = bench.size(10, quick=3)
    race = _race(of, rounds, _HOSTS, _HOSTS, "-each-anew", connections=2)
    yield from _beside(race, f"new TLS connection, one request, {_HOSTS} hosts", NEW)


def _beside(race: Race, name: str, goal: Goal) -> Iterator[Row]:
    ours = race.least(f"{_OURS} cpu_us")
    yield Row(name, ours, _STOCK, race.least(f"{_STOCK} cpu_us"), goal, "us")
    yield Row(name, ours, _OWN, race.least(f"{_OWN} cpu_us"), unit="us")


def _race(
    of: Recordings,
    rounds: int,
    requests: int,
    warm: int,
    *flags: str,
    connections: int = 8,
) -> Race:
    """Many short rounds, of which one finds a quiet moment of the machine."""
    with ExitStack() as stack:

        def asked(start: Callable[[], Proxy]) -> Asked:
            made = Asked(start(), of.asked, *flags, connections=connections)
            stack.callback(made.stop)
            made.send(warm, 600)  # what is repeated was read before
            return made

        runners = {
            _OURS: asked(partial(_serving, of, "auto")),
            _OWN: asked(partial(_serving, of, "off")),
            _STOCK: asked(partial(server_replay, of)),
        }
        subjects = {k: partial(each.send, requests, 600) for k, each in runners.items()}
        return Race().run(subjects, rounds)


def _serving(of: Recordings, lane: str) -> Serving:
    repeats: Sequence[str] = () if of.once else ("--allow-repeats",)
    words = ("--cassette", of.cassette, "--mode", "replay_only", *repeats)
    return Serving(of.folder, f"lane-{lane}", *words, "--lane", lane)
