"""Every row of the mode table, over the wire.

``/counter`` answers differently each time, so an answer tells whether it is fresh.
"""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from end_to_end import cassettes, clients
from end_to_end.cassettes import interaction
from end_to_end.clients import Ask
from end_to_end.proxy import Proxy, clean_environment
from end_to_end.wire import Got, fetch
from origin import Origin


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    """One process for them all."""
    return mitmdump_kept


class Runs:
    """One mitmdump for each call, with the given requests sent through it."""

    def __init__(
        self, mitmdump: Callable[..., Proxy], origin: Origin, ca: Path, cassette: Path
    ) -> None:
        self._mitmdump, self.origin, self._ca = mitmdump, origin, ca
        self.cassette = cassette
        self.log = ""

    def __call__(self, mode: str | None, *paths: str, **options: object) -> list[Got]:
        self.origin.reset()
        proxy = self._mitmdump(self.cassette, mode, **options).wait_until_listening()
        base = self.origin.https_url
        got = [fetch(proxy.url, self._ca, base + path) for path in paths]
        assert proxy.stop() == 0, proxy.log
        self.log = proxy.log
        return got

    def given(self, *answers: tuple[str, str], **fields: object) -> bytes:
        """A cassette on disk that answers each path with a text."""
        base = self.origin.https_url
        made = [interaction(base + path, text, **fields) for path, text in answers]
        return cassettes.write(self.cassette, *made).read_bytes()

    def recorded(self) -> list[tuple[str, str]]:
        """Path and answer of each interaction on disk."""
        base = self.origin.https_url
        return [
            (item["request"]["url"].removeprefix(base), item["response"]["body"])
            for item in cassettes.read(self.cassette)
        ]

    @property
    def reached(self) -> tuple[str, ...]:
        return self.origin.hits().requests


@pytest.fixture
def run(
    mitmdump: Callable[..., Proxy], origin: Origin, proxy_ca: Path, tmp_path: Path
) -> Runs:
    return Runs(mitmdump, origin, proxy_ca, tmp_path / "cassettes" / "modes.yaml")


def texts(got: list[Got]) -> list[str]:
    return [answer.body.decode() for answer in got]


def test_record_only_without_a_cassette_forwards_and_records(run: Runs) -> None:
    got = run("record_only", "/counter", "/counter")
    assert run.reached == ("GET /counter", "GET /counter")
    assert texts(got)[0] != texts(got)[1]
    assert run.recorded() == [("/counter", text) for text in texts(got)]


def test_record_only_replaces_the_cassette_and_does_not_look_it_up(run: Runs) -> None:
    run.given(("/counter", "old"), ("/json", "old"))
    got = run("record_only", "/counter")
    assert run.reached == ("GET /counter",)
    assert run.recorded() == [("/counter", texts(got)[0])]


def test_replay_only_without_a_cassette_does_not_start(
    run: Runs, mitmdump_own: Callable[..., Proxy]
) -> None:
    proxy = mitmdump_own(run.cassette, "replay_only")
    assert proxy.wait() != 0
    assert str(run.cassette) in proxy.log
    assert not run.cassette.exists()


def test_replay_only_replays_refuses_and_never_writes(run: Runs) -> None:
    before = run.given(("/counter", "old"))
    got = run("replay_only", "/counter", "/counter", "/json")
    assert texts(got)[0] == "old"
    assert [answer.status for answer in got] == [200, 424, 424]
    assert run.origin.hits().connections == 0
    assert run.cassette.read_bytes() == before
    assert list(run.cassette.parent.iterdir()) == [run.cassette]


def test_replay_with_new_episodes_without_a_cassette_records(run: Runs) -> None:
    """A fresh recording is used up by the request that made it."""
    got = run("replay_with_new_episodes", "/counter", "/counter")
    assert run.reached == ("GET /counter", "GET /counter")
    assert run.recorded() == [("/counter", text) for text in texts(got)]


def test_replay_with_new_episodes_adds_to_the_cassette(run: Runs) -> None:
    run.given(("/counter", "old"), ("/json", "unused"))
    got = run("replay_with_new_episodes", "/counter", "/counter")
    assert texts(got)[0] == "old"
    assert run.reached == ("GET /counter",)
    assert run.recorded() == [
        ("/counter", "old"),
        ("/json", "unused"),
        ("/counter", texts(got)[1]),
    ]


