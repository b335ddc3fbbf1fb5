"""The control API of a mitmdump that runs, as a test framework uses it."""

import asyncio
import http.client
import json
import re
import socket
import urllib.request
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

CHANGES = {"X-Vcr-Control": "1", "Content-Type": "application/json"}


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    return mitmdump_kept


@dataclass
class Api:
    """A client of the API of a mitmdump with a folder of cassettes."""

    proxy: Proxy
    origin: Origin
    folder: Path
    ca: Path
    port: int

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: dict[str, str] | None = None,
    ) -> Got:
        sent = CHANGES if headers is None and method != "GET" else headers or {}
        data = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, PATIENCE)
        try:
            connection.request(method, path, None if method == "GET" else data, sent)
            with connection.getresponse() as answer:
                pairs = {name.lower(): value for name, value in answer.getheaders()}
                return Got(answer.status, pairs, answer.read())
        finally:
            connection.close()

    def open(self, cassette: str, **more: object) -> dict[str, object]:
        got = self.call("POST", "/sessions", {"cassette": cassette, **more})
        assert got.status == 201, got.body
        return got.json

    def ask(self, port: object, body: bytes, path: str = "/json") -> Got:
        assert isinstance(port, int)
        return Clients(port, self.ca).ask(self.origin.https_url + path, body)

    def names(self) -> list[str]:
        return [each["name"] for each in self.call("GET", "/sessions").json]

    def bodies(self, name: str) -> list[str]:
        found = cassettes.read(self.folder / f"{name}.yaml")
        return [each["request"]["body"] for each in found]


@pytest.fixture
def api(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, origin: Origin, tmp_path: Path
) -> Api:
    return api_of(mitmdump, proxy_ca, origin, tmp_path / "cassettes")


def api_of(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, origin: Origin, folder: Path
) -> Api:
    """Start a mitmdump with a folder, and return a client of its API."""
    proxy = mitmdump(vcr_dir=folder, vcr_control="0").wait_until_listening()
    proxy.wait_for_log("control at http://127.0.0.1:")
    found = re.findall(r"control at http://127\.0\.0\.1:(\d+)", proxy.log)
    return Api(proxy, origin, folder, proxy_ca, int(found[-1]))


def test_a_worker_has_a_port_and_each_of_its_tests_a_cassette(api: Api) -> None:
    """Its client is made once, and keeps its proxy URL."""
    opened = api.open("suite/one", name="worker 1")
    port = opened["port"]
    assert opened["proxy_url"] == f"http://127.0.0.1:{port}"
    assert Path(str(opened["ca_file"])).read_text() == api.ca.read_text()
    assert api.ask(port, b"1").json["body"] == "1"
    switched = api.call("PUT", "/sessions/worker%201/cassette", {"cassette": "two"})
    assert switched.status == 200, switched.body
    ended = switched.json["ended"]
    assert ended["cassette"] == str(api.folder / "suite" / "one.yaml")
    assert ended["counts"]["recorded"] == 1
    assert api.bodies("suite/one") == ["1"]  # it is saved by now
    assert api.ask(port, b"2").json["body"] == "2"
    again = {"cassette": "suite/one", "mode": "replay_only"}
    assert api.call("PUT", "/sessions/worker%201/cassette", again).status == 200
    api.origin.reset()
    assert api.ask(port, b"1").json["body"] == "1"
    assert api.ask(port, b"2").status == 424
    report = api.call("DELETE", "/sessions/worker%201").json
    assert report["counts"] == {
        **dict.fromkeys(("recorded", "unused", "passed_through"), 0),
        **{"replayed": 1, "missed": 1, "blocked": 0, "not_recorded": 0},
    }
    (miss,) = report["misses"]
    assert (miss["times"], miss["request"]["body"]) == (1, "2")
    assert api.origin.hits().requests == ()
    assert api.call("GET", "/sessions").json == []
    with pytest.raises(ConnectionRefusedError):
        api.ask(port, b"1")
    assert api.proxy.stop() == 0
    assert api.bodies("two") == ["2"]


