"""What cannot be an HTTP message never reaches a client, however it got there."""

import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import authority
import warm
from end_to_end import cassettes, h2_client
from end_to_end.proxy import Proxy
from end_to_end.wire import fetch
from mitmvcr.format import reader, writer
from patience import PATIENCE

Start = Callable[..., Proxy]
HOST = "http://api.test"
#: By the field that is named, an answer that holds it.
BAD: dict[str, dict[str, object]] = {
    "response.code: -1 is not": {"code": -1},
    "response.code: 0 is not": {"code": 0},
    "response.code: 65536 is not": {"code": 65536},
    "response.code: 103 is no answer": {"code": 103},
    "response.status: holds": {"status": "200 OK\r\nX-Evil: 1"},
    "response.headers.X-A: holds a carr": {"headers": {"X-A": ["a\r\nX-Evil: 1"]}},
    "response.headers.X-A: holds a NUL": {"headers": {"X-A": ["a\0b"]}},
    "response.headers.: a header needs": {"headers": {"": ["a"]}},
    "response.headers.X-A\\r\\nX-Evil: ": {"headers": {"X-A\r\nX-Evil": ["a"]}},
}
BADS = pytest.mark.parametrize("told", BAD)


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    return tmp_path / "chat.yaml"


def bad(told: str) -> dict[str, object]:
    return cassettes.interaction(f"{HOST}/bad", **BAD[told])


def good(name: str, body: str = "good") -> dict[str, object]:
    return cassettes.interaction(f"{HOST}/{name}", body)


@BADS
def test_a_replay_of_it_does_not_start(
    mitmdump: Start, cassette: Path, told: str
) -> None:
    cassettes.write(cassette, good("good"), bad(told))
    proxy = mitmdump(cassette, "replay_only")
    assert proxy.wait() == 1
    (line,) = [line for line in proxy.log.splitlines() if "mitmvcr: error" in line]
    assert f"{cassette}: line " in line
    assert f", interaction 1, {told}" in line


@BADS
def test_in_a_large_cassette_it_is_a_failure_with_the_reason(
    mitmdump: Start, proxy_ca: Path, cassette: Path, told: str
) -> None:
    """It is not read before somebody asks for it; what stands beside it is answered."""
    large = good("large", "x" * (2 << 20))
    cassettes.write(cassette, good("good"), bad(told), large, good("last"))
    # As go-vcr lays it out, so that it is indexed and not read whole.
    cassette.write_bytes(writer.dumps(reader.load(cassette)))
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    for _ in range(2):
        answer = fetch(proxy.url, proxy_ca, f"{HOST}/bad")
        assert answer.status == 500
        assert "x-evil" not in answer.headers
        assert told in str(answer.json["detail"])
    assert fetch(proxy.url, proxy_ca, f"{HOST}/good").body == b"good"
    assert proxy.stop() == 1
    assert f", interaction 1, {told}" in proxy.log


def test_run_says_so_with_its_own_exit_status(cassette: Path, tmp_path: Path) -> None:
    cassettes.write(cassette, bad("response.code: 103 is no answer"))
    words = ("run", "--cassette", cassette, "--mode", "replay_only", "--", "true")
    ran = warm.run(
        [sys.executable, "-m", "mitmvcr", *map(str, words)],
        seconds=PATIENCE,
        env=os.environ | {"MITMVCR_HOME": str(authority.copy_to(tmp_path / "home"))},
    )
    assert ran.returncode == 125
    assert "interaction 0, response.code: 103 is no answer: a client" in ran.stderr


def test_a_hook_cannot_send_it_either(
    mitmdump: Start, proxy_ca: Path, cassette: Path, tmp_path: Path
) -> None:
    hooks = tmp_path / "hooks.py"
    hooks.write_text(
        "def before_replay(interaction, request):\n"
        "    interaction.response.headers['X-A'] = ['a\\r\\nX-Evil: 1']\n"
        "    return interaction\n"
    )
    cassettes.write(cassette, good("good"))
    proxy = mitmdump(cassette, "replay_only", vcr_hooks=hooks).wait_until_listening()
    answer = fetch(proxy.url, proxy_ca, f"{HOST}/good")
    assert answer.status == 500
    assert "x-evil" not in answer.headers
    assert "response.headers.X-A: holds a carriage return" in str(answer.json["detail"])
    assert proxy.stop() == 1


