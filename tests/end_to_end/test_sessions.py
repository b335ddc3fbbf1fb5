"""A session for each test: a client names it in its proxy URL or in a header."""

import asyncio
import http.client
import json
import os
import random
import re
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from end_to_end import cassettes
from end_to_end.castle import HIT, MISS, PLAIN, Castle
from end_to_end.clients import CLIENT_PYTHON
from end_to_end.many import Clients
from end_to_end.proxy import ADDON, Proxy, clean_environment
from end_to_end.wire import Got
from examples import examples
from mitmvcr.store.store import FileStore
from origin import Origin

#: So many at once ask of each cassette; those that are recorded are fewer.
CLIENTS, CASSETTES = 50, 20
OPEN = examples(1_000)
RECORDERS, RECORDED = 12, 6


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    return mitmdump_kept


class Suite:
    """A mitmdump with a folder of cassettes."""

    def __init__(
        self, mitmdump: Callable[..., Proxy], ca: Path, origin: Origin, folder: Path
    ) -> None:
        self._mitmdump, self._ca, self.origin, self.folder = (
            mitmdump,
            ca,
            origin,
            folder,
        )

    def start(self, mode: str = "record_once", **options: object) -> Proxy:
        given = {"vcr_dir": self.folder, "vcr_mode": mode} | options
        self.proxy = self._mitmdump(**given).wait_until_listening()
        self.clients = Clients(self.proxy.port, self._ca)
        return self.proxy

    def ask(self, path: str, body: bytes = b"", **more: object) -> Got:
        return self.clients.ask(self.origin.https_url + path, body, **more)

    def ask_plainly(self, path: str, body: bytes = b"", **more: object) -> Got:
        return self.clients.ask(self.origin.http_url + path, body, **more)

    def recorded(self, name: str) -> list[dict[str, dict]]:
        return cassettes.read(self.folder / f"{name}.yaml")

    def bodies(self, name: str) -> list[str]:
        return sorted(each["request"]["body"] for each in self.recorded(name))

    def files(self) -> list[str]:
        found = self.folder.rglob("*")
        return sorted(str(p.relative_to(self.folder)) for p in found if p.is_file())


@pytest.fixture
def suite(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, origin: Origin, tmp_path: Path
) -> Suite:
    return Suite(mitmdump, proxy_ca, origin, tmp_path / "cassettes")


def test_each_name_has_a_cassette_and_who_names_none_has_the_default_one(
    suite: Suite,
) -> None:
    suite.start()
    header = {"X-Vcr-Cassette": "gr%C3%BC%C3%9Fe"}
    for ask in (suite.ask, suite.ask_plainly):
        ask("/json", b"one", user="TestLogin%2Fok:x")
        ask("/json", b"two", user="TestLogin/fails:")
        ask("/json", b"three", headers=header)
        ask("/json", b"four", user="TestLogin/ok:x", headers=header)  # the user wins
        ask("/json", b"five")
    assert suite.proxy.stop() == 0
    assert suite.files() == [
        "TestLogin/fails.yaml",
        "TestLogin/ok.yaml",
        "default.yaml",
        "grüße.yaml",
    ]
    assert suite.bodies("TestLogin/ok") == ["four", "four", "one", "one"]
    assert suite.bodies("TestLogin/fails") == ["two", "two"]
    assert suite.bodies("grüße") == ["three", "three"]
    assert suite.bodies("default") == ["five", "five"]
    suite.start("replay_only")
    suite.origin.reset()
    assert suite.ask("/json", b"one", user="TestLogin/ok:x").json["body"] == "one"
    assert suite.ask("/json", b"one", user="TestLogin/fails:x").status == 424
    assert suite.ask("/json", b"three", headers=header).json["body"] == "three"
    assert suite.ask("/json", b"five").json["body"] == "five"
    assert suite.origin.hits().requests == ()
    assert suite.proxy.stop() == 0


