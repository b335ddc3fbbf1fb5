"""The ``vcr.*`` commands, run in a mitmdump as the console runs them."""

import http.client
import json
import os
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from end_to_end import cassettes
from end_to_end.cassettes import interaction
from end_to_end.console import Console
from end_to_end.live import Curl, curl_environment
from end_to_end.many import Clients
from end_to_end.proxy import Proxy
from end_to_end.wire import Got, fetch
from origin import Origin


class Shown:
    """A console with an origin, whose mitmdump starts with the given words."""

    def __init__(
        self, mitmdump: Callable[..., Proxy], origin: Origin, ca: Path, folder: Path
    ) -> None:
        self._mitmdump, self.origin, self.ca = mitmdump, origin, ca
        self._folder = folder
        self._console: Console

    @property
    def proxy(self) -> Proxy:
        return self._console.proxy

    def start(self, *arguments: object) -> None:
        def start(*commander: object, environment: dict[str, str]) -> Proxy:
            environment = {**environment, "KEEPS_FLOWS": "yes"}
            return self._mitmdump(*arguments, *commander, environment=environment)

        self._console = Console(start, self._folder)

    def __call__(self, line: str) -> dict[str, object]:
        """``{"result": ...}`` or ``{"error": ...}``."""
        return self._console(line)

    def stream(self, path: str) -> Curl:
        environment = curl_environment(self.proxy.url, self.ca)
        return Curl(self.origin.https_url + path, environment)

    def fetch(self, path: str) -> Got:
        return fetch(self.proxy.url, self.ca, self.origin.https_url + path)


@pytest.fixture
def console(
    mitmdump: Callable[..., Proxy], origin: Origin, proxy_ca: Path, tmp_path: Path
) -> Shown:
    return Shown(mitmdump, origin, proxy_ca, tmp_path / "commands")


def bodies(path: Path) -> list[str]:
    return [item["response"]["body"] for item in cassettes.read(path)]


def test_use_changes_the_cassette_and_saves_the_one_before(
    console: Shown, tmp_path: Path
) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    console.start(one, "record_once")
    first = console.fetch("/counter").body.decode()
    assert "error" not in console(f"vcr.use {two}")
    assert bodies(one) == [first]
    second = console.fetch("/counter").body.decode()
    assert "error" not in console(f"vcr.use {one}")
    assert bodies(two) == [second]
    assert console.fetch("/counter").body.decode() == first
    assert console.fetch("/counter").status == 424
    assert console.proxy.stop() == 0


def test_a_command_may_name_a_session(console: Shown, tmp_path: Path) -> None:
    folder = tmp_path / "tests"
    console.start(None, None, "--set", f"vcr_dir={folder}")
    assert "error" not in console(f"vcr.use {folder / 'one.yaml'} login/ok")
    clients = Clients(console.proxy.port, console.ca)
    url = console.origin.https_url + "/json"
    assert clients.ask(url, b"1", user="login%2Fok:x").status == 200
    assert clients.ask(url, b"2", user="other:x").status == 200
    assert "error" not in console("vcr.mode replay_only login/ok")
    assert clients.ask(url, b"1", user="login%2Fok:x").status == 200
    assert clients.ask(url, b"2", user="login%2Fok:x").status == 424
    status = str(console("vcr.status login/ok")["result"])
    assert status.endswith("recorded 0, replayed 1, missed 1, unused 0")
    assert "error" not in console("vcr.eject other")
    assert [each["request"]["body"] for each in cassettes.read(folder / "other.yaml")]
    assert "there is no session" in str(console("vcr.eject other")["error"])
    assert console.proxy.stop() == 0


def test_mode_changes_what_happens_with_the_same_cassette(
    console: Shown, tmp_path: Path
) -> None:
    cassette = tmp_path / "one.yaml"
    console.start(cassette, "record_only")
    first = console.fetch("/counter").body.decode()
    assert "error" not in console("vcr.mode replay_only")
    console.origin.reset()
    assert console.fetch("/counter").body.decode() == first
    assert console.fetch("/counter").status == 424
    assert console.origin.hits().requests == ()
    assert "replay_only" in str(console("vcr.status")["result"])


def test_eject_saves_and_lets_traffic_through(console: Shown, tmp_path: Path) -> None:
    cassette = tmp_path / "one.yaml"
    console.start(cassette, "record_once")
    first = console.fetch("/counter").body.decode()
    assert "error" not in console("vcr.eject")
    assert bodies(cassette) == [first]
    assert console.fetch("/counter").status == 200
    assert bodies(cassette) == [first]
    assert "no cassette" in str(console("vcr.status")["result"])


