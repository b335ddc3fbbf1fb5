"""While it is recorded, the client has each event before the origin sends the next."""

import itertools
import socket
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import brotli
import pytest
from backports import zstd

from end_to_end import cassettes
from end_to_end.live import Curl, acknowledge, curl_environment
from end_to_end.proxy import Proxy
from mitmvcr.core.duration import parse_duration
from origin import Origin
from origin.app import EVENTS
from patience import PATIENCE


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    """One process for them all."""
    return mitmdump_kept


VERSIONS = ["--http1.1", "--http2"]
KEYS = map(str, itertools.count())


def _decoded(coding: str, received: bytes) -> bytes:
    """What a client can read of what came so far."""
    if coding == "gzip":
        return zlib.decompressobj(31).decompress(received)
    if coding == "br":
        return brotli.Decompressor().process(received)
    if coding == "zstd":
        return zstd.ZstdDecompressor().decompress(received)
    return received


@pytest.mark.parametrize("coding", ["", "gzip", "br", "zstd"])
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", list(EVENTS))
def test_each_event_arrives_before_the_next_is_sent(
    mitmdump: Callable[..., Proxy],
    origin: Origin,
    proxy_ca: Path,
    tmp_path: Path,
    kind: str,
    version: str,
    coding: str,
) -> None:
    if coding and kind not in ("sse", "ndjson"):
        coding = "gzip"
    cassette, key = tmp_path / "live.yaml", f"{next(KEYS)}-{version}-{kind}-{coding}"
    proxy = mitmdump(cassette, "record_only").wait_until_listening()
    environment = curl_environment(proxy.url, proxy_ca)
    url = f"{origin.https_url}/live/{kind}?gate={key}&coding={coding}"
    accepts = ("-H", f"Accept-Encoding: {coding}") if coding else ()
    events = EVENTS[kind][1]
    with Curl(url, environment, *accepts, version=version) as client:
        for count in range(1, len(events) + 1):
            expected = b"".join(events[:count])
            client.read_until(
                lambda got, e=expected: len(_decoded(coding, got)) >= len(e)
            )
            assert _decoded(coding, client.received) == expected
            acknowledge(origin.http_url, key)
        client.read_all()
        assert client.wait() == 0, client.errors()
    assert proxy.stop() == 0, proxy.log
    (item,) = cassettes.read(cassette)
    response = item["response"]
    body = response["body"]
    assert (body if isinstance(body, bytes) else body.encode()) == b"".join(events)
    assert response.get("uncompressed", False) is bool(coding)
    assert "chunks" not in response
    assert "failure" not in response


@pytest.mark.parametrize(
    "options",
    [
        {"vcr_mode": "passthrough"},
        {"vcr_mode": "record_once", "vcr_passthrough": "~u /live/"},
    ],
)
@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_let_through_passes_live_too(
    mitmdump: Callable[..., Proxy],
    origin: Origin,
    proxy_ca: Path,
    tmp_path: Path,
    version: str,
    options: dict[str, str],
) -> None:
    key, events = f"through-{next(KEYS)}-{version}", EVENTS["sse"][1]
    proxy = mitmdump(tmp_path / "a.yaml", **options).wait_until_listening()
    url = f"{origin.https_url}/live/sse?gate={key}"
    with Curl(url, curl_environment(proxy.url, proxy_ca), version=version) as client:
        for count in range(1, len(events) + 1):
            expected = b"".join(events[:count])
            client.read_until(lambda got, e=expected: got == e)
            acknowledge(origin.http_url, key)
        client.read_all()
        assert client.wait() == 0, client.errors()
    assert proxy.stop() == 0, proxy.log
    assert not (tmp_path / "a.yaml").exists()