def test_workers_at_once_record_and_replay_behind_their_own_ports(api: Api) -> None:
    cassettes.write(
        api.folder / "old.yaml",
        *(
            cassettes.interaction(
                f"{api.origin.https_url}/json", f"{n}!", method="POST", body=f"{n}"
            )
            for n in range(20)
        ),
    )
    ports = [api.open(name)["port"] for name in ("a", "b", "old")]
    assert len({*ports}) == 3

    async def all_at_once() -> list[bytes]:
        url = f"{api.origin.https_url}/json"
        clients = [Clients(int(str(port)), api.ca) for port in ports]
        asked = [c.post(url, f"{n}".encode()) for n in range(20) for c in clients]
        return [got.body for got in await asyncio.gather(*asked)]

    bodies = asyncio.run(all_at_once())
    assert bodies[2::3] == [f"{n}!".encode() for n in range(20)]
    assert len(api.origin.hits().requests) == 40
    states = {each["name"]: each for each in api.call("GET", "/sessions").json}
    assert states["a"]["counts"]["recorded"] == 20
    assert states["old"]["counts"]["replayed"] == 20
    assert api.proxy.stop() == 0
    numbers = sorted(f"{n}" for n in range(20))
    assert sorted(api.bodies("a")) == sorted(api.bodies("b")) == numbers


def test_a_port_is_pointed_to_one_session_after_another(api: Api) -> None:
    """As a worker does, whose sessions may be shared with others."""
    assert api.call("GET", "/health").json["folder"] == str(api.folder)
    for name in ("suite", "one"):
        api.open(name, port=False)
    opened = api.call("POST", "/ports", {"session": "suite"})
    assert opened.status == 201, opened.body
    port = opened.json["port"]
    assert opened.json["proxy_url"] == f"http://127.0.0.1:{port}"
    assert Path(opened.json["ca_file"]).read_text() == api.ca.read_text()
    assert api.ask(port, b"1").json["body"] == "1"
    pointed = api.call("PUT", f"/ports/{port}", {"session": "one"})
    assert (pointed.status, pointed.json["session"]) == (200, "one")
    assert api.ask(port, b"2").json["body"] == "2"
    assert api.call("DELETE", "/sessions/one").json["counts"]["recorded"] == 1
    refused = api.ask(port, b"3")
    assert (refused.status, b"has none now" in refused.body) == (400, True)
    again = api.call("PUT", f"/ports/{port}", {"session": "suite"})
    assert (again.status, again.json["refused"]) == (200, 1)
    assert api.ask(port, b"4").json["body"] == "4"
    assert api.call("PUT", f"/ports/{port}", {"session": None}).json["refused"] == 0
    assert api.ask(port, b"5").status == 400
    assert api.call("DELETE", f"/ports/{port}").status == 200
    with pytest.raises(ConnectionRefusedError):
        api.ask(port, b"6")
    assert len(api.origin.hits().requests) == 3
    api.call("DELETE", "/sessions/suite")
    assert (api.bodies("suite"), api.bodies("one")) == (["1", "4"], ["2"])
    assert api.proxy.stop() == 1  # for what was turned away


def test_what_a_test_makes_up_is_recorded_and_handed_back(api: Api) -> None:
    made = {"order_id": "7f3a", "seed": {"n": 42, "on": [True, None, 0.5]}}
    place = "/sessions/one/variables"
    port = api.open("one")["port"]
    assert api.call("POST", place, made).json == made
    api.ask(port, b"7f3a")
    api.call("DELETE", "/sessions/one")
    port = api.open("one", mode="replay_only")["port"]
    got = api.call("POST", place, {"order_id": "new", "seed": None})
    assert (got.status, got.json) == (200, made)
    refused = api.call("POST", place, {"seed": 1, "other": "1"})
    assert refused.status == 424
    assert refused.json["field"] == "other"
    assert refused.json["detail"] == (
        "other: was not recorded: record the cassette anew, with mode record_only"
    )
    assert api.call("GET", place).json == made
    assert api.ask(port, b"7f3a").status == 200
    assert api.proxy.stop() == 0


