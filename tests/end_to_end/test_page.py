"""What the page asks of a mitmdump that runs. A real browser is in tests/browser."""

import http.client
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from end_to_end import cassettes
from end_to_end.many import Clients
from end_to_end.proxy import Proxy
from end_to_end.wire import Got
from origin import Origin
from patience import PATIENCE, wait_until


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    return mitmdump_kept


@dataclass
class Page:
    """The control port as the page uses it."""

    proxy: Proxy
    origin: Origin
    folder: Path
    ca: Path
    port: int

    def call(self, method: str, path: str, body: object = None) -> Got:
        headers = {"X-Vcr-Control": "1", "Content-Type": "application/json"}
        data = None if method == "GET" else json.dumps(body or {})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, PATIENCE)
        try:
            connection.request(method, path, data, headers)
            with connection.getresponse() as answer:
                pairs = {name.lower(): value for name, value in answer.getheaders()}
                return Got(answer.status, pairs, answer.read())
        finally:
            connection.close()

    def get(self, path: str) -> dict[str, object]:
        got = self.call("GET", path)
        assert got.status == 200, got.body
        return got.json

    def open(self, cassette: str, **more: object) -> int:
        got = self.call("POST", "/sessions", {"cassette": cassette, **more})
        assert got.status == 201, got.body
        return got.json["port"]

    def ask(self, port: int, body: bytes, path: str = "/json") -> Got:
        return Clients(port, self.ca).ask(self.origin.https_url + path, body)


@pytest.fixture
def page(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, origin: Origin, tmp_path: Path
) -> Page:
    folder = tmp_path / "cassettes"
    proxy = mitmdump(vcr_dir=folder, vcr_control="0").wait_until_listening()
    proxy.wait_for_log("control at http://127.0.0.1:")
    found = re.findall(r"control at http://127\.0\.0\.1:(\d+)", proxy.log)
    return Page(proxy, origin, folder, proxy_ca, int(found[-1]))


def test_its_files_let_nothing_else_in(page: Page) -> None:
    kinds = {"": "text/html", "page.js": "text/javascript", "page.css": "text/css"}
    for name, kind in kinds.items():
        got = page.call("GET", f"/{name}")
        assert got.status == 200
        assert got.headers["content-type"] == f"{kind}; charset=utf-8"
        assert got.headers["content-security-policy"].startswith("default-src 'none';")
        assert got.headers["x-content-type-options"] == "nosniff"
    assert page.call("GET", "/LICENSE.lit-html").status == 404
    assert page.call("GET", "/%2e%2e/options.py").status == 404
    assert page.proxy.stop() == 0


def test_the_log_tells_what_became_of_each_request(page: Page) -> None:
    port = page.open("log")
    for body in (b"one", b"two", b"three"):
        page.ask(port, body)
    page.call("DELETE", "/sessions/log")
    port = page.open("log", mode="replay_only")
    assert page.get("/sessions/log/log") == {"rows": [], "total": 0}
    page.ask(port, b"two")
    page.ask(port, b"other")
    log = page.get("/sessions/log/log")
    replayed, missed = log["rows"]
    assert (replayed["outcome"], replayed["interaction"]) == ("replayed", 1)
    assert replayed["status"] == 200
    assert replayed["size"] > 0
    assert replayed["began"] > 0
    assert missed["outcome"] == "missed"
    assert page.get("/sessions/log/log?from=1")["rows"] == [missed]
    assert page.get("/sessions/log/log?from=0&most=1")["rows"] == [replayed]
    unused = page.get("/sessions/log/unused")
    assert [each["interaction"] for each in unused["rows"]] == [0, 2]
    assert page.get("/sessions/log/unused?from=1")["total"] == 2
    whole = page.get("/sessions/log/log/0")["interaction"]
    assert whole["request"]["body"]["text"] == "two"
    why = page.get("/sessions/log/log/1")["miss"]
    assert why["nearest"]
    assert page.proxy.stop() == 0


def test_what_came_before_anybody_looked_is_told_as_well(page: Page) -> None:
    port = page.open("early")
    page.ask(port, b"one")
    page.ask(port, b"two")
    page.call("DELETE", "/sessions/early")
    port = page.open("early", mode="replay_with_new_episodes")
    page.ask(port, b"two")
    page.ask(port, b"three")
    log = page.get("/sessions/early/log")
    found = [(each["outcome"], each["interaction"]) for each in log["rows"]]
    assert found == [("replayed", 1), ("recorded", 2)]
    for row in log["rows"]:
        assert row["url"] == page.origin.https_url + "/json"
        assert (row["status"], row["size"] > 0, row["media"] != "") == (200, True, True)
        assert row["duration_ms"] > 0
        assert row["lasted_ms"] > 0
    page.ask(port, b"one")
    assert page.get("/sessions/early/log?from=2")["rows"][0]["outcome"] == "replayed"
    assert page.proxy.stop() == 0


def test_what_is_recorded_is_shown_and_found_while_it_goes_on(page: Page) -> None:
    port = page.open("live/one")
    page.ask(port, b"a needle")
    page.ask(port, b"hay", path="/gzip")
    whole = page.get("/sessions/live%2Fone/interactions/0")
    assert whole["request"]["body"]["text"] == "a needle"
    assert not whole["dropped"]
    found = page.get("/sessions/live%2Fone/search?text=NEEDLE")
    assert found["interactions"] == [0]
    assert page.proxy.stop() == 0


