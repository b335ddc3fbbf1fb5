"""What stands in a cassette, read with plain PyYAML: go-vcr's view of the traffic."""

import http.client
import os
import re
import signal
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from end_to_end import cassettes, clients
from end_to_end.clients import Ask
from end_to_end.live import acknowledge
from end_to_end.proxy import Proxy, clean_environment
from end_to_end.test_clients import ASKS, JSON, at
from end_to_end.wire import fetch
from origin import Origin
from origin.app import EVENTS
from patience import PATIENCE, wait_until


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    """One process for them all."""
    return mitmdump_kept


REQUEST_KEYS = [
    "proto proto_major proto_minor content_length transfer_encoding trailer host",
    "remote_addr request_uri body form headers url method",
]
RESPONSE_KEYS = [
    "proto proto_major proto_minor transfer_encoding trailer content_length",
    "uncompressed body headers status code duration",
]


class Recorder:
    """Records a client's requests and gives what stands in the cassette."""

    def __init__(
        self, mitmdump: Callable[..., Proxy], origin: Origin, ca: Path, cassette: Path
    ) -> None:
        self._mitmdump, self.origin, self._ca = mitmdump, origin, ca
        self.cassette = cassette

    def __call__(self, client: str, *asks: Ask, plain: bool = False) -> list[dict]:
        base = self.origin.http_url if plain else self.origin.https_url
        proxy = self._mitmdump(self.cassette, "record_only").wait_until_listening()
        environment = clients.environment(proxy.url, self._ca)
        clients.run(client, at(base, asks), clean_environment(**environment))
        assert proxy.stop() == 0, proxy.log
        return cassettes.read(self.cassette)


@pytest.fixture
def record(
    mitmdump: Callable[..., Proxy], origin: Origin, proxy_ca: Path, tmp_path: Path
) -> Recorder:
    return Recorder(mitmdump, origin, proxy_ca, tmp_path / "recorded.yaml")


@pytest.mark.parametrize("client", ["curl-h1", "curl-h2"])
def test_the_go_view(record: Recorder, client: str) -> None:
    """FORMAT, section 4: the request as net/http made it, whatever the wire spoke."""
    body = '{"a": "ü"}'.encode()
    asks = [
        Ask("POST", "/json?x=1", [*JSON, ("Proxy-Connection", "close")], body),
        Ask("GET", "/slow?delay=0.3"),
        Ask("GET", "/chunked"),
        Ask("GET", "/status/204"),
        Ask("GET", "/reason/299"),
    ]
    h2 = client == "curl-h2"
    post, slow, chunked, empty, reason = record(client, *asks)
    request, response = post["request"], post["response"]
    assert (request["proto"], request["proto_major"], request["proto_minor"]) == (
        "HTTP/1.1",
        1,
        1,
    )
    assert request["method"] == "POST"
    assert request["url"] == record.origin.https_url + "/json?x=1"
    assert request["host"] == f"localhost:{record.origin.https_port}"
    assert request["content_length"] == len(body)
    assert request["body"] == body.decode()
    assert request["headers"]["Content-Type"] == ["application/json"]
    dropped = {"host", "content-length", "proxy-connection", "transfer-encoding"}
    assert not dropped & {name.lower() for name in request["headers"]}
    assert request["form"] == {"x": ["1"]}
    expected = ("HTTP/2.0", 2, 0) if h2 else ("HTTP/1.1", 1, 1)
    proto = [response[key] for key in ("proto", "proto_major", "proto_minor")]
    assert tuple(proto) == expected
    assert (response["code"], response["status"]) == (200, "200 OK")
    assert response["content_length"] == len(response["body"].encode())
    assert seconds(slow["response"]["duration"]) >= 0.3
    answer = chunked["response"]
    assert answer["content_length"] == -1
    assert answer.get("transfer_encoding", []) == ([] if h2 else ["chunked"])
    assert "transfer-encoding" not in {name.lower() for name in answer["headers"]}
    assert empty["response"]["content_length"] == 0
    assert empty["response"]["body"] == ""
    assert reason["response"]["code"] == 299
    assert reason["response"]["status"] == ("299 " if h2 else "299 Quite All Right")