def test_a_switch_waits_for_what_is_under_way(api: Api) -> None:
    port = int(str(api.open("one", name="w")["port"]))
    url = f"{api.origin.https_url}/sse?n=1&gate=switch"

    async def switch_meanwhile() -> tuple[Got, Got]:
        asked = asyncio.create_task(Clients(port, api.ca).post(url, b"late"))
        await asyncio.to_thread(wait_until, "it is under way", is_under_way)
        change = ("PUT", "/sessions/w/cassette", {"cassette": "two"})
        switched = asyncio.create_task(asyncio.to_thread(api.call, *change))
        await asyncio.to_thread(wait_until, "it is switched", is_switched)
        assert not switched.done()
        for _ in range(3):  # it waits with each part
            await asyncio.to_thread(release)
        return await asked, await switched

    def is_under_way() -> bool:
        return api.call("GET", "/sessions/w").json["under_way"] == 1

    def is_switched() -> bool:
        return str(api.call("GET", "/sessions/w").json["cassette"]).endswith("two.yaml")

    def release() -> None:
        urllib.request.urlopen(f"{api.origin.http_url}/ack/switch").close()

    late, switched = asyncio.run(switch_meanwhile())
    assert late.status == 200
    assert switched.json["ended"]["counts"]["recorded"] == 1
    assert api.bodies("one") == ["late"]
    assert api.proxy.stop() == 0


def test_a_recording_is_saved_and_goes_on(api: Api) -> None:
    port = api.open("one", port=True)["port"]
    api.ask(port, b"1")
    saved = api.call("POST", "/sessions/one/save").json
    assert saved["counts"]["recorded"] == 1
    assert api.bodies("one") == ["1"]
    api.ask(port, b"2")
    assert api.bodies("one") == ["1"]
    assert api.proxy.stop() == 0
    assert api.bodies("one") == ["1", "2"]


def test_a_second_recorder_is_refused_and_both_sessions_go_on(api: Api) -> None:
    first, second = api.open("one")["port"], api.open("two", name="w")["port"]
    api.ask(first, b"1")
    api.ask(second, b"2")
    refused = api.call("PUT", "/sessions/w/cassette", {"cassette": "one"})
    assert refused.status == 409
    assert refused.json["detail"] == (
        f"session w: {api.folder / 'one.yaml'} is being recorded by session one:"
        " end that first, or choose another cassette"
    )
    remedy = "end that first, or choose another cassette"
    assert (refused.json["field"], refused.json["remedy"]) == ("cassette", remedy)
    wish = {"cassette": "none", "mode": "replay_only"}
    absent = api.call("PUT", "/sessions/w/cassette", wish).json
    remedy = "record it first with mode record_once"
    assert (absent["field"], absent["remedy"]) == ("cassette", remedy)
    api.ask(first, b"3")
    api.ask(second, b"4")
    api.call("DELETE", "/sessions/one")
    wish = {"cassette": "one", "mode": "replay_only"}
    assert api.call("PUT", "/sessions/w/cassette", wish).status == 200
    assert api.ask(second, b"3").status == 200
    assert api.proxy.stop() == 0  # the client of the API was told
    assert api.bodies("one") == ["1", "3"]
    assert api.bodies("two") == ["2", "4"]


def test_a_session_whose_worker_died_ends_and_is_saved(api: Api) -> None:
    port = api.open("one", name="w", idle_timeout="2s")["port"]
    api.open("two", idle_timeout="0")
    assert api.ask(port, b"1").status == 200
    wait_until("its end", lambda: api.names() == ["two"])
    assert api.bodies("one") == ["1"]
    wait_until("its port to close", lambda: not is_open(port))
    assert api.proxy.stop() == 0


