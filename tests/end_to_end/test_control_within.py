"""The control API at the proxy's own port, as a container has it that publishes one."""

import http.client
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from end_to_end.many import Clients
from end_to_end.proxy import Proxy
from end_to_end.test_control import CHANGES, Api, api_of
from end_to_end.wire import Got
from origin import Origin
from patience import PATIENCE


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    return mitmdump_kept


@pytest.fixture
def api(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, origin: Origin, tmp_path: Path
) -> Api:
    return api_of(mitmdump, proxy_ca, origin, tmp_path / "cassettes")


def call(port: int, method: str, target: str, body: object = None, **more: str) -> Got:
    """Ask what listens on a port, with the target as it is."""
    connection = http.client.HTTPConnection("127.0.0.1", port, PATIENCE)
    sent = (CHANGES if method not in ("GET", "HEAD") else {}) | more
    data = None if body is None else json.dumps(body)
    try:
        connection.request(
            method, target, data, {k.replace("_", "-"): v for k, v in sent.items()}
        )
        with connection.getresponse() as answer:
            pairs = {name.lower(): value for name, value in answer.getheaders()}
            return Got(answer.status, pairs, answer.read())
    finally:
        connection.close()


def test_all_is_done_through_one_port(api: Api) -> None:
    port = api.proxy.port
    assert call(port, "GET", "/_vcr/health").json["status"] == "ok"
    opened = call(
        port, "POST", "/_vcr/sessions", {"cassette": "a/b"}, Host="localhost:39001"
    )
    assert (opened.status, opened.json["port"]) == (201, None), opened.body
    assert opened.json["proxy_url"] == "http://a%2Fb:x@localhost:39001"
    clients = Clients(port, api.ca)
    asked = clients.ask(f"{api.origin.https_url}/json", b"1", user="a%2Fb:x")
    assert asked.json["body"] == "1"
    trusted = call(port, "GET", "/_vcr/ca.pem")
    assert trusted.headers["content-type"] == "application/x-pem-file"
    assert trusted.body == api.ca.read_bytes()
    made = {"id": "7f3a"}
    assert call(port, "POST", "/_vcr/sessions/a%2Fb/variables", made).json == made
    (listed,) = call(port, "GET", f"http://127.0.0.1:{port}/_vcr/sessions?x=1").json
    assert listed["proxy_url"] == f"http://a%2Fb:x@127.0.0.1:{port}"
    head = call(port, "HEAD", "/_vcr/sessions")
    assert (head.status, head.body) == (200, b"")
    ended = call(port, "DELETE", "/_vcr/sessions/a%2Fb")
    assert ended.json["counts"]["recorded"] == 1
    assert api.bodies("a/b") == ["1"]
    assert api.origin.hits().requests == ("POST /json",)
    assert api.proxy.stop() == 0
    assert "named no session" not in api.proxy.log
    assert not (api.folder / "default.yaml").exists()


def test_a_sessions_own_port_has_it_too_while_the_session_replays(api: Api) -> None:
    (api.folder).mkdir()
    (api.folder / "one.yaml").write_text("---\nversion: 2\ninteractions: []\n")
    port = int(str(api.open("one", mode="replay_only")["port"]))
    got = call(port, "GET", "/_vcr/sessions/one")
    assert got.json["counts"]["missed"] == 0
    assert call(port, "GET", "/json").status == 424  # anything else is as ever
    assert call(port, "GET", "/_vcr/sessions/one").json["counts"]["missed"] == 1
    assert api.origin.hits().connections == 0
    assert api.proxy.stop() == 0


def old(port: int, target: str) -> bytes:
    """Ask as HTTP/1.0 does, which takes no body without an end."""
    head = f"GET {target} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
        client.sendall(head.encode())
        return b"".join(iter(partial(client.recv, 1 << 16), b""))


@contextmanager
def events(port: int) -> Iterator[Iterator[dict[str, dict[str, int]]]]:
    """Yield the counts of all sessions by name, each time that something changes."""
    connection = http.client.HTTPConnection("127.0.0.1", port, PATIENCE)
    connection.request("GET", "/_vcr/events")
    with closing(connection), connection.getresponse() as answer:
        assert answer.getheader("Content-Type") == "text/event-stream"
        data = (line for line in answer if line.startswith(b"data: "))
        yield (
            {each["name"]: each["counts"] for each in json.loads(line[6:])}
            for line in data
        )