def seconds(duration: str) -> float:
    """A Go duration string."""
    units = {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
    parts = re.findall(r"([\d.]+)(ns|µs|ms|s|m|h)", duration)
    assert "".join(number + unit for number, unit in parts) == duration
    return sum(float(number) * units[unit] for number, unit in parts)


@pytest.mark.parametrize("client", ["curl-h1", "curl-h2", "requests", "aiohttp"])
def test_every_file_has_go_vcrs_shape(record: Recorder, client: str) -> None:
    recorded = record(client, *ASKS)
    text = record.cassette.read_text("utf-8")
    assert text.startswith("---\nversion: 2\ninteractions:\n")
    assert len(recorded) == len(ASKS) + 5  # the one that is followed: five more
    assert [item["id"] for item in recorded] == list(range(len(recorded)))
    for item in recorded:
        assert list(item) == ["id", "request", "response"]
        assert _in_order(item["request"], REQUEST_KEYS)
        assert _in_order(item["response"], RESPONSE_KEYS)
        for headers in (item["request"]["headers"], item["response"]["headers"]):
            assert list(headers) == sorted(headers)
            assert all(isinstance(values, list) for values in headers.values())
        assert seconds(item["response"]["duration"]) > 0
        names = {name.lower() for name in item["response"]["headers"]}
        assert not names & {"transfer-encoding", "trailer"}
    assert list(record.cassette.parent.glob("recorded.*")) == [record.cassette]


def _in_order(found: dict[str, object], lines: list[str]) -> bool:
    keys = " ".join(lines).split()
    return list(found) == [key for key in keys if key in found]


def test_an_encoding_the_client_asked_for_is_stored_decoded(record: Recorder) -> None:
    names = ["gzip", "br", "zstd", "deflate"]
    asks = [Ask("GET", f"/encoded/{name}", compressed=True) for name in names]
    for item in record("curl-h1", *asks):
        response = item["response"]
        assert response["uncompressed"] is True
        assert response["content_length"] == -1
        assert response["body"].startswith('{"text": "täxt täxt')
        present = {name.lower() for name in response["headers"]}
        assert not present & {"content-encoding", "content-length"}


def test_a_body_that_is_not_text_is_binary_in_yaml(record: Recorder) -> None:
    (item,) = record("curl-h1", Ask("PUT", "/upload", [], b"\xff\xfe\0"))
    assert item["request"]["body"] == b"\xff\xfe\0"
    assert "!!binary" in record.cassette.read_text()


def test_repeated_headers_and_cookies_are_lists(record: Recorder) -> None:
    asks = [
        Ask("GET", "/repeated", [("X-Two", "a"), ("X-Two", "b")]),
        Ask("GET", "/cookies", [("Cookie", "x=1; y=2")]),
    ]
    for client in ("curl-h1", "curl-h2"):
        repeated, cookies = record(client, *asks)
        answer = {k.lower(): v for k, v in repeated["response"]["headers"].items()}
        assert answer["x-repeat"] == ["b", "a", "a, c"]
        assert answer["x-empty"] == [""]
        assert repeated["request"]["headers"]["X-Two"] == ["a", "b"]
        answer = {k.lower(): v for k, v in cookies["response"]["headers"].items()}
        assert len(answer["set-cookie"]) == 3
        assert cookies["request"]["headers"]["Cookie"] == ["x=1; y=2"]


def test_names_are_gos_but_for_requests_over_h1(record: Recorder) -> None:
    """Go sends the names of a request as the program spelled them, and reads those of
    a response into their canonical form."""
    ask = Ask("GET", "/odd", [("x-sTaInLeSs-os", "Linux")])
    (item,) = record("curl-h1", ask)
    assert item["request"]["headers"]["x-sTaInLeSs-os"] == ["Linux"]
    assert item["response"]["headers"]["X-Odd-Case"] == ["1"]
    (item,) = record("curl-h2", ask)
    assert item["request"]["headers"]["X-Stainless-Os"] == ["Linux"]
    assert item["response"]["headers"]["X-Odd-Case"] == ["1"]


def test_h2_trailers_stand_apart(record: Recorder) -> None:
    (item,) = record("curl-h2", Ask("GET", "/trailers"))
    trailer = {"Grpc-Status": ["0"], "X-Checksum": ["abc"]}
    assert item["response"]["trailer"] == trailer


def test_a_request_followed_by_a_client_is_a_request_of_its_own(
    record: Recorder,
) -> None:
    recorded = record("curl-h1", Ask("GET", "/redirect/301", follow=True))
    paths = [item["request"]["url"].rpartition(":")[2] for item in recorded]
    assert [path.partition("/")[2] for path in paths] == [
        "redirect/301",
        "redirect/302",
        "redirect/303",
        "redirect/307",
        "redirect/308",
        "json?redirected=1",
    ]


def test_proxy_credentials_are_neither_forwarded_nor_recorded(
    record: Recorder, mitmdump: Callable[..., Proxy], proxy_ca: Path
) -> None:
    proxy = mitmdump(record.cassette, "record_only").wait_until_listening()
    secret = {"Proxy-Authorization": "Basic c2VjcmV0", "Proxy-Connection": "keep-alive"}
    url = record.origin.http_url + "/headers"
    got = fetch(proxy.url, proxy_ca, url, headers=secret)
    assert proxy.stop() == 0
    assert "proxy-" not in got.body.decode().lower()
    assert "c2VjcmV0" not in record.cassette.read_text()
    assert "proxy-" not in record.cassette.read_text().lower()


@pytest.mark.parametrize("by", ["SIGINT", "SIGTERM"])
def test_either_signal_saves(
    record: Recorder, mitmdump_own: Callable[..., Proxy], proxy_ca: Path, by: str
) -> None:
    proxy = mitmdump_own(record.cassette, "record_once").wait_until_listening()
    fetch(proxy.url, proxy_ca, record.origin.https_url + "/json")
    assert proxy.stop(signal.Signals[by]) == 0
    assert len(cassettes.read(record.cassette)) == 1


def test_what_a_killed_proxy_had_recorded_is_not_lost(
    record: Recorder, mitmdump_own: Callable[..., Proxy], proxy_ca: Path
) -> None:
    proxy = mitmdump_own(record.cassette, "record_once").wait_until_listening()
    fetch(proxy.url, proxy_ca, record.origin.https_url + "/json")
    proxy.kill()
    assert not record.cassette.exists()
    left = record.cassette.with_name("recorded.yaml.part")
    assert len(yaml.safe_load(left.read_text())["interactions"]) == 1


def test_a_stream_reaches_the_client_while_it_is_recorded(
    record: Recorder, mitmdump: Callable[..., Proxy], proxy_ca: Path
) -> None:
    """The origin sends no event before the client has the one before."""
    proxy = mitmdump(record.cassette, "record_once").wait_until_listening()
    context = ssl.create_default_context(cafile=proxy_ca)
    connection = http.client.HTTPSConnection(
        "127.0.0.1", proxy.port, timeout=PATIENCE, context=context
    )
    connection.set_tunnel("localhost", record.origin.https_port)
    key = f"recorded-while-{os.getpid()}"
    connection.request("GET", f"/live/sse?n=3&done=1&gate={key}")
    parts = []
    with connection.getresponse() as answer:
        while part := answer.read1():
            parts.append(part)
            acknowledge(record.origin.http_url, key)
    connection.close()
    assert parts == [*EVENTS["sse"][1][:3], b"data: [DONE]\n\n"]
    assert proxy.stop() == 0
    (item,) = cassettes.read(record.cassette)
    assert item["response"]["body"].encode() == b"".join(parts)


@pytest.mark.parametrize("spool", ["1k", "1m"])
def test_a_large_body_is_recorded_as_a_small_one_is(
    record: Recorder, mitmdump: Callable[..., Proxy], proxy_ca: Path, spool: str
) -> None:
    urls = [f"{record.origin.https_url}/big?n={n}" for n in (900, 9_000_000)]
    proxy = mitmdump(record.cassette, "record_once", vcr_spool=spool)
    proxy.wait_until_listening()
    got = [fetch(proxy.url, proxy_ca, url).body for url in urls]
    assert proxy.stop() == 0
    found = cassettes.read(record.cassette)
    assert [item["response"]["body"] for item in found] == got
    lengths = [item["response"]["content_length"] for item in found]
    assert lengths == [900, 9_000_000]


def test_record_only_replaces_what_another_client_recorded(record: Recorder) -> None:
    first = record("curl-h1", ASKS[0])
    second = record("requests", ASKS[0])
    agents = [item["request"]["headers"]["User-Agent"][0] for item in first + second]
    assert agents[0].startswith("curl/")
    assert agents[1].startswith("python-requests/")


def test_what_gos_transport_adds_is_not_recorded(record: Recorder) -> None:
    """FORMAT 4, rules 4 and 5; curl plays Go."""
    go = [("User-Agent", "Go-http-client/1.1"), ("Accept-Encoding", "gzip")]
    encoded, none, ranged = record(
        "curl-h1",
        Ask("GET", "/encoded/gzip", go),
        Ask("GET", "/json", [("User-Agent", ""), ("Accept-Encoding", "gzip")]),
        Ask("GET", "/json", [("Accept-Encoding", "gzip"), ("Range", "bytes=0-")]),
    )
    assert set(encoded["request"]["headers"]) == {"Accept"}
    assert encoded["response"]["uncompressed"] is True
    assert encoded["response"]["body"].startswith('{"text"')
    assert none["request"]["headers"]["User-Agent"] == [""]
    assert ranged["request"]["headers"]["Accept-Encoding"] == ["gzip"]


def test_a_chunked_upload_has_gos_unknown_length(record: Recorder) -> None:
    chunked = [("Transfer-Encoding", "chunked")]
    (item,) = record("curl-h1", Ask("POST", "/upload", chunked, b"some body"))
    assert item["request"]["body"] == "some body"
    assert item["request"]["content_length"] == 0
    assert item["request"].get("transfer_encoding", []) == []
    assert '"length": 9' in item["response"]["body"]


def test_a_redirect_that_gos_client_follows_has_no_protocol(record: Recorder) -> None:
    """FORMAT 4, rule 8: known by the Location before it and a Referer."""
    first = record.origin.https_url + "/redirect/301"
    _, followed, other = record(
        "requests",
        Ask("GET", "/redirect/301"),
        Ask("GET", "/redirect/302", [("Referer", first)]),
        Ask("GET", "/json"),
    )
    asked = followed["request"]
    assert (asked["proto"], asked["proto_major"], asked["proto_minor"]) == ("", 0, 0)
    assert asked["host"] == ""
    assert other["request"]["proto"] == "HTTP/1.1"


def test_form_holds_the_body_then_the_query(record: Recorder) -> None:
    kind = [("Content-Type", "application/x-www-form-urlencoded")]
    posted, got = record(
        "curl-h1",
        Ask("POST", "/json?a=query&c=3", kind, b"a=body&b=%20x"),
        Ask("GET", "/json?a=1"),
    )
    form = {"a": ["body", "query"], "b": [" x"], "c": ["3"]}
    assert posted["request"]["form"] == form
    assert got["request"]["form"] == {"a": ["1"]}


def test_requests_at_the_same_time_are_all_recorded_and_each_replayed_once(
    record: Recorder, mitmdump: Callable[..., Proxy], proxy_ca: Path
) -> None:
    url = record.origin.https_url + "/counter"

    def run(mode: str) -> list[bytes]:
        proxy = mitmdump(record.cassette, mode).wait_until_listening()
        with ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(fetch, proxy.url, proxy_ca, url) for _ in range(24)]
        assert proxy.stop() == 0, proxy.log
        return sorted(one.result().body for one in asked)

    recorded = run("record_once")
    assert len(set(recorded)) == 24
    assert run("replay_only") == recorded