@pytest.mark.parametrize("view", ["go", "wire"])
def test_a_test_is_known_behind_a_service_by_its_baggage(
    suite: Suite, view: str
) -> None:
    """The service passes its baggage on, as OpenTelemetry does, and gets it here."""
    suite.start(vcr_view=view, vcr_match="method,url,body,headers")
    baggage = {"baggage": "userId=1, vcr-session=TestLogin%2Fok;ttl=1"}
    first = suite.ask("/headers", b"1", headers=baggage)
    passed_on = dict(first.json["headers"])["baggage"]
    assert passed_on == baggage["baggage"]
    suite.ask_plainly("/json", b"2", headers={"baggage": passed_on})
    suite.ask("/json", b"3", headers={"baggage": "userId=1"})
    suite.ask("/json", b"4")
    assert suite.proxy.stop() == 0
    assert "default: 2 requests named no session" in suite.proxy.log
    assert suite.bodies("TestLogin/ok") == ["1", "2"]
    assert suite.bodies("default") == ["3", "4"]
    heads = [each["request"]["headers"] for each in suite.recorded("TestLogin/ok")]
    kept = [{k.lower(): v for k, v in each.items()}["baggage"] for each in heads]
    assert kept == [["userId=1"], ["userId=1"]]
    suite.start("replay_only", vcr_view=view, vcr_match="method,url,body,headers")
    suite.origin.reset()
    assert suite.ask_plainly("/json", b"2", headers=baggage).status == 200
    assert suite.origin.hits().requests == ()
    assert suite.proxy.stop() == 0


@pytest.mark.parametrize("view", ["go", "wire"])
def test_what_names_the_session_goes_no_further(suite: Suite, view: str) -> None:
    suite.start(vcr_view=view)
    sent = {"X-Vcr-Cassette": "ok", "X-Mine": "kept"}
    got = [
        suite.ask("/headers", user="ok:x", headers=sent),
        suite.ask(
            "/headers", headers={"Proxy-Authorization": "Basic b2s6eA==", **sent}
        ),
        suite.ask_plainly("/headers", user="ok:x", headers=sent),
    ]
    for each in got:
        names = {name.lower() for name, _ in each.json["headers"]}
        assert "x-mine" in names
        assert not names & {"x-vcr-cassette", "proxy-authorization"}
    assert suite.proxy.stop() == 0
    text = (suite.folder / "ok.yaml").read_text().lower()
    assert "x-mine" in text
    assert "vcr-cassette" not in text
    assert "proxy-authorization" not in text


def test_the_password_may_be_the_mode_and_holds_for_the_session(suite: Suite) -> None:
    suite.start("replay_only")
    assert suite.ask("/json", b"one", user="new:record_only").json["body"] == "one"
    assert suite.ask("/json", b"two", user="new:x").json["body"] == "two"
    refused = suite.ask("/json", b"three", user="new:replay")
    assert refused.status == 400
    assert refused.json["detail"] == (
        "session new is in mode record_only, and replay_only was asked for: one mode at"
        " a time"
    )
    assert suite.proxy.stop() == 1  # not all went well
    assert suite.bodies("new") == ["one", "two"]


NO_NAMES = {
    "../out:x": (
        "session \"../out\" leaves the folder with '..'; use a name as login/ok"
    ),
    "a::b:x": (
        "session \"a::b\" holds ':', which not every system has in names of files;"
        " use a name as login/ok"
    ),
    "ok:sometimes": (
        'session "ok": mode in the place of the password: use one of record_only,'
        " replay_only, replay_with_new_episodes, record_once, passthrough, record, all,"
        " replay, none, new_episodes, once, or x"
    ),
}


def test_what_is_no_name_gets_one_line_and_goes_nowhere(suite: Suite) -> None:
    suite.start()
    for user, line in NO_NAMES.items():
        for ask in (suite.ask, suite.ask_plainly):
            got = ask("/json", b"x", user=user)
            assert (got.status, got.json["detail"]) == (400, line)
            assert got.headers["x-vcr-error"] == line
        assert suite.proxy.log.count(line) == 2
    assert suite.origin.hits().connections == 0
    assert suite.proxy.stop() == 1
    assert suite.files() == []


