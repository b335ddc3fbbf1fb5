"""gRPC by real grpcio clients: recorded over TLS, replayed offline."""

import gzip
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from end_to_end import cassettes
from end_to_end.clients import CLIENT_PYTHON
from end_to_end.proxy import DOUBLES, Proxy, clean_environment
from end_to_end.serving import serving
from end_to_end.watch import Spy
from examples import examples
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import writer
from mitmvcr.proxy import fitness, launch
from origin.certs import CertFiles
from patience import PATIENCE
from proxy import lanes


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    """One process for them all."""
    return mitmdump_kept


HERE = Path(__file__).resolve().parent
CALLS = ("Hello", "Count", "Fail", "FailLate", "Total")
EXPECTED = [
    {"call": "Hello", "got": ["hello 3", "x-after=trailing"], "error": None},
    {"call": "Count", "got": ["number 0", "number 1", "number 2"], "error": None},
    {"call": "Fail", "got": None, "error": ["NOT_FOUND", "no such thing: ü"]},
    {"call": "FailLate", "got": None, "error": ["DATA_LOSS", "lost the rest"]},
    {"call": "Total", "got": ["6"], "error": None},
]


def server(leaf: Path | str) -> AbstractContextManager[int]:
    script = HERE / "grpc_server.py"
    return serving(CLIENT_PYTHON, script, str(leaf), environment=clean_environment())


