"""What times out is recorded as that, and replayed without a network.

A connection times out in a namespace of its own, whose system gives up after seconds
and not after minutes.
"""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from end_to_end import cassettes
from end_to_end.live import Curl, curl_environment
from end_to_end.namespace import Namespace, made
from end_to_end.proxy import DOUBLES, Proxy
from end_to_end.serving import serving
from end_to_end.watch import Spy
from leaving_out import leave_out
from mitmvcr.core.duration import parse_duration
from patience import PATIENCE

FULL = Path(__file__).resolve().parent / "full_queue.py"
FEW = "echo 1 > /proc/sys/net/ipv4/tcp_syn_retries"

#: curl: nothing was answered, or the stream was reset.
EMPTY = (52, 92)


@pytest.fixture(scope="module")
def namespace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Namespace]:
    """One of this module's own, whose system is changed."""
    with made(tmp_path_factory.mktemp("namespace")) as found:
        yield found


@pytest.fixture
def impatient(namespace: Namespace) -> Namespace:
    done = subprocess.run([*namespace.within, "sh", "-c", FEW], capture_output=True)
    if done.returncode:
        leave_out(f"timeouts cannot be shortened here: {done.stderr.decode()}")
    return namespace


def unreachable(namespace: Namespace) -> AbstractContextManager[int]:
    return serving(*namespace.within, sys.executable, FULL)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_connection_that_timed_out_is_a_gateway_timeout_again(
    mitmdump: Callable[..., Proxy],
    impatient: Namespace,
    proxy_ca: Path,
    tmp_path: Path,
    scheme: str,
) -> None:
    cassette, within = tmp_path / "a.yaml", impatient.within

    def status(proxy: Proxy) -> str:
        done = subprocess.run(
            [*within, "curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", url],
            env=curl_environment(proxy.url, proxy_ca),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        return done.stdout

    proxy = mitmdump(cassette, "record_only", within=within, vcr_record_errors="yes")
    proxy.wait_until_listening()
    with unreachable(impatient) as port:
        url = f"{scheme}://127.0.0.1:{port}/"
        assert status(proxy) == "502", "as mitmproxy has it"
    assert proxy.stop() == 0
    assert "failed, and is recorded so (timeout)" in proxy.log
    (item,) = cassettes.read(cassette)
    assert item["response"]["failure"] == "timeout"
    assert item["response"]["code"] == 504
    assert parse_duration(item["response"]["duration"]) >= 1_000_000_000
    for latency in ("0", "0.1"):
        spy = Spy(tmp_path)
        proxy = mitmdump(
            cassette,
            "replay_only",
            *spy.arguments,
            environment=spy.environment,
            within=within,
            vcr_latency=latency,
        ).wait_until_listening()
        assert status(proxy) == "504"
        assert proxy.stop() == 0
        assert spy.attempts() == []
        assert "replayed 1, missed 0, unused 0" in proxy.log


@pytest.mark.parametrize("record_errors", ["no", "yes"])
def test_an_origin_that_never_answers_is_a_gateway_timeout(
    mitmdump: Callable[..., Proxy],
    proxy_ca: Path,
    tmp_path: Path,
    record_errors: str,
) -> None:
    """mitmproxy gives up at last, and closes its client's connection."""
    cassette, double = tmp_path / "a.yaml", ("-s", DOUBLES / "impatient.py")
    proxy = mitmdump(cassette, "record_only", *double, vcr_record_errors=record_errors)
    proxy.wait_until_listening()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://localhost:{silent.getsockname()[1]}/"
        with Curl(url, curl_environment(proxy.url, proxy_ca)) as client:
            assert client.read_all() == b""
            assert client.wait() in EMPTY
    assert proxy.stop() == 0
    if record_errors == "no":
        assert "broke off and is not recorded: timed out: there was no" in proxy.log
        assert "(vcr_record_errors=yes would record the failure)" in proxy.log
        assert not cassette.exists()
        return
    assert "failed, and is recorded so (timeout): timed out: there was no" in proxy.log
    (item,) = cassettes.read(cassette)
    assert item["response"]["failure"] == "timeout"
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    environment = curl_environment(proxy.url, proxy_ca)
    with Curl(url, environment, "-w", "%{http_code}") as client:
        assert client.read_all().endswith(b"504")
    assert proxy.stop() == 0
    assert "replayed 1, missed 0, unused 0" in proxy.log