def test_blanks_round_a_value_reach_no_client_of_http2(
    mitmdump: Start, proxy_ca: Path, cassette: Path
) -> None:
    """There they end the connection; over HTTP/1.1 they mean nothing."""
    headers = {"X-A": [" padded\t"], "Content-Type": ["text/plain "]}
    one = cassettes.interaction("https://api.test/a", "x", headers=headers)
    one["response"]["trailer"] = {"X-Sum": [" 1 "]}
    events = {"X-A": [" padded "], "Content-Type": ["text/event-stream"]}
    stream = "data: 1\n\ndata: 2\n\n"
    two = cassettes.interaction("https://api.test/b", stream, headers=events)
    cassettes.write(cassette, one, two)
    options = {"vcr_allow_repeats": "yes"}
    proxy = mitmdump(cassette, "replay_only", **options).wait_until_listening()
    with h2_client.connected(proxy.port, proxy_ca, "api.test") as client:
        for path in "ab":
            answer = client.answer(client.ask(f"/{path}"))
            assert answer.status == 200
            assert answer.headers["x-a"] == "padded"
        assert client.answers[1].trailers == {"x-sum": "1"}
        assert client.answers[3].body == stream.encode()
    answer = fetch(proxy.url, proxy_ca, "https://api.test/a")
    assert answer.headers["x-a"].strip() == "padded"
    assert proxy.stop() == 0


# What an origin sends


@contextmanager
def origin(answer: bytes) -> Iterator[int]:
    """It gives this answer to each that asks, and closes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    accepted, _ = listener.accept()
                except OSError:
                    return
                with accepted:
                    accepted.recv(65536)
                    accepted.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(30)


BODY = b"Content-Length: 2\r\n\r\nok"


@pytest.mark.parametrize("view", ["go", "wire"])
def test_a_folded_header_is_recorded_so_that_it_replays(
    mitmdump: Start, proxy_ca: Path, cassette: Path, view: str
) -> None:
    head = b"HTTP/1.1 200 OK\r\nX-A: one\r\n two\r\n\tthree\r\n"
    with origin(head + BODY) as port:
        url = f"http://127.0.0.1:{port}/"
        proxy = mitmdump(cassette, "record_once", vcr_view=view).wait_until_listening()
        assert fetch(proxy.url, proxy_ca, url).status == 200
        assert proxy.stop() == 0, proxy.log
    (item,) = cassettes.read(cassette)
    headers = {k.lower(): v for k, v in item["response"]["headers"].items()}
    assert headers["x-a"] == ["one two three"]
    proxy = mitmdump(cassette, "replay_only", vcr_view=view).wait_until_listening()
    assert fetch(proxy.url, proxy_ca, url).headers["x-a"] == "one two three"
    assert proxy.stop() == 0


@pytest.mark.parametrize(
    ("head", "told"),
    [
        (b"HTTP/1.1 200 OK\r\nX-A: a\0b\r\n", "response.headers.X-A: holds a NUL"),
        (b"HTTP/1.1 1000 Odd\r\n", "response.code: 1000 is not a status"),
    ],
)
def test_what_could_not_be_replayed_is_told_and_not_recorded(
    mitmdump: Start, proxy_ca: Path, cassette: Path, head: bytes, told: str
) -> None:
    with origin(head + BODY) as port, origin(b"HTTP/1.1 200 OK\r\n" + BODY) as other:
        proxy = mitmdump(cassette, "record_once").wait_until_listening()
        url = f"http://127.0.0.1:{port}/"
        with socket.create_connection(
            ("127.0.0.1", proxy.port), timeout=PATIENCE
        ) as plug:
            plug.sendall(f"GET {url} HTTP/1.1\r\nConnection: close\r\n\r\n".encode())
            received = b""
            while part := plug.recv(65536):
                received += part
        assert received.endswith(b"ok")
        fetch(proxy.url, proxy_ca, f"http://127.0.0.1:{other}/")
        assert proxy.stop() == 1
    assert f"{url} is not recorded: {cassette}: {told}" in proxy.log
    assert len(cassettes.read(cassette)) == 1
