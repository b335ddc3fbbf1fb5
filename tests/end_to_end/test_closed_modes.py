"""A replay stays shut in every mode of mitmproxy, and for what was open before it."""

import http.client
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

from end_to_end import cassettes, wire
from end_to_end.canary import DNS, ECHO, HOST, UPGRADE
from end_to_end.castle import HIT, MISS, Castle, question
from end_to_end.commander import Commander
from end_to_end.h2_client import connected
from end_to_end.proxy import ADDON
from end_to_end.wireguard import Tunnel, make_keys

OURS = ("-s", ADDON)
H3 = Path(__file__).resolve().parent / "h3.py"
SERVFAIL = 2
#: mitmproxy's thread for QUIC may crash the interpreter at its end (test_http3.py).
ENDS = (0, -signal.SIGSEGV)
#: A port of the proxy's for each; the network is a test's own.
NAMES, UP_NAMES, UP_UDP, UP_TCP, UP_DTLS, UP_QUIC, UP_H3 = range(5300, 5307)
MODES = {
    "regular": "regular@8080",
    "dns": f"dns@{NAMES}",
    "reverse:dns": f"reverse:dns://{HOST}:{DNS}@{UP_NAMES}",
    "reverse:udp": f"reverse:udp://{HOST}:{ECHO}@{UP_UDP}",
    "reverse:tcp": f"reverse:tcp://{HOST}:{ECHO}@{UP_TCP}",
    "reverse:dtls": f"reverse:dtls://{HOST}:{ECHO}@{UP_DTLS}",
    "reverse:quic": f"reverse:quic://{HOST}:{ECHO}@{UP_QUIC}",
    "reverse:http3": f"reverse:http3://{HOST}:{ECHO}@{UP_H3}",
}
A, MX = 1, 15


def send(castle: Castle, port: int, data: bytes = b"a datagram") -> None:
    with castle.namespace.entered():
        plug = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with plug:
        plug.sendto(data, ("127.0.0.1", port))


