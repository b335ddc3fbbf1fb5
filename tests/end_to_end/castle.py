"""A mitmproxy in a network of its own, beside an origin and a canary: whatever breaks,
neither is to be reached, no name is to be looked up, and strace must have seen the
process try neither."""

import http.client
import os
import re
import shutil
import socket
import struct
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path

from end_to_end import cassettes, wire
from end_to_end.canary import Canary
from end_to_end.h2_client import Answer, connected
from end_to_end.namespace import Namespace
from end_to_end.proxy import DOUBLES, Proxy
from end_to_end.wire import Got
from leaving_out import leave_out
from origin import Hits, Origin
from patience import wait_until

HIT, MISS = "https://api.test/json", "https://api.test/counter"
PLAIN = "http://api.test/counter"
#: For a client that is not to be answered, in seconds.
SHORT = 1.0
#: So long a client waits for what may never come; if it came, the canary would show it.
IN_VAIN = 5.0
WITHOUT_GUARD = ["-s", DOUBLES / "without_guard.py"]


@cache
def strace() -> tuple[str, ...]:
    """What watches a process: see ``warm.popen``."""
    tool = shutil.which("strace") or leave_out("strace is not installed")
    calls = "trace=connect,sendto,sendmsg,sendmmsg"
    words = (tool, "-f", "-qq", "-yy", "-s", "32", "-e", calls)
    tried = subprocess.run([*words, "true"], capture_output=True, text=True)
    if tried.returncode:
        leave_out(f"strace cannot be used here: {tried.stderr.strip()}")
    return words


class Castle:
    """Holds one such mitmproxy at a time."""

    def __init__(
        self,
        namespace: Namespace,
        origin: Origin,
        canary: Canary,
        mitmdump: Callable[..., Proxy],
        ca: Path,
        folder: Path,
    ) -> None:
        self.namespace, self.origin, self.canary = namespace, origin, canary
        self.ca, self.folder = ca, folder
        self._mitmdump = mitmdump
        self._trace = folder / "strace.log"
        self.proxy: Proxy
        self.cassette = cassettes.write(folder / "c.yaml", cassettes.interaction(HIT))
        namespace.forget()
        origin.reset()
        canary.forget()

    @property
    def watched(self) -> dict[str, tuple[str, ...]]:
        """What has ``Proxy`` run in the network, and be watched in what it sends."""
        tracer = (*strace(), "-o", str(self._trace))
        return {"within": self.namespace.within, "tracer": tracer}

    def start(self, *arguments: object, **options: object) -> Proxy:
        """mitmdump with the cassette; the arguments bring the addon."""
        base = {"vcr_cassette": self.cassette, "vcr_mode": "replay_only"}
        self.proxy = self._mitmdump(*arguments, **self.watched, **(base | options))
        return self.proxy.wait_until_listening()

    def fetch(self, url: str, *rest: object, **more: object) -> Got:
        with self.namespace.entered():
            return wire.fetch(self.proxy.url, self.ca, url, *rest, **more)

    def statuses(self, *urls: str) -> list[int]:
        return [self.fetch(url).status for url in urls]

    def ask_h2(self, path: str, *headers: tuple[str, str]) -> Answer:
        """Of https://api.test, over HTTP/2."""
        with (
            self.namespace.entered(),
            connected(self.proxy.port, self.ca, "api.test") as client,
        ):
            return client.answer(client.ask(path, *headers))

    def tunnel(self, port: int) -> bytes:
        """Through CONNECT to the canary, and what comes back. Where mitmproxy kills a
        connection as the client ends its half, the other half may stay open."""
        with self.namespace.entered():
            return wire.raw_tcp(
                self.proxy.port, "127.0.0.2", port, b"\0\1 tunnel\n", timeout=IN_VAIN
            )

    def ask_name(self, port: int, *, kind: int = 1, tcp: bool = False) -> int:
        """The response code of a DNS question to a port of the proxy."""
        asked = question(kind)
        with self.namespace.entered(), _plug(port, tcp) as plug:
            plug.sendall(struct.pack("!H", len(asked)) + asked if tcp else asked)
            answer = plug.recv(4096)[2 if tcp else 0 :]
        return answer[3] & 15

    def try_to_fetch(self, url: str) -> int:
        """The status, or 0 where there is no answer in time."""
        try:
            return self.fetch(url, timeout=SHORT).status
        except (OSError, http.client.HTTPException):
            return 0

    def try_to_tunnel(self, port: int) -> None:
        with self.namespace.entered(), suppress(OSError):
            wire.raw_tcp(self.proxy.port, "127.0.0.2", port, b"\0\1\n", timeout=SHORT)

    @contextmanager
    def keep_alive(self) -> Iterator[Callable[[str], int]]:
        """Plain requests on one connection of the client's."""
        with self.namespace.entered():
            connection = http.client.HTTPConnection("127.0.0.1", self.proxy.port)
            connection.connect()

        def ask(url: str) -> int:
            connection.request("GET", url)
            with connection.getresponse() as answer:
                answer.read()
                return answer.status

        with closing(connection):
            yield ask

    def wait_until(self, holds: Callable[[], bool]) -> None:
        wait_until("what was asked for", holds, shown=lambda: self.proxy.log)

    def assert_nothing_got_out(self) -> None:
        assert self.proxy.running, self.proxy.log
        assert self.tried() == [], self.proxy.log
        self.assert_untouched()

    def assert_untouched(self) -> None:
        """Whatever the process tried."""
        assert self.namespace.looked_up() == [], self.proxy.log
        assert self.origin.hits() == Hits(), self.proxy.log
        assert self.canary.got == [], self.proxy.log

    def tried(self) -> list[str]:
        """Sends and connects of the process, those to its own clients left out."""
        ports = self.proxy.ports
        lines = self._trace.read_text("utf-8", "replace").splitlines()
        assert any("sendto(" in line for line in lines), "strace has seen nothing"
        return [line for line in lines if _leaves(line, ports)]