def test_the_page_is_served_and_stays_live(api: Api) -> None:
    upstream = api.open("up", kind="upstream:http://127.0.0.1:1")["port"]
    for port in (api.proxy.port, int(str(upstream))):
        for name in ("", "page.js", "view.js", "page.css", "lit-html.js"):
            got = call(port, "GET", f"/_vcr/{name}")
            assert got.status == 200, name
            assert got.headers["content-security-policy"].startswith("default-src 'no")
        there = call(port, "GET", "/_vcr?a=1")
        assert (there.status, there.headers["location"]) == (308, "/_vcr/?a=1")
        head = call(port, "HEAD", "/_vcr/events")
        assert (head.status, head.body) == (200, b"")
    assert old(api.proxy.port, "/_vcr/events").endswith(b"\n\n")
    clients = Clients(api.proxy.port, api.ca)
    url = f"{api.origin.https_url}/json"
    with events(api.proxy.port) as one, events(int(str(upstream))) as other:
        for each in (one, other):
            assert list(next(each)) == ["up"]
        clients.ask(url, b"1", user="new:x")
        assert any(found.get("new", {}).get("recorded") for found in one)
    with events(api.proxy.port) as again:  # those that have left hold nothing up
        assert next(again)["new"]["recorded"] == 1
        assert "Traceback" not in api.proxy.log
        assert api.proxy.stop() == 0
    assert "named no session" not in api.proxy.log


def test_who_may_call_is_as_at_the_port_of_its_own(api: Api) -> None:
    port, wish = api.proxy.port, {"cassette": "a"}
    for more, status, field in [
        ({"X_Vcr_Control": "0"}, 403, "X-Vcr-Control"),
        ({"Content_Type": "text/plain"}, 415, "Content-Type"),
        ({"Host": "evil.test"}, 403, "Host"),
        ({"Host": f"127.0.0.1.evil.test:{port}"}, 403, "Host"),
        ({"Origin": "http://evil.test"}, 403, "Origin"),
        ({"Sec_Fetch_Site": "cross-site"}, 403, "Sec-Fetch-Site"),
        ({"Host": "evil.test", "X_Vcr_Control": "0"}, 403, "Host"),
    ]:
        got = call(port, "POST", "/_vcr/sessions", wish, **more)
        assert (got.status, got.json["field"]) == (status, field)
        assert got.headers["content-type"] == "application/problem+json"
    for method, path, status in [
        ("PATCH", "/_vcr/sessions", 405),
        ("GET", "/_vcr/other", 404),
        ("GET", "/_vcr/%2e%2e/options.py", 404),
        ("GET", "/_vcr/sessions/%ff", 400),
    ]:
        got = call(port, method, path)
        assert (got.status, got.json["status"]) == (status, status), path
    long = call(port, "POST", "/_vcr/sessions", {"cassette": "a" * (1 << 20)})
    assert (long.status, long.json["detail"]) == (
        413,
        "body: is longer than 1048576 bytes: send less",
    )
    assert call(port, "GET", "/_vcr/sessions").json == []
    assert api.origin.hits().connections == 0
    assert api.proxy.stop() == 0


def test_what_goes_to_an_origin_is_the_origins(api: Api) -> None:
    """In a tunnel, and in reverse mode, where a path says nothing of the proxy."""
    place = api.origin.http_url
    port = api.open("back", kind=f"reverse:{place}")["port"]
    clients = Clients(api.proxy.port, api.ca)
    asked = [
        clients.ask(f"{api.origin.https_url}/_vcr/health", user="tunnel:x"),
        call(int(str(port)), "GET", "/_vcr/health"),
    ]
    assert [each.headers["server"] for each in asked] == ["origin", "origin"]
    assert [line.split()[1] for line in api.origin.hits().requests] == [
        "/_vcr/health"
    ] * 2
    assert api.proxy.stop() == 0


def answer_to_tunnel(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as plug:
        plug.sendall(b"CONNECT h.test:443 HTTP/1.1\r\n\r\n")
        return plug.recv(1 << 16)


def test_nothing_leaves_once_the_only_session_was_ended(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, origin: Origin, tmp_path: Path
) -> None:
    """As by the page's End, whose program goes on."""
    proxy = mitmdump(tmp_path / "chat.yaml", "record_only").wait_until_listening()
    clients = Clients(proxy.port, proxy_ca)
    assert clients.ask(f"{origin.https_url}/json", b"1").status == 200
    assert proxy.stop() == 0, proxy.log
    proxy = mitmdump(
        tmp_path / "chat.yaml", "replay_only", vcr_control="0"
    ).wait_until_listening()
    clients = Clients(proxy.port, proxy_ca)
    assert clients.ask(f"{origin.https_url}/json", b"1").status == 200
    assert call(proxy.port, "DELETE", "/_vcr/sessions/default", {}).status == 200
    origin.reset()
    assert clients.ask(f"{origin.http_url}/json", b"1").status == 400
    tunnel = answer_to_tunnel(proxy.port)
    assert tunnel.startswith(b"HTTP/1.1 502")
    assert b"\r\nX-Vcr-Error: " in tunnel
    assert b"start the proxy again, or choose a cassette\r\n" in tunnel
    assert origin.hits().connections == 0
    assert proxy.stop() == 1, proxy.log
