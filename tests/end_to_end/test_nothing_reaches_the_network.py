"""In replay_only, and in record_once on an existing cassette, nothing gets out.

The origin is up and reachable all the time: only the addon keeps the traffic in.
What would count is a connection at the origin, and any look-up or connection that
the mitmdump process so much as tries (``doubles/spy.py``).
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from end_to_end import cassettes, clients
from end_to_end.cassettes import interaction
from end_to_end.clients import Ask
from end_to_end.proxy import DOUBLES, Proxy, clean_environment
from end_to_end.watch import Spy
from end_to_end.wire import fetch, raw_tcp, websocket_upgrade
from origin import Hits, Origin

WITHOUT_REQUEST = ["-s", DOUBLES / "without_request_lock.py"]
WITHOUT_CONNECT = ["-s", DOUBLES / "without_connect_lock.py"]
WITHOUT_GUARD = ["-s", DOUBLES / "without_guard.py"]
OFFLINE = ["replay_only", "record_once"]


class Fort:
    """A mitmdump that is to keep everything in, and whoever tries to get out."""

    def __init__(
        self,
        mitmdump: Callable[..., Proxy],
        origin: Origin,
        proxy_ca: Path,
        folder: Path,
    ) -> None:
        self._mitmdump, self.origin, self._ca = mitmdump, origin, proxy_ca
        self._spy = Spy(folder)
        self.proxy: Proxy
        self.cassette = cassettes.write(
            folder / "fort.yaml",
            interaction(origin.https_url + "/json", "recorded"),
            interaction(origin.http_url + "/json", "recorded"),
        )

    def start(
        self,
        mode: str,
        *arguments: object,
        environment: dict[str, str] | None = None,
        **options: object,
    ) -> None:
        self.proxy = self._mitmdump(
            self.cassette,
            mode,
            *arguments,
            *self._spy.arguments,
            environment=self._spy.environment | (environment or {}),
            **options,
        ).wait_until_listening()

    def fetch(self, url: str, *rest: object) -> int:
        return fetch(self.proxy.url, self._ca, url, *rest).status

    def misses(self) -> list[int]:
        """Requests that the cassette does not hold, of every kind."""
        https, http = self.origin.https_url, self.origin.http_url
        big = b"x" * 300_000
        upgrade = websocket_upgrade(self.proxy.url, self._ca, https + "/websocket")
        plain_upgrade = websocket_upgrade(self.proxy.url, self._ca, http + "/websocket")
        return [
            self.fetch(https + "/counter"),
            self.fetch(http + "/counter"),
            self.fetch("https://nowhere.test/"),
            self.fetch("http://nowhere.test/"),
            upgrade.status,
            plain_upgrade.status,
            self.fetch(https + "/upload", "POST", big),
            self.fetch(http + "/upload", "POST", big),
            self.fetch(https + "/json?other", "HEAD"),
        ]

    def h2_misses(self, *methods: str) -> list[int]:
        """HTTP/2, also with HEAD, whose answer must have no body."""
        asks = [
            Ask(verb, self.origin.https_url + "/counter")
            for verb in methods or ("GET", "HEAD")
        ]
        asks += [Ask("POST", self.origin.https_url + "/upload", [], b"x" * 300_000)]
        environment = clients.environment(self.proxy.url, self._ca)
        seen = clients.run("curl-h2", asks, clean_environment(**environment))
        return [answer.status for answer in seen]

    def raw(self) -> None:
        """Neither TLS nor HTTP, through CONNECT; no bytes of the origin's come back."""
        answer = b""
        for port in (self.origin.http_port, self.origin.https_port):
            answer += raw_tcp(self.proxy.port, "localhost", port, b"\0\1\2 nonsense\n")
        answer += raw_tcp(self.proxy.port, "nowhere.test", 25, b"EHLO there\r\n")
        assert b"origin" not in answer

    def assert_nothing_got_out(self) -> None:
        assert self.proxy.running, self.proxy.log
        assert self._spy.attempts() == [], self.proxy.log
        assert self.origin.hits() == Hits(), self.proxy.log

    def assert_something_got_out(self) -> None:
        """The control: this way of looking does see what gets out."""
        assert any("getaddrinfo" in line for line in self._spy.attempts())
        assert any("connect" in line for line in self._spy.attempts())
        assert self.origin.hits().connections > 0


@pytest.fixture
def fort(
    mitmdump: Callable[..., Proxy], origin: Origin, proxy_ca: Path, tmp_path: Path
) -> Fort:
    return Fort(mitmdump, origin, proxy_ca, tmp_path)


@pytest.mark.parametrize("mode", OFFLINE)
def test_with_both_locks(fort: Fort, mode: str) -> None:
    before = fort.cassette.read_bytes()
    fort.start(mode, stream_large_bodies="1k")
    assert fort.fetch(fort.origin.https_url + "/json") == 200
    assert set(fort.misses()) == {424}
    assert set(fort.h2_misses()) == {424}
    fort.raw()
    fort.assert_nothing_got_out()
    assert fort.proxy.stop() == 0, fort.proxy.log
    assert fort.cassette.read_bytes() == before


