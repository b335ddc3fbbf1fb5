"""``mitmvcr serve --workers``: real processes that share one port."""

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import threading
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest

from cli.helpers import Cli
from end_to_end.cassettes import interaction, write
from mitmvcr.cli.commands.workers import Started
from mitmvcr.proxy.flow.player import DEFAULT
from mitmvcr.proxy.sessions.shared import Worker
from patience import PATIENCE, wait_until
from ports import free_port

#: Two names of each worker's.
FIRST, OTHER = (
    [f"n{i}" for i in range(40) if Worker(number, 2).owns(f"n{i}")][:2]
    for number in (Worker(0, 2).owner(DEFAULT), 1 - Worker(0, 2).owner(DEFAULT))
)
CLIENTS, EACH = 16, 20
API = {"X-Vcr-Control": "1", "Content-Type": "application/json"}


@dataclass
class Shared:
    """A ``serve`` of two workers; ``said`` are the lines of its output so far."""

    process: subprocess.Popen[str]
    port: int
    control: int
    ca: Path
    said: list[str] = field(default_factory=list)

    def ask(self, number: int | str, name: str | None = None, **headers: str) -> str:
        """The answer over a new connection, by the session's name in the URL."""
        with Client(self.port, name) as client:
            return client.ask(number, **headers)

    def api(self, method: str, path: str, wish: object = None) -> tuple[int, object]:
        """A call over a new connection, which any worker may get."""
        made = http.client.HTTPConnection("127.0.0.1", self.control, timeout=PATIENCE)
        made.request(method, path, None if wish is None else json.dumps(wish), API)
        answer = made.getresponse()
        found = json.load(answer)
        made.close()
        return answer.status, found

    def begin(self) -> None:
        """Let the sessions of each worker be there."""
        for name in (*FIRST, *OTHER):
            self.ask(3, name)

    def wait_for(self, text: str) -> str:
        """The line that has this text, once it is there."""

        def found() -> str:
            return next((line for line in self.said if text in line), "")

        return wait_until(text, found, shown=lambda: "".join(self.said))


class Client:
    """Keeps one connection."""

    def __init__(self, port: int, name: str | None = None) -> None:
        self._made = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._said = {} if name is None else {"Proxy-Authorization": _basic(name)}

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self._made.close()

    def ask(self, number: int | str, **headers: str) -> str:
        said = self._said | {n.replace("_", "-"): v for n, v in headers.items()}
        self._made.request("GET", f"http://api.test/{number}", headers=said)
        return self._made.getresponse().read().decode()


def _basic(name: str) -> str:
    return f"Basic {b64encode(f'{name}:x'.encode()).decode()}"


