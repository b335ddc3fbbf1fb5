"""A miss as a client gets it, through a real mitmdump."""

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from end_to_end import clients
from end_to_end.clients import Ask
from end_to_end.proxy import Proxy, clean_environment
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import writer
from patience import PATIENCE


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    """One process for them all."""
    return mitmdump_kept


HOST = "api.example.test"


@pytest.fixture
def proxy(mitmdump: Callable[..., Proxy], tmp_path: Path) -> Proxy:
    request = Request(method="GET", url=f"http://{HOST}/a?token=of-the-cassette")
    held = Interaction(0, request, Response(status="200 OK", code=200))
    cassette = tmp_path / "chat.yaml"
    cassette.write_bytes(writer.dumps(Cassette([held])))
    return mitmdump(cassette, "replay_only").wait_until_listening()


class Line:
    """One connection that is kept."""

    def __init__(self, port: int) -> None:
        self._plug = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self._file = self._plug.makefile("rb")

    def ask(self, method: bytes, target: bytes) -> tuple[bytes, dict[bytes, bytes]]:
        """The status line and what was before the body; it is not read."""
        self._plug.sendall(
            b"%s %s HTTP/1.1\r\nHost: %s\r\n\r\n" % (method, target, HOST.encode())
        )
        status = self._file.readline()
        headers = {}
        while (line := self._file.readline()).strip():
            name, _, value = line.partition(b":")
            headers[name.lower()] = value.strip()
        return status, headers

    def read(self, length: int) -> bytes:
        return self._file.read(length)

    def close(self) -> None:
        self._file.close()
        self._plug.close()


@pytest.mark.parametrize(
    "path",
    [
        b"/" + b"x" * 30_000,
        b"/\x1b[31mred\x7f",
        b"/%0d%0aX-Injected:%201",
    ],
)
def test_whatever_was_asked_the_answer_can_be_read(proxy: Proxy, path: bytes) -> None:
    line = Line(proxy.port)
    status, headers = line.ask(b"GET", b"http://" + HOST.encode() + path)
    assert b" 424 " in status
    assert headers[b"x-vcr-miss"] == b"1"
    assert headers[b"x-vcr-miss-reason"].decode("ascii").isprintable()
    assert sum(len(name) + len(value) + 4 for name, value in headers.items()) < 4096
    problem = json.loads(line.read(int(headers[b"content-length"])))
    assert problem["request"]["method"] == "GET"
    line.close()
    proxy.stop()
    told = [said for said in proxy.log.splitlines() if "no match for GET" in said]
    assert len(told) == 1
    assert problem["detail"] in told[0]


def test_after_a_head_the_connection_goes_on(proxy: Proxy) -> None:
    line = Line(proxy.port)
    target = f"http://{HOST}/other".encode()
    for method in (b"HEAD", b"GET", b"HEAD"):
        status, headers = line.ask(method, target)
        assert status == b"HTTP/1.1 424 Failed Dependency\r\n"
        length = int(headers[b"content-length"])
        if method == b"GET":
            assert json.loads(line.read(length))["status"] == 424
    line.close()


def test_over_http_2_too(proxy: Proxy, proxy_ca: Path) -> None:
    asks = [Ask(method, f"https://{HOST}/other") for method in ("HEAD", "GET")]
    environment = clients.environment(proxy.url, proxy_ca)
    head, get = clients.run("curl-h2", asks, clean_environment(**environment))
    assert (head.status, get.status) == (424, 424)
    assert head.body == b""
    assert json.loads(get.body)["request"]["url"] == f"https://{HOST}/other"


def test_no_secret_is_shown(proxy: Proxy) -> None:
    """mitmdump's own log of flows is not ours."""
    line = Line(proxy.port)
    target = f"http://{HOST}/a?token=of-the-client".encode()
    _, headers = line.ask(b"POST", target)
    body = line.read(int(headers[b"content-length"])).decode()
    line.close()
    proxy.stop()
    log = "\n".join(said for said in proxy.log.splitlines() if "mitmvcr" in said)
    for told in (repr(headers), body, log):
        assert "query.token" in told
        assert "of-the-" not in told