def test_a_client_shows_its_user_why_it_has_no_session(suite: Suite) -> None:
    suite.start("replay_only")
    proxy = suite.proxy.url.replace("http://", "http://never%2Frecorded:x@")
    url = suite.origin.https_url + "/json"
    environment = clean_environment(HTTPS_PROXY=proxy, NO_PROXY="")
    environment |= {"REQUESTS_CA_BUNDLE": str(suite.clients.ca)}
    program = f"import requests; print(requests.get({url!r}).text)"
    run = [CLIENT_PYTHON, "-c", program]
    done = subprocess.run(run, env=environment, capture_output=True, text=True)
    problem = json.loads(done.stdout)["detail"]
    name = suite.folder / "never" / "recorded.yaml"
    assert problem == (
        f"{name}: cassette not found, and mode replay_only never records: record it"
        " first with mode record_once"
    )
    done = subprocess.run(
        ["curl", "-sS", "--cacert", str(suite.clients.ca), url],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert json.loads(done.stdout)["detail"] == problem
    assert suite.origin.hits().connections == 0
    assert suite.proxy.stop() == 1


def test_clients_at_once_are_recorded_each_in_its_own_cassette(suite: Suite) -> None:
    """Some come over TLS, and all bodies differ."""

    async def all_at_once() -> None:
        asked = [
            one(f"suite/test{n}", f"{n}.{client}", secure=client % 6 == 0)
            for client in range(RECORDERS)
            for n in range(RECORDED)
        ]
        await asyncio.gather(*asked)

    async def one(name: str, body: str, *, secure: bool) -> None:
        place = suite.origin.https_url if secure else suite.origin.http_url
        got = await suite.clients.post(f"{place}/json", body.encode(), user=f"{name}:x")
        assert (got.status, got.json) == (200, {"method": "POST", "body": body})

    suite.start()
    asyncio.run(all_at_once())
    assert suite.proxy.stop() == 0
    for n in range(RECORDED):
        bodies = [f"{n}.{client}" for client in range(RECORDERS)]
        assert suite.bodies(f"suite/test{n}") == sorted(bodies)


def test_many_clients_at_once_never_get_each_others_answers(suite: Suite) -> None:
    """All ask the same, and each cassette has answers of its own; one more session
    records meanwhile."""
    url = f"{suite.origin.http_url}/json"
    for n in range(CASSETTES):
        answers = [
            cassettes.interaction(url, f"{n}.{client}", method="POST", body="same")
            for client in range(CLIENTS)
        ]
        cassettes.write(suite.folder / f"test{n}.yaml", *answers)

    async def all_at_once() -> dict[str, list[str]]:
        names = [f"test{n}" for n in range(CASSETTES)] * CLIENTS + ["new"] * CLIENTS
        random.Random(17).shuffle(names)
        # The queue of a listener has room for a hundred; the system resets others.
        room = asyncio.Semaphore(100)

        async def ask(name: str) -> Got:
            async with room:
                return await suite.clients.post(url, b"same", user=f"{name}:x")

        asked = [ask(name) for name in names]
        got: dict[str, list[str]] = {}
        for name, answer in zip(names, await asyncio.gather(*asked), strict=True):
            got.setdefault(name, []).append(answer.body.decode())
        return got

    suite.start()
    got = asyncio.run(all_at_once())
    assert len(suite.origin.hits().requests) == CLIENTS
    for n in range(CASSETTES):
        assert sorted(got[f"test{n}"]) == sorted(f"{n}.{c}" for c in range(CLIENTS))
    assert suite.proxy.stop() == 0
    assert suite.bodies("new") == ["same"] * CLIENTS
    # Nothing was left of any, and nothing else was counted.
    used = "mode record_once: recorded 0, replayed 50, missed 0, unused 0"
    assert suite.proxy.log.count(used) == CASSETTES


def test_a_thousand_sessions_are_open_at_once(suite: Suite) -> None:
    """Each has an answer of its own; some are asked again when all are there."""
    url = f"{suite.origin.http_url}/json"
    twice = [cassettes.interaction(url, f"{OPEN}.{n}") for n in range(2)]
    cassettes.write(suite.folder / f"{OPEN}.yaml", *twice)
    text = (suite.folder / f"{OPEN}.yaml").read_text()
    for n in range(OPEN):
        (suite.folder / f"{n}.yaml").write_text(text.replace(f"{OPEN}.", f"{n}."))
    proxy = suite.start("replay_only", vcr_control="0")
    with closing(http.client.HTTPConnection("127.0.0.1", proxy.port)) as client:

        def ask(target: str, **headers: str) -> str:
            client.request("GET", target, headers=headers)
            with client.getresponse() as got:
                return got.read().decode()

        for number, asked in enumerate([range(OPEN), range(0, OPEN, 50)]):
            got = [ask(url, **{"X-Vcr-Cassette": f"{n}"}) for n in asked]
            assert got == [f"{n}.{number}" for n in asked]
        assert json.loads(ask("/_vcr/health"))["sessions"] == OPEN
    assert suite.origin.hits().requests == ()
    assert proxy.stop() == 0


def test_one_cassette_has_one_recorder(suite: Suite, tmp_path: Path) -> None:
    cassette = suite.folder / "mine.yaml"
    suite.start(vcr_cassette=cassette)
    suite.ask("/json", b"one")
    refused = suite.ask("/json", b"two", user="mine:x")
    assert refused.status == 400
    assert refused.json["detail"] == (
        f"session mine: {cassette} is being recorded by session default: end that"
        " first, or choose another cassette"
    )
    assert suite.proxy.stop() == 1
    assert suite.bodies("mine") == ["one"]


def test_a_cassette_that_another_process_records_has_no_second_recorder(
    suite: Suite,
) -> None:
    other = FileStore(suite.folder / "mine.yaml")
    other.begin()
    suite.start()
    for _ in range(2):
        refused = suite.ask("/json", b"two", user="mine:x")
        assert refused.status == 400
        problem = str(refused.json["detail"])
        assert re.fullmatch(
            rf"{re.escape(other.name)}: is being recorded already by .*process"
            rf" {os.getpid()} on .*: end that first, or choose another cassette",
            problem,
        ), problem
    assert suite.origin.hits().requests == ()
    assert suite.ask("/json", b"other", user="other:x").status == 200
    other.publish()
    assert suite.ask("/json", b"three", user="mine:x").status == 200
    assert suite.proxy.stop() == 1  # a request had no session
    assert suite.bodies("mine") == ["three"]
    assert suite.bodies("other") == ["other"]


def test_a_replay_is_offline_while_another_session_records(castle: Castle) -> None:
    """Each asks another host, so that names and connections tell whose they are."""
    folder = castle.folder / "sessions"
    hit, miss, plain = (
        url.replace("api.", "old.") for url in (HIT, MISS + "?a", PLAIN)
    )
    cassettes.write(folder / "old.yaml", cassettes.interaction(hit, method="POST"))
    options = {"vcr_cassette": "", "vcr_mode": "record_once", "vcr_dir": folder}
    trusted = {"ssl_verify_upstream_trusted_ca": castle.origin.ca_file}
    castle.start("-s", ADDON, **options, **trusted)
    clients = Clients(castle.proxy.port, castle.ca)

    async def all_at_once() -> list[int]:
        """The recording one is busy all the time."""
        asked = [clients.post(MISS, user="new:x") for _ in range(20)]
        asked += [clients.post(hit, user="old:x")]
        asked += [clients.post(miss, user="old:x") for _ in range(10)]
        asked += [clients.post(plain, user="old:x") for _ in range(10)]
        got = await asyncio.gather(*asked)
        return [each.status for each in got]

    with castle.namespace.entered():
        statuses = asyncio.run(all_at_once())
    assert statuses == [200] * 21 + [424] * 20
    assert set(castle.origin.hits().requests) == {"POST /counter"}
    assert set(castle.namespace.looked_up()) == {"api.test"}
    # Each of the recording one's, and its questions for the name.
    to_origins = [line for line in castle.tried() if "htons(443)" in line]
    assert len(to_origins) == castle.origin.hits().connections == 20
    assert not [line for line in castle.tried() if "htons(80)" in line]
    assert castle.canary.got == []
    assert castle.proxy.stop() == 0
    assert len(cassettes.read(folder / "new.yaml")) == 20