def test_record_once_without_a_cassette_forwards_and_records(run: Runs) -> None:
    got = run("record_once", "/counter", "/counter")
    assert run.reached == ("GET /counter", "GET /counter")
    assert run.recorded() == [("/counter", text) for text in texts(got)]


def test_record_once_with_a_cassette_replays_refuses_and_never_writes(
    run: Runs,
) -> None:
    before = run.given(("/counter", "old"))
    got = run("record_once", "/counter", "/counter", "/json")
    assert texts(got)[0] == "old"
    assert [answer.status for answer in got] == [200, 424, 424]
    assert run.origin.hits().connections == 0
    assert run.cassette.read_bytes() == before


@pytest.mark.parametrize("exists", [False, True])
def test_passthrough_forwards_and_never_looks_at_the_cassette(
    run: Runs, exists: bool
) -> None:
    if exists:
        run.given(("/counter", "old"))
    before = run.cassette.read_bytes() if exists else None
    got = run("passthrough", "/counter", "/json")
    assert run.reached == ("GET /counter", "GET /json")
    assert "old" not in texts(got)
    assert run.cassette.exists() == exists
    assert before is None or run.cassette.read_bytes() == before


def test_the_default_is_record_once_and_short_names_work(run: Runs) -> None:
    recorded = run(None, "/counter")
    assert texts(run(None, "/counter")) == texts(recorded)
    assert texts(run("replay", "/counter")) == texts(recorded)
    fresh = run("record", "/counter")
    assert texts(fresh) != texts(recorded)
    assert texts(run("none", "/counter")) == texts(fresh)


def test_identical_requests_are_answered_in_order_each_once(run: Runs) -> None:
    recorded = run("record_once", "/counter", "/json", "/counter", "/counter")
    replayed = run("replay_only", "/counter", "/counter", "/counter", "/json")
    assert texts(replayed) == [texts(recorded)[place] for place in (0, 2, 3, 1)]


@pytest.mark.parametrize("mode", ["replay_only", "record_once"])
def test_with_repeats_a_replay_is_not_used_up(run: Runs, mode: str) -> None:
    run.given(("/counter", "old"))
    got = run(mode, "/counter", "/counter", "/counter", vcr_allow_repeats="all")
    assert texts(got) == ["old"] * 3


@pytest.mark.parametrize(
    "mode", ["record_only", "record_once", "replay_with_new_episodes"]
)
def test_with_repeats_a_fresh_recording_answers_the_next_request(
    run: Runs, mode: str
) -> None:
    got = run(mode, "/counter", "/counter", "/counter", vcr_allow_repeats="all")
    assert texts(got) == [texts(got)[0]] * 3
    assert run.reached == ("GET /counter",)
    assert len(run.recorded()) == 1


@pytest.mark.parametrize(("factor", "at_least"), [("1", 0.4), ("0.5", 0.2)])
def test_latency_is_a_factor_of_the_recorded_duration(
    run: Runs,
    mitmdump: Callable[..., Proxy],
    proxy_ca: Path,
    factor: str,
    at_least: float,
) -> None:
    """A lower bound only: the machine may be as slow as it likes."""
    run.given(("/slow", "late"), duration="400ms")
    proxy = mitmdump(run.cassette, "replay_only", vcr_latency=factor)
    proxy.wait_until_listening()
    began = time.monotonic()
    got = fetch(proxy.url, proxy_ca, run.origin.https_url + "/slow")
    assert time.monotonic() - began >= at_least
    assert got.body == b"late"


def test_passthrough_filters_go_to_the_origin_unrecorded(run: Runs) -> None:
    filters = ["~u /json", "~m PURGE"]
    got = run("record_once", "/counter", "/json", vcr_passthrough=filters)
    assert run.reached == ("GET /counter", "GET /json")
    assert run.recorded() == [("/counter", texts(got)[0])]