def test_a_request_under_way_at_the_end_is_still_recorded(
    record: Recorder, mitmdump_own: Callable[..., Proxy], proxy_ca: Path
) -> None:
    proxy = mitmdump_own(record.cassette, "record_once").wait_until_listening()
    url = record.origin.https_url + "/slow?delay=1.5"
    record.origin.reset()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(fetch, proxy.url, proxy_ca, url)
        wait_until("the request", lambda: record.origin.hits().requests)
        assert proxy.stop() == 0, proxy.log
        assert asked.result().status == 200
    (item,) = cassettes.read(record.cassette)
    assert item["response"]["code"] == 200


#: The lines of a request: as Guile and Racket write it, each piece in a record of its
#: own, and as it comes where a record or a packet ends somewhere within it.
IN_PIECES = {
    "word by word": (b"G", b"ET", b" ", b"/json", b" HTTP/1.1\r\n\r\n"),
    "behind a blank": (b"GET ", b"/json HTTP/1.1\r\n\r\n"),
    "within the path": (b"GET /js", b"on HTTP/1.1\r\n\r\n"),
    "within a long URL": (b"GET /json?" + b"x" * 20_000, b" HTTP/1.1\r\n\r\n"),
    "within the version": (b"GET /json HTTP/1", b".1\r\n\r\n"),
    "behind an old version": (b"GET /json?old HTTP/1.0", b"\r\nX: y\r\n\r\n"),
    "within the line's end": (b"GET /json HTTP/1.1\r", b"\nX: y\r\n\r\n"),
    "within an odd method": (b"VERSION-", b"CONTROL /json HTTP/1.1\r\n\r\n"),
}