def is_open(port: object) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_session_may_have_options_of_its_own_and_no_port(api: Api) -> None:
    path = "/json?ts="
    opened = api.open("deep/a", port=False, ignore_query=["ts"], match="method,url")
    assert opened["port"] is None
    assert opened["proxy_url"] == f"http://deep%2Fa:x@127.0.0.1:{api.proxy.port}"
    clients = Clients(api.proxy.port, api.ca)
    url = api.origin.https_url + path
    assert clients.ask(f"{url}1", user="deep%2Fa:x").status == 200
    api.call("DELETE", "/sessions/deep%2Fa")
    api.open("deep/a", port=False, ignore_query=["ts"], match="method,url")
    api.origin.reset()
    assert clients.ask(f"{url}2", b"x", user="deep/a:x").status == 200
    assert clients.ask(f"{url}2", b"x", user="deep/a:x").status == 424
    assert api.origin.hits().requests == ()
    assert api.proxy.stop() == 0


def test_what_still_comes_to_a_port_that_is_closed_gets_no_other_session(
    api: Api,
) -> None:
    port = int(str(api.open("one")["port"]))
    url = f"{api.origin.http_url}/json"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    statuses = []
    for body in (b"1", b"2"):
        connection.request("POST", url, body)
        with connection.getresponse() as answer:
            statuses.append((answer.status, json.loads(answer.read())))
        api.call("DELETE", "/sessions/one")
    connection.close()
    assert statuses[0][0] == 200
    assert statuses[1][0] == 400
    assert statuses[1][1]["detail"] == (
        "session one has ended, and its port with it: open another"
    )
    assert api.proxy.stop() == 1
    assert api.bodies("one") == ["1"]
    assert not (api.folder / "default.yaml").exists()