def test_passthrough_filters_open_nothing_else_in_a_replay(run: Runs) -> None:
    before = run.given(("/json", "old"), ("/counter", "old"))
    paths = ["/json", "/counter", "/counter", "/json"]
    got = run("replay_only", *paths, vcr_passthrough=["~u /json"])
    assert run.reached == ("GET /json", "GET /json")
    assert [answer.status for answer in got] == [200, 200, 424, 200]
    assert texts(got)[1] == "old"
    assert run.cassette.read_bytes() == before


@pytest.mark.parametrize("way", ["upstream", "reverse", "socks5"])
def test_passthrough_reaches_the_origin_through_every_kind_of_proxy(
    run: Runs,
    mitmdump: Callable[..., Proxy],
    mitmdump_bare: Callable[..., Proxy],
    proxy_ca: Path,
    way: str,
) -> None:
    run.given(("/json", "old"))
    base, mode = run.origin.https_url, way
    options: dict[str, object] = {"vcr_passthrough": ["~u /counter"]}
    if way == "upstream":
        mode = f"upstream:{mitmdump_bare().wait_until_listening().url}"
        options["ssl_verify_upstream_trusted_ca"] = proxy_ca
    elif way == "reverse":
        mode = f"reverse:{base}"
    proxy = mitmdump(run.cassette, "replay_only", mode=[mode], **options)
    proxy_url = proxy.wait_until_listening().url
    if way == "socks5":
        proxy_url = f"socks5h://127.0.0.1:{proxy.port}"
    elif way == "reverse":
        base, proxy_url = f"https://localhost:{proxy.port}", ""
    environment = clean_environment(**clients.environment(proxy_url, proxy_ca))
    paths = ["/json", "/counter", "/json"]
    asks = [Ask("GET", base + path) for path in paths]
    for client in ("requests", "curl-h2") if way != "socks5" else ("curl-h2",):
        run.origin.reset()
        seen = clients.run(client, asks, environment)
        assert [one.status for one in seen[1:]] == [200, 424]
        assert run.reached == ("GET /counter",)


def test_a_cassette_without_extension_gets_yaml(run: Runs) -> None:
    named, run.cassette = run.cassette, run.cassette.with_suffix("")
    recorded = run("record_once", "/counter")
    assert named.is_file()
    assert not run.cassette.exists()
    assert texts(run("record_once", "/counter")) == texts(recorded)


def test_json_bodies_match_as_json_and_others_as_bytes(
    run: Runs, mitmdump: Callable[..., Proxy], proxy_ca: Path
) -> None:
    url = run.origin.https_url + "/json"
    cassettes.write(
        run.cassette,
        interaction(url, "json", method="POST", body='{"a": 1, "b": [true, "ü"]}'),
        interaction(url, "text", method="POST", body="a=1&b=2"),
    )
    proxy = mitmdump(run.cassette, "replay_only").wait_until_listening()

    def post(body: bytes, kind: str) -> Got:
        kinds = {"Content-Type": kind}
        return fetch(proxy.url, proxy_ca, url, "POST", body, kinds)

    assert post(b'{"b":[true,"\\u00fc"],"a":1}', "application/json").body == b"json"
    assert post(b"b=2&a=1", "text/plain").status == 424
    assert post(b"a=1&b=2", "text/plain").body == b"text"
    assert post(b"", "text/plain").status == 424


def test_a_miss_says_what_was_asked_and_what_is_nearest(
    run: Runs, mitmdump: Callable[..., Proxy], proxy_ca: Path
) -> None:
    base = run.origin.https_url
    run.given(("/json?page=1", "one"), ("/other", "two"))
    proxy = mitmdump(run.cassette, "replay_only").wait_until_listening()
    got = fetch(proxy.url, proxy_ca, f"{base}/json?page=2", "POST", b"asked-body")
    assert got.status == 424
    assert got.headers["x-vcr-miss"] == "1"
    assert got.headers["content-type"] == "application/problem+json"
    problem = got.json
    assert problem["status"] == 424
    asked = problem["request"]
    assert (asked["method"], asked["url"]) == ("POST", f"{base}/json?page=2")
    assert "asked-body" in str(asked)
    assert problem["nearest"][0]["url"] == f"{base}/json?page=1"
    assert str(run.cassette) in got.body.decode()
    proxy.stop()
    assert f"{base}/json?page=2" in proxy.log
