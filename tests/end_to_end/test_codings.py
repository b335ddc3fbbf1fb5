"""Bodies in content codings, recorded and replayed through the real mitmdump."""

import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import brotli
import pytest
from backports import zstd

from end_to_end import cassettes
from end_to_end.clients import Ask
from end_to_end.pair import Pair
from end_to_end.proxy import ADDON, DOUBLES, Proxy
from end_to_end.test_clients import lower
from end_to_end.wire import Got, fetch
from origin import Origin
from origin.app import EVENTS

ACCEPTS_ALL = [("Accept-Encoding", "gzip, deflate, br, zstd")]
DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli.decompress,
    "deflate": zlib.decompress,
    "gzip": gzip.decompress,
    "zstd": zstd.decompress,
}
#: By the client that gets them: urllib3 refuses a zstd frame that the origin never
#: finishes.
STREAMS = {
    "requests": (
        *("br", "deflate", "deflate-bare", "gzip", "gzip, br", "gzip-members"),
        "zstd-frames",
    ),
    "curl-h1": ("zstd",),
}


@pytest.fixture
def mitmdump(mitmdump_kept: Callable[..., Proxy]) -> Callable[..., Proxy]:
    """One process for them all."""
    return mitmdump_kept


@pytest.mark.parametrize("timed", [False, True], ids=["untimed", "timed"])
def test_a_stream_is_recorded_and_replayed_whole(pair: Pair, timed: bool) -> None:
    """Also where each event is a member of its own, or the coding has several."""
    events = b"".join(EVENTS["sse"][1])
    replayed = []
    for client, codings in STREAMS.items():
        own = replace(pair, cassette=pair.cassette.with_name(f"{client}.yaml"))
        url = f"{pair.origin.http_url}/live/sse?pause=0.01&coding="
        urls = [f"{url}{coding}".replace(" ", "%20") for coding in codings]
        asks = [Ask("GET", each, compressed=True) for each in urls]
        recorded = own.record(client, asks, vcr_record_chunks=timed)
        items = cassettes.read(own.cassette)
        for coding, seen, item in zip(codings, recorded, items, strict=True):
            assert seen.body == events, coding
            assert item["response"]["body"].encode() == events, coding
            assert item["response"]["uncompressed"] is True
            assert ("chunks" in item["response"]) is timed
        replayed.append((own, client, asks))
    for own, client, asks in replayed:
        for seen in own.replay(client, asks, vcr_latency=float(timed)):
            assert seen.body == events


@pytest.mark.parametrize("coding", list(DECODERS))
def test_what_stands_behind_the_end_comes_again_to_the_byte(
    pair: Pair, coding: str
) -> None:
    url = f"{pair.origin.http_url}/encoded/{coding}?behind=%0A"
    asks = [Ask("GET", url, ACCEPTS_ALL)]
    (live,) = pair.record("curl-h1", asks)
    assert live.body.endswith(b"\n")
    assert DECODERS[coding](live.body[:-1]).startswith(b"{")
    (replayed,) = pair.replay("curl-h1", asks)
    assert replayed.body == live.body
    assert lower(replayed)["content-encoding"] == coding


@pytest.mark.parametrize("coding", ["br", "deflate", "gzip", "zstd"])
def test_a_request_body_matches_in_any_coding(pair: Pair, coding: str) -> None:
    """Recorded in one, asked in another, keys in another order."""
    url = f"{pair.origin.http_url}/upload"
    encode = {
        "br": brotli.compress,
        "deflate": zlib.compress,
        "gzip": gzip.compress,
        "zstd": zstd.compress,
    }
    kind = ("Content-Type", "application/json")
    first = [kind, ("Content-Encoding", coding)]
    recorded = pair.record(
        "curl-h1", [Ask("POST", url, first, encode[coding](b'{"a": 1, "b": 2}'))]
    )
    body = gzip.compress(b'{"b":2,') + gzip.compress(b'"a":1}')
    again = Ask("POST", url, [kind, ("Content-Encoding", "gzip")], body)
    assert pair.replay("curl-h1", [again])[0].body == recorded[0].body


# Without the libraries


def start_bare(mitmdump_bare: Callable[..., Proxy], cassette: Path, mode: str) -> Proxy:
    """The addon from a checkout, where only mitmproxy and PyYAML are promised."""
    scripts = ("-s", DOUBLES / "without_libraries.py", "-s", ADDON)
    chosen = {"vcr_cassette": cassette, "vcr_mode": mode, "vcr_allow_repeats": "yes"}
    return mitmdump_bare(*scripts, **chosen).wait_until_listening()


