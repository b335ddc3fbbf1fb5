"""``vcr_view=wire``: the cassette holds what was sent, and still replays anywhere."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from end_to_end import cassettes
from end_to_end.clients import Ask
from end_to_end.compare import differences
from end_to_end.pair import Pair
from end_to_end.proxy import Proxy
from end_to_end.test_clients import FORM, at, lower
from golden import oracle
from mitmvcr.core.model import Cassette
from mitmvcr.format.reader import load


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    """One process for them all."""
    return mitmdump_kept


BODY = b"a=1&b=%20"


@pytest.mark.parametrize("client", ["curl-h1", "curl-h2", "httpx-h1", "httpx-h2"])
def test_every_client_gets_again_what_it_got(pair: Pair, client: str) -> None:
    asks = at(pair.origin.https_url)
    recorded = pair.record(client, asks, vcr_view="wire")
    replayed = pair.replay(client, asks)
    assert differences(asks, recorded, replayed) == []


@pytest.mark.parametrize("client", ["curl-h1", "curl-h2"])
def test_go_vcr_loads_the_same_values(pair: Pair, client: str) -> None:
    oracle.program()
    pair.record(client, at(pair.origin.https_url), vcr_view="wire")
    found = oracle.read(pair.cassette.read_bytes())
    assert found == Cassette(tuple(load(pair.cassette).interactions))


def test_over_http1_all_is_kept_as_it_was_spelled(pair: Pair) -> None:
    asks = [
        Ask("POST", "/json?x=1", [*FORM, ("x-ODD", "1"), ("X-Odd", "2")], BODY),
        Ask("GET", "/encoded/gzip", compressed=True),
        Ask("GET", "/chunked"),
        Ask("POST", "/upload", [("Transfer-Encoding", "chunked")], b"0123"),
    ]
    pair.record("curl-h1", at(pair.origin.https_url, asks), vcr_view="wire")
    post, encoded, chunked, upload = cassettes.read(pair.cassette)
    request = post["request"]
    assert (request["proto"], request["proto_major"]) == ("HTTP/1.1", 1)
    assert request["headers"]["Host"] == [f"localhost:{pair.origin.https_port}"]
    assert request["headers"]["Content-Length"] == [str(len(BODY))]
    assert (request["headers"]["x-ODD"], request["headers"]["X-Odd"]) == (["1"], ["2"])
    assert request["form"] == {"a": ["1"], "b": [" "], "x": ["1"]}
    assert encoded["request"]["headers"]["Accept-Encoding"][0].count("gzip") == 1
    response = encoded["response"]
    assert gzip.decompress(response["body"]).startswith(b'{"text"')
    assert lower_names(response)["content-encoding"] == ["gzip"]
    assert "uncompressed" not in response
    assert response["content_length"] == len(response["body"])
    assert chunked["response"]["transfer_encoding"] == ["chunked"]
    assert lower_names(chunked["response"])["transfer-encoding"] == ["chunked"]
    assert chunked["response"]["content_length"] == -1
    assert upload["request"]["transfer_encoding"] == ["chunked"]
    assert upload["request"]["content_length"] == -1


def lower_names(message: dict[str, dict[str, list[str]]]) -> dict[str, list[str]]:
    return {name.lower(): values for name, values in message["headers"].items()}


def test_over_http2_it_is_the_clients_own_protocol(pair: Pair) -> None:
    asks = [Ask("GET", "/json", [("X-Mine", "1")])]
    pair.record("curl-h2", at(pair.origin.https_url, asks), vcr_view="wire")
    (only,) = cassettes.read(pair.cassette)
    request = only["request"]
    assert [request[name] for name in ("proto", "proto_major", "proto_minor")] == [
        "HTTP/2.0",
        2,
        0,
    ]
    assert request["headers"]["x-mine"] == ["1"]
    assert request["content_length"] == 0


def test_a_coding_is_changed_to_one_that_the_client_accepts(pair: Pair) -> None:
    names = ("gzip", "br", "zstd", "deflate")
    url = pair.origin.https_url + "/encoded/"
    recorded = pair.record(
        "curl-h1",
        [Ask("GET", url + name, compressed=True) for name in names],
        vcr_view="wire",
    )
    asks = [
        Ask("GET", url + "gzip"),
        Ask("GET", url + "br", [("Accept-Encoding", "br;q=0, gzip;q=0.5")]),
        Ask("GET", url + "zstd", [("Accept-Encoding", "identity")]),
        Ask("GET", url + "deflate", compressed=True),
    ]
    plain, gzipped, identity, kept = pair.replay("curl-h2", asks)
    assert gzip.decompress(gzipped.body) == recorded[1].body
    assert lower(gzipped)["content-encoding"] == "gzip"
    assert lower(kept)["content-encoding"] == "deflate"
    for replayed, original in [(plain, 0), (identity, 2), (kept, 3)]:
        assert replayed.body == recorded[original].body
    for replayed in (plain, identity):
        assert "content-encoding" not in lower(replayed)
        assert lower(replayed)["content-length"] == str(len(replayed.body))


def test_what_is_encoded_unasked_stays_so(pair: Pair) -> None:
    asks = at(pair.origin.https_url, [Ask("GET", "/encoded/gzip?force=1")])
    recorded = pair.record("curl-h1", asks, vcr_view="wire")
    assert differences(asks, recorded, pair.replay("curl-h1", asks)) == []


def test_redirects_and_credentials(pair: Pair) -> None:
    """A follow-up keeps its own protocol and host; a credential is never kept."""
    asks = [Ask("GET", "/redirect/308", [("Authorization", "Bearer x")], follow=True)]
    asks = at(pair.origin.https_url, asks)
    recorded = pair.record("curl-h1", asks, vcr_view="wire")
    found = [each["request"] for each in cassettes.read(pair.cassette)]
    assert {each["proto"] for each in found} == {"HTTP/1.1"}
    assert {each["host"] for each in found} == {f"localhost:{pair.origin.https_port}"}
    assert all("authorization" not in lower_names(each) for each in found)
    assert differences(asks, recorded, pair.replay("curl-h1", asks)) == []


def test_another_view_is_refused_in_one_line(
    mitmdump_own: Callable[..., Proxy], tmp_path: Path
) -> None:
    proxy = mitmdump_own(tmp_path / "a.yaml", "record_only", vcr_view="tcp")
    assert proxy.wait() == 1
    assert "mitmvcr: error: vcr_view=tcp: use go or wire" in proxy.log