@contextmanager
def _plug(port: int, tcp: bool) -> Iterator[socket.socket]:
    kind = socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as plug:
        plug.settimeout(30)
        plug.connect(("127.0.0.1", port))
        yield plug


def question(kind: int) -> bytes:
    """A DNS question for api.test."""
    head = struct.pack("!HHHHHH", 4711 + kind, 0x0100, 1, 0, 0, 0)
    return head + b"\3api\4test\0" + struct.pack("!HH", kind, 1)


_CALL = re.compile(
    r"(connect|sendto|sendmsg|sendmmsg)\(\d+<(\w[\w-]*?):?(?:\[(.*?)\])?>"
)
_LOCAL = re.compile(r"(?:\]|[\d.]+):(\d+)(?:->|$)")


def _leaves(line: str, ports: set[int]) -> bool:
    if "resumed>" in line:
        return False
    found = _CALL.search(line)
    if found is None:
        return "connect(" in line or "send" in line
    call, kind, ends = found.groups()
    if kind.startswith(("UNIX", "NETLINK")):
        return False
    local = _LOCAL.search(ends or "")
    return call == "connect" or local is None or int(local[1]) not in ports


class Script:
    """A copy of the documented script, which a test may damage."""

    def __init__(self, source: Path, folder: Path) -> None:
        folder.mkdir()
        self.path = folder / source.name
        self._text = source.read_text()
        self._age = 0
        self.write(self._text)

    @property
    def arguments(self) -> list[object]:
        """mitmdump loads it, and looks often whether it has changed."""
        return ["-s", DOUBLES / "quick_reload.py", "-s", self.path]

    def write(self, text: str) -> None:
        """mitmproxy looks for a later time, in a file system's own steps. It sees the
        whole of it, and its time, at once."""
        fresh = self.path.with_suffix(".new")
        fresh.write_text(text)
        self._age += 10
        now = fresh.stat().st_mtime + self._age
        os.utime(fresh, (now, now))
        fresh.replace(self.path)

    def restore(self) -> None:
        self.write(self._text)
