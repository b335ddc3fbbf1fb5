"""Streams that outlast their last event: they end in a replay as they ended."""

import itertools
import os
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from end_to_end import cassettes
from end_to_end.live import Curl, curl_environment
from end_to_end.proxy import Proxy
from origin import Origin
from origin.app import EVENTS

VERSIONS = ["--http1.1", "--http2"]
KEYS = (f"held-{os.getpid()}-{number}" for number in itertools.count())
FIRST = EVENTS["sse"][1][0]


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    """One process for them all."""
    return mitmdump_kept


@pytest.mark.parametrize("version", VERSIONS)
def test_one_that_ended_with_a_later_request_ends_with_it(
    mitmdump: Callable[..., Proxy],
    origin: Origin,
    proxy_ca: Path,
    tmp_path: Path,
    version: str,
) -> None:
    """As MCP's listening GET ends with the DELETE of its session."""
    key = next(KEYS)
    listen = f"{origin.https_url}/live/sse?n=1&gate={key}"
    cassette = tmp_path / "held.yaml"
    for mode in ("record_only", "replay_only"):
        proxy = mitmdump(cassette, mode).wait_until_listening()
        environment = curl_environment(proxy.url, proxy_ca)
        with Curl(listen, environment, version=version) as client:
            client.read_until(lambda got: got == FIRST)
            with Curl(f"{origin.https_url}/json", environment) as other:
                assert b"hello" in other.read_all()
            assert client.is_open
            with Curl(f"{origin.https_url}/ack/{key}", environment) as other:
                assert other.read_all() == b"ok\n"
            assert (client.read_all(), client.wait()) == (FIRST, 0)
        assert proxy.stop() == 0, proxy.log
        assert "Traceback" not in proxy.log
    assert "replayed 3, missed 0, unused 0" in proxy.log
    (held,) = (each for each in cassettes.read(cassette) if "live" in str(each))
    assert held["response"]["until"] == f"GET /ack/{key}"
    assert "failure" not in held["response"]


@pytest.mark.parametrize("version", VERSIONS)
def test_one_ends_with_what_deletes_it_also_if_an_event_comes_after_that(
    mitmdump: Callable[..., Proxy],
    origin: Origin,
    proxy_ca: Path,
    tmp_path: Path,
    version: str,
) -> None:
    """The event was on its way as the DELETE came, on another connection: its replay
    was over at once, and its client came back, which is a miss."""
    key, one, two = next(KEYS), FIRST, EVENTS["sse"][1][1]
    listen = f"{origin.https_url}/live/sse?n=2&gate={key}"
    delete = (f"{origin.https_url}/live/sse?n=0", "-X", "DELETE")
    cassette = tmp_path / "deleted.yaml"
    for mode in ("record_only", "replay_only"):
        proxy = mitmdump(cassette, mode).wait_until_listening()
        environment = curl_environment(proxy.url, proxy_ca)
        with Curl(listen, environment, version=version) as client:
            until = one if mode == "record_only" else one + two
            client.read_until(lambda got, wanted=until: got == wanted)
            assert client.is_open
            with Curl(delete[0], environment, *delete[1:]) as other:
                assert other.read_all() == b""
            if mode == "record_only":
                for _ in range(2):
                    urllib.request.urlopen(f"{origin.http_url}/ack/{key}").close()
            assert (client.read_all(), client.wait()) == (one + two, 0)
        assert proxy.stop() == 0, proxy.log
        assert "Traceback" not in proxy.log
    assert "replayed 2, missed 0, unused 0" in proxy.log
    held = cassettes.read(cassette)[-1]
    assert held["response"]["until"] == "DELETE /live/sse"


def test_one_whose_later_request_cannot_come_any_more_ends(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, tmp_path: Path, version: str
) -> None:
    """Requests that were sent at once come in any order. Found by a model of random
    sessions."""
    url, stream = "https://api.test", {"Content-Type": ["text/event-stream"]}
    held = cassettes.interaction(f"{url}/listen", FIRST.decode(), headers=stream)
    held["response"] |= {"until": "GET /later", "content_length": -1}
    later = cassettes.interaction(f"{url}/later", "later")
    cassette = cassettes.write(tmp_path / "held.yaml", held, later)
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    environment = curl_environment(proxy.url, proxy_ca)
    with Curl(f"{url}/later", environment, version=version) as client:
        assert client.read_all() == b"later"
    with Curl(f"{url}/listen", environment, version=version) as client:
        assert (client.read_all(), client.wait()) == (FIRST, 0)
    assert proxy.stop() == 0, proxy.log
    assert "replayed 2, missed 0, unused 0" in proxy.log