def run(
    proxy: Proxy, target: str, ca: Path | str, how: str, *calls: str
) -> list[dict[str, object]]:
    done = subprocess.run(
        [CLIENT_PYTHON, HERE / "grpc_client.py", target, str(ca), how, *calls],
        env=clean_environment(http_proxy=proxy.url, https_proxy=proxy.url),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr + proxy.log
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("how", ["sync", "async"])
def test_calls_over_tls_are_replayed_offline(
    mitmdump: Callable[..., Proxy],
    certs: CertFiles,
    proxy_ca: Path,
    tmp_path: Path,
    how: str,
) -> None:
    cassette = tmp_path / "grpc.yaml"
    with server(certs.leaf) as port:
        target = f"localhost:{port}"
        proxy = mitmdump(cassette, "record_only").wait_until_listening()
        assert run(proxy, target, proxy_ca, how, *CALLS) == EXPECTED
        assert proxy.stop() == 0, proxy.log
    items = cassettes.read(cassette)
    assert [item["request"]["url"].rpartition("/")[2] for item in items] == list(CALLS)
    assert items[0]["response"]["trailer"]["Grpc-Status"] == ["0"]
    assert items[0]["response"]["trailer"]["X-After"] == ["trailing"]
    spy = Spy(tmp_path)
    proxy = mitmdump(
        cassette,
        "replay_only",
        spy=spy,
    ).wait_until_listening()
    assert run(proxy, target, proxy_ca, how, *CALLS) == EXPECTED
    assert proxy.stop() == 0, proxy.log
    assert spy.attempts() == []
    assert "replayed 5, missed 0, unused 0" in proxy.log


def test_a_message_keeps_its_shape_where_a_secret_was(
    mitmdump: Callable[..., Proxy], certs: CertFiles, proxy_ca: Path, tmp_path: Path
) -> None:
    cassette = tmp_path / "grpc.yaml"
    with server(certs.leaf) as port:
        target = f"localhost:{port}"
        proxy = mitmdump(cassette, "record_only").wait_until_listening()
        (recorded,) = run(proxy, target, proxy_ca, "sync", "Struct")
        assert proxy.stop() == 0, proxy.log
    token = "gl" + "pat-" + "x9Y8z7W6v5U4t3S2r1Q0"
    assert str(recorded["got"]).count(token) == 2
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    (replayed,) = run(proxy, target, proxy_ca, "sync", "Struct")
    assert proxy.stop() == 0, proxy.log
    assert replayed["error"] is None
    hidden = "[REDACTED:gitlab]".replace("gitlab", "gitlab".ljust(len(token) - 11, "-"))
    assert len(hidden) == len(token)
    assert str(replayed["got"]) == str(recorded["got"]).replace(token, hidden)


SAID = ("", "one", '{"a": 1}', '{"a": 2}', "\n\x01a", "\n\x01b", "\b\x01\x10\x02" * 9)

WAITS = (PATIENCE, PATIENCE + 1, 3600)


def drawn(chance: random.Random) -> Iterator[list[object]]:
    """Calls of which many are equal, but for their metadata, for how they are
    compressed, and for how long they wait."""
    for _ in range(12):
        said = chance.choices(SAID, k=chance.choice((1, 1, 1, 2)))
        metadata = [["x-tenant", chance.choice("ab")]] if chance.random() < 0.6 else []
        compression = chance.choice(("NoCompression", "Gzip", "Deflate"))
        yield [said, metadata, compression, chance.choice(WAITS)]


def many(
    proxy: Proxy, target: str, ca: Path, calls: list[list[object]], at_once: int
) -> list[tuple[str, str]]:
    """Return each call, as far as it says what is asked, and what it came to."""
    done = subprocess.run(
        [CLIENT_PYTHON, HERE / "grpc_many.py", target, str(ca), str(at_once)],
        env=clean_environment(http_proxy=proxy.url, https_proxy=proxy.url),
        input=json.dumps(calls),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr + proxy.log
    answers = json.loads(done.stdout)
    return [
        (json.dumps(call[:2]), json.dumps(answer))
        for call, answer in zip(calls, answers, strict=True)
    ]


@pytest.mark.parametrize("seed", range(examples(4)))
def test_each_of_many_calls_gets_what_was_recorded_for_it(
    mitmdump: Callable[..., Proxy],
    certs: CertFiles,
    proxy_ca: Path,
    tmp_path: Path,
    seed: int,
) -> None:
    """In another order and several at once; what was not recorded is a miss. How long
    a call waits is measured, and two agree in it by chance."""
    chance = random.Random(seed)
    cassette, calls = tmp_path / "grpc.yaml", [*drawn(chance)]
    with server(certs.leaf) as port:
        target = f"localhost:{port}"
        proxy = mitmdump(cassette, "record_only").wait_until_listening()
        recorded = many(proxy, target, proxy_ca, calls, chance.choice((1, 4)))
        assert proxy.stop() == 0, proxy.log
    chance.shuffle(calls)
    calls = [[*call, chance.choice(WAITS)] for *call, _ in calls]
    others = [[[*said, "more"], *rest] for said, *rest in calls[:3]]
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    replayed = many(proxy, target, proxy_ca, calls, chance.choice((1, 4)))
    assert sorted(replayed) == sorted(recorded)
    for _, answer in many(proxy, target, proxy_ca, others + calls[:1], 2):
        assert json.loads(answer)[1::2] == ["FAILED_PRECONDITION", "1"]
    assert proxy.stop() == 0, proxy.log


@pytest.mark.parametrize("how", ["sync", "async"])
def test_a_call_that_goes_both_ways_is_replayed_in_lock_step(
    mitmdump: Callable[..., Proxy],
    certs: CertFiles,
    proxy_ca: Path,
    tmp_path: Path,
    how: str,
) -> None:
    """Each message is asked for when the answer to the one before has come. A second
    such call is a miss, though its request has not ended."""
    cassette = tmp_path / "grpc.yaml"
    with server(certs.leaf) as port:
        target = f"localhost:{port}"
        proxy = mitmdump(cassette, "record_only").wait_until_listening()
        (echo,) = run(proxy, target, proxy_ca, how, "Echo")
        assert echo["got"] == ["echo 0", "echo 1", "echo 2"]
        assert proxy.stop() == 0, proxy.log
    (item,) = cassettes.read(cassette)
    assert item["response"]["turns"] == "1 1 2 3 4"
    assert "failure" not in item["response"]
    assert "echo 2" in str(item["response"]["body"])
    assert item["response"]["trailer"]["Grpc-Status"] == ["0"]
    spy = Spy(tmp_path)
    proxy = mitmdump(
        cassette,
        "replay_only",
        spy=spy,
    ).wait_until_listening()
    again, missed = run(proxy, target, proxy_ca, how, "Echo", "Echo")
    assert again == echo
    code, details = missed["error"]
    assert code == "FAILED_PRECONDITION"
    assert f"https://{target}/test.Service/Echo: " in details
    assert proxy.stop() == 0, proxy.log
    assert spy.attempts() == []
    assert "replayed 1, missed 1, unused 0" in proxy.log
    assert "Traceback" not in proxy.log


def test_new_calls_are_recorded_as_they_go_both_ways_and_old_ones_replayed(
    mitmdump: Callable[..., Proxy], certs: CertFiles, proxy_ca: Path, tmp_path: Path
) -> None:
    """A call that is held until it is whole would wait for ever."""
    cassette, mode = tmp_path / "grpc.yaml", "replay_with_new_episodes"
    said = ["echo 0", "echo 1", "echo 2"]
    with server(certs.leaf) as port:
        target = f"localhost:{port}"
        proxy = mitmdump(cassette, mode).wait_until_listening()
        hello, echo = run(proxy, target, proxy_ca, "async", "Hello", "Echo")
        assert [hello["error"], echo["got"]] == [None, said]
        assert proxy.stop() == 0, proxy.log
        assert "recorded 2, replayed 0, missed 0" in proxy.log
        items = cassettes.read(cassette)
        assert items[1]["response"]["turns"] == "1 1 2 3 4"
        proxy = mitmdump(cassette, mode).wait_until_listening()
        calls = run(proxy, target, proxy_ca, "async", "Echo", "Hello", "Total")
        assert [call["got"] for call in calls] == [said, hello["got"], ["6"]]
        assert proxy.stop() == 0, proxy.log
        assert "recorded 1, replayed 2, missed 0, unused 0" in proxy.log


@pytest.mark.parametrize(
    "match", ["method,path,body", "method,path,header:content-type,body"]
)
def test_calls_are_known_by_what_counts_of_their_urls(
    mitmdump: Callable[..., Proxy],
    certs: CertFiles,
    proxy_ca: Path,
    tmp_path: Path,
    match: str,
) -> None:
    """The server has another port than when it was recorded."""
    cassette, mode = tmp_path / "grpc.yaml", "replay_with_new_episodes"
    for calls, counts in (
        (("Echo", "Hello"), "recorded 2, replayed 0, missed 0"),
        (("Echo", "Hello", "Total"), "recorded 1, replayed 2, missed 0, unused 0"),
    ):
        proxy = mitmdump(cassette, mode, vcr_match=match).wait_until_listening()
        with server(certs.leaf) as port:
            got = run(proxy, f"localhost:{port}", proxy_ca, "async", *calls)
        assert [call["error"] for call in got] == [None] * len(calls)
        assert proxy.stop() == 0, proxy.log
        assert counts in proxy.log


@pytest.mark.parametrize(
    "options",
    [
        {"vcr_mode": "passthrough"},
        {"vcr_mode": "replay_only", "vcr_passthrough": "~u /test.Service/Echo"},
        {"vcr_mode": "record_only", "vcr_passthrough": "~u /test.Service/Echo"},
    ],
)
def test_a_call_that_goes_both_ways_can_be_let_through(
    mitmdump: Callable[..., Proxy],
    certs: CertFiles,
    proxy_ca: Path,
    tmp_path: Path,
    options: dict[str, str],
) -> None:
    item = cassettes.interaction("https://api.test:443/test.Service/Hello")
    cassette = cassettes.write(tmp_path / "a.yaml", item)
    with server(certs.leaf) as port:
        proxy = mitmdump(cassette, **options).wait_until_listening()
        (echo,) = run(proxy, f"localhost:{port}", proxy_ca, "sync", "Echo")
        assert echo["got"] == ["echo 0", "echo 1", "echo 2"]
    assert proxy.stop() == 0, proxy.log
    assert "recorded 0, replayed 0, missed 0" in proxy.log


@pytest.mark.parametrize("how", ["sync", "async"])
def test_a_call_that_was_not_recorded_is_told_so(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, tmp_path: Path, how: str
) -> None:
    """Of an answer with another status than 200 such a client shows the number."""
    url = "https://api.test/test.Service/Hello"
    item = cassettes.interaction(url, method="POST", body="no such message")
    proxy = mitmdump(cassettes.write(tmp_path / "a.yaml", item), "replay_only")
    proxy.wait_until_listening()
    (hello,) = run(proxy, "api.test:443", proxy_ca, how, "Hello")
    code, details = hello["error"]
    assert code == "FAILED_PRECONDITION"
    assert details.startswith("POST https://api.test:443/test.Service/Hello: ")
    assert "body at byte 0" in details
    assert proxy.stop() == 0
    assert "replayed 0, missed 1" in proxy.log


def test_a_call_matches_a_compressed_one_and_a_miss_names_the_message(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, tmp_path: Path
) -> None:
    def called(name: str, body: bytes, coding: str = "identity") -> Interaction:
        kind = {"Content-Type": ["application/grpc"]}
        url = f"https://api.test/test.Service/{name}"
        headers = {**kind, "Grpc-Encoding": [coding]}
        request = Request(method="POST", url=url, body=body, headers=headers)
        trailer = {"Grpc-Status": ["0"]}
        answer = Response(
            *("HTTP/2.0", 2, 0),
            body=frame(b"hello"),
            headers=kind,
            trailer=trailer,
            status="200 OK",
            code=200,
        )
        return Interaction(0, request, answer)

    def frame(message: bytes, flags: int = 0) -> bytes:
        return bytes([flags]) + len(message).to_bytes(4, "big") + message

    hello = called("Hello", frame(gzip.compress(b"3"), 1), "gzip")
    total = called("Total", frame(b"1") + frame(b"2") + frame(b"4"))
    cassette = tmp_path / "grpc.yaml"
    cassette.write_bytes(writer.dumps(Cassette([hello, total])))
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    told = run(proxy, "api.test:443", proxy_ca, "sync", "Hello", "Total")
    assert told[0] == {"call": "Hello", "got": ["hello"], "error": None}
    code, details = told[1]["error"]  # type: ignore[misc]
    assert code == "FAILED_PRECONDITION"
    assert 'body message 2 at byte 0: "3" was "4"' in details
    assert proxy.stop() == 0, proxy.log
    assert "replayed 1, missed 1" in proxy.log


@pytest.mark.parametrize("how", ["sync", "async"])
def test_a_call_both_ways_that_was_never_recorded_is_told_so_at_once(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, tmp_path: Path, how: str
) -> None:
    item = cassettes.interaction("https://api.test/test.Service/Hello", method="POST")
    proxy = mitmdump(cassettes.write(tmp_path / "a.yaml", item), "replay_only")
    proxy.wait_until_listening()
    (echo,) = run(proxy, "api.test:443", proxy_ca, how, "Echo")
    code, details = echo["error"]
    assert code == "FAILED_PRECONDITION"
    assert details.startswith("POST https://api.test:443/test.Service/Echo: ")
    assert proxy.stop() == 0
    assert "replayed 0, missed 1" in proxy.log


def test_a_mitmproxy_that_changed_refuses_a_call_without_a_reason(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, tmp_path: Path
) -> None:
    item = cassettes.interaction("https://api.test:443/test.Service/Echo")
    item["response"]["failure"] = "both ways"
    cassette = cassettes.write(tmp_path / "a.yaml", item)
    double, change = ("-s", DOUBLES / "changed.py"), {"CHANGE": "request stream"}
    proxy = mitmdump(cassette, "replay_only", *double, environment=change)
    proxy.wait_until_listening()
    calls = run(proxy, "api.test:443", proxy_ca, "sync", "Echo", "Echo")
    assert [call["error"][0] for call in calls] == ["INTERNAL", "INTERNAL"]
    assert proxy.stop() == 0
    assert proxy.log.count("early response is off with mitmproxy") == 1
    assert proxy.log.count("is a call that goes both ways, of a recording") == 2


@pytest.mark.parametrize("how", ["sync", "async"])
def test_calls_in_the_clear_are_replayed_offline(
    mitmdump: Callable[..., Proxy], tmp_path: Path, how: str
) -> None:
    """HTTP/2 with prior knowledge, in a tunnel."""
    cassette = tmp_path / "grpc.yaml"
    with server("-") as port:
        target = f"localhost:{port}"
        proxy = mitmdump(cassette, "record_only").wait_until_listening()
        assert run(proxy, target, "-", how, *CALLS) == EXPECTED
        assert proxy.stop() == 0, proxy.log
    items = cassettes.read(cassette)
    assert items[0]["request"]["url"] == f"http://{target}/test.Service/Hello"
    spy = Spy(tmp_path)
    proxy = mitmdump(
        cassette,
        "replay_only",
        spy=spy,
    ).wait_until_listening()
    assert run(proxy, target, "-", how, *CALLS) == EXPECTED
    assert proxy.stop() == 0, proxy.log
    assert spy.attempts() == []
    assert "replayed 5, missed 0, unused 0" in proxy.log


@pytest.mark.parametrize("how", ["sync", "async"])
def test_calls_in_the_clear_are_recorded_by_run_too(tmp_path: Path, how: str) -> None:
    """The addon is asked before mitmproxy takes them for bare TCP."""
    cassette = tmp_path / "grpc.yaml"

    def run_command(mode: str, target: str) -> subprocess.CompletedProcess[str]:
        words = ["run", "--include-localhost", "--cassette", cassette, "--mode", mode]
        client = [CLIENT_PYTHON, HERE / "grpc_client.py", target, "-", how, *CALLS]
        return subprocess.run(
            [sys.executable, "-m", "mitmvcr", *words, "--", *client],
            env=clean_environment(MITMVCR_HOME=str(tmp_path / "home")),
            capture_output=True,
            text=True,
            timeout=120,
        )

    with server("-") as port:
        target = f"localhost:{port}"
        recorded = run_command("record_only", target)
    assert [json.loads(line) for line in recorded.stdout.splitlines()] == EXPECTED
    assert "is not HTTP" not in recorded.stderr
    assert len(cassettes.read(cassette)) == len(CALLS)
    replayed = run_command("replay_only", target)
    assert replayed.stdout == recorded.stdout
    assert (recorded.returncode, replayed.returncode) == (0, 0), replayed.stderr


@pytest.mark.parametrize("way", ["of its own", "shared with other requests"])
def test_calls_are_replayed_where_the_lane_has_the_connection(
    mitmdump: Callable[..., Proxy],
    certs: CertFiles,
    proxy_ca: Path,
    tmp_path: Path,
    confdir: Path,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
) -> None:
    if way != "of its own":
        monkeypatch.setattr(fitness, "makes_calls", lambda *_: False)
    cassette = tmp_path / "grpc.yaml"
    with server(certs.leaf) as port:
        target = f"localhost:{port}"
        proxy = mitmdump(cassette, "record_only").wait_until_listening()
        run(proxy, target, proxy_ca, "sync", *CALLS, "Echo")
        assert proxy.stop() == 0, proxy.log

    def play(there: launch.Proxy) -> Iterator[bytes]:
        url = f"http://127.0.0.1:{there.port}"
        script = HERE / "grpc_client.py"
        words = [script, target, there.ca_file, "sync", *CALLS, "Echo", "Hello"]
        done = subprocess.run(
            [CLIENT_PYTHON, *words],
            env=clean_environment(http_proxy=url, https_proxy=url),
            capture_output=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        yield from done.stdout.splitlines()

    found = lanes.played(cassette, confdir, play, lane="auto")
    *whole, both_ways, again = map(json.loads, found.answers)
    assert whole == EXPECTED
    assert both_ways["got"] == ["echo 0", "echo 1", "echo 2"]
    assert again["error"][0] == "FAILED_PRECONDITION"
    assert "replayed 6, missed 1" in found.summary