@pytest.mark.parametrize("plain", [False, True], ids=["in-tls", "in-the-clear"])
def test_what_begins_a_request_s_line_begins_a_request(
    mitmdump: Callable[..., Proxy],
    origin: Origin,
    proxy_ca: Path,
    tmp_path: Path,
    plain: bool,
) -> None:
    """mitmproxy takes it for bare TCP, which is neither recorded nor replayed."""
    port, count = origin.http_port if plain else origin.https_port, len(IN_PIECES)
    for mode in ("record_only", "replay_with_new_episodes", "replay_only"):
        proxy = mitmdump(tmp_path / "slow.yaml", mode).wait_until_listening()
        for name, pieces in IN_PIECES.items():
            answer = in_pieces(proxy.url, None if plain else proxy_ca, port, pieces)
            assert answer.startswith(b"HTTP/1.1 "), (mode, name, answer, proxy.log)
        assert proxy.stop() == 0, proxy.log
        first = f"recorded {count}"
        said = first if mode == "record_only" else f"recorded 0, replayed {count}"
        assert said in proxy.log, proxy.log


def in_pieces(
    proxy_url: str, ca: Path | None, port: int, pieces: Sequence[bytes]
) -> bytes:
    """Return what comes for a request that is sent in pieces through a tunnel. They
    need the pauses to come apart: without them the test says less."""
    target, proxy = f"localhost:{port}", urlsplit(proxy_url)
    with ExitStack() as open_ones:
        where = proxy.hostname, proxy.port
        raw = open_ones.enter_context(socket.create_connection(where, PATIENCE))
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        raw.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        assert b" 200 " in raw.recv(4096)
        plug = raw
        if ca is not None:
            context = ssl.create_default_context(cafile=ca)
            tls = context.wrap_socket(raw, server_hostname="localhost")
            plug = open_ones.enter_context(tls)
        host = f"\r\nHost: {target}\r\n\r\n".encode()
        for piece in pieces:
            is_last = piece is pieces[-1]
            plug.sendall(piece.removesuffix(b"\r\n\r\n") + host if is_last else piece)
            time.sleep(0.1)
        return plug.recv(4096)


