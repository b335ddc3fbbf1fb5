"""Streams that did not come to their end, and exchanges that failed."""

import itertools
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from end_to_end import cassettes
from end_to_end.live import Curl, acknowledge, curl_environment
from end_to_end.proxy import Proxy
from origin import Origin
from origin.app import EVENTS


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    """One process for them all."""
    return mitmdump_kept


VERSIONS = ["--http1.1", "--http2"]
KEYS = (f"broken-{os.getpid()}-{number}" for number in itertools.count())
SSE = EVENTS["sse"][1]
DONE = b"data: [DONE]\n\n"
#: curl: the answer was shorter than said, a stream was reset, nothing was answered.
CUT, RESET, EMPTY = (18, 56), (92,), (52,)

Start = Callable[..., Proxy]


class Case:
    """A client of a recording proxy, then of a replaying one."""

    def __init__(
        self, mitmdump: Start, origin: Origin, ca: Path, cassette: Path
    ) -> None:
        self._mitmdump, self.origin, self._ca = mitmdump, origin, ca
        self.cassette = cassette

    def start(self, mode: str, **options: object) -> tuple[Proxy, dict[str, str]]:
        proxy = self._mitmdump(self.cassette, mode, **options).wait_until_listening()
        return proxy, curl_environment(proxy.url, self._ca)

    def replayed(self, url: str, version: str, **options: object) -> tuple[bytes, int]:
        """The body, and how curl ended."""
        proxy, environment = self.start("replay_only", **options)
        with Curl(url, environment, version=version) as client:
            body, status = client.read_all(), client.wait()
        assert proxy.stop() == 0
        assert "Traceback" not in proxy.log
        assert "replayed 1, missed 0, unused 0" in proxy.log
        return body, status


@pytest.fixture
def case(mitmdump: Start, origin: Origin, proxy_ca: Path, tmp_path: Path) -> Case:
    return Case(mitmdump, origin, proxy_ca, tmp_path / "broken.yaml")


def _leave(
    case: Case, url: str, version: str, whole: bytes, **options: object
) -> Proxy:
    """A client that reads so much and goes."""
    key = next(KEYS)
    proxy, environment = case.start("record_only", **options)
    with Curl(f"{url}&gate={key}", environment, version=version) as client:
        for _ in range(whole.count(b"\n\n") - 1):
            acknowledge(case.origin.http_url, key)
        client.read_until(lambda got: got == whole)
    proxy.wait_for_log("client disconnect")
    assert proxy.stop() == 0
    assert "Traceback" not in proxy.log
    return proxy


@pytest.mark.parametrize("version", VERSIONS)
def test_a_client_that_leaves_after_the_last_event_has_it_all(
    case: Case, version: str
) -> None:
    url = f"{case.origin.https_url}/live/sse?n=2&done=1"
    whole = b"".join([*SSE[:2], DONE])
    proxy = _leave(
        case, url, version, whole, vcr_partial="drop", vcr_record_chunks="yes"
    )
    (item,) = cassettes.read(case.cassette)
    assert len(item["response"]["chunks"].split()) == 3
    assert item["response"]["body"].encode() == whole
    assert "failure" not in item["response"]
    assert "mitmvcr: http" not in proxy.log, "there is nothing to warn of"
    body, status = case.replayed(item["request"]["url"], version)
    assert (body, status) == (whole, 0)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("coding", ["", "gzip", "br"])
def test_what_came_before_a_client_left_is_kept(
    case: Case, version: str, coding: str
) -> None:
    url = f"{case.origin.https_url}/live/sse?n=4&coding={coding}"
    key = next(KEYS)
    proxy, environment = case.start("record_only")
    accepts = ("-H", f"Accept-Encoding: {coding}") if coding else ()
    address = f"{url}&gate={key}"
    with Curl(address, environment, *accepts, version=version) as client:
        client.read()
    proxy.wait_for_log("was left before its end: the 16 bytes that came are recorded")
    assert proxy.stop() == 0
    (item,) = cassettes.read(case.cassette)
    assert item["response"]["body"].encode() == SSE[0]
    assert item["response"]["failure"] == "left"
    proxy, environment = case.start("replay_only")
    with Curl(address, environment, *accepts, version=version) as client:
        client.read()  # and is not ended: see test_streams_held.py
    proxy.wait_for_log("client disconnect")
    assert proxy.stop() == 0
    assert "replayed 1, missed 0, unused 0" in proxy.log


def test_or_it_is_dropped(case: Case) -> None:
    url = f"{case.origin.https_url}/live/sse?n=4"
    proxy = _leave(case, url, "--http1.1", SSE[0], vcr_partial="drop")
    assert "was left after 16 bytes and is dropped (vcr_partial)" in proxy.log
    assert not case.cassette.exists()