def test_status_counts(console: Shown, tmp_path: Path) -> None:
    url = console.origin.https_url + "/json"
    made = [interaction(url, "1"), interaction(url, "2")]
    cassette = cassettes.write(tmp_path / "one.yaml", *made)
    console.start(cassette, "replay_only")
    console.fetch("/json")
    console.fetch("/counter")
    status = str(console("vcr.status")["result"])
    for part in (str(cassette), "replay_only", "replayed 1", "missed 1", "unused 1"):
        assert part in status


@pytest.mark.parametrize(
    "line", ["vcr.mode recrod", "vcr.use /proc/self/new.yaml", "vcr.use {folder}"]
)
def test_a_wrong_command_is_refused_and_changes_nothing(
    console: Shown, tmp_path: Path, line: str
) -> None:
    url = console.origin.https_url + "/json"
    cassette = cassettes.write(tmp_path / "one.yaml", interaction(url, "1"))
    console.start(cassette, "record_once")
    before = console("vcr.status")
    assert "error" in console(line.format(folder=tmp_path))
    assert console("vcr.status") == before
    console.origin.reset()
    assert console.fetch("/counter").status == 424
    assert console.fetch("/json").body == b"1"
    assert console.origin.hits().connections == 0


def test_a_missing_cassette_in_a_replay_changes_nothing(
    console: Shown, tmp_path: Path
) -> None:
    url = console.origin.https_url + "/json"
    cassette = cassettes.write(tmp_path / "one.yaml", interaction(url, "1"))
    console.start(cassette, "replay_only")
    assert "error" in console(f"vcr.use {tmp_path / 'missing.yaml'}")
    console.origin.reset()
    assert console.fetch("/json").body == b"1"
    assert console.fetch("/counter").status == 424
    assert console.origin.hits().connections == 0


def test_save_puts_flows_into_a_cassette_after_the_fact(
    console: Shown, tmp_path: Path
) -> None:
    saved = tmp_path / "saved.yaml"
    console.start(tmp_path / "unused.yaml", "passthrough")
    texts = [console.fetch("/counter").body.decode() for _ in range(2)]
    assert "error" not in console(f"save-all {saved}")
    assert bodies(saved) == texts
    assert "error" not in console(f"save-all {saved}")
    assert bodies(saved) == texts * 2
    saved.write_bytes(b"damaged")
    assert str(saved) in str(console(f"save-all {saved}")["error"])
    assert saved.read_bytes() == b"damaged"


@pytest.mark.parametrize("chosen", ["two.yaml", "one.yaml", ""])
def test_a_stream_obeys_the_session_that_it_began_in(
    console: Shown, tmp_path: Path, chosen: str
) -> None:
    """Whatever is chosen while it is under way: the next cassette, other settings for
    the same one, or none."""
    one = tmp_path / "one.yaml"
    console.start(one, "record_once", "--set", "vcr_record_chunks=yes")
    with console.stream(f"/live/sse?n=4&gate=obeys-{os.getpid()}-{chosen}") as client:
        first = client.read()
        specs = ["vcr_record_chunks=no", "vcr_partial=drop"]
        specs.append(f"vcr_cassette={chosen and tmp_path / chosen}")
        assert "error" not in console(f"sets {json.dumps(specs)}")
    console.proxy.wait_for_log("was left before its end")
    assert console.proxy.stop() == 0
    (item,) = cassettes.read(one)
    assert item["response"]["body"].encode() == first
    assert item["response"]["failure"] == "left"
    assert item["response"]["chunks"]
    assert not (tmp_path / "two.yaml").exists()


def test_a_session_that_begins_anew_as_a_replay_has_no_connection_of_before(
    console: Shown, tmp_path: Path
) -> None:
    """A client that is still there has its tunnel open, and keeps it."""
    console.start(None, "record_once", "--set", f"vcr_dir={tmp_path / 'tests'}")
    origin = console.origin.https_url.removeprefix("https://")
    client = http.client.HTTPSConnection(
        *("127.0.0.1", console.proxy.port),
        context=ssl.create_default_context(cafile=str(console.ca)),
    )
    client.set_tunnel(origin, headers={"Proxy-Authorization": "Basic b25lOng="})
    answers = []
    for _ in range(2):  # it is recorded once
        client.request("GET", "/json", headers={"Host": origin})
        answers.append(client.getresponse().read())
        assert "error" not in console("vcr.eject one")
    assert answers[0] == answers[1]
    console.proxy.wait_for_log("1 open connection to the network was closed")
    client.close()