@pytest.mark.parametrize("path", ["/until-close", "/json"])
def test_tls_ends_with_a_word(
    mitmdump: Callable[..., Proxy],
    origin: Origin,
    proxy_ca: Path,
    tmp_path: Path,
    path: str,
) -> None:
    """Without one wget asks twenty times for what goes until the end of its
    connection."""
    for mode in ("record_only", "replay_only"):
        proxy = mitmdump(tmp_path / "ended.yaml", mode).wait_until_listening()
        answer = until_its_end(proxy.url, proxy_ca, origin.https_port, path)
        assert proxy.stop() == 0, proxy.log
        assert answer.startswith(b"HTTP/1.1 200"), (mode, answer, proxy.log)


def test_tls_ends_without_one_where_the_answer_broke_off(
    mitmdump: Callable[..., Proxy], origin: Origin, proxy_ca: Path, tmp_path: Path
) -> None:
    proxy = mitmdump(tmp_path / "gone.yaml", "record_only").wait_until_listening()
    with pytest.raises(ssl.SSLEOFError):
        until_its_end(proxy.url, proxy_ca, origin.https_port, "/live/sse?n=2&abort=1")


@pytest.mark.parametrize("plain", [False, True], ids=["in-tls", "in-the-clear"])
def test_what_came_before_a_reset_is_not_the_whole(
    mitmdump: Callable[..., Proxy],
    origin: Origin,
    proxy_ca: Path,
    tmp_path: Path,
    plain: bool,
) -> None:
    """An answer without a length goes until the end of its connection, and mitmproxy
    takes a reset for that."""
    options = {"vcr_record_errors": "yes"}
    for name, given, counted in (("a", {}, 0), ("b", options, 1)):
        cassette = tmp_path / f"{name}.yaml"
        proxy = mitmdump(cassette, "record_only", **given).wait_until_listening()
        port = origin.http_port if plain else origin.https_port
        ca = None if plain else proxy_ca
        with pytest.raises(ssl.SSLEOFError if ca else ConnectionResetError):
            until_its_end(proxy.url, ca, port, "/until-close?end=reset")
        assert proxy.stop() == 0, proxy.log
        assert "broke off" in proxy.log, proxy.log
        assert f"recorded {counted}, " in proxy.log, proxy.log
    (item,) = cassettes.read(cassette)
    assert item["response"]["failure"] == "truncated"


