"""Offline, proven in a network namespace that has only loopback.

Recorded and replayed in it, with an origin on port 443 and a DNS server that counts.
While it replays, both are up: nothing but the addon keeps it from them.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from end_to_end import clients
from end_to_end.clients import Ask, Seen
from end_to_end.compare import differences
from end_to_end.namespace import Namespace
from end_to_end.proxy import Proxy, clean_environment
from end_to_end.watch import Spy
from origin import Hits, Origin

BODY = '{"ask": "ü"}'.encode()
PATHS = [
    Ask("GET", "/json?x=1"),
    Ask("POST", "/json", [("Content-Type", "application/json")], BODY),
    Ask("GET", "/sse"),
    Ask("GET", "/encoded/gzip", compressed=True),
    Ask("GET", "/counter"),
    Ask("GET", "/counter"),
    Ask("HEAD", "/json"),
    Ask("GET", "/status/204"),
]


class Island:
    """Runs mitmdump and clients in the namespace."""

    def __init__(
        self,
        namespace: Namespace,
        origin: Origin,
        mitmdump: Callable[..., Proxy],
        ca: Path,
    ) -> None:
        self.namespace, self.origin = namespace, origin
        self._mitmdump, self._ca = mitmdump, ca

    def start(self, *arguments: object, **options: object) -> Proxy:
        proxy = self._mitmdump(*arguments, within=self.namespace.within, **options)
        return proxy.wait_until_listening()

    def ask(self, client: str, asks: Sequence[Ask], proxy_url: str) -> list[Seen]:
        environment = clients.environment(proxy_url, self._ca)
        within = self.namespace.within
        return clients.run(client, asks, clean_environment(**environment), within)

    def forget(self) -> None:
        self.namespace.forget()
        self.origin.reset()

    def assert_untouched(self) -> None:
        assert self.namespace.looked_up() == []
        assert self.origin.hits() == Hits()

    def assert_reached(self) -> None:
        """The control: what gets out is seen."""
        assert {"api.test", "other.test"} & set(self.namespace.looked_up())
        assert self.origin.hits().connections > 0


@pytest.fixture
def island(
    namespace: Namespace,
    origin_inside: Origin,
    mitmdump: Callable[..., Proxy],
    proxy_ca: Path,
) -> Island:
    made = Island(namespace, origin_inside, mitmdump, proxy_ca)
    made.forget()
    return made


def at(base: str) -> list[Ask]:
    return [Ask(a.method, base + a.url, a.headers, a.body, a.compressed) for a in PATHS]


def test_there_is_only_loopback(namespace: Namespace) -> None:
    script = "import json, socket; print(json.dumps(socket.if_nameindex()))"
    command = [*namespace.within, sys.executable, "-c", script]
    found = subprocess.run(command, capture_output=True, check=True).stdout
    assert [name for _, name in json.loads(found)] == ["lo"]


#: Clients for each way to be a proxy: Python's own know no socks without more packages.
WAYS = {
    "regular": ["curl-h1", "curl-h2", "httpx-h2", "requests"],
    "socks5": ["curl-h1", "curl-h2"],
    "reverse:https://api.test": ["curl-h1"],
    "reverse:https://other.test": ["curl-h2", "httpx-h2"],
    "upstream": ["curl-h1", "curl-h2"],
}


def host(client: str) -> str:
    """A host is recorded over one protocol, and so it is replayed."""
    return "https://other.test" if client.endswith("h2") else "https://api.test"


@pytest.mark.parametrize("way", WAYS)
def test_every_kind_of_proxy_replays_offline(
    island: Island,
    mitmdump_bare: Callable[..., Proxy],
    proxy_ca: Path,
    tmp_path: Path,
    way: str,
) -> None:
    cassette = tmp_path / "offline.yaml"
    options: dict[str, object] = {"mode": [way]}
    further = None
    if way == "upstream":
        further = mitmdump_bare(within=island.namespace.within).wait_until_listening()
        options = {
            "mode": [f"upstream:{further.url}"],
            "ssl_verify_upstream_trusted_ca": proxy_ca,
        }

    def run(mode: str, *arguments: object) -> tuple[list[Ask], list[Seen]]:
        proxy = island.start(cassette, mode, *arguments, **options)
        asks, seen = [], []
        for client in WAYS[way]:
            base, proxy_url = host(client), proxy.url
            if way == "socks5":
                proxy_url = f"socks5h://127.0.0.1:{proxy.port}"
            elif way.startswith("reverse"):
                base, proxy_url = f"https://localhost:{proxy.port}", ""
            asks += at(base)
            seen += island.ask(client, at(base), proxy_url)
        assert proxy.stop() == 0, proxy.log
        return asks, seen

    asks, recorded = run("record_once")
    island.assert_reached()
    assert {one.status for one in recorded} == {200, 204}
    if further is not None:
        further.stop()
    for mode in ("replay_only", "record_once"):
        island.forget()
        (tmp_path / mode).mkdir()
        spy = Spy(tmp_path / mode)
        options["environment"] = spy.environment
        _, replayed = run(mode, *spy.arguments)
        assert differences(asks, recorded, replayed) == []
        assert spy.attempts() == []
        island.assert_untouched()


@pytest.mark.parametrize("client", ["curl-h1", "curl-h2"])
def test_a_miss_offline_asks_nobody(
    island: Island, tmp_path: Path, client: str
) -> None:
    cassette = tmp_path / "empty.yaml"
    cassette.write_text("---\nversion: 2\ninteractions: []\n")
    proxy = island.start(cassette, "replay_only")
    asks = [Ask("GET", f"{scheme}://api.test/json") for scheme in ("https", "http")]
    seen = island.ask(client, asks, proxy.url)
    assert [answer.status for answer in seen] == [424, 424]
    island.assert_untouched()


FINDS_TESTS = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
LEFT_BEHIND = """
import os, sys
from pathlib import Path
from end_to_end.namespace import Namespace
print(Namespace(Path(sys.argv[1])).name, flush=True)
os._exit(0)
"""


@pytest.mark.usefixtures("namespace")
def test_what_an_ended_run_leaves_is_in_no_later_runs_way(tmp_path: Path) -> None:
    """Both have the same process number: each counts its own processes from one."""
    script = [sys.executable, "-c", LEFT_BEHIND, str(tmp_path)]
    counted_anew = ["unshare", "--pid", "--fork", "--kill-child", *script]
    left: list[str] = []
    try:
        for _ in range(2):
            done = subprocess.run(
                counted_anew, capture_output=True, text=True, env=FINDS_TESTS
            )
            assert done.returncode == 0, done.stderr
            left.append(done.stdout.strip())
        assert len(set(left)) == 2
    finally:
        for name in left:
            shutil.rmtree(Path("/etc/netns") / name, ignore_errors=True)
            subprocess.run(["ip", "netns", "del", name], capture_output=True)