@pytest.mark.parametrize("mode", OFFLINE)
def test_without_the_request_lock(fort: Fort, mode: str) -> None:
    """``server_connect`` alone: mitmproxy tells the client that it cannot connect."""
    without = [*WITHOUT_REQUEST, *WITHOUT_GUARD]
    fort.start(mode, *without, stream_large_bodies="1k")
    assert set(fort.misses()) == {502}
    assert set(fort.h2_misses("GET")) == {502}
    assert fort.fetch(fort.origin.https_url + "/json") == 502
    fort.raw()
    fort.assert_nothing_got_out()


@pytest.mark.parametrize("mode", OFFLINE)
def test_without_the_connect_lock(fort: Fort, mode: str) -> None:
    """``request`` alone. Raw TCP has no request, and only the other lock."""
    without = [*WITHOUT_CONNECT, *WITHOUT_GUARD]
    fort.start(mode, *without, stream_large_bodies="1k")
    assert fort.fetch(fort.origin.https_url + "/json") == 200
    assert set(fort.misses()) == {424}
    assert set(fort.h2_misses()) == {424}
    fort.assert_nothing_got_out()


@pytest.mark.parametrize("mode", OFFLINE)
def test_without_either_lock_the_guard_answers(fort: Fort, mode: str) -> None:
    without = [*WITHOUT_REQUEST, *WITHOUT_CONNECT]
    fort.start(mode, *without, stream_large_bodies="1k")
    assert set(fort.misses()) == {500}
    assert set(fort.h2_misses()) == {500}
    assert fort.fetch(fort.origin.https_url + "/json") == 500
    fort.raw()
    fort.assert_nothing_got_out()
    fort.proxy.wait_for_log("nothing answered this request")
    assert fort.proxy.stop() != 0


def test_without_any_of_them_the_origin_is_reached(fort: Fort) -> None:
    """So each of the tests above would fail if its lock were open."""
    fort.start("replay_only", *WITHOUT_REQUEST, *WITHOUT_CONNECT, *WITHOUT_GUARD)
    assert fort.fetch(fort.origin.https_url + "/counter") == 200
    fort.assert_something_got_out()


def test_eager_connections_and_an_own_stream_setting_change_nothing(
    fort: Fort,
) -> None:
    fort.start("replay_only", connection_strategy="eager", stream_large_bodies="1")
    assert fort.fetch(fort.origin.https_url + "/json") == 200
    assert set(fort.misses()) == {424}
    fort.raw()
    fort.assert_nothing_got_out()


#: Parts of the addon that a request passes on its way to an answer.
SEAMS = [
    "mitmvcr.view.responses:to_request",
    "mitmvcr.proxy.addon:to_wire",
    "mitmvcr.secrets.redactor:Redactor.request",
    "mitmvcr.proxy.flow.responses:miss",
    "mitmvcr.proxy.flow.responses:failure",
    "mitmvcr.session:Session.plan",
    "mitmvcr.session:Session.explain",
    "mitmvcr.core.deck:Deck.take",
    "mitmvcr.core.deck:Deck.next_of_host",
]


@pytest.mark.parametrize("seam", SEAMS)
def test_when_our_own_code_raises(fort: Fort, seam: str) -> None:
    """Whatever the client is told, it is told by us."""
    raising = {"RAISING": seam}
    fort.start("replay_only", "-s", DOUBLES / "raising.py", environment=raising)
    fort.fetch(fort.origin.https_url + "/json")
    fort.misses()
    fort.h2_misses()
    fort.raw()
    fort.assert_nothing_got_out()


def test_when_everything_raises_and_the_request_lock_is_gone(fort: Fort) -> None:
    raising = {"RAISING": "mitmvcr.proxy.connections:Connections.may_connect"}
    doubles = [*WITHOUT_REQUEST, *WITHOUT_GUARD, "-s", DOUBLES / "raising.py"]
    fort.start("replay_only", *doubles, environment=raising)
    assert set(fort.misses()) == {502}
    fort.raw()
    fort.assert_nothing_got_out()


def test_an_error_of_ours_is_told_to_the_client(fort: Fort) -> None:
    raising = {"RAISING": "mitmvcr.session:Session.plan"}
    fort.start("replay_only", "-s", DOUBLES / "raising.py", environment=raising)
    assert fort.fetch(fort.origin.https_url + "/json") == 500
    assert set(fort.misses()) == {500}
    fort.proxy.wait_for_log("planted")
    assert fort.proxy.stop() != 0


def test_a_failure_while_recording_leaves_the_traffic_alone_and_is_told(
    fort: Fort,
) -> None:
    fort.cassette.unlink()
    raising = {"RAISING": "mitmvcr.secrets.redactor:Redactor.with_known"}
    fort.start("record_once", "-s", DOUBLES / "raising.py", environment=raising)
    assert fort.fetch(fort.origin.https_url + "/counter") == 200
    fort.assert_something_got_out()
    fort.proxy.wait_for_log("not recorded")
    assert fort.proxy.stop() != 0


def test_a_large_recorded_upload_is_replayed_whatever_streams(
    fort: Fort, origin: Origin
) -> None:
    url, body = origin.https_url + "/upload", "y" * 300_000
    recorded = interaction(url, "got it", method="POST", body=body)
    cassettes.write(fort.cassette, recorded)
    fort.start("replay_only", stream_large_bodies="1k")
    assert fort.fetch(url, "POST", body.encode()) == 200
    fort.assert_nothing_got_out()
