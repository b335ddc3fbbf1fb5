"""Real clients, recorded through the real mitmdump, replayed with the origin gone."""

from dataclasses import replace

import pytest

from end_to_end.clients import CLIENTS, Ask
from end_to_end.compare import differences
from end_to_end.pair import Pair

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