@pytest.fixture(scope="module")
def shared(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    folder = tmp_path_factory.mktemp("workers")
    for name in (*FIRST, *OTHER, DEFAULT):
        urls = [f"{scheme}://api.test/{i}" for i in range(4) for scheme in _SCHEMES]
        write(folder / f"c/{name}.yaml", *(interaction(url, name) for url in urls))
    once = [f"http://api.test/{i}" for i in range(CLIENTS * EACH)]
    write(folder / "c/once.yaml", *(interaction(url, url[16:]) for url in once))
    ports = free_port(), free_port()
    words = ("--port", str(ports[0]), "--control", str(ports[1]), "--cassettes", "c")
    process = Cli(home, folder).start(
        *("serve", *words, "--mode", "replay_only", "--workers", "2"),
        stderr=subprocess.STDOUT,
    )
    made = Shared(process, *ports, home / "mitmproxy-ca-cert.pem")
    reader = threading.Thread(target=lambda: made.said.extend(process.stdout))
    reader.start()
    try:
        made.wait_for("control at")
        yield made
    finally:
        process.terminate()
        process.wait(PATIENCE)
        reader.join(PATIENCE)
        process.stdout.close()


_SCHEMES = ("http", "https")


def test_it_says_once_where_it_is(shared):
    said = [line for line in shared.said if line.startswith("mitmvcr: ")]
    assert said[:4] == [
        "mitmvcr: 2 workers serve\n",
        f"mitmvcr: point a client at http://127.0.0.1:{shared.port}\n",
        f"mitmvcr: and let it trust {shared.ca}\n",
        f"mitmvcr: control at http://127.0.0.1:{shared.control}\n",
    ]


@pytest.mark.parametrize("name", [*FIRST, *OTHER])
def test_whichever_worker_a_client_meets_it_gets_its_session(shared, name):
    """Four connections: that all meet the same worker by chance is no failure, but
    over the names it is as good as impossible."""
    shared.api("DELETE", f"/sessions/{name}")  # another test may have used it
    found = [shared.ask(i, name) for i in range(4)]
    assert found == [name] * 4
    status, facts = shared.api("GET", f"/sessions/{name}")
    assert status == 200, facts
    assert (facts["counts"]["replayed"], facts["counts"]["missed"]) == (4, 0)
    missed = json.loads(shared.ask(0, name))
    assert "recorded once, and all used up by earlier requests" in missed["detail"]


def test_each_interaction_is_given_once_to_many_clients(shared):
    def asks(first: int) -> list[str]:
        with Client(shared.port, "once") as client:
            return [client.ask(i) for i in range(first, CLIENTS * EACH, CLIENTS)]

    with ThreadPoolExecutor(CLIENTS) as pool:
        found = [answer for each in pool.map(asks, range(CLIENTS)) for answer in each]
    assert sorted(map(int, found)) == list(range(CLIENTS * EACH))
    _, report = shared.api("DELETE", "/sessions/once")
    counts = {name: report["counts"][name] for name in ("replayed", "missed", "unused")}
    assert counts == {"replayed": CLIENTS * EACH, "missed": 0, "unused": 0}


@pytest.mark.parametrize("name", [FIRST[0], OTHER[0]])
def test_headers_of_the_first_request_choose_too(shared, name):
    shared.api("POST", "/sessions", {"name": "h", "cassette": name, "port": False})
    shared.api("DELETE", "/sessions/h")
    shared.api("DELETE", f"/sessions/{name}")
    assert shared.ask(0, X_Vcr_Cassette=name) == name
    assert shared.ask(1, baggage=f"vcr-session={name}") == name


def test_who_names_none_gets_the_default_session(shared):
    assert {shared.ask(i) for i in range(4)} == {DEFAULT}


def test_a_head_that_comes_in_pieces_is_waited_for(shared):
    shared.api("DELETE", f"/sessions/{OTHER[1]}")
    with socket.create_connection(("127.0.0.1", shared.port), PATIENCE) as client:
        head = f"GET http://api.test/0 HTTP/1.1\r\nX-Vcr-Cassette: {OTHER[1]}\r\n\r\n"
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in head.encode():
            client.sendall(bytes([byte]))
        answer = http.client.HTTPResponse(client)
        answer.begin()
        assert answer.read().decode() == OTHER[1]


def test_who_leaves_within_the_head_leaves_nothing_behind(shared):
    for said in (b"", b"GET http://api.t"):
        with socket.create_connection(("127.0.0.1", shared.port), PATIENCE) as client:
            client.sendall(said)
            client.shutdown(socket.SHUT_WR)
            while client.recv(1024):
                pass
    assert shared.api("GET", "/health")[0] == 200


@pytest.mark.parametrize("name", [FIRST[1], OTHER[1]])
def test_a_tunnel_is_of_the_session_that_its_connect_names(shared, name):
    shared.api("DELETE", f"/sessions/{name}")
    found = _through_a_tunnel(shared, {"Proxy-Authorization": _basic(name)}, {})
    assert found == (200, name.encode())


def test_what_names_a_session_elsewhere_too_late_is_refused(shared):
    """Its connection was the default session's when its head came."""
    shared.api("DELETE", f"/sessions/{FIRST[0]}")
    status, text = _through_a_tunnel(shared, {}, {"X-Vcr-Cassette": OTHER[0]})
    assert status == 400
    assert f"session {OTHER[0]} is in another worker" in json.loads(text)["detail"]
    status, text = _through_a_tunnel(shared, {}, {"X-Vcr-Cassette": FIRST[0]})
    assert (status, text) == (200, FIRST[0].encode())


def _through_a_tunnel(
    shared: Shared, said: dict[str, str], headers: dict[str, str]
) -> tuple[int, bytes]:
    trust = ssl.create_default_context(cafile=shared.ca)
    made = http.client.HTTPSConnection(
        "127.0.0.1", shared.port, context=trust, timeout=PATIENCE
    )
    made.set_tunnel("api.test", 443, said)
    made.request("GET", "/0", headers=headers)
    answer = made.getresponse()
    found = answer.status, answer.read()
    made.close()
    return found


def test_whichever_worker_is_asked_a_cassette_is_one_tests(shared):
    shared.begin()
    for name in (FIRST[0], OTHER[0]):
        shared.api("DELETE", f"/sessions/{name}")
        wish = {"cassette": name, "port": False}
        assert shared.api("POST", "/sessions", {**wish, "test": "one"})[0] == 201
        for _ in range(8):
            status, wrong = shared.api("POST", "/sessions", {**wish, "test": "two"})
            assert (status, wrong["field"]) == (409, "cassette")
            assert f"{name} is that of the test one" in wrong["detail"]
        shared.api("DELETE", f"/sessions/{name}")


def test_whichever_worker_is_asked_a_token_is_hidden_in_a_name(shared):
    """Its session lives where its name without the token says so."""
    shared.begin()
    for number in range(8):
        token = "ghp_" + f"{number}bcdefghijklmnopqrstuvwxyz0123456789AB"
        wish = {"cassette": f"t[{token}]", "test": token, "mode": "record_once"}
        status, facts = shared.api("POST", "/sessions", {**wish, "port": False})
        assert status == 201, facts
        assert facts["name"].startswith("t[REDACTED-github-long-token]~")
        status, facts = shared.api("DELETE", f"/sessions/{quote(facts['name'])}")
        assert status == 200, facts


def test_any_worker_answers_for_all_of_them(shared):
    """Eight calls each: both workers get some, as good as certainly."""
    shared.begin()
    opened = {}
    for i, of in enumerate([FIRST[0], OTHER[0]] * 4):
        wish = {"name": f"own{i}", "cassette": of, "idle_timeout": "0"}
        status, facts = shared.api("POST", "/sessions", wish)
        assert (status, facts["name"]) == (201, f"own{i}")
        opened[f"own{i}"] = facts["port"], of
    for name, (port, of) in opened.items():
        with Client(port) as client:
            assert client.ask(1) == of
        assert shared.api("GET", f"/sessions/{name}")[1]["counts"]["replayed"] == 1
    listed = [facts["name"] for facts in shared.api("GET", "/sessions")[1]]
    assert len(listed) == len(set(listed))
    assert {*opened, *FIRST, *OTHER} <= {*listed}
    for _ in range(8):
        status, health = shared.api("GET", "/health")
        assert (status, health["processes"]) == (200, 2)
        assert health["sessions"] == len(listed)
        assert shared.api("GET", "/sessions/none_such")[0] == 404
        assert shared.api("GET", "/sessions/a%3Ab")[0] == 422
        status, wrong = shared.api("POST", "/sessions", {"cassette": "none_such"})
        assert (status, wrong["field"]) == (409, "cassette")


def test_the_page_shows_the_sessions_of_all(shared):
    shared.begin()
    made = http.client.HTTPConnection("127.0.0.1", shared.port, timeout=PATIENCE)
    made.request("GET", "/_vcr/events")
    answer = made.getresponse()
    assert answer.readline() == b"event: sessions\n"
    seen = {facts["name"] for facts in json.loads(answer.readline()[6:])}
    made.close()
    assert {*FIRST, *OTHER} <= seen
    for name in (*FIRST, *OTHER):
        status, log = shared.api("GET", f"/sessions/{name}/log")
        assert (status, log["total"] > 0) == (200, True)


def test_ports_of_no_session_are_refused_with_the_remedy(shared):
    status, facts = shared.api("POST", "/ports", {})
    assert (status, facts["field"]) == (409, "port")
    assert "POST /sessions gives each session a port" in facts["remedy"]


def test_a_worker_that_is_killed_is_told_and_started_anew(shared):
    """The last: it ends the process."""
    shared.begin()
    dead = Worker(0, 2).owner(OTHER[0])
    for time in range(2):  # what was lost once stays so
        killed = _worker(shared, dead)
        os.kill(killed, signal.SIGKILL)
        line = shared.wait_for(f"(process {killed}) was killed by SIGKILL")
        assert f"worker {dead + 1} of 2" in line
        assert "it is started anew" in line
        assert OTHER[0] in line or " others" in line
        for _ in range(4 if time else 1):
            detail = json.loads(shared.ask(1, OTHER[0]))["detail"]
            assert f"session {OTHER[0]} was in worker {dead + 1} of 2 when that" in (
                detail
            )
    assert shared.api("GET", f"/sessions/{OTHER[0]}")[0] == 404
    assert shared.api("GET", "/health")[1]["processes"] == 2
    names = [facts["name"] for facts in shared.api("GET", "/sessions")[1]]
    assert FIRST[0] in names
    assert OTHER[0] not in names
    wish = {"name": OTHER[0], "cassette": OTHER[0], "port": False}
    assert shared.api("POST", "/sessions", wish)[0] == 201
    assert [shared.ask(i, OTHER[0]) for i in range(4)] == [OTHER[0]] * 4
    fresh = next(n for n in map("z{}".format, range(40)) if Worker(dead, 2).owns(n))
    assert shared.api("POST", "/sessions", {**wish, "name": fresh})[0] == 201
    assert shared.ask(0, fresh) == OTHER[0]
    shared.process.send_signal(signal.SIGINT)
    assert shared.process.wait(PATIENCE) == 1
    shared.wait_for(f"{FIRST[0]}.yaml, mode replay_only: recorded 0, replayed")


def _worker(shared: Shared, number: int) -> int:
    """The process of a worker: its command line has its number."""
    for each in _children(shared.process.pid):
        words = Path(f"/proc/{each}/cmdline").read_bytes()
        if b"main(Given(%d, " % number in words:
            return each
    raise AssertionError(number)


def test_the_only_session_ends_with_its_worker_and_so_does_all(home, tmp_path):
    write(tmp_path / "one.yaml", interaction("http://api.test/0", "one"))
    port, dead = free_port(), Worker(0, 2).owner(DEFAULT)
    process = Cli(home, tmp_path).start(
        *("serve", "--port", str(port), "--cassette", "one.yaml", "--workers", "2"),
        *("--mode", "replay_only"),
        stderr=subprocess.STDOUT,
    )
    made = Shared(process, port, 0, home / "mitmproxy-ca-cert.pem")
    reader = threading.Thread(target=lambda: made.said.extend(process.stdout))
    reader.start()
    try:
        made.wait_for("2 workers serve")
        assert made.ask(0) == "one"
        os.kill(_worker(made, dead), signal.SIGKILL)
        line = made.wait_for("was killed by SIGKILL")
        assert "the one session was in it, and all workers end" in line
        assert process.wait(PATIENCE) == 1
    finally:
        process.kill()
        process.wait(PATIENCE)
        reader.join(PATIENCE)
        process.stdout.close()


def _children(pid: int) -> list[int]:
    """The processes that a process has started, in that order."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [*map(int, text.split())]


class Ending:
    """A process that notes how often it is to end."""

    def __init__(self) -> None:
        self.asked = 0

    def send_signal(self, number: signal.Signals) -> None:
        self.asked += number is signal.SIGTERM


def test_a_worker_is_told_once_to_end():
    """It saves then, and listens for no signal after that: another one kills it, and
    the parent says of it that it was killed."""
    process = Ending()
    worker = Started(0, process, (None, None), set())
    worker.end(signal.SIGTERM)
    worker.end(signal.SIGTERM)
    assert process.asked == 1


@pytest.mark.parametrize("value", ["0", "-1", "x", "1.5", "65", ""])
def test_a_number_that_is_none_is_refused(cli, value):
    ran = cli("serve", "--cassettes", "new", "--workers", value)
    assert ran.returncode == 125
    given = f"--workers={value}" if value else "--workers has no value"
    assert ran.stderr == (
        f"mitmvcr: error: {given}: use a number from 1 to 64, or auto\n"
    )


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--ui", "web"), "--ui web"),
        (("--attached",), "--attached"),
        (("--set", "mode=socks5"), "--set mode=..."),
        (("--", "--anticache"), "what follows --"),
    ],
)
def test_what_cannot_be_with_workers_is_refused(cli, words, what):
    ran = cli("serve", "--cassettes", "new", "--workers", "2", *words)
    assert ran.returncode == 125
    assert ran.stderr == (
        f"mitmvcr: error: --workers 2 cannot be used with {what}: leave one out\n"
    )


def test_workers_go_on_through_no_proxy(cli):
    words = ("serve", "--cassettes", "new", "--workers", "2")
    ran = cli(*words, env={"http_proxy": "http://127.0.0.1:9"})
    assert ran.returncode == 125
    assert ran.stderr == (
        "mitmvcr: error: --workers 2 cannot be used with a proxy to go on through"
        " (http_proxy): leave one out\n"
    )


def test_a_port_that_other_workers_share_is_busy(cli, shared_port):
    ran = cli("serve", "--cassettes", "c", "--workers", "2", "--port", shared_port)
    assert ran.returncode == 125
    assert "address already in use; choose --port" in ran.stderr


@pytest.fixture
def shared_port() -> Iterator[str]:
    """As workers listen."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield str(listener.getsockname()[1])


def test_a_control_port_that_is_busy_is_one_line(cli, shared_port):
    ran = cli(
        *("serve", "--cassettes", "c", "--workers", "2"),
        *("--port", str(free_port()), "--control", shared_port),
    )
    assert ran.returncode == 125
    assert f"cannot listen on 127.0.0.1:{shared_port}" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1