@pytest.mark.parametrize("version", VERSIONS)
def test_one_that_was_left_stays_open_until_it_is_left(
    mitmdump: Callable[..., Proxy],
    origin: Origin,
    proxy_ca: Path,
    tmp_path: Path,
    version: str,
) -> None:
    listen = f"{origin.https_url}/live/sse?n=2&gate={next(KEYS)}"
    cassette = tmp_path / "left.yaml"
    for mode in ("record_only", "replay_only"):
        proxy = mitmdump(cassette, mode).wait_until_listening()
        environment = curl_environment(proxy.url, proxy_ca)
        with Curl(listen, environment, version=version) as client:
            client.read_until(lambda got: got == FIRST)
            with Curl(f"{origin.https_url}/json", environment) as other:
                assert b"hello" in other.read_all()
            assert client.is_open
        proxy.wait_for_log("client disconnect")
        assert proxy.stop() == 0, proxy.log
        assert "Traceback" not in proxy.log
    assert "replayed 2, missed 0, unused 0" in proxy.log


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("came", [40, 5 << 20])
def test_one_that_was_left_announces_the_length_that_it_announced(
    mitmdump: Callable[..., Proxy],
    proxy_ca: Path,
    tmp_path: Path,
    came: int,
    version: str,
) -> None:
    """HTSlib, aria2 and ffmpeg ask for all of a file, read its size off the head, and
    leave for another place in it; what came is not to pass for the file."""
    left = cassettes.interaction("https://files.example.com/a", "a" * came)
    left["response"] |= {
        "failure": "left",
        "content_length": 9 << 20,
        "headers": {"Content-Length": [f"{9 << 20}"]},
    }
    cassette = cassettes.write(tmp_path / "left.yaml", left)
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    environment = curl_environment(proxy.url, proxy_ca)
    url = "https://files.example.com/a"
    with Curl(url, environment, "--include", version=version) as client:
        client.read_until(lambda got: got.count(b"a", got.find(b"\r\n\r\n")) == came)
        assert f"content-length: {9 << 20}\r\n".encode() in client.received.lower()
        assert client.is_open
    proxy.wait_for_log("client disconnect")
    assert proxy.stop() == 0, proxy.log
    assert "replayed 1, missed 0, unused 0" in proxy.log


def test_one_that_says_it_is_over_waits_for_nobody(
    mitmdump: Callable[..., Proxy], origin: Origin, proxy_ca: Path, tmp_path: Path
) -> None:
    key = next(KEYS)
    listen = f"{origin.https_url}/live/sse?n=0&done=1&gate={key}"
    proxy = mitmdump(tmp_path / "done.yaml", "record_only").wait_until_listening()
    environment = curl_environment(proxy.url, proxy_ca)
    with Curl(listen, environment) as client:
        client.read_until(lambda got: got.endswith(b"[DONE]\n\n"))
        with Curl(f"{origin.https_url}/ack/{key}", environment) as other:
            other.read_all()
        client.read_all()
    assert proxy.stop() == 0, proxy.log
    assert "until" not in (tmp_path / "done.yaml").read_text()


QUESTION = b'data: {"jsonrpc":"2.0","id":0,"method":"sampling/createMessage"}\n\n'
RESULT = b'data: {"jsonrpc":"2.0","id":1,"result":{}}\n\n'
CALL = '{"jsonrpc":"2.0","id":1,"method":"tools/call"}'
REPLY = '{"jsonrpc":"2.0","id":0,"result":{}}'


@pytest.mark.parametrize("version", VERSIONS)
def test_a_call_goes_on_once_its_client_has_answered_the_server_s_question(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, tmp_path: Path, version: str
) -> None:
    """As of MCP: the result was there at once, and the reply need not have been sent;
    a client that sends none gets the rest a little later."""
    url, kind = "https://api.test/mcp", {"Content-Type": ["application/json"]}
    stream = {"Content-Type": ["text/event-stream"]}
    asked = {"method": "POST", "body": CALL}
    whole = (QUESTION + RESULT).decode()
    cassette = cassettes.write(
        tmp_path / "mcp.yaml",
        cassettes.interaction(url, "", method="POST", body=REPLY, headers=kind),
        cassettes.interaction(url, whole, **asked, headers=stream),
        cassettes.interaction(f"{url}/other", "another"),
    )
    post = ("-H", "Content-Type: application/json", "--data")
    for replies in (True, False):
        proxy = mitmdump(cassette, "replay_only").wait_until_listening()
        environment = curl_environment(proxy.url, proxy_ca)
        with Curl(url, environment, *post, CALL, version=version) as client:
            client.read_until(lambda got: got == QUESTION)
            with Curl(f"{url}/other", environment) as other:
                assert other.read_all() == b"another"
            if replies:
                assert client.is_open
                with Curl(url, environment, *post, REPLY) as other:
                    assert other.read_all() == b""
            assert (client.read_all(), client.wait()) == (QUESTION + RESULT, 0)
        assert proxy.stop() == 0, proxy.log
        assert "Traceback" not in proxy.log
    assert "replayed 2, missed 0, unused 1" in proxy.log
