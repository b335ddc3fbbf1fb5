"""Real clients, recorded through the real mitmdump, replayed with the origin gone."""

import gzip
from collections.abc import Callable
from dataclasses import replace

import pytest

from end_to_end.clients import CLIENTS, Ask, Seen
from end_to_end.compare import differences
from end_to_end.pair import Pair
from end_to_end.proxy import Proxy


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    """One process for them all."""
    return mitmdump_kept


JSON = [("Content-Type", "application/json")]
FORM = [("Content-Type", "application/x-www-form-urlencoded")]

#: Every kind of request and answer. Paths; the test puts the origin before them.
ASKS = [
    Ask("GET", "/json"),
    Ask("GET", "/json?q=%20%2B%C3%BC+x&empty=&twice=1&twice=2"),
    Ask("HEAD", "/json"),
    Ask("POST", "/json", JSON, '{"b": [1, 2.50], "a": "ü"}'.encode()),
    Ask("POST", "/json", FORM, b"a=1&b=%20&a=2"),
    Ask("POST", "/json", JSON, b""),
    Ask("PUT", "/json?form=1", [("Content-Type", "x/y")], bytes(range(256))),
    Ask("PATCH", "/json", JSON, b"not json after all"),
    Ask("DELETE", "/json"),
    Ask("OPTIONS", "/json"),
    Ask("PURGE", "/json"),
    Ask("GET", "/sse?n=4&pause=0.01"),
    Ask("GET", "/binary"),
    *[Ask("GET", f"/redirect/{code}") for code in (301, 302, 303, 307, 308)],
    Ask("GET", "/redirect/301", follow=True),
    Ask("GET", "/cookies", [("Cookie", "x=1; y=2")]),
    Ask("GET", "/repeated", [("X-Two", "a"), ("X-Two", "b")]),
    Ask("GET", "/odd"),
    *[Ask("GET", f"/status/{c}") for c in (204, 304, 401, 404, 413, 429, 500, 503)],
    Ask("DELETE", "/status/204"),
    Ask("GET", "/slow?delay=0.05"),
    Ask("GET", "/chunked"),
    Ask("GET", "/until-close"),
    Ask("GET", "/big?n=300000"),
    Ask("GET", "/big?n=0"),
    Ask("GET", "/reason/200"),
    Ask("GET", "/reason/299"),
    Ask("GET", "/empty"),
    Ask("GET", "/trailers"),
    *[Ask("GET", "/counter")] * 3,
    Ask("POST", "/upload", [], b"0123456789abcdef" * 2**15),
    Ask("POST", "/upload", [("Content-Encoding", "gzip")], gzip.compress(b"z" * 99)),
    Ask("POST", "/upload", [("Expect", "100-continue")], b"wait for it"),
    *[
        Ask("GET", f"/encoded/{name}", compressed=True)
        for name in ("gzip", "br", "zstd", "deflate")
    ],
    Ask("GET", "/encoded/gzip"),
    Ask("GET", "/encoded/gzip?sized=0", compressed=True),
    Ask("HEAD", "/encoded/gzip", compressed=True),
    Ask("GET", "/headers", [("X-Mine", "1")]),
]


def at(base: str, asks: list[Ask] = ASKS) -> list[Ask]:
    return [replace(ask, url=base + ask.url) for ask in asks]


@pytest.mark.parametrize("client", CLIENTS)
def test_https_replays_as_it_was_recorded(pair: Pair, client: str) -> None:
    asks = at(pair.origin.https_url)
    recorded = pair.record(client, asks)
    spoken = {"curl-h2": "HTTP/2", "httpx-h2": "HTTP/2"}.get(client, "HTTP/1.1")
    assert set(pair.origin.hits().protocols) == {spoken}
    replayed = pair.replay(client, asks)
    assert differences(asks, recorded, replayed) == []


@pytest.mark.parametrize("client", ["curl-h1", "requests"])
def test_plain_http_replays_as_it_was_recorded(pair: Pair, client: str) -> None:
    asks = at(pair.origin.http_url)
    recorded = pair.record(client, asks)
    replayed = pair.replay(client, asks)
    assert differences(asks, recorded, replayed) == []


def test_a_body_stored_decoded_is_encoded_as_each_client_asks(pair: Pair) -> None:
    """Recorded once with every encoding; identity always works."""
    names = ("gzip", "br", "zstd", "deflate")
    url = pair.origin.https_url + "/encoded/"
    recorded = pair.record(
        "curl-h1", [Ask("GET", url + name, compressed=True) for name in names]
    )
    asks = [
        Ask("GET", url + "gzip"),
        Ask("GET", url + "br", [("Accept-Encoding", "br;q=0, gzip;q=0.5")]),
        Ask("GET", url + "zstd", [("Accept-Encoding", "identity")]),
        Ask("GET", url + "deflate", compressed=True),
    ]
    plain, gzipped, identity, chosen = pair.replay("curl-h2", asks)
    assert gzip.decompress(gzipped.body) == recorded[1].body
    assert lower(gzipped)["content-encoding"] == "gzip"
    for replayed, original in [(plain, 0), (identity, 2), (chosen, 3)]:
        assert replayed.body == recorded[original].body
    for replayed in (plain, identity):
        assert "content-encoding" not in lower(replayed)


def lower(seen: Seen) -> dict[str, str]:
    return {name.lower(): value for name, value in seen.headers}


def test_what_is_encoded_unasked_is_replayed_byte_for_byte(pair: Pair) -> None:
    url = pair.origin.https_url + "/encoded/gzip?force=1"
    recorded = pair.record("curl-h1", [Ask("GET", url)])
    assert gzip.decompress(recorded[0].body).startswith(b'{"text"')
    asks = [Ask("GET", url)]
    assert differences(asks, recorded, pair.replay("curl-h1", asks)) == []


@pytest.mark.parametrize(
    ("first", "second"), [("curl-h2", "curl-h1"), ("curl-h1", "curl-h2")]
)
def test_what_one_protocol_recorded_the_other_replays(
    pair: Pair, first: str, second: str
) -> None:
    """Status, values and bodies; trailers cannot be told over HTTP/1.1 and are
    dropped there. A client that knows both protocols gets the recorded one."""
    kept = ("/trailers", "/reason/299", "/odd", "/status/204", "/sse?n=2")
    asks = at(pair.origin.https_url, [Ask("GET", path) for path in kept])
    recorded = pair.record(first, asks)
    replayed = pair.replay(second, asks)
    assert {seen.protocol for seen in replayed} == {"HTTP/1.1"}
    for one, other in zip(recorded, replayed, strict=True):
        assert (one.status, one.body) == (other.status, other.body)
        assert other.trailers == []


def test_a_host_recorded_over_both_protocols_gives_each_client_its_own(
    pair: Pair,
) -> None:
    """httpx offers HTTP/1.1 first, so it is for us to choose what was recorded."""
    asks = at(pair.origin.https_url, [Ask("GET", "/json"), Ask("GET", "/counter")])
    both = ["curl-h1", "httpx-h2"]
    recorded = pair.record_all(both, asks)
    assert [seen[0].protocol for seen in recorded] == ["HTTP/1.1", "HTTP/2"]
    replayed = pair.replay_all(both, asks)
    for one, other in zip(recorded, replayed, strict=True):
        assert differences(asks, one, other) == []
