"""WebSockets of real clients: recorded, and replayed in lock-step."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import warm
from end_to_end import cassettes, clients
from end_to_end.proxy import Proxy, clean_environment
from end_to_end.serving import serving
from end_to_end.watch import Spy
from origin.certs import CertFiles
from patience import PATIENCE, read_line


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    """One process for them all."""
    return mitmdump_kept


HERE = Path(__file__).resolve().parent
CONVERSATION = [
    {"type": "session.created", "session": {"id": "sess_1"}},
    {"type": "session.updated", "session": {"voice": "alloy"}},
    "ff0100",
    {"type": "response.text.delta", "delta": "Hello"},
    {"type": "response.text.delta", "delta": ", "},
    {"type": "response.text.delta", "delta": "wörld"},
    {"type": "response.done"},
    True,
]
ENDINGS = {
    "server": [*CONVERSATION, "1000 (OK) as you wish"],
    "client": CONVERSATION,
    "kill": CONVERSATION,
    "mute": [*CONVERSATION, "1005 (no status received [internal])"],
    "crash": [*CONVERSATION, "1000 (OK)"],
}


@pytest.fixture(scope="module")
def ports(certs: CertFiles) -> Iterator[dict[str, int]]:
    command = [clients.CLIENT_PYTHON, HERE / "ws_server.py", certs.leaf]
    with serving(*command, environment=clean_environment()) as (wss, ws):
        yield {"wss": wss, "ws": ws}


def talk(
    proxy: Proxy, ca: Path, url: str, how: str, ending: str = "client", prompt: str = ""
) -> list[object]:
    done = warm.run(
        [clients.CLIENT_PYTHON, HERE / "ws_client.py", url, how, prompt, ending],
        env=clean_environment(**clients.environment(proxy.url, ca)),
        seconds=PATIENCE,
        python=clients.CLIENT_PYTHON,
        early=clients.EARLY,
    )
    assert done.returncode == 0, done.stderr + proxy.log
    return json.loads(done.stdout)


@pytest.mark.parametrize("scheme", ["wss", "ws"])
@pytest.mark.parametrize(
    ("how", "ending"),
    [
        *(("sync", "server"), ("sync", "client"), ("sync", "kill")),
        *(("sync", "mute"), ("sync", "crash"), ("async", "server")),
    ],
)
@pytest.mark.parametrize("latency", ["0", "1"])
def test_a_conversation_is_replayed_offline(
    mitmdump: Callable[..., Proxy],
    ports: dict[str, int],
    proxy_ca: Path,
    tmp_path: Path,
    scheme: str,
    how: str,
    ending: str,
    latency: str,
) -> None:
    if latency == "1" and (scheme, ending) != ("wss", "server"):
        latency = "0.5"
    url = f"{scheme}://localhost:{ports[scheme]}/v1/realtime?model=x"
    cassette = tmp_path / "ws.yaml"
    proxy = mitmdump(cassette, "record_only", vcr_websocket="yes")
    proxy.wait_until_listening()
    assert talk(proxy, proxy_ca, url, how, ending) == ENDINGS[ending]
    assert proxy.stop() == 0, proxy.log
    (item,) = cassettes.read(cassette)
    assert item["response"]["code"] == 101
    said = [line.split(" ", 3) for line in item["response"]["websocket"]]
    assert [side for side, _, kind, _ in said if kind != "close"][:4] == [
        "server",
        "client",
        "server",
        "client",
    ]
    assert said[3][2:] == ["binary", "AAH/"]
    spy = Spy(tmp_path)
    proxy = mitmdump(
        cassette,
        "replay_only",
        spy=spy,
        vcr_latency=latency,
    ).wait_until_listening()
    assert talk(proxy, proxy_ca, url, how, ending) == ENDINGS[ending]
    assert proxy.stop() == 0, proxy.log
    assert spy.attempts() == []
    assert "Traceback" not in proxy.log
    assert "replayed 1, missed 0, unused 0" in proxy.log


WHOLE = """
import asyncio, sys
import aiohttp
async def main():
    async with aiohttp.ClientSession(trust_env=True) as session:
        async with session.ws_connect(sys.argv[1]) as socket:
            print((await socket.receive()).data)
