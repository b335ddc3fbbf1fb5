"""Sessions of every protocol at once, with real clients, and no crossing."""

import http.client
import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from end_to_end import cassettes, clients
from end_to_end.clients import CLIENT_PYTHON
from end_to_end.proxy import Proxy, clean_environment
from end_to_end.serving import serving
from end_to_end.test_control import Api, api_of
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
        url = f"wss://localhost:{wss}/v1/realtime"
        words = [CLIENT_PYTHON, HERE / "ws_client.py", url, "sync", prompt, ending]
        proxy = clients.environment(f"http://127.0.0.1:{port}", api.ca)
        self._process = subprocess.Popen(
            list(map(str, words)),
            env=clean_environment(**proxy),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def __enter__(self) -> "Talk":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def wait_until_connected(self) -> None:
        read_line(self._process, "it was connected")

    def end(self) -> list[object]:
        out, _ = self._process.communicate(b"\n", PATIENCE)
        assert self._process.returncode == 0
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
