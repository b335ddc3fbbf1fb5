"""A mitmproxy that has changed: what is off is told in one line, and the rest works."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from end_to_end import cassettes
from end_to_end.live import Curl, curl_environment
from end_to_end.proxy import ADDON, DOUBLES, Proxy, clean_environment
from end_to_end.test_start import complaint
from mitmvcr.proxy.host.capabilities import TABLE
from origin import Origin

#: By the change of ``doubles/changed.py`` that switches it off.
OFF = {
    "arguments": "stream replay",
    "request stream": "early response",
    "end of a flow": "WebSocket replay",
    "protocol error": "client resets",
    "stream events": "early resets",
    "layer events": "cleartext HTTP/2",
    "hooks": "hook dispatch",
    "h2 connection": "backpressure",
    "alpn": "ALPN choice",
    "chunks": "trailers of HTTP/1",
    "known connection": "origins that leave",
    "message data": "raw messages",
}
#: Two changes switch off two.
ALL_OFF = sorted([*OFF.values(), "early ends", "upgraded connections"])
GUARDS = {
    "opening": "connection refusal",
    "connect": "option takeover",
    "deferred": "option check",
    "lifecycle": "guard round the addons",
    "transports": "open connections",
    "addons": "place in the chain",
}
LOST = {each.name: each.lost for each in TABLE}
UPGRADE = (
    *("-H", "Connection: Upgrade", "-H", "Upgrade: websocket"),
    *(
        "-H",
        "Sec-WebSocket-Version: 13",
        "-H",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    ),
)


@pytest.fixture
def start(mitmdump_bare: Callable[..., Proxy]) -> Callable[..., Proxy]:
    """``start(cassette, mode, changes)``; the change is there before the addon."""

    def started(cassette: Path, mode: str, *changes: str) -> Proxy:
        return mitmdump_bare(
            *("-s", DOUBLES / "changed.py", "-s", ADDON),
            vcr_cassette=cassette,
            vcr_mode=mode,
            environment={"CHANGE": ",".join(changes)},
        )

    return started


def told(proxy: Proxy) -> list[str]:
    """What it said to be off, in alphabetical order."""
    lines = [
        line for line in proxy.log.splitlines() if " is off with mitmproxy" in line
    ]
    found = []
    for line in lines:
        name = line.partition("mitmvcr: ")[2].partition(" is off with mitmproxy")[0]
        assert line.endswith(f": {LOST[name]}")
        found.append(name)
    return sorted(found)


def fetched(proxy: Proxy, ca: Path, url: str, *arguments: str) -> bytes:
    with Curl(url, curl_environment(proxy.url, ca), "-i", *arguments) as client:
        return client.read_all()


def test_with_all_of_it_changed_it_records_and_replays(
    start: Callable[..., Proxy], origin: Origin, proxy_ca: Path, tmp_path: Path
) -> None:
    cassette = tmp_path / "a.yaml"
    url = f"{origin.https_url}/json"
    proxy = start(cassette, "record_only", *OFF).wait_until_listening()
    live = [fetched(proxy, proxy_ca, url, v) for v in ("--http1.1", "--http2")]
    assert proxy.stop() == 0, proxy.log
    assert told(proxy) == ALL_OFF
    assert "Traceback" not in proxy.log
    origin.reset()
    proxy = start(cassette, "replay_only", *OFF).wait_until_listening()
    again = [fetched(proxy, proxy_ca, url, v) for v in ("--http1.1", "--http2")]
    assert [_body(each) for each in again] == [_body(each) for each in live]
    missed = fetched(proxy, proxy_ca, f"{url}?never=recorded")
    assert b"X-Vcr-Miss: 1" in missed
    assert proxy.stop() == 0, proxy.log
    assert told(proxy) == ALL_OFF
    assert "replayed 2, missed 1, unused 0" in proxy.log
    assert "Traceback" not in proxy.log


def _body(answer: bytes) -> bytes:
    body = answer.rpartition(b"\r\n\r\n")[2]
    assert json.loads(body)
    return body


def test_a_websocket_that_cannot_be_replayed_is_an_error(
    start: Callable[..., Proxy], proxy_ca: Path, tmp_path: Path
) -> None:
    switch = cassettes.interaction(
        "http://api.test/ws", "", code=101, status="101 Switching Protocols"
    )
    cassette = cassettes.write(tmp_path / "a.yaml", switch)
    proxy = start(cassette, "replay_only", "end of a flow").wait_until_listening()
    answer = fetched(proxy, proxy_ca, "http://api.test/ws", *UPGRADE)
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert b"was upgraded, and cannot be replayed" in answer
    proxy.stop()
    assert told(proxy) == ["WebSocket replay", "upgraded connections"]


@pytest.mark.parametrize("change", GUARDS)
@pytest.mark.parametrize("mode", ["replay_only", "replay_with_new_episodes"])
def test_a_replay_that_could_not_be_kept_off_the_network_is_refused(
    start: Callable[..., Proxy], tmp_path: Path, mode: str, change: str
) -> None:
    cassette = cassettes.write(
        tmp_path / "a.yaml", cassettes.interaction("http://api.test/a")
    )
    before = cassette.read_bytes()
    line = complaint(start(cassette, mode, change))
    assert line.startswith(f"mitmvcr: error: {GUARDS[change]} is off with mitmproxy ")
    assert line.endswith("is refused")
    assert cassette.read_bytes() == before
    assert [each.name for each in tmp_path.glob("a.yaml*")] == ["a.yaml"]


def test_a_recording_needs_none_of_the_guards(
    start: Callable[..., Proxy], origin: Origin, proxy_ca: Path, tmp_path: Path
) -> None:
    cassette = tmp_path / "a.yaml"
    proxy = start(cassette, "record_only", *GUARDS).wait_until_listening()
    live = fetched(proxy, proxy_ca, f"{origin.https_url}/json")
    assert proxy.stop() == 0, proxy.log
    # These look at what was changed for a guard, too.
    assert told(proxy) == sorted([*GUARDS.values(), "backpressure", "turns of events"])
    (recorded,) = cassettes.read(cassette)
    assert recorded["response"]["body"].encode() == _body(live)


def test_a_start_that_fails_ends_also_where_a_hook_cannot_exit(
    start: Callable[..., Proxy], tmp_path: Path
) -> None:
    cassette = tmp_path / "a.yaml"
    proxy = start(cassette, "recrod", "exits")
    assert "vcr_mode" in complaint(proxy)
    assert proxy.wait() == 1
    assert told(proxy) == ["exit from hooks"]
    assert not list(tmp_path.glob("a.yaml*"))


@pytest.mark.parametrize(
    ("gone", "name"),
    [
        (
            "mitmproxy.addons.proxyserver:Proxyserver.listen_addrs",
            "mitmproxy in process",
        ),
        ("mitmproxy.certs:CertStore.load_dhparam", "CA files"),
    ],
)
def test_a_command_that_cannot_run_its_proxy_says_so(
    tmp_path: Path, gone: str, name: str
) -> None:
    module, _, place = gone.partition(":")
    owner, attribute = place.split(".")
    code = (
        f"import {module} as module; del module.{owner}.{attribute};"
        "from mitmvcr.cli import entry; entry()"
    )
    command = [
        "run",
        "--cassette",
        tmp_path / "a.yaml",
        "--",
        "touch",
        tmp_path / "ran",
    ]
    ended = subprocess.run(
        [sys.executable, "-c", code, *command],
        env=clean_environment(MITMVCR_HOME=str(tmp_path / "home"), CI=""),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 125
    (line,) = ended.stderr.splitlines()
    assert f"error: {name} is off with mitmproxy " in line
    assert line.endswith(LOST[name])
    assert not (tmp_path / "ran").exists()
    assert not list(tmp_path.glob("a.yaml*"))