def test_a_stream_that_is_under_way_when_the_proxy_ends_is_kept(
    mitmdump_own: Start, origin: Origin, proxy_ca: Path, tmp_path: Path
) -> None:
    case = Case(mitmdump_own, origin, proxy_ca, tmp_path / "broken.yaml")
    url = f"{case.origin.https_url}/live/sse?gate={next(KEYS)}"
    proxy, environment = case.start("record_only")
    with Curl(url, environment) as client:
        client.read()
        assert proxy.stop() == 0
    (item,) = cassettes.read(case.cassette)
    assert item["response"]["body"].encode() == SSE[0]
    assert item["response"]["failure"] == "left"


@pytest.mark.parametrize("version", VERSIONS)
def test_an_origin_that_breaks_off_is_not_recorded_as_if_whole(
    case: Case, version: str
) -> None:
    url = f"{case.origin.https_url}/live/sse?n=2&abort=1"
    proxy, environment = case.start("record_only")
    with Curl(url, environment, version=version) as client:
        client.read_all()
        assert client.wait() in CUT + RESET
    assert proxy.stop() == 0
    assert "broke off and is not recorded" in proxy.log
    assert "vcr_record_errors=yes" in proxy.log
    assert not case.cassette.exists()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("sized", ["0", "1"])
@pytest.mark.parametrize("kind", ["sse", "unsized"])
def test_a_body_that_was_truncated_is_truncated_again(
    case: Case, version: str, sized: str, kind: str
) -> None:
    query = f"n=2&abort=1&sized={sized}"
    url = f"{case.origin.https_url}/live/{kind}?{query}"
    proxy, environment = case.start("record_only", vcr_record_errors="yes")
    with Curl(url, environment, version=version) as client:
        seen = client.read_all()
        ended = client.wait()
    assert ended in CUT + RESET
    assert proxy.stop() == 0
    assert "broke off after" in proxy.log
    (item,) = cassettes.read(case.cassette)
    assert item["response"]["failure"] == "truncated"
    assert item["response"]["body"].encode() == b"".join(EVENTS[kind][1][:2]) == seen
    body, status = case.replayed(url, version)
    assert body == seen
    assert status in CUT + RESET


@pytest.mark.parametrize("failure", ["truncated", "left"])
def test_a_part_without_a_length_has_none_over_http_1_0_either(
    case: Case, failure: str
) -> None:
    url = "http://files.example.com/a"
    part = cassettes.interaction(url, "a part")
    part["response"] |= {"failure": failure, "content_length": -1}
    cassettes.write(case.cassette, part)
    proxy, environment = case.start("replay_only")
    with Curl(url, environment, "--include", version="--http1.0") as client:
        client.read_until(lambda got: got.endswith(b"\r\n\r\na part"))
        assert b"content-length" not in client.received.lower()
        if failure == "truncated":
            client.read_all()
            assert client.wait() in (0, *RESET)
    assert proxy.stop() == 0, proxy.log


def _closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_refused_connection_is_a_bad_gateway_again(case: Case, scheme: str) -> None:
    url = f"{scheme}://localhost:{_closed_port()}/"
    proxy, environment = case.start("record_only", vcr_record_errors="yes")
    write = ("-w", "%{http_code}")
    with Curl(url, environment, *write) as client:
        assert client.read_all().endswith(b"502")
    assert proxy.stop() == 0
    assert "failed, and is recorded so (refused)" in proxy.log
    (item,) = cassettes.read(case.cassette)
    assert item["response"]["failure"] == "refused"
    assert item["response"]["code"] == 502
    proxy, environment = case.start("replay_only")
    with Curl(url, environment, *write) as client:
        assert client.read_all().endswith(b"502")
    assert proxy.stop() == 0


@contextmanager
def _silent_server() -> Iterator[int]:
    """It reads a request and closes the connection without a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            accepted, _ = listener.accept()
            with accepted:
                accepted.recv(65536)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def test_an_answer_that_never_came_does_not_come_again(case: Case) -> None:
    proxy, environment = case.start("record_only", vcr_record_errors="yes")
    with _silent_server() as port:
        url = f"http://localhost:{port}/"
        with Curl(url, environment, "-w", "%{http_code}") as client:
            assert client.read_all().endswith(b"502"), "as mitmproxy has it"
    assert proxy.stop() == 0
    assert "failed, and is recorded so (reset)" in proxy.log
    body, status = case.replayed(url, "--http1.1")
    assert body == b""
    assert status in EMPTY
