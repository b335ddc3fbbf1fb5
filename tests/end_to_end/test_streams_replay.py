"""A recorded stream leaves as a stream: event by event, each in a write of its own."""

import json
import re
import socket
import ssl
import zlib
from collections.abc import Callable
from pathlib import Path

import h2.connection
import h2.events
import pytest

from end_to_end import cassettes
from end_to_end.live import Curl, curl_environment
from end_to_end.proxy import DOUBLES, Proxy
from origin.app import EVENTS
from patience import PATIENCE, at_some_pace


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    """One process for them all."""
    return mitmdump_kept


URL = "http://api.test/stream"
TYPES = {name: EVENTS[name] for name in ("sse", "ndjson", "grpc", "mixed")}
VERSIONS = ["--http1.1", "--http2"]


def recorded(kind: str, url: str = URL, **more: object) -> dict[str, object]:
    """A stream as go-vcr would have it."""
    name, events = EVENTS[kind]
    item = cassettes.interaction(
        url,
        b"".join(events).decode(),
        headers={"Content-Type": [name.decode()]},
        duration="1.2s",
    )
    item["response"].update({"content_length": -1, **more})
    return item


def chunks(proxy: Proxy, url: str = URL, headers: str = "") -> tuple[str, list[bytes]]:
    """The head and the chunks of an answer over HTTP/1.1, as they are on the wire."""
    host = url.split("/")[2]
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=PATIENCE) as plug:
        plug.sendall(f"GET {url} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n".encode())
        plug.settimeout(PATIENCE)
        with plug.makefile("rb") as answer:
            head = b"".join(iter(answer.readline, b"\r\n"))
            found = []
            while size := int(answer.readline(), 16):
                found.append(answer.read(size))
                assert answer.readline() == b"\r\n"
    return head.decode(), found


@pytest.mark.parametrize("kind", list(TYPES))
def test_each_event_is_a_write_of_its_own(
    mitmdump: Callable[..., Proxy], tmp_path: Path, kind: str
) -> None:
    cassette = cassettes.write(tmp_path / "a.yaml", recorded(kind))
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    head, found = chunks(proxy)
    assert found == EVENTS[kind][1]
    assert "content-length" not in head.lower()
    assert proxy.stop() == 0
    assert "replayed 1, missed 0, unused 0" in proxy.log


JSON = "application/json"
#: What SDKs and tools read unit by unit.
UNITS = {
    "application/vnd.amazon.eventstream": ["\0\0\0\x10" + "a" * 12, "\0\0\0\5b"],
    "application/connect+json": ["\0\0\0\0\2{}", "\2\0\0\0\2{}"],
    "application/grpc-web-text": ["AAAAAAJoaQ==", "gAAAAAA="],
    "application/json-seq": ['\x1e{"a":1}\n', "\x1e[2]\n"],
    'multipart/mixed; boundary="-"': [
        "---\r\n\r\n{}\r\n",
        "---\r\n\r\n{}\r\n",
        "-----",
    ],
    JSON: ['{"status":"a"}\r\n', '{"status":"b"}\r\n'],
    f"{JSON}; charset=UTF-8": ['[{"a":1}\n', ',\r\n{"a":2}\n', ',\r\n{"a":3}\n]'],
}