REFUSED: list[tuple[str, str, object, int, str, str]] = [
    ("POST", "/sessions", {}, 422, "cassette", "is missing: name one"),
    ("POST", "/sessions", {"casette": "a"}, 422, "cassette", "does casette stand"),
    ("POST", "/sessions", {"cassette": 1}, 422, "cassette", "is no text"),
    ("POST", "/sessions", {"cassette": "../a"}, 422, "cassette", "leaves the folder"),
    ("POST", "/sessions", {"cassette": "a", "mode": "x"}, 422, "mode", "use one of"),
    (
        "POST",
        "/sessions",
        {"cassette": "a", "mod": "x"},
        422,
        "mod",
        "did you mean mode",
    ),
    (
        "POST",
        "/sessions",
        {"cassette": "a", "dir": "/"},
        422,
        "dir",
        "start: --cassettes",
    ),
    (
        "POST",
        "/sessions",
        {"cassette": "a", "port": False, "ui": "web"},
        422,
        "ui",
        "--ui",
    ),
    (
        "POST",
        "/sessions",
        {"cassette": "a", "client_cert": "a.pem"},
        422,
        "client_cert",
        "of the whole proxy",
    ),
    (
        "POST",
        "/sessions",
        {"cassette": "a", "idle_timeout": "soon"},
        422,
        "idle_timeout",
        "use a duration, as 30m or 90s",
    ),
    ("POST", "/sessions", {"cassette": "a", "port": 1}, 422, "port", "is no switch"),
    ("POST", "/sessions", {"cassette": "a", "match": ["a"]}, 422, "match", "no such"),
    ("POST", "/sessions", {"name": "a/../b"}, 422, "name", "leaves the folder"),
    ("POST", "/sessions", {"cassette": "open"}, 409, "name", "is open already"),
    (
        "POST",
        "/sessions",
        {"cassette": "open", "name": "b"},
        409,
        "cassette",
        "is being recorded",
    ),
    (
        "POST",
        "/sessions",
        {"cassette": "open", "test": "two"},
        409,
        "cassette",
        "open is that of the test one, and two asks for it",
    ),
    ("POST", "/sessions", {"cassette": "a", "test": ""}, 422, "test", "is no text"),
    (
        "POST",
        "/sessions",
        {"cassette": "a", "formerly": "../a"},
        422,
        "formerly",
        "leaves the folder",
    ),
    ("PUT", "/sessions/open/cassette", {"cassette": "a", "test": 1}, 422, "test", "is"),
    ("POST", "/sessions", b"{", 400, "body", "is no JSON"),
    ("POST", "/sessions", b"[]", 400, "body", "is no object"),
    ("GET", "/sessions/none", {}, 404, "name", "there is no session none"),
    ("DELETE", "/sessions/none", {}, 404, "name", "there is no session none"),
    ("POST", "/sessions/none/save", {}, 404, "name", "there is no session none"),
    ("PUT", "/sessions/open/cassette", {}, 422, "cassette", "is missing"),
    ("PUT", "/sessions/open/cassette", {"cassette": "/a"}, 422, "cassette", "absolute"),
    ("POST", "/sessions/none/variables", {}, 404, "name", "no session none"),
    ("POST", "/ports", {"session": "none"}, 404, "session", "no session none"),
    ("POST", "/ports", {"session": "../a"}, 422, "session", "leaves the folder"),
    ("POST", "/ports", {"mode": "x"}, 422, "mode", "is not a field of a port"),
    ("PUT", "/ports/9", {"session": "open"}, 404, "port", "9 is not a port that was"),
    ("DELETE", "/ports/x", {}, 404, "port", "x is not a port that was opened"),
    ("PUT", "/sessions/open", {}, 405, "", "Method Not Allowed"),
    ("GET", "/other", {}, 404, "path", "there is nothing here"),
    ("GET", "/sessions/%ff", {}, 400, "path", "is not UTF-8"),
    ("GET", f"/sessions/{'a' * 1001}", {}, 422, "name", "is longer than 1000 bytes"),
    ("GET", "/sessions/a%00b", {}, 422, "name", "not every system has"),
    ("GET", f"/sessions/open/log?from={'9' * 5000}", {}, 400, "from", "is no number"),
    ("GET", "/sessions/open/log?from=%ff", {}, 400, "from", "is not UTF-8"),
    ("GET", f"/sessions/open/log/{'9' * 5000}", {}, 404, "path", "nothing here"),
    ("POST", "/sessions", b'{"cassette": ' + b"9" * 5000 + b"}", 400, "body", "JSON"),
    ("POST", "/sessions", b"[" * 100_000, 400, "body", "nested too deep"),
    ("POST", "/sessions", b"\xff", 400, "body", "not in UTF-8"),
    ("POST", "/sessions", b" " * (1 << 20) + b"{}", 413, "body", "is longer than"),
]


def test_what_cannot_be_is_a_problem_that_names_the_field_and_the_remedy(
    api: Api,
) -> None:
    api.open("open", port=False, test="one")
    for method, path, body, status, field, text in REFUSED:
        got = api.call(method, path, body)
        where = (method, path, body, got.body)
        assert got.status == got.json["status"] == status, where
        assert got.headers["content-type"] == "application/problem+json"
        assert got.json.get("field", "") == field, where
        assert text in str(got.json["detail"]), where
        assert len(str(got.json["detail"]).splitlines()) == 1
        assert bool(field) == bool(got.json.get("remedy")), where
    assert api.names() == ["open"]
    assert api.proxy.stop() == 0


