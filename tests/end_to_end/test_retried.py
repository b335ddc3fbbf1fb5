"""A request that failed and was made again, by a client that then asks only once."""

import http.client
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from end_to_end.proxy import Proxy

BODY = b"0123456789" * 100
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n"


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    """One process for them all."""
    return mitmdump_kept


@pytest.fixture
def flaky() -> Iterator[str]:
    """An origin that fails the first request of each path, as the path says."""
    seen: set[bytes] = set()
    listening = socket.create_server(("127.0.0.1", 0))

    def answer(taken: socket.socket) -> None:
        with taken, suppress(OSError):
            path = taken.recv(65536).split(b" ")[1]
            if path in seen:
                taken.sendall(HEAD + BODY)
                return
            seen.add(path)
            if path != b"/reset":
                taken.sendall(HEAD + BODY[:100])
            if path == b"/left":
                taken.recv(1)  # until somebody gives up

    def serve() -> None:
        threads = []
        while True:
            try:
                taken, _ = listening.accept()
            except OSError:
                break
            threads.append(threading.Thread(target=answer, args=[taken]))
            threads[-1].start()
        for each in threads:
            each.join()

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join()


def get(proxy: Proxy, url: str) -> bytes | None:
    """The body; None where there is none, or a part of one."""
    handler = urllib.request.ProxyHandler({"http": proxy.url})
    try:
        with urllib.request.build_opener(handler).open(url) as response:
            body = response.read()
    except (OSError, http.client.HTTPException):
        return None
    assert isinstance(body, bytes)
    return body


@pytest.mark.parametrize("way", ["reset", "truncated", "left"])
def test_the_failed_try_is_not_what_a_replay_hands_out(
    mitmdump: Callable[..., Proxy], flaky: str, tmp_path: Path, way: str
) -> None:
    cassette, url = tmp_path / "flaky.yaml", f"{flaky}/{way}"
    options = {"vcr_spool": "10"}  # so that it is a part that the client gets
    proxy = mitmdump(cassette, "record_only", **options).wait_until_listening()
    if way == "left":
        give_up(proxy, url)
    else:
        assert get(proxy, url) is None
    assert get(proxy, url) == BODY
    assert proxy.stop() == 0
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    assert get(proxy, url) == BODY
    assert proxy.stop() == 0
    assert "replayed 1, missed 0, unused 0" in proxy.log


def give_up(proxy: Proxy, url: str) -> None:
    """Read a part, as a client that will not wait for the rest."""
    with socket.create_connection(("127.0.0.1", proxy.port)) as client:
        host = url.split("/")[2]
        client.sendall(f"GET {url} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        got = b""
        while BODY[:100] not in got:
            got += client.recv(65536)
    proxy.wait_for_log("was left before its end")


def test_with_failures_recorded_it_is_replayed_as_it_went(
    mitmdump: Callable[..., Proxy], flaky: str, tmp_path: Path
) -> None:
    cassette, url = tmp_path / "flaky.yaml", f"{flaky}/reset"
    options = {"vcr_record_errors": "yes"}
    proxy = mitmdump(cassette, "record_only", **options).wait_until_listening()
    assert [get(proxy, url), get(proxy, url)] == [None, BODY]
    assert proxy.stop() == 0
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    assert [get(proxy, url), get(proxy, url)] == [None, BODY]
    assert proxy.stop() == 0