def test_each_unit_of_any_kind_is_a_write_of_its_own(
    mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    items = []
    for number, (media, units) in enumerate(UNITS.items()):
        headers = {"Content-Type": [media]}
        url = f"{URL}/{number}"
        items.append(cassettes.interaction(url, "".join(units), headers=headers))
        items[-1]["response"]["content_length"] = -1
    cassette = cassettes.write(tmp_path / "a.yaml", *items)
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    for number, units in enumerate(UNITS.values()):
        _, found = chunks(proxy, f"{URL}/{number}")
        assert found == [each.encode() for each in units]
    assert proxy.stop() == 0
    assert f"replayed {len(UNITS)}, missed 0, unused 0" in proxy.log


def test_what_is_no_stream_leaves_in_one_write(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, tmp_path: Path
) -> None:
    cassette = cassettes.write(tmp_path / "a.yaml", recorded("unsized"))
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    with Curl(URL, curl_environment(proxy.url, proxy_ca), "-i") as client:
        text = client.read_all()
    assert re.search(rb"content-length: 28\r\n", text, re.IGNORECASE)


def test_a_coded_stream_can_be_read_event_by_event(
    mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    item = recorded("sse", uncompressed=True)
    proxy = mitmdump(cassettes.write(tmp_path / "a.yaml", item), "replay_only")
    _, found = chunks(proxy.wait_until_listening(), headers="Accept-Encoding: gzip\r\n")
    state = zlib.decompressobj(31)
    assert [state.decompress(part) for part in found] == EVENTS["sse"][1]
    assert state.eof


def test_recorded_chunks_are_kept(
    mitmdump: Callable[..., Proxy], tmp_path: Path
) -> None:
    """Of any type, and as they were cut then."""
    item = recorded("unsized", chunks="0@0s 2@1ms 20@2ms")
    proxy = mitmdump(cassettes.write(tmp_path / "a.yaml", item), "replay_only")
    _, found = chunks(proxy.wait_until_listening())
    assert [len(part) for part in found] == [2, 18, 8]


@pytest.mark.parametrize("times", ["", "0@100ms 16@400ms 32@800ms 48@1.2s"])
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("latency", ["0.5", "1"])
def test_a_pace_is_kept(
    mitmdump: Callable[..., Proxy],
    proxy_ca: Path,
    tmp_path: Path,
    version: str,
    latency: str,
    times: str,
) -> None:
    """No times are compared: each event came alone, so something was waited for."""
    more = {"chunks": times} if times else {}
    url = "https://api.test/stream"
    cassette = cassettes.write(tmp_path / "a.yaml", recorded("sse", url, **more))

    def attempt(slower: float) -> None:
        pace = float(latency) * slower
        proxy = mitmdump(cassette, "replay_only", vcr_latency=pace)
        environment = curl_environment(proxy.wait_until_listening().url, proxy_ca)
        with Curl(url, environment, version=version) as client:
            found = list(iter(client.read, b""))
            assert client.wait() == 0, client.errors()
        assert proxy.stop() == 0
        assert found == EVENTS["sse"][1]

    at_some_pace(attempt)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_client_that_leaves_has_used_nothing_up(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, tmp_path: Path, version: str
) -> None:
    url = "https://api.test/stream"
    item = recorded("sse", url, duration="2s")
    cassette = cassettes.write(tmp_path / "a.yaml", item)
    first, second, *_ = EVENTS["sse"][1]

    def attempt(slower: float) -> None:
        proxy = mitmdump(cassette, "replay_only", vcr_latency=slower)
        environment = curl_environment(proxy.wait_until_listening().url, proxy_ca)
        with Curl(url, environment, version=version) as client:
            left_at = client.read()
        proxy.wait_for_log("client disconnect")
        with Curl(url, environment, version=version) as client:
            # The first one is over by now: nothing but the second is under way.
            found = [client.read(), client.read()]
            whole = client.read_all()
        assert proxy.stop() == 0
        assert (left_at, found) == (first, [first, second])
        assert whole == b"".join(EVENTS["sse"][1])
        assert "replayed 1, missed 0, unused 0" in proxy.log
        assert "Traceback" not in proxy.log
        assert "warn" not in proxy.log.lower()

    at_some_pace(attempt)


def _take_a_little(proxy: Proxy, url: str, version: str) -> bytes:
    """What a client got that reads no more than it has room for, and leaves."""
    host = url.split("/")[2]
    # As much as is on its way, whatever the system would allow.
    with socket.socket() as plug:
        plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        plug.connect(("127.0.0.1", proxy.port))
        plug.settimeout(PATIENCE)
        if version == "--http1.1":
            plug.sendall(f"GET {url} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            return plug.recv(4096)
        plug.sendall(f"CONNECT {host}:443 HTTP/1.1\r\n\r\n".encode())
        assert b" 200 " in plug.recv(4096)
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_alpn_protocols(["h2"])
        with context.wrap_socket(plug, server_hostname=host) as inner:
            return _first_window(inner, host)


def _first_window(plug: ssl.SSLSocket, host: str) -> bytes:
    """The 64 KiB that an HTTP/2 client is sent without asking for more. The head of
    a second answer shows that nothing more comes."""
    wire = h2.connection.H2Connection()
    wire.initiate_connection()
    for stream, path in ((1, "/stream"), (3, "/nowhere")):
        fields = [(":method", "GET"), (":scheme", "https"), (":path", path)]
        wire.send_headers(stream, [*fields, (":authority", host)], end_stream=True)
    plug.sendall(wire.data_to_send())
    received, answered = b"", set()
    while len(received) < 65535 or 3 not in answered:
        for event in wire.receive_data(plug.recv(65536)):
            if isinstance(event, h2.events.DataReceived):
                received += event.data
            elif isinstance(event, h2.events.ResponseReceived):
                answered.add(event.stream_id)
    return received


@pytest.mark.parametrize("version", VERSIONS)
def test_a_client_that_leaves_a_large_stream_has_used_nothing_up(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, tmp_path: Path, version: str
) -> None:
    """What the system's buffers hold it may have had, and what HTTP/2 sends at once."""
    url = f"http{'s' if version == '--http2' else ''}://api.test/stream"
    event = "data: " + "x" * 65_000 + "\n\n"
    whole = event * (2 if version == "--http2" else 160)
    item = cassettes.interaction(
        url, whole, headers={"Content-Type": ["text/event-stream"]}
    )
    item["response"]["content_length"] = -1
    cassette = tmp_path / "a.yaml"
    cassette.write_text(json.dumps({"version": 2, "interactions": [item]}))
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    assert _take_a_little(proxy, url, version)
    proxy.wait_for_log("client disconnect")
    environment = curl_environment(proxy.url, proxy_ca)
    with Curl(url, environment, version=version) as client:
        assert client.read_all() == whole.encode()
        assert client.wait() == 0, client.errors()
    assert proxy.stop() == 0
    assert "replayed 1, missed" in proxy.log
    assert "Traceback" not in proxy.log


@pytest.mark.parametrize("change", ["killed", "arguments", "no generator"])
def test_a_mitmproxy_that_changed_replays_whole_bodies(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, tmp_path: Path, change: str
) -> None:
    double = ("-s", DOUBLES / "changed.py")
    cassette = cassettes.write(tmp_path / "a.yaml", recorded("sse"), recorded("sse"))
    proxy = mitmdump(cassette, "replay_only", *double, environment={"CHANGE": change})
    environment = curl_environment(proxy.wait_until_listening().url, proxy_ca)
    for _ in range(2):
        with Curl(URL, environment, "-i") as client:
            text = client.read_all()
        assert text.endswith(b"\r\n\r\n" + b"".join(EVENTS["sse"][1]))
        assert b"content-length: 64" in text.lower()
    assert proxy.stop() == 0
    assert proxy.log.count("stream replay is off with mitmproxy") == 1
    assert "replayed 2, missed 0, unused 0" in proxy.log