@pytest.mark.parametrize(
    ("held", "remedy"),
    [
        (b"version: 1\ninteractions: []\n", "'mitmvcr cassette convert {path}' writes"),
        (b"version: 9\ninteractions: []\n", "a newer program wrote it: update mitmvcr"),
        (b"BZh91AY&SY", "unpack it, or pack it with gzip"),
        (b"a: [\n", "fix what it names, or choose another cassette"),
    ],
)
def test_a_cassette_that_cannot_be_played_names_what_would_help(
    api: Api, held: bytes, remedy: str
) -> None:
    path = api.folder / "one.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(held)
    wish = {"name": "one", "cassette": "one", "mode": "replay_only"}
    got = api.call("POST", "/sessions", wish)
    assert (got.status, got.json["field"]) == (409, "cassette")
    assert str(got.json["remedy"]).startswith(remedy.format(path=path))
    assert str(path) in str(got.json["detail"])


def raw(port: int, data: bytes) -> bytes:
    """Return the beginning of what comes back: the status.

    This side stays open: tornado drops its answer where the end of the client's data
    is read together with the request.
    """
    found = b""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
        client.sendall(data)
        while len(found) < 12 and (more := client.recv(12)):
            found += more
    return found


def test_no_web_page_can_change_anything(api: Api) -> None:
    wish = {"cassette": "a"}
    own = {"Content-Type": "application/json"}
    for headers, status, field in [
        ({}, 403, "X-Vcr-Control"),
        (own, 403, "X-Vcr-Control"),
        ({"X-Vcr-Control": "1", "Content-Type": "text/plain"}, 415, "Content-Type"),
        ({"X-Vcr-Control": "1"}, 415, "Content-Type"),
        (CHANGES | {"Host": "evil.test"}, 403, "Host"),
        (CHANGES | {"Host": f"127.0.0.1.evil.test:{api.port}"}, 403, "Host"),
    ]:
        got = api.call("POST", "/sessions", wish, headers)
        assert (got.status, got.json["field"]) == (status, field)
    for host in (
        *("evil.test", f"127.0.0.1.evil.test:{api.port}", "127.0.0.1:80:80", "127.1"),
        *("[::2]", "localhost.evil.test", "", "0.0.0.0", "127.0.0.1,evil.test"),
    ):
        got = api.call("GET", "/sessions", headers={"Host": host})
        assert got.status in (400, 403), host
    assert raw(api.port, b"GET /sessions HTTP/1.1\r\n\r\n")[9:12] in (b"400", b"403")
    assert raw(api.port, b"GET /sessions HTTP/1.0\r\n\r\n")[9:12] in (b"400", b"403")
    assert api.call("DELETE", "/sessions/a", headers={}).status == 403
    assert api.call("GET", "/sessions").json == []
    for host in (f"localhost:{api.port}", "127.0.0.1", f"[::1]:{api.port}"):
        got = api.call("GET", "/health", headers={"Host": host})
        assert (got.status, got.json["status"]) == (200, "ok")
        assert "access-control-allow-origin" not in got.headers
    assert api.proxy.stop() == 0