asyncio.run(main())
"""


@pytest.mark.parametrize("url", ["ws://localhost:{}/x", "WS://localhost:{}/x"])
def test_a_client_that_names_its_whole_url_is_recorded(
    mitmdump: Callable[..., Proxy],
    ports: dict[str, int],
    proxy_ca: Path,
    tmp_path: Path,
    url: str,
) -> None:
    """mitmproxy answers such a URL with 400."""

    def heard(proxy: Proxy) -> str:
        return subprocess.run(
            [clients.CLIENT_PYTHON, "-c", WHOLE, url.format(ports["ws"])],
            env=clean_environment(
                **clients.environment(proxy.url, proxy_ca), ws_proxy=proxy.url
            ),
            timeout=PATIENCE,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    cassette = tmp_path / "ws.yaml"
    proxy = mitmdump(cassette, "record_only", vcr_websocket="yes")
    proxy.wait_until_listening()
    live = heard(proxy)
    assert "session.created" in live
    assert proxy.stop() == 0, proxy.log
    (item,) = cassettes.read(cassette)
    assert item["request"]["url"] == f"http://localhost:{ports['ws']}/x"
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    assert heard(proxy) == live
    assert proxy.stop() == 0, proxy.log
    assert "replayed 1, missed 0" in proxy.log


def test_a_message_that_was_not_recorded_ends_a_replay(
    mitmdump: Callable[..., Proxy],
    ports: dict[str, int],
    proxy_ca: Path,
    tmp_path: Path,
) -> None:
    url = f"wss://localhost:{ports['wss']}/v1/realtime"
    cassette = tmp_path / "ws.yaml"
    proxy = mitmdump(cassette, "record_only", vcr_websocket="yes")
    talk(proxy.wait_until_listening(), proxy_ca, url, "sync")
    assert proxy.stop() == 0, proxy.log
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    *came, closed = talk(proxy, proxy_ca, url, "sync", prompt="another")
    assert came == CONVERSATION[:3]
    assert closed.startswith('1008 (policy violation) message.prompt "another": the ')
    assert proxy.stop() == 0
    assert 'message.prompt "another": the recording has' in proxy.log
    assert "the recording has" in proxy.log
    assert "replayed 1, missed 1, unused 0" in proxy.log


def test_of_two_at_once_the_first_gets_its_own_though_it_ended_last(
    mitmdump: Callable[..., Proxy],
    ports: dict[str, int],
    proxy_ca: Path,
    tmp_path: Path,
) -> None:
    """Both are of one URL: nothing but their order tells them apart."""
    url, cassette = f"ws://localhost:{ports['ws']}/v1/realtime", tmp_path / "ws.yaml"

    def both(proxy: Proxy) -> list[list[object]]:
        proxy.wait_until_listening()
        command = [clients.CLIENT_PYTHON, HERE / "ws_client.py", url, "sync"]
        environment = clean_environment(**clients.environment(proxy.url, proxy_ca))
        with subprocess.Popen(
            [*command, "first", "wait"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as first:
            read_line(first, "it was connected")
            second = talk(proxy, proxy_ca, url, "sync", prompt="second")
            said, _ = first.communicate(b"\n", PATIENCE)
        assert proxy.stop() == 0, proxy.log
        return [json.loads(said), second]

    recorded = both(mitmdump(cassette, "record_only", vcr_websocket="yes"))
    assert recorded == [CONVERSATION, CONVERSATION]
    assert both(mitmdump(cassette, "replay_only")) == recorded


def test_a_large_message_is_the_recorded_one_or_refused(
    mitmdump: Callable[..., Proxy],
    ports: dict[str, int],
    proxy_ca: Path,
    tmp_path: Path,
) -> None:
    """It is redacted and compared in a thread."""
    url, cassette = f"ws://localhost:{ports['ws']}/v1/realtime", tmp_path / "ws.yaml"
    said = "please " * 4000
    proxy = mitmdump(cassette, "record_only", vcr_websocket="yes")
    proxy.wait_until_listening()
    assert talk(proxy, proxy_ca, url, "sync", prompt=said) == CONVERSATION
    assert proxy.stop() == 0, proxy.log
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    assert talk(proxy, proxy_ca, url, "sync", prompt=said) == CONVERSATION
    assert proxy.stop() == 0, proxy.log
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    *_, closed = talk(proxy, proxy_ca, url, "sync", prompt=said + "!")
    assert closed.startswith("1008 (policy violation) message ")
    assert proxy.stop() == 0, proxy.log


def test_it_is_recorded_only_where_it_is_asked_for(
    mitmdump: Callable[..., Proxy],
    ports: dict[str, int],
    proxy_ca: Path,
    tmp_path: Path,
) -> None:
    url = f"wss://localhost:{ports['wss']}/v1/realtime"
    proxy = mitmdump(tmp_path / "ws.yaml", "record_only").wait_until_listening()
    assert talk(proxy, proxy_ca, url, "sync") == CONVERSATION
    assert proxy.stop() == 0, proxy.log
    assert "became a WebSocket, and vcr_websocket is not set: not recorded" in proxy.log
    assert not (tmp_path / "ws.yaml").exists()
