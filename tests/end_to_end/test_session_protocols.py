"""Sessions of every protocol at once, with real clients, and no crossing."""

import asyncio
import http.client
import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import pytest

from end_to_end import cassettes, clients
from end_to_end.clients import CLIENT_PYTHON
from end_to_end.proxy import Proxy, clean_environment
from end_to_end.serving import serving
from end_to_end.test_control import Api, api_of
from end_to_end.test_grpc import EXPECTED
from end_to_end.test_grpc import run as grpc_run
from end_to_end.test_grpc import server as grpc_server
from end_to_end.test_websocket import CONVERSATION
from origin import Origin
from origin.certs import CertFiles
from patience import PATIENCE, read_line

HERE = Path(__file__).resolve().parent


@pytest.fixture
def api(
    mitmdump_kept: Callable[..., Proxy], proxy_ca: Path, origin: Origin, tmp_path: Path
) -> Api:
    return api_of(mitmdump_kept, proxy_ca, origin, tmp_path / "cassettes")


@pytest.fixture(scope="module")
def wss(certs: CertFiles) -> Iterator[int]:
    command = [CLIENT_PYTHON, HERE / "ws_server.py", certs.leaf]
    with serving(*command, environment=clean_environment()) as (port, _):
        yield port


class Talk:
    """A WebSocket client of a session's port, from construction to ``end``."""

    def __init__(self, api: Api, port: object, wss: int, prompt: str, ending: str):
        self._api = api
        url = f"wss://localhost:{wss}/v1/realtime"
        words = [CLIENT_PYTHON, HERE / "ws_client.py", url, "sync", prompt, ending]
        proxy = clients.environment(f"http://127.0.0.1:{port}", api.ca)
        self._process = subprocess.Popen(
            list(map(str, words)),
            env=clean_environment(**proxy, PYTHONFAULTHANDLER="1"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def __enter__(self) -> "Talk":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def wait_until_connected(self) -> None:
        read_line(self._process, "it was connected")

    def end(self) -> list[object]:
        """Return what it got. Where it hangs, its stack and the proxy's log say on
        what."""
        try:
            out, error = self._process.communicate(b"\n", PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGABRT)
            out, error = self._process.communicate()
        assert self._process.returncode == 0, f"{error.decode()}\n{self._api.proxy.log}"
        return json.loads(out)


def test_streams_of_one_session_go_on_while_another_becomes_a_replay(
    api: Api, wss: int
) -> None:
    recorder = api.open("live", websocket=True)["port"]
    port = api.open("one", name="w")["port"]
    url = f"{api.origin.http_url}/json"
    with (
        Talk(api, recorder, wss, "", "wait") as talk,
        closing(http.client.HTTPConnection("127.0.0.1", port, PATIENCE)) as client,
    ):
        talk.wait_until_connected()
        client.request("GET", url)
        client.getresponse().read()
        wish = {"cassette": "one", "mode": "replay_only"}
        assert api.call("PUT", "/sessions/w/cassette", wish).status == 200
        assert "1 open connection to the network was closed" in api.proxy.log
        client.request("GET", url)
        assert client.getresponse().status == 200  # from the cassette
        assert talk.end() == CONVERSATION
    assert api.proxy.stop() == 0
    (live,) = cassettes.read(api.folder / "live.yaml")
    assert len(live["response"]["websocket"]) > len(CONVERSATION)


async def both(*doings: Callable[[], object]) -> list[object]:
    return await asyncio.gather(*map(asyncio.to_thread, doings))


def at_once(*doings: Callable[[], object]) -> list[object]:
    """Do what blocks, all at once."""
    return asyncio.run(both(*doings))


def reopened(api: Api, name: str, **more: object) -> dict[str, object]:
    """Replay what a session has recorded."""
    assert api.call("DELETE", f"/sessions/{name}").json["failure"] is None
    return api.open(name, mode="replay_only", **more)


def test_websockets_of_two_sessions_at_once(api: Api, wss: int) -> None:
    def talk(port: object, prompt: str) -> list[object]:
        with Talk(api, port, wss, prompt, "server") as talk:
            return talk.end()

    whole = [*CONVERSATION, "1000 (OK) as you wish"]
    ports = {name: api.open(name, websocket=True)["port"] for name in "ab"}
    tasks = [partial(talk, port, name) for name, port in ports.items()]
    assert at_once(*tasks) == [whole, whole]
    ports = {name: reopened(api, name)["port"] for name in "ab"}
    own = [partial(talk, port, name) for name, port in ports.items()]
    assert at_once(*own) == [whole, whole]
    counts = [each["counts"]["replayed"] for each in api.call("GET", "/sessions").json]
    assert counts == [1, 1]
    ports = {name: reopened(api, name)["port"] for name in "ab"}
    (got,) = at_once(partial(talk, ports["a"], "b"))  # what b has, a has not
    assert got != whole
    assert api.proxy.stop() == 0


def test_grpc_of_two_sessions_at_once(api: Api, certs: CertFiles) -> None:
    calls = {"a": ("Hello", "Total"), "b": ("Count", "FailLate")}
    with grpc_server(certs.leaf) as port:
        target = f"localhost:{port}"

        def call(proxy_port: object, *names: str) -> list[object]:
            proxy = SimpleNamespace(url=f"http://127.0.0.1:{proxy_port}", log="")
            return grpc_run(proxy, target, api.ca, "sync", *names)

        ports = {name: api.open(name)["port"] for name in calls}
        tasks = [partial(call, ports[name], *calls[name]) for name in calls]
        recorded = at_once(*tasks)
    assert [[each["call"] for each in got] for got in recorded] == [
        *map(list, calls.values())
    ]
    assert {each["call"]: each for got in recorded for each in got} == {
        each["call"]: each for each in EXPECTED if each["call"] != "Fail"
    }
    ports = {name: reopened(api, name)["port"] for name in calls}
    # Each asks for what the other has, too.
    every = ("Hello", "Total", "Count", "FailLate")
    tasks = [partial(call, ports[name], *every) for name in calls]
    for name, got in zip(calls, at_once(*tasks), strict=True):
        for each in got:
            if each["call"] in calls[name]:
                assert each in EXPECTED
            else:
                assert each["error"][0] == "FAILED_PRECONDITION"
    assert api.proxy.stop() == 0


class Way(NamedTuple):
    """How curl reaches an origin by the port of a session."""

    url: str
    words: tuple[str, ...]


@dataclass
class Ways:
    """Opens sessions whose ports speak what is wished for; ``further`` is a proxy."""

    api: Api
    further: str

    def open(self, name: str, kind: str) -> Way:
        secure = self.api.origin.https_url
        if kind == "reverse":
            opened = self.api.open(name, kind=f"reverse:{secure}")
            assert opened["proxy_url"] is None
            return Way(str(opened["base_url"]), ())
        given = f"upstream:{self.further}" if kind == "upstream" else kind
        proxy = str(self.api.open(name, kind=given)["proxy_url"])
        assert proxy.startswith("socks5h://" if kind == "socks5" else "http://")
        url = self.api.origin.http_url if kind == "upstream" else secure
        return Way(url, ("--cacert", str(self.api.ca), "--proxy", proxy))


def curl(way: Way, body: str) -> dict[str, str]:
    words = ["curl", "-sS", *way.words, "-d", body, f"{way.url}/json"]
    done = subprocess.run(
        words,
        env=clean_environment(),
        capture_output=True,
        timeout=PATIENCE,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("kind", ["socks5", "reverse", "upstream", "regular"])
def test_each_port_may_speak_another_protocol(
    api: Api, mitmdump_bare: Callable[..., Proxy], kind: str
) -> None:
    further = mitmdump_bare().wait_until_listening() if kind == "upstream" else None
    ways = Ways(api, further.url if further else "")
    names = [f"{kind}{n}" for n in range(2)]
    asked = [(name, f"{name} {n}") for n in range(3) for name in names]

    def ask_all() -> dict[str, Way]:
        opened = {name: ways.open(name, kind) for name in names}
        got = at_once(*(partial(curl, opened[name], body) for name, body in asked))
        assert [each["body"] for each in got] == [body for _, body in asked]
        return opened

    ask_all()
    for name in names:
        api.call("DELETE", f"/sessions/{name}")
        assert sorted(api.bodies(name)) == [f"{name} {n}" for n in range(3)]
    if further is not None:
        assert further.log.count("POST http://") == len(asked)
    api.origin.reset()
    for name, way in ask_all().items():
        for body in ("other", f"{names[0]} 0", f"{names[1]} 0"):
            assert "title" in curl(way, body), name  # a miss, or used up
    assert api.origin.hits().requests == ()
    assert api.proxy.stop() == 0


REFUSED = [
    "transparent",
    "local",
    "dns",
    "socks5@9000",
    "reverse:tcp://a:1",
    "ftp",
    "",
    1,
]


def test_what_no_port_can_speak_is_refused(api: Api) -> None:
    for kind in REFUSED:
        got = api.call("POST", "/sessions", {"cassette": "a", "kind": kind})
        assert (got.status, got.json["field"]) == (422, "kind"), kind
        assert "use regular, socks5, reverse:URL or upstream:URL" in got.json["remedy"]
    got = api.call(
        "POST", "/sessions", {"cassette": "a", "kind": "socks5", "port": False}
    )
    assert (got.status, got.json["field"]) == (422, "kind")
    assert api.names() == []
    assert api.proxy.stop() == 0
