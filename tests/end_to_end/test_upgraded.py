"""Connections that are upgraded to something other than a WebSocket, as docker's exec:
recorded, and replayed in lock-step."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

import warm
from end_to_end import cassettes, clients
from end_to_end.proxy import Proxy, clean_environment
from end_to_end.watch import Spy
from origin.certs import CertFiles
from patience import PATIENCE, wait_until

HERE = Path(__file__).resolve().parent
SECRET = "hunter2hunter"
SWITCH = (
    b"HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n"
    b"Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
)


def said(stream: int, text: bytes) -> bytes:
    return bytes([stream, 0, 0, 0]) + len(text).to_bytes(4) + text


class Docker(BaseHTTPRequestHandler):
    """What docker answers to an exec; a shell repeats what it is told."""

    protocol_version = "HTTP/1.1"
    switch = SWITCH

    def log_message(self, *_: object) -> None: ...

    def _facts(self, facts: object, status: int = 200) -> None:
        content = json.dumps(facts).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self) -> None:
        if "/exec/" in self.path:
            self._facts({"ExitCode": 3, "Running": False})
        else:
            self._facts({"Id": "c1", "Name": "/c1", "Config": {}, "Image": "i"})

    def do_POST(self) -> None:
        asked = json.loads(self._body())
        if self.path.endswith("/containers/c1/exec"):
            self._facts({"Id": "shell" if asked["Tty"] else "ls"}, 201)
            return
        self.wfile.write(self.switch)
        time.sleep(0.5)  # docker-py loses what comes with the head
        self.close_connection = True
        if self.path.endswith("/ls/start"):
            output = f'{{"password": "{SECRET}"}}\n'.encode()
            for each in (said(1, b"a\n"), said(2, b"no b\n"), said(1, output)):
                self.wfile.write(each)
        else:
            self._talk()

    def _body(self) -> bytes:
        if "Content-Length" in self.headers:
            return self.rfile.read(int(self.headers["Content-Length"]))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _talk(self) -> None:
        self.wfile.write(b"$ ")
        while line := self.rfile.readline():
            self.wfile.write(line.replace(b"\n", b"\r\n"))
            time.sleep(0.02)
            if line == b"exit\n":
                return
            self.wfile.write(b"you said " + line + b"$ ")
        with suppress(ConnectionError):
            self.wfile.write(b"bye\r\n")


class Silent(Docker):
    """Says nothing, and waits for the end."""

    def _talk(self) -> None:
        self.rfile.read()


class Ended(Docker):
    """Says all that it says, and goes on hearing."""

    heard: ClassVar[list[bytes]] = []

    def _talk(self) -> None:
        self.wfile.write(b"bye\r\n$ ")
        self.connection.shutdown(socket.SHUT_WR)
        self.heard.append(self.rfile.read())


@contextmanager
def docker(
    switch: bytes = b"tcp", leaf: Path | None = None, is_a: type[Docker] = Docker
) -> Iterator[str]:
    kind = type("Other", (is_a,), {"switch": SWITCH.replace(b"tcp", switch)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    if leaf is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(leaf)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"tcp://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def talk(proxy: Proxy, ca: Path, url: str, *words: str) -> list[object]:
    done = warm.run(
        [clients.CLIENT_PYTHON, HERE / "docker_client.py", url, *words],
        env=clean_environment(**clients.environment(proxy.url, ca)),
        seconds=PATIENCE,
        python=clients.CLIENT_PYTHON,
        early=clients.EARLY,
    )
    assert done.returncode == 0, done.stderr + proxy.log
    return json.loads(done.stdout)


HEARD = [3, f'a\n{{"password": "{SECRET}"}}\n', "no b\n", "$ "]
LS = ["ls\r\nyou said ls\n$ "]


@contextmanager
def switched(proxy: Proxy, url: str, to: str = "tcp", **how: Any) -> Iterator["Plug"]:
    """Start the shell, and yield its connection once it has said hello."""
    with asked(proxy, url, to, **how) as plug:
        until(plug, b"$ ")
        yield plug


@contextmanager
def asked(
    proxy: Proxy,
    url: str,
    to: str = "tcp",
    *,
    chunked: bool = False,
    ca: Path | None = None,
) -> Iterator["Plug"]:
    """Ask for the shell, over TLS with a CA."""
    place = url.removeprefix("tcp://")
    path = "/v1.43/exec/shell/start"
    where = path if ca else f"http://{place}{path}"
    head = f"POST {where} HTTP/1.1\r\nHost: {place}\r\n"
    body = '{"Tty": true, "Detach": false}'
    more = f"Connection: Upgrade\r\nUpgrade: {to}\r\n" if to else ""
    more += "Content-Type: application/json\r\n"
    request = f"{head}{more}Content-Length: {len(body)}\r\n\r\n{body}"
    if chunked:
        parts = f"{len(body):x}\r\n{body}\r\n0\r\n\r\n"
        request = f"{head}{more}Transfer-Encoding: chunked\r\n\r\n{parts}"
    with socket.create_connection(("127.0.0.1", proxy.port), PATIENCE) as raw:
        plug: Plug = raw
        if ca is not None:
            raw.sendall(f"CONNECT {place} HTTP/1.1\r\n\r\n".encode())
            until(raw, b"\r\n\r\n")
            plug = Tls(raw, ssl.create_default_context(cafile=ca))
        plug.sendall(request.encode())
        yield plug


class Tls:
    """TLS of which each side ends alone. A socket of Python's that ends its own reads
    at once, and loses what has come from the other one."""

    def __init__(self, raw: socket.socket, context: ssl.SSLContext) -> None:
        self._raw, self._in, self._out = raw, ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_hostname="localhost")
        self._do(self._tls.do_handshake)

    def _do(self, step: Callable[..., Any], *what: object) -> Any:
        while True:
            try:
                return step(*what)
            except ssl.SSLWantReadError:
                self._flush()
                if data := self._raw.recv(65536):
                    self._in.write(data)
                else:
                    self._in.write_eof()
            finally:
                self._flush()

    def _flush(self) -> None:
        self._raw.sendall(self._out.read())

    def sendall(self, data: bytes) -> None:
        self._do(self._tls.write, data)

    def recv(self, size: int) -> bytes:
        try:
            return self._do(self._tls.read, size)
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    def shutdown(self, _: int) -> None:
        """Say that no more comes: a close_notify."""
        with suppress(ssl.SSLWantReadError):
            self._tls.unwrap()
        self._flush()


Plug = socket.socket | Tls


def until(plug: Plug, mark: bytes) -> bytes:
    heard = b""
    while not heard.endswith(mark):
        part = plug.recv(4096)
        assert part, heard
        heard += part
    return heard


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    """One process for them all."""
    return mitmdump_kept


@pytest.fixture
def recorded(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, tmp_path: Path
) -> tuple[Path, str]:
    """A cassette, and the URL of the origin that is gone."""
    cassette = tmp_path / "a.yaml"
    proxy = mitmdump(cassette, "record_only", vcr_websocket="yes")
    proxy.wait_until_listening()
    with docker() as url:
        assert talk(proxy, proxy_ca, url, "ls", "exit") == [*HEARD, *LS, "exit\r\n"]
    assert proxy.stop() == 0, proxy.log
    assert "is not HTTP" not in proxy.log
    return cassette, url


@pytest.mark.parametrize("latency", ["0", "1"])
def test_what_docker_says_is_recorded_and_replayed(
    mitmdump: Callable[..., Proxy],
    proxy_ca: Path,
    tmp_path: Path,
    recorded: tuple[Path, str],
    latency: str,
) -> None:
    cassette, url = recorded
    output, shell = (
        item["response"]["websocket"]
        for item in cassettes.read(cassette)
        if item["response"]["code"] == 101
    )
    assert SECRET not in cassette.read_text()
    assert [line.split()[::2] for line in output][1:] == [["server", "close"]]
    assert [line.split(" ", 2)[0] for line in shell] == ["server", "client"] * 2 + [
        *("server", "server")
    ]
    spy = Spy(tmp_path)
    proxy = mitmdump(cassette, "replay_only", spy=spy, vcr_latency=latency)
    proxy.wait_until_listening()
    heard = talk(proxy, proxy_ca, url, "ls", "exit")
    hidden = HEARD[1].replace(SECRET, "[REDACTED:password]")
    assert heard == [3, hidden, *HEARD[2:], *LS, "exit\r\n"]
    assert proxy.stop() == 0, proxy.log
    assert spy.attempts() == []
    assert "replayed 6, missed 0, unused 0" in proxy.log


def test_what_was_not_recorded_is_refused_and_told(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, recorded: tuple[Path, str]
) -> None:
    cassette, url = recorded
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    assert talk(proxy, proxy_ca, url, "ls", "pwd")[-1] == ""
    proxy.stop()
    said = '/exec/shell/start: byte 0 "pwd\\n": the recording has "exit\\n"'
    assert said in proxy.log
    assert "replayed 6, missed 1, unused 0" in proxy.log


def test_a_client_that_leaves_between_turns_has_missed_nothing(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, recorded: tuple[Path, str]
) -> None:
    cassette, url = recorded
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    assert talk(proxy, proxy_ca, url, "ls")[-1:] == LS
    assert proxy.stop() == 0, proxy.log
    assert "replayed 6, missed 0, unused 0" in proxy.log


def test_a_long_turn_is_compared_beside_the_loop(
    mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    """One with a secret in it takes long, and all others waited."""
    cassette, line = tmp_path / "a.yaml", f"password={SECRET} {'long ' * 40_000}\n"
    proxy = mitmdump(cassette, "record_only", vcr_websocket="yes")
    proxy.wait_until_listening()
    with docker() as url, switched(proxy, url) as plug:
        plug.sendall(line.encode())
        heard = until(plug, b"long \n$ ")
        plug.sendall(b"exit\n")
        until(plug, b"exit\r\n")
    assert proxy.stop() == 0, proxy.log
    assert SECRET not in cassette.read_text()
    hidden = heard.replace(SECRET.encode(), b"[REDACTED:password]")
    for said, missed in ((line, 0), (line.replace("\n", "er\n"), 1)):
        proxy = mitmdump(cassette, "replay_only").wait_until_listening()
        with switched(proxy, url) as plug:
            plug.sendall(said.encode())
            if missed:
                assert plug.recv(4096) == b""
            else:
                assert until(plug, b"long \n$ ") == hidden
        proxy.stop()
        assert f"replayed 1, missed {missed}, unused 0" in proxy.log


def test_without_the_option_it_passes_and_the_log_says_what_records_it(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, tmp_path: Path
) -> None:
    proxy = mitmdump(tmp_path / "a.yaml", "record_only").wait_until_listening()
    with docker() as url:
        assert talk(proxy, proxy_ca, url, "exit") == [*HEARD, "exit\r\n"]
    proxy.stop()
    assert "/start was upgraded to something else, which vcr_websocket" in proxy.log
    assert "is not HTTP" not in proxy.log
    assert "recorded 4" in proxy.log


def test_what_was_said_until_the_end_of_the_proxy_is_recorded(
    mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    cassette = tmp_path / "a.yaml"
    proxy = mitmdump(cassette, "record_only", vcr_websocket="yes")
    proxy.wait_until_listening()
    with docker() as url, switched(proxy, url) as plug:
        plug.sendall(b"ls\n")
        until(plug, b"said ls\n$ ")
        assert proxy.stop() == 0, proxy.log
    (item,) = cassettes.read(cassette)
    said = [line.split(" ", 3)[::2] for line in item["response"]["websocket"]]
    assert said == [["server", "text"], ["client", "text"], ["server", "text"]]


def test_a_client_that_leaves_half_a_turn_is_told(
    mitmdump: Callable[..., Proxy], recorded: tuple[Path, str]
) -> None:
    cassette, url = recorded
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    with switched(proxy, url) as plug:
        plug.sendall(b"l")
    proxy.wait_for_log("ended after 1 of 3 bytes that the recording has here")
    proxy.stop()
    assert "missed 1" in proxy.log


def test_a_client_that_ends_it_is_recorded_so(
    mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    cassette = tmp_path / "a.yaml"
    proxy = mitmdump(cassette, "record_only", vcr_websocket="yes")
    proxy.wait_until_listening()
    with docker() as url:
        with switched(proxy, url) as plug:
            plug.sendall(b"ls\n")
            until(plug, b"said ls\n$ ")
        assert proxy.stop() == 0, proxy.log
    (item,) = cassettes.read(cassette)
    said = [line.split(" ")[::2] for line in item["response"]["websocket"]]
    assert ["client", "close"] in said
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    with switched(proxy, url) as plug:
        plug.sendall(b"ls\n")
        until(plug, b"said ls\n$ ")
    assert proxy.stop() == 0, proxy.log
    assert "replayed 1, missed 0" in proxy.log


@pytest.mark.parametrize("secure", [False, True])
def test_what_is_answered_to_the_end_of_the_client_is_heard(
    mitmdump: Callable[..., Proxy],
    certs: CertFiles,
    proxy_ca: Path,
    tmp_path: Path,
    secure: bool,
) -> None:
    cassette = tmp_path / "a.yaml"
    leaf, ca = (certs.leaf, proxy_ca) if secure else (None, None)

    def ended(proxy: Proxy, url: str) -> bytes:
        with switched(proxy, url, ca=ca) as plug:
            plug.sendall(b"ls\n")
            until(plug, b"said ls\n$ ")
            plug.shutdown(socket.SHUT_WR)
            until(plug, b"bye\r\n")
            return plug.recv(1)

    proxy = mitmdump(cassette, "record_only", vcr_websocket="yes")
    proxy.wait_until_listening()
    with docker(leaf=leaf) as url:
        assert ended(proxy, url) == b""
        assert proxy.stop() == 0, proxy.log
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    assert ended(proxy, url) == b""
    assert proxy.stop() == 0, proxy.log
    assert "replayed 1, missed 0" in proxy.log


@pytest.mark.parametrize("options", [{"vcr_passthrough": "~all"}, {}])
def test_what_is_answered_to_the_end_of_a_client_that_passes_is_heard(
    mitmdump: Callable[..., Proxy], tmp_path: Path, options: dict[str, str]
) -> None:
    """Whether it is recorded or not."""
    proxy = mitmdump(tmp_path / "a.yaml", "record_only", **options)
    proxy.wait_until_listening()
    with docker() as url, switched(proxy, url) as plug:
        plug.shutdown(socket.SHUT_WR)
        assert until(plug, b"bye\r\n") == b"bye\r\n"
        assert plug.recv(1) == b""
        assert proxy.stop() == 0, proxy.log


@pytest.mark.parametrize("secure", [False, True])
def test_it_is_heard_through_another_proxy(
    mitmdump_own: Callable[..., Proxy],
    certs: CertFiles,
    proxy_ca: Path,
    tmp_path: Path,
    secure: bool,
) -> None:
    leaf, ca = (certs.leaf, proxy_ca) if secure else (None, None)
    other = mitmdump_own(tmp_path / "b.yaml", "passthrough").wait_until_listening()
    mode = f"upstream:{other.url}"
    more = {"mode": mode, "ssl_insecure": "true"}
    proxy = mitmdump_own(tmp_path / "a.yaml", "record_only", **more)
    proxy.wait_until_listening()
    with docker(leaf=leaf) as url, switched(proxy, url, ca=ca) as plug:
        plug.shutdown(socket.SHUT_WR)
        assert until(plug, b"bye\r\n") == b"bye\r\n"


def test_a_connection_on_which_nothing_was_said_ends_in_a_replay(
    mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    cassette = tmp_path / "a.yaml"
    proxy = mitmdump(cassette, "record_only", vcr_websocket="yes")
    proxy.wait_until_listening()
    with docker(is_a=Silent) as url, asked(proxy, url) as plug:
        until(plug, b"\r\n\r\n")
        assert proxy.stop() == 0, proxy.log
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    with asked(proxy, url) as plug:
        assert until(plug, b"\r\n\r\n").startswith(b"HTTP/1.1 101 ")
        assert plug.recv(1) == b""
    assert proxy.stop() == 0, proxy.log
    assert "replayed 1, missed 0" in proxy.log


def test_a_client_that_asks_for_no_upgrade_gets_none(
    mitmdump: Callable[..., Proxy], recorded: tuple[Path, str]
) -> None:
    cassette, url = recorded
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    with asked(proxy, url, to="") as plug:
        answer = b""
        while b"\r\n\r\n" not in answer:
            part = plug.recv(4096)
            assert part, answer
            answer += part
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert proxy.stop() != 0
    assert "shell/start was upgraded, and its client asks for no upgrade" in proxy.log


def test_what_is_said_behind_the_end_of_the_server_arrives(
    mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    cassette = tmp_path / "a.yaml"

    def tell(proxy: Proxy, url: str) -> None:
        with switched(proxy, url) as plug:
            assert plug.recv(1) == b""
            for line in (b"one\n", b"two\n"):
                plug.sendall(line)
                time.sleep(0.1)  # a connection that is gone is seen by the next write
            plug.shutdown(socket.SHUT_WR)

    proxy = mitmdump(cassette, "record_only", vcr_websocket="yes")
    proxy.wait_until_listening()
    Ended.heard.clear()
    with docker(is_a=Ended) as url:
        tell(proxy, url)
        wait_until("what was said to arrive", lambda: Ended.heard)
        assert proxy.stop() == 0, proxy.log
    assert Ended.heard == [b"one\ntwo\n"]
    assert "recorded 1" in proxy.log
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    tell(proxy, url)
    assert proxy.stop() == 0, proxy.log
    assert "replayed 1, missed 0" in proxy.log


def test_a_client_that_leaves_its_socket_open_behind_the_end_is_recorded(
    mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    cassette = tmp_path / "a.yaml"
    proxy = mitmdump(cassette, "record_only", vcr_websocket="yes")
    proxy.wait_until_listening()
    with docker() as url, switched(proxy, url) as plug:
        plug.sendall(b"exit\n")
        until(plug, b"exit\r\n")
        assert plug.recv(1) == b""
        assert proxy.stop() == 0, proxy.log
    (item,) = cassettes.read(cassette)
    assert item["response"]["websocket"][-1].endswith("close")


def test_what_comes_with_the_head_is_passed_on_as_it_is(
    mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    """mitmproxy takes line ends for what follows a CONNECT of some clients."""
    cassette = tmp_path / "a.yaml"
    proxy = mitmdump(cassette, "record_only", vcr_websocket="yes")
    proxy.wait_until_listening()
    with docker(b"tcp\r\n\r\n\r\n\r\nready\r\n") as url, switched(proxy, url) as plug:
        plug.sendall(b"exit\n")
        until(plug, b"exit\r\n")
    assert proxy.stop() == 0, proxy.log
    (item,) = cassettes.read(cassette)
    first, *_ = item["response"]["websocket"]
    assert first.split(" ", 3)[3] == "\r\n\r\nready\r\n\r\n\r\n"


def test_what_follows_a_request_in_chunks_is_in_none(
    mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    """mitmproxy would go on writing chunks."""
    cassette = tmp_path / "a.yaml"

    def heard(proxy: Proxy, url: str) -> bytes:
        with switched(proxy, url, chunked=True) as plug:
            plug.sendall(b"ls\n")
            return until(plug, b"said ls\n$ ")

    proxy = mitmdump(cassette, "record_only", vcr_websocket="yes")
    proxy.wait_until_listening()
    with docker() as url:
        assert heard(proxy, url) == LS[0].encode()
        assert proxy.stop() == 0, proxy.log
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    assert heard(proxy, url) == LS[0].encode()
    assert proxy.stop() == 0, proxy.log
    assert "replayed 1, missed 0" in proxy.log


def test_a_websocket_that_mitmproxy_does_not_read_is_none_of_these(
    mitmdump_own: Callable[..., Proxy], tmp_path: Path
) -> None:
    """Its frames are masked by chance, and no replay could compare them."""
    cassette = tmp_path / "a.yaml"
    proxy = mitmdump_own(
        cassette, "record_only", vcr_websocket="yes", websocket="false"
    ).wait_until_listening()
    with docker(b"websocket") as url, switched(proxy, url, "websocket"):
        pass
    proxy.stop()
    assert "became a WebSocket" in proxy.log
    assert "recorded 0" in proxy.log
