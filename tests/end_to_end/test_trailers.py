"""Trailers over HTTP/1.1, of answers and of requests, and interim answers: on their way
and in a replay, which mitmproxy alone cannot (test_known_limits.py)."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from end_to_end import cassettes
from end_to_end.proxy import DOUBLES, Proxy
from patience import PATIENCE

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n"
TRAILED = (
    HEAD + b"Trailer: X-Sum\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\nx-then: a b\r\n\r\n"
)
SUMS = {"X-Sum": ["1"], "X-Then": ["a b"]}
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
GET = b"GET http://api.test:%d/%b HTTP/1.1\r\nHost: api.test:%d\r\n\r\n"


class Server:
    """Gives each request on its one connection the next answer, in parts."""

    def __init__(self, *answers: tuple[bytes, ...]) -> None:
        self.heard = b""
        self._answers = answers
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve)

    def _serve(self) -> None:
        with self._listener:
            plug, _ = self._listener.accept()
        with plug:
            plug.settimeout(PATIENCE)
            for parts in self._answers:
                self._hear(plug)
                for part in parts:
                    plug.sendall(part)
            with suppress(ConnectionError):  # as who is not read to the end ends it
                while plug.recv(65536):
                    pass

    def _hear(self, plug: socket.socket) -> None:
        """Read a request; one in chunks ends with an empty line behind a last chunk."""
        asked = b""
        while not asked.endswith(b"\r\n\r\n") or (
            b"chunked" in asked and b"\r\n0\r\n" not in asked
        ):
            asked += plug.recv(65536)
        self.heard += asked


@contextmanager
def serving(*answers: tuple[bytes, ...]) -> Iterator[Server]:
    server = Server(*answers)
    server.thread.start()
    yield server
    server.thread.join(PATIENCE)
    assert not server.thread.is_alive()


@contextmanager
def asking(proxy: Proxy) -> Iterator[Callable[[bytes, bytes], bytes]]:
    """``ask(request, end)`` sends it on one connection and reads up to that end."""
    with socket.create_connection(("127.0.0.1", proxy.port), PATIENCE) as plug:

        def ask(request: bytes, end: bytes) -> bytes:
            plug.sendall(request)
            received = b""
            while not received.endswith(end):
                part = plug.recv(65536)
                assert part, received
                received += part
            return received

        yield ask


def get(port: int, path: str = "") -> bytes:
    return (GET % (port, path.encode(), port)).replace(b"api.test", b"127.0.0.1")


END = b"x-then: a b\r\n\r\n"


def trailers(answer: bytes) -> list[str]:
    """What stands behind the last chunk."""
    body = answer.partition(b"\r\n\r\n")[2]
    return body.rpartition(b"\r\n0\r\n")[2].decode().lower().split("\r\n")[:-2]


@pytest.mark.parametrize("cut", [False, True])
def test_those_of_an_answer_are_recorded_and_replayed(
    mitmdump: Callable[..., Proxy], tmp_path: Path, cut: bool
) -> None:
    """And the connection goes on; in whatever parts they come."""
    cassette = tmp_path / "a.yaml"
    parts = tuple(TRAILED[at : at + 1] for at in range(len(TRAILED)))
    parts = parts if cut else (TRAILED,)
    proxy = mitmdump(cassette, "record_only").wait_until_listening()
    with serving(parts, (PLAIN,), parts) as server, asking(proxy) as ask:
        live = ask(get(server.port, "a"), END)
        assert ask(get(server.port, "b"), b"ok").startswith(b"HTTP/1.1 200")
        assert ask(get(server.port, "c"), END) == live
    assert proxy.stop() == 0, proxy.log
    assert trailers(live) == ["x-sum: 1", "x-then: a b"]
    kept = [item["response"] for item in cassettes.read(cassette)]
    assert [each.get("trailer") for each in kept] == [SUMS, None, SUMS]
    assert kept[0]["transfer_encoding"] == ["chunked"]
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    with asking(proxy) as ask:
        again = ask(get(server.port, "a"), END.replace(b"x-t", b"X-T"))
        assert trailers(again) == trailers(live)
        assert b"\r\nTrailer: X-Sum, X-Then\r\n" in again
        assert b"content-length" not in again.lower()
        assert b"\r\n\r\n2\r\nok\r\n0\r\n" in again
        ask(get(server.port, "b"), b"ok")
    assert proxy.stop() == 0, proxy.log
    assert "replayed 2, missed 0, unused 1" in proxy.log
    assert "Traceback" not in proxy.log


STREAM = HEAD.replace(b"text/plain", b"text/event-stream") + (
    b"\r\n9\r\ndata: 1\n\n\r\n9\r\ndata: 2\n\n\r\n0\r\nX-Sum: 2\r\n\r\n"
)


def test_those_of_a_stream_come_behind_its_last_event(
    mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    cassette, found = tmp_path / "a.yaml", []
    proxy = mitmdump(cassette, "record_only").wait_until_listening()
    with serving((STREAM,)) as server, asking(proxy) as ask:
        found.append(ask(get(server.port), b"X-Sum: 2\r\n\r\n"))
    proxy.stop()
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    with asking(proxy) as ask:
        found.append(ask(get(server.port), b"X-Sum: 2\r\n\r\n"))
    assert proxy.stop() == 0, proxy.log
    assert "replayed 1, missed 0, unused 0" in proxy.log
    live, again = (each.partition(b"\r\n\r\n")[2] for each in found)
    assert re.sub(rb"\r\n[0-9a-f]+\r\n", b"", again) == re.sub(
        rb"\r\n[0-9a-f]+\r\n", b"", live
    )


def test_those_of_a_request_reach_its_origin(
    mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    cassette = tmp_path / "a.yaml"
    proxy = mitmdump(cassette, "record_only").wait_until_listening()
    with serving((PLAIN,), (PLAIN,)) as server, asking(proxy) as ask:
        request = get(server.port).replace(b"GET", b"POST")[:-2] + (
            b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 3\r\n\r\n"
        )
        ask(request, b"ok")
        ask(get(server.port), b"ok")
    assert proxy.stop() == 0, proxy.log
    assert b"\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 3\r\n\r\nGET " in server.heard
    first, _ = cassettes.read(cassette)
    assert first["request"]["trailer"] == {"X-Sum": ["3"]}
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    with asking(proxy) as ask:
        assert ask(request, b"ok").startswith(b"HTTP/1.1 200")
        assert ask(get(server.port), b"ok").startswith(b"HTTP/1.1 200")
    assert proxy.stop() == 0, proxy.log
    assert "replayed 2, missed 0, unused 0" in proxy.log


@pytest.mark.parametrize("cut", [1, 7, 200])
def test_an_interim_answer_is_passed_over(
    mitmdump: Callable[..., Proxy], tmp_path: Path, cut: int
) -> None:
    """However many there are, and wherever they are cut."""
    cassette = tmp_path / "a.yaml"
    whole = HINTS + b"HTTP/1.1 102 Processing\r\n\r\n" + PLAIN
    parts = tuple(whole[at : at + cut] for at in range(0, len(whole), cut))
    proxy = mitmdump(cassette, "record_only").wait_until_listening()
    with serving(parts, parts) as server, asking(proxy) as ask:
        for path in "ab":
            assert ask(get(server.port, path), b"ok") == PLAIN
    assert proxy.stop() == 0, proxy.log
    kept = [item["response"] for item in cassettes.read(cassette)]
    assert [(each["code"], each["body"]) for each in kept] == [(200, "ok")] * 2


def test_an_answer_without_a_body_has_no_last_chunk(
    mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    """Though its head speaks of chunks, as that of a 304 may: what the client asks next
    would begin with one."""
    cassette = tmp_path / "a.yaml"
    head = HEAD.replace(b"200 OK", b"304 Not Modified") + b"\r\n"
    proxy = mitmdump(cassette, "record_only").wait_until_listening()
    with serving((head,), (PLAIN,)) as server, asking(proxy) as ask:
        assert ask(get(server.port, "a"), b"\r\n\r\n") == head
        assert ask(get(server.port, "b"), b"ok") == PLAIN
    assert proxy.stop() == 0, proxy.log
    kept = [item["response"]["status"] for item in cassettes.read(cassette)]
    assert kept == ["304 Not Modified", "200 OK"]


def test_a_mitmproxy_that_changed_replays_without_them(
    mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    made = cassettes.interaction("http://api.test/a", "ok")
    made["response"] |= {"trailer": SUMS, "content_length": -1}
    cassette = cassettes.write(tmp_path / "a.yaml", made)
    double = ("-s", DOUBLES / "changed.py")
    changed = {"CHANGE": "chunks"}
    proxy = mitmdump(cassette, "replay_only", *double, environment=changed)
    with asking(proxy.wait_until_listening()) as ask:
        request = b"GET http://api.test/a HTTP/1.1\r\nHost: api.test\r\n\r\n"
        assert ask(request, b"\r\n0\r\n\r\n").startswith(b"HTTP/1.1 200")
    assert proxy.stop() == 0, proxy.log
    assert proxy.log.count("trailers of HTTP/1 is off with mitmproxy") == 1
    assert "replayed 1, missed 0, unused 0" in proxy.log
