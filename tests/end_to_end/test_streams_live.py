"""While it is recorded, the client has each event before the origin sends the next."""

import itertools
import zlib
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
import zstandard

from end_to_end import cassettes
from end_to_end.live import Curl, acknowledge, curl_environment
from end_to_end.proxy import Proxy
from mitmvcr.core.duration import parse_duration
from origin import Origin
from origin.app import EVENTS

VERSIONS = ["--http1.1", "--http2"]
KEYS = map(str, itertools.count())


def _decoded(coding: str, received: bytes) -> bytes:
    """What a client can read of what came so far."""
    if coding == "gzip":
        return zlib.decompressobj(31).decompress(received)
    if coding == "br":
        return brotli.Decompressor().process(received)
    if coding == "zstd":
        return zstandard.ZstdDecompressor().decompressobj().decompress(received)
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