def test_what_is_marked_leaves_the_cassette_at_the_end(page: Page) -> None:
    port = page.open("drop")
    for body in (b"one", b"two", b"three"):
        page.ask(port, body)
    for position, dropped in ((0, True), (1, True), (1, False)):
        place = f"/sessions/drop/interactions/{position}/dropped"
        got = page.call("PUT", place, {"dropped": dropped})
    assert got.json == {"dropped": [0]}
    page.call("DELETE", "/sessions/drop")
    held = cassettes.read(page.folder / "drop.yaml")
    assert [each["request"]["body"] for each in held] == ["two", "three"]
    assert [each["id"] for each in held] == [0, 1]
    assert page.proxy.stop() == 0


def test_what_is_marked_is_gone_for_what_follows_in_the_session(page: Page) -> None:
    port = page.open("drop")
    for body in (b"one", b"two", b"three"):
        page.ask(port, body)
    page.call("DELETE", "/sessions/drop")
    port = page.open("drop", mode="replay_only")
    assert page.ask(port, b"two").status == 200
    page.call("PUT", "/sessions/drop/interactions/0/dropped", {"dropped": True})
    again = {"cassette": "drop", "mode": "replay_only"}
    got = page.call("PUT", "/sessions/drop/cassette", again)
    assert got.json["session"]["counts"]["unused"] == 2
    answers = [page.ask(port, body).status for body in (b"one", b"two", b"three")]
    assert answers == [424, 200, 200]
    assert page.proxy.stop() == 0


def test_what_a_test_makes_up_is_handed_back(page: Page) -> None:
    port = page.open("made/up")
    place = "/sessions/made%2Fup/variables"
    assert page.call("POST", place, {"id": "7f3a"}).json == {"id": "7f3a"}
    page.ask(port, b"7f3a")
    page.call("DELETE", "/sessions/made%2Fup")
    page.open("made/up", mode="replay_only")
    assert page.call("POST", place, {"id": "other"}).json == {"id": "7f3a"}
    assert page.get(place) == {"id": "7f3a"}
    assert page.proxy.stop() == 0


REFUSED = [
    ("GET", "/sessions/none/log", {}, 404, "name"),
    ("GET", "/sessions/none/unused", {}, 404, "name"),
    ("GET", "/sessions/open/log?from=x", {}, 400, "from"),
    ("GET", "/sessions/open/log/7", {}, 404, "number"),
    ("GET", "/sessions/open/interactions/7", {}, 404, "position"),
    ("GET", "/sessions/open/search", {}, 400, "text"),
    (
        "PUT",
        "/sessions/open/interactions/7/dropped",
        {"dropped": True},
        404,
        "position",
    ),
    ("PUT", "/sessions/open/interactions/0/dropped", {}, 422, "dropped"),
]


def test_what_cannot_be_is_a_problem(page: Page) -> None:
    page.open("open", port=False)
    for method, path, body, status, field in REFUSED:
        got = page.call(method, path, body)
        assert (got.status, got.json["field"]) == (status, field), (path, got.body)
        assert got.json["remedy"]
    assert page.proxy.stop() == 0


def test_events_tell_of_each_change(page: Page) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", page.port, PATIENCE)
    connection.request("GET", "/events")
    answer = connection.getresponse()
    assert answer.getheader("Content-Type") == "text/event-stream"

    def state() -> list[dict[str, object]]:
        assert answer.readline() == b"event: sessions\n"
        data = answer.readline().removeprefix(b"data: ")
        assert answer.readline() == b"\n"
        return json.loads(data)

    assert state() == []
    port = page.open("events")
    assert [each["name"] for each in state()] == ["events"]
    page.ask(port, b"one")
    wait_until("the change", lambda: state()[0]["counts"]["recorded"] == 1)
    answer.close()
    connection.close()
    assert page.proxy.stop() == 0


def test_events_tell_of_who_had_no_session(page: Page) -> None:
    page.folder.mkdir(exist_ok=True)
    (page.folder / "broken.yaml").write_text("version: 2\ninteractions: 7\n")
    looking = http.client.HTTPConnection("127.0.0.1", page.port, PATIENCE)
    looking.request("GET", "/events")
    answer = looking.getresponse()

    def told() -> list[dict[str, object]]:
        while answer.readline() != b"event: refused\n":
            pass
        return json.loads(answer.readline().removeprefix(b"data: "))

    for times in (1, 2):
        assert _ask_of(page, "broken") == 400
        (refused,) = told()
        assert refused["times"] == times
        assert f"{page.folder / 'broken.yaml'}" in refused["why"]
    (page.folder / "broken.yaml").unlink()  # it is mended
    assert _ask_of(page, "broken") == 200
    assert told() == []
    answer.close()
    looking.close()
    assert page.proxy.stop() == 1


def _ask_of(page: Page, session: str) -> int:
    """The status that a request of a session by its name gets."""
    asking = http.client.HTTPConnection("127.0.0.1", page.proxy.port, PATIENCE)
    headers = {"X-Vcr-Cassette": session}
    try:
        asking.request("GET", page.origin.http_url + "/json", headers=headers)
        return asking.getresponse().status
    finally:
        asking.close()