def test_a_browser_that_shows_another_page_is_turned_away(api: Api) -> None:
    own = f"http://127.0.0.1:{api.port}"
    for headers, field in [
        ({"Origin": "http://evil.test"}, "Origin"),
        ({"Origin": "null"}, "Origin"),
        ({"Origin": f"http://localhost:{api.port}"}, "Origin"),
        ({"Origin": f"http://127.0.0.1:{api.port + 1}"}, "Origin"),
        ({"Sec-Fetch-Site": "cross-site"}, "Sec-Fetch-Site"),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}, "Sec-Fetch-Site"),
    ]:
        for method in ("GET", "POST", "OPTIONS"):
            got = api.call(method, "/sessions", {"cassette": "a"}, CHANGES | headers)
            assert (got.status, got.json["field"]) == (403, field)
            assert not [each for each in got.headers if each.startswith("access-")]
    posted = CHANGES | {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert api.call("POST", "/sessions", {"cassette": "a"}, posted).status == 403
    assert api.call("GET", "/", headers=posted).status == 200  # a link leads here
    mine = CHANGES | {"Origin": own, "Sec-Fetch-Site": "same-origin"}
    assert api.call("POST", "/sessions", {"cassette": "a"}, mine).status == 201
    assert api.proxy.stop() == 0


def test_each_resource_says_which_methods_it_has(api: Api) -> None:
    for path, methods in [
        ("/sessions", "GET, POST, HEAD, OPTIONS"),
        ("/sessions/none", "GET, DELETE, HEAD, OPTIONS"),
        ("/sessions/none/save", "POST, OPTIONS"),
        ("/ports/1", "PUT, DELETE, OPTIONS"),
        ("/events", "GET, HEAD, OPTIONS"),
    ]:
        got = api.call(
            "OPTIONS", path, headers={"Origin": f"http://127.0.0.1:{api.port}"}
        )
        assert (got.status, got.headers["allow"], got.body) == (204, methods, b"")
        for method in ("PATCH", "TRACE", "BREW"):
            refused = api.call(method, path, headers={})
            assert (refused.status, refused.headers["allow"]) == (405, methods)
            assert refused.json["status"] == 405
    assert api.call("HEAD", "/sessions/none/save", headers={}).status == 405
    for path in ("/health", "/sessions", "/events", "/"):
        got = api.call("HEAD", path, headers={})
        assert (got.status, got.body) == (200, b"")
    assert api.proxy.stop() == 0


TOKEN = "a-token-of-this-test-0123456789"


def test_another_address_needs_a_token_and_the_token_shows_nowhere(
    mitmdump_own: Callable[..., Proxy], proxy_ca: Path, origin: Origin, tmp_path: Path
) -> None:
    proxy = mitmdump_own(
        vcr_dir=tmp_path / "cassettes",
        vcr_control="0.0.0.0:0",
        save_stream_file=tmp_path / "flows",
        environment={"MITMVCR_CONTROL_TOKEN": TOKEN},
    ).wait_until_listening()
    proxy.wait_for_log("control at http://127.0.0.1:")
    port = int(re.findall(r"control at http://127\.0\.0\.1:(\d+)", proxy.log)[-1])
    api = Api(proxy, origin, tmp_path / "cassettes", proxy_ca, port)
    known = {"Authorization": f"Bearer {TOKEN}"}
    for said in (
        {},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": "Bearer x"},
    ):
        for path in ("/health", "/sessions", "/", "/other"):
            got = api.call("GET", path, headers=CHANGES | said)
            assert (got.status, got.json["field"]) == (401, "Authorization")
            assert got.headers["www-authenticate"].startswith("Basic realm=")
    for host in ("127.0.0.1", "vcr:8081"):  # who knows it may use any name
        assert api.call("GET", "/health", headers=known | {"Host": host}).status == 200
    assert api.call("POST", "/sessions", {"cassette": "a"}, known).status == 403
    within = Api(proxy, origin, api.folder, proxy_ca, proxy.port)
    for said, status in ((known, 200), ({}, 401)):
        assert within.call("GET", "/_vcr/sessions", headers=said).status == status
    opened = api.call("POST", "/sessions", {"cassette": "a"}, CHANGES | known)
    api.ask(opened.json["port"], f"note {TOKEN}".encode())
    shown = api.call("DELETE", "/sessions/a", headers=CHANGES | known).body
    assert proxy.stop() == 0
    assert TOKEN not in proxy.log
    flows = (tmp_path / "flows").read_bytes()
    assert b"/_vcr/sessions" in flows
    assert f"Bearer {TOKEN}".encode() not in flows
    assert TOKEN.encode() not in shown
    assert api.bodies("a") == ["note [REDACTED:MITMVCR_CONTROL_TOKEN]"]


def test_a_port_that_is_taken_is_one_line(
    mitmdump_own: Callable[..., Proxy], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        proxy = mitmdump_own(vcr_dir=tmp_path, vcr_control=port)
        assert proxy.wait() == 1
    assert (
        f"vcr_control={port}: cannot listen there: address already in use" in proxy.log
    )