def test_tls_ends_as_the_origin_s_did(
    mitmdump: Callable[..., Proxy], origin: Origin, proxy_ca: Path, tmp_path: Path
) -> None:
    """Without a close_notify an answer without a length may be whole, or not: its
    client may take it for one or the other, as without us."""
    proxy = mitmdump(tmp_path / "silent.yaml", "record_only").wait_until_listening()
    path = "/until-close?end=silent"
    with pytest.raises(ssl.SSLEOFError):
        until_its_end(proxy.url, proxy_ca, origin.https_port, path)
    assert proxy.stop() == 0, proxy.log
    assert "recorded 1, " in proxy.log, proxy.log


def until_its_end(proxy_url: str, ca: Path | None, port: int, path: str) -> bytes:
    """Return what comes for a request that is the last of its connection. Raise
    SSLEOFError where TLS has no end."""
    target, proxy = f"localhost:{port}", urlsplit(proxy_url)
    head = f"GET {path} HTTP/1.1\r\nHost: {target}\r\nConnection: close\r\n\r\n"
    with socket.create_connection((proxy.hostname, proxy.port), PATIENCE) as raw:
        raw.sendall(f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
        assert b" 200 " in raw.recv(4096)
        if ca is None:
            return _all(raw, head)
        context = ssl.create_default_context(cafile=ca)
        with context.wrap_socket(
            raw, server_hostname="localhost", suppress_ragged_eofs=False
        ) as plug:
            return _all(plug, head)


def _all(plug: socket.socket, head: str) -> bytes:
    plug.sendall(head.encode())
    return b"".join(iter(lambda: plug.recv(4096), b""))