@pytest.mark.parametrize("coding", ["", "gzip", "br", "zstd"])
@pytest.mark.parametrize("version", VERSIONS)
def test_when_each_part_came_is_recorded_where_it_is_asked_for(
    mitmdump: Callable[..., Proxy],
    origin: Origin,
    proxy_ca: Path,
    tmp_path: Path,
    version: str,
    coding: str,
) -> None:
    """Offsets are those of the body as recorded, whatever its coding was."""
    cassette, key = tmp_path / "chunks.yaml", f"chunks-{next(KEYS)}-{version}"
    proxy = mitmdump(cassette, "record_only", vcr_record_chunks="yes")
    environment = curl_environment(proxy.wait_until_listening().url, proxy_ca)
    url = f"{origin.https_url}/live/sse?gate={key}&coding={coding}"
    accepts = ("-H", f"Accept-Encoding: {coding}") if coding else ()
    with Curl(url, environment, *accepts, version=version) as client:
        for count in range(1, 5):
            client.read_until(lambda got, n=count: len(_decoded(coding, got)) >= 16 * n)
            acknowledge(origin.http_url, key)
        client.read_all()
    assert proxy.stop() == 0, proxy.log
    (item,) = cassettes.read(cassette)
    chunks = [part.partition("@") for part in item["response"]["chunks"].split()]
    assert [int(offset) for offset, _, _ in chunks] == [0, 16, 32, 48]
    times = [parse_duration(time) for _, _, time in chunks]
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] > 0


@contextmanager
def _in_parts(parts: Sequence[bytes], goes_on: threading.Event) -> Iterator[int]:
    """A server of one answer, each part of which waits until it may go on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            accepted, _ = listener.accept()
            with accepted:
                accepted.recv(65536)
                accepted.sendall(
                    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                    b"Transfer-Encoding: chunked\r\n\r\n"
                )
                for part in parts:
                    accepted.sendall(b"%x\r\n%b\r\n" % (len(part), part))
                    goes_on.wait(PATIENCE)
                    goes_on.clear()
                accepted.sendall(b"0\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


@pytest.mark.parametrize("record_chunks", ["no", "yes"])
@pytest.mark.parametrize(
    ("name", "secret", "stored"),
    [
        ("api_key", "Tr0ub4dor-and-3-more", "[REDACTED:api_key]"),
        ("note", "AKIA" + "QYLPMN5HHHFPZAM2", "[REDACTED:aws"),
    ],
)
def test_a_secret_across_two_parts_is_hidden(
    mitmdump: Callable[..., Proxy],
    proxy_ca: Path,
    tmp_path: Path,
    name: str,
    secret: str,
    stored: str,
    record_chunks: str,
) -> None:
    """The client has it as it came, and the cassette has not."""
    event = b'data: {"%b": "%b"}\n\n' % (name.encode(), secret.encode())
    cut = event.index(secret.encode()) + 9
    parts = [b"data: 1\n\n", event[:cut], event[cut:] + b"data: [DONE]\n\n"]
    cassette, goes_on = tmp_path / "secret.yaml", threading.Event()
    proxy = mitmdump(cassette, "record_only", vcr_record_chunks=record_chunks)
    environment = curl_environment(proxy.wait_until_listening().url, proxy_ca)
    with _in_parts(parts, goes_on) as port:
        url = f"http://localhost:{port}/"
        with Curl(url, environment) as client:
            for count in range(1, 4):
                expected = b"".join(parts[:count])
                client.read_until(lambda got, e=expected: got == e)
                goes_on.set()
            assert client.read_all() == b"".join(parts)
    assert proxy.stop() == 0, proxy.log
    text = cassette.read_text()
    assert secret not in text
    assert secret[:9] not in text
    assert secret[9:] not in text
    assert stored in text
    proxy = mitmdump(cassette, "replay_only").wait_until_listening()
    with Curl(url, curl_environment(proxy.url, proxy_ca)) as client:
        replayed = client.read_all().decode()
    assert replayed.startswith("data: 1\n\ndata: {")
    assert stored in replayed
    assert replayed.endswith("}\n\ndata: [DONE]\n\n")
    assert proxy.stop() == 0