def test_an_absent_library_leaves_bodies_intact(
    mitmdump_bare: Callable[..., Proxy],
    own_origin: Origin,
    proxy_ca: Path,
    tmp_path: Path,
) -> None:
    cassette, base = tmp_path / "bare.yaml", own_origin.http_url
    asks = [
        *((f"/encoded/{coding}?n={n}", coding) for coding in DECODERS for n in (1, 2)),
        ("/live/sse?coding=br", "br"),
        ("/live/sse?coding=zstd", "zstd"),
        ("/live/sse?coding=gzip-members", "gzip"),
        ("/json", "br"),
    ]

    def run(mode: str) -> tuple[list[Got], str]:
        proxy = start_bare(mitmdump_bare, cassette, mode)
        found = [
            fetch(
                *(proxy.url, proxy_ca, base + path, "POST", zstd.compress(b"{}")),
                headers={"Accept-Encoding": coding, "Content-Encoding": "zstd"},
            )
            for path, coding in asks
        ]
        assert proxy.stop() == 0, proxy.log
        assert "Traceback" not in proxy.log
        return found, proxy.log

    recorded, told = run("record_once")
    for module in ("brotli", "backports.zstd"):
        assert told.count(f"the module {module} is missing") == 1
    own_origin.stop()
    replayed, told = run("replay_only")
    for (path, coding), one, other in zip(asks, recorded, replayed, strict=True):
        assert (one.status, other.status) == (200, 200), path
        assert one.headers.get("content-encoding") == other.headers.get(
            "content-encoding"
        )
        if coding in ("br", "zstd"):
            assert other.body == one.body
        else:
            assert DECODERS[coding](other.body) == DECODERS[coding](one.body)


def test_a_body_that_was_recorded_decoded_is_replayed_without_the_library(
    mitmdump_bare: Callable[..., Proxy], proxy_ca: Path, tmp_path: Path
) -> None:
    """In what else the client accepts, and as it is for who accepts nothing else."""
    url = "http://api.test/"
    for kind in ("application/json", "text/event-stream"):
        item = cassettes.interaction(
            url, "data: 1\n\ndata: 2\n\n", headers={"Content-Type": [kind]}
        )
        item["response"]["uncompressed"] = True
        cassette = cassettes.write(tmp_path / f"{kind}.yaml", item)
        proxy = start_bare(mitmdump_bare, cassette, "replay_only")
        for accepted, coding in [("zstd, br", None), ("zstd, deflate", "deflate")]:
            got = fetch(proxy.url, proxy_ca, url, headers={"Accept-Encoding": accepted})
            assert got.status == 200
            assert got.headers.get("content-encoding") == coding
            body = zlib.decompress(got.body) if coding else got.body
            assert body == b"data: 1\n\ndata: 2\n\n"
        assert proxy.stop() == 0, proxy.log


def test_a_body_is_encoded_for_who_did_not_ask_for_what_was_recorded(
    mitmdump: Callable[..., Proxy], proxy_ca: Path, tmp_path: Path
) -> None:
    """A cassette in the wire's view holds bodies in their coding, also in a list."""
    url = "http://api.test/"
    plain = json.dumps({"a": "b" * 100}).encode()
    item = cassettes.interaction(
        url, headers={"Content-Encoding": ["gzip, br"], "Content-Type": ["a/b"]}
    )
    item["response"]["body"] = brotli.compress(gzip.compress(plain))
    item["request"]["headers"] = {"Accept-Encoding": ["gzip, br"]}
    cassette = cassettes.write(tmp_path / "a.yaml", item)
    proxy = mitmdump(
        cassette, "replay_only", vcr_allow_repeats="yes"
    ).wait_until_listening()
    both, gzipped, none = (
        fetch(proxy.url, proxy_ca, url, headers={"Accept-Encoding": accepted})
        for accepted in ("br, gzip", "gzip", "identity")
    )
    assert both.body == item["response"]["body"]
    assert both.headers["content-encoding"] == "gzip, br"
    assert gzip.decompress(gzipped.body) == plain
    assert gzipped.headers["content-encoding"] == "gzip"
    assert none.body == plain
    assert "content-encoding" not in none.headers