@contextmanager
def quic_client(castle: Castle, port: int) -> Iterator[subprocess.Popen[str]]:
    """Asks for /miss over HTTP/3, and prints what came."""
    process = subprocess.Popen(
        [
            *castle.namespace.within,
            sys.executable,
            H3,
            "get",
            str(port),
            castle.ca,
            "/miss",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_no_mode_of_mitmproxy_lets_anything_out(castle: Castle) -> None:
    proxy = castle.start(*OURS, mode=list(MODES.values()))
    castle.wait_until(lambda: len(proxy.ports) == len(MODES))
    proxy.port = 8080  # the modes begin to listen in any order
    for port in (NAMES, UP_NAMES):
        for kind in (A, MX):
            for tcp in (False, True):
                assert castle.ask_name(port, kind=kind, tcp=tcp) == SERVFAIL
    for port in (UP_UDP, UP_DTLS):
        send(castle, port)
    with castle.namespace.entered():
        plug = socket.create_connection(("127.0.0.1", UP_TCP), timeout=30)
    with plug:
        plug.sendall(b"more")
        assert plug.recv(100) == b""
    killed = f"server connection to {HOST}:{ECHO} killed before connect"
    castle.wait_until(lambda: proxy.log.count(killed) == 3)
    with quic_client(castle, UP_H3) as asking:
        (got,) = json.loads(asking.communicate(timeout=60)[0])
        assert got["status"] == "424"
    with quic_client(castle, UP_QUIC):
        castle.wait_until(lambda: proxy.log.count(killed) > 3)
    assert castle.fetch(HIT).status == 200
    castle.assert_nothing_got_out()
    assert proxy.log.count("names are not looked up (SERVFAIL)") == 1
    assert proxy.stop() in ENDS, proxy.log


def test_while_recording_all_of_them_reach_out(castle: Castle) -> None:
    """So what the test above listens to can be heard."""
    castle.cassette.unlink()
    proxy = castle.start(*OURS, mode=list(MODES.values()), vcr_mode="record_once")
    castle.wait_until(lambda: len(proxy.ports) == len(MODES))
    assert castle.ask_name(NAMES) == 0
    assert "api.test" in castle.namespace.looked_up()
    assert castle.ask_name(UP_NAMES) == 0
    castle.wait_until(lambda: len(castle.canary.got) == 1)
    send(castle, UP_UDP)
    castle.wait_until(lambda: b"a datagram" in castle.canary.got)
    assert castle.tried() != []


class Open:
    """Connections of every kind that stand through the proxy."""

    def __init__(self, castle: Castle, stack: ExitStack) -> None:
        self._castle = castle
        port = castle.proxy.port
        with castle.namespace.entered():
            self.tunnel = stack.enter_context(_connect(port, ECHO))
            self.socket = stack.enter_context(_connect(port, UPGRADE))
            self.udp = stack.enter_context(socket.socket(type=socket.SOCK_DGRAM))
            self.h2 = stack.enter_context(connected(port, castle.ca, "other.test"))
        self.ask = stack.enter_context(castle.keep_alive())

    def use(self) -> None:
        """Each is heard at its far end."""
        castle, said = self._castle, self._castle.canary.got
        self.tunnel.sendall(b"\0\1 through the tunnel")
        castle.wait_until(lambda: any(b"the tunnel" in data for data in said))
        self.socket.sendall(_UPGRADE)
        assert b" 101 " in self.socket.recv(4096)
        self.socket.sendall(_FRAME)
        castle.wait_until(lambda: any(b"Sec-WebSocket-Key" in data for data in said))
        castle.wait_until(lambda: said[-1][:1] == b"\x81")
        self.udp.sendto(b"a datagram", ("127.0.0.1", UP_UDP))
        castle.wait_until(lambda: b"a datagram" in said)
        assert self.ask("http://api.test/headers") == 200
        assert self.h2.answer(self.h2.ask("/headers")).status == 200

    def try_again(self) -> None:
        """They are all shut; or what still takes a request answers by itself."""
        for plug in (self.tunnel, self.socket):
            with suppress(OSError):
                plug.sendall(_FRAME)
            _drain(plug)
        self.udp.sendto(b"a datagram", ("127.0.0.1", UP_UDP))
        assert self.ask("http://api.test/counter") == 424
        assert self.h2.answer(self.h2.ask("/counter")).status == 424


_UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.2:8\r\nConnection: Upgrade\r\n"
    b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
)
#: A text of two letters, masked with zeroes.
_FRAME = b"\x81\x82\0\0\0\0hi"


@contextmanager
def _connect(proxy_port: int, port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", proxy_port), timeout=30) as plug:
        plug.sendall(f"CONNECT {HOST}:{port} HTTP/1.1\r\n\r\n".encode())
        assert b" 200 " in plug.recv(4096)
        yield plug


def _drain(plug: socket.socket) -> None:
    with suppress(ConnectionError):
        while plug.recv(4096):
            pass


@contextmanager
def _streamed(castle: Castle, path: str) -> Iterator[http.client.HTTPResponse]:
    with castle.namespace.entered():
        asking = http.client.HTTPConnection("127.0.0.1", castle.proxy.port, timeout=30)
        asking.connect()
    with closing(asking):
        asking.request("GET", "http://api.test" + path)
        with asking.getresponse() as answer:
            yield answer


def test_what_is_open_when_a_replay_begins_is_closed(
    castle: Castle, tmp_path: Path
) -> None:
    """But an answer that is still awaited comes, and is recorded."""
    commander = Commander(tmp_path / "commands")
    castle.cassette.unlink()
    modes = [MODES["regular"], MODES["reverse:udp"]]
    proxy = castle.start(
        *OURS,
        *commander.arguments,
        environment=commander.environment,
        mode=modes,
        vcr_mode="record_only",
    )
    castle.wait_until(lambda: len(proxy.ports) == len(modes))
    proxy.port = 8080
    with ExitStack() as stack:
        opened = Open(castle, stack)
        opened.use()
        stream = stack.enter_context(_streamed(castle, "/sse?n=1&gate=switch"))
        assert stream.readline() == b'data: {"token": 0}\n'
        tried = len(castle.tried())
        assert "error" not in commander(proxy, "vcr.mode replay_only")
        castle.namespace.forget()
        castle.origin.reset()
        castle.canary.got.clear()
        proxy.wait_for_log("replays: 5 open connections to the network were closed")
        opened.try_again()
        send(castle, UP_UDP)  # mitmproxy_rs has no ear for the old one any more
        proxy.wait_for_log(f"server connection to {HOST}:{ECHO} killed before connect")
        castle.assert_untouched()
        assert len(castle.tried()) == tried
        for _ in range(2):
            with castle.namespace.entered():
                wire.fetch(
                    "http://127.0.0.1:80", castle.ca, "http://api.test/ack/switch"
                )
        assert stream.read().endswith(b"[DONE]\n\n")
        closed = "server disconnect api.test:80"
        castle.wait_until(lambda: proxy.log.count(closed) == 2)
    assert proxy.stop() in ENDS
    urls = [item["request"]["url"] for item in cassettes.read(castle.cassette)]
    assert urls[-1] == "http://api.test/sse?n=1&gate=switch"


def test_what_a_rule_let_through_is_closed_with_its_rule(
    castle: Castle, tmp_path: Path
) -> None:
    """And not where something else changes."""
    commander = Commander(tmp_path / "commands")
    proxy = castle.start(
        *OURS,
        *commander.arguments,
        environment=commander.environment,
        vcr_passthrough="~u /headers",
    )
    with castle.keep_alive() as ask:
        assert ask("http://api.test/headers") == 200
        assert "error" not in commander(proxy, "set vcr_latency 1")
        assert ask("http://api.test/headers") == 200
        assert castle.origin.hits().connections == 1
        assert "error" not in commander(proxy, "set vcr_passthrough")
        proxy.wait_for_log("replays: 1 open connection to the network was closed")
        assert ask("http://api.test/headers") == 424
    assert castle.origin.hits().requests == ("GET /headers",) * 2
    assert proxy.log.count("to the network was closed") == 1


def test_nothing_is_said_where_nothing_was_open(castle: Castle, tmp_path: Path) -> None:
    commander = Commander(tmp_path / "commands")
    arguments = [*OURS, *commander.arguments]
    proxy = castle.start(
        *arguments, environment=commander.environment, vcr_mode="new_episodes"
    )
    assert "error" not in commander(proxy, "vcr.mode replay_only")
    assert castle.statuses(HIT, MISS) == [200, 424]
    castle.assert_nothing_got_out()
    assert proxy.stop() == 0
    assert "to the network" not in proxy.log


GUARD, NAME_SERVER = 51820, "10.0.0.53"


@contextmanager
def tunnel(castle: Castle, keys: Path) -> Iterator[Tunnel]:
    with (
        castle.namespace.entered(),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plug,
    ):
        plug.settimeout(30)
        plug.connect(("127.0.0.1", GUARD))
        yield Tunnel(plug, keys)


def test_nothing_leaves_through_wireguard(castle: Castle, tmp_path: Path) -> None:
    keys = make_keys(tmp_path / "wireguard.conf")
    proxy = castle.start(*OURS, mode=f"wireguard:{keys}@{GUARD}")
    with tunnel(castle, keys) as inside:
        for kind in (A, MX):
            inside.send(NAME_SERVER, DNS, question(kind))
            assert inside.receive()[3] & 15 == SERVFAIL
        inside.send(HOST, ECHO, b"a datagram")
        proxy.wait_for_log(f"server connection to {HOST}:{ECHO} killed before connect")
    castle.assert_nothing_got_out()
    assert proxy.stop() in ENDS, proxy.log


def test_while_recording_wireguard_reaches_out(castle: Castle, tmp_path: Path) -> None:
    keys = make_keys(tmp_path / "wireguard.conf")
    castle.start(*OURS, mode=f"wireguard:{keys}@{GUARD}", vcr_mode="passthrough")
    with tunnel(castle, keys) as inside:
        inside.send(NAME_SERVER, DNS, question(A))
        assert inside.receive()[3] & 15 == 0
        inside.send(HOST, ECHO, b"a datagram")
        assert inside.receive() == b"a datagram"
    assert set(castle.namespace.looked_up()) == {"api.test"}
    assert castle.canary.got == [b"a datagram"]
    assert castle.tried() != []
