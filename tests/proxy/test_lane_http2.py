"""Over HTTP/2 too, the lane and mitmproxy's own way give the same: what a client reads
on every stream, every count, entry and line of the log."""

import json
import os
import random
from collections.abc import Iterator, Sequence

import pytest

from examples import examples
from mitmvcr.core.model import Interaction
from mitmvcr.proxy.launch import Proxy
from proxy.http2 import Header, Http2Client, pieces
from proxy.lanes import HOST, Play, cassette, interaction, played
from proxy.test_lane import HOOKS, odd

BASE = f"https://{HOST}"


def world() -> Iterator[Interaction]:
    for number in range(40):
        url = f"{BASE}/items/{number}"
        yield interaction(url, b"x" * number, headers={"X-Number": [f"{number}"]})
        body = json.dumps({"n": number, "text": "t" * number}).encode()
        yield interaction(url, b"made", method="POST", sent=body, code=201)
        yield interaction(url, method="DELETE", body=b"", code=204)
    yield from odd(BASE)
    checked = {"Grpc-Status": ["0"], "X-Sum": [" 1 "]}
    yield interaction(f"{BASE}/trailed", b"body", trailer=checked)
    yield interaction(f"{BASE}/trailed-only", b"", trailer=checked)
    spaced = {"X-Blank": ["a "], "Keep-Alive": ["x"], "Proxy-Connection": ["x"]}
    yield interaction(f"{BASE}/spaced", headers=spaced)
    yield interaction(f"{BASE}/huge", b"z" * 5_000_000)
    yield interaction(f"{BASE}/half", b"z" * 900_000)
    yield interaction(f"{BASE}/cut", b"abc", failure="truncated", content_length=9)


PATHS = (
    *("/head", "/not-modified", "/moved", "/there", "/cookies", "/gzip", "/undone"),
    *("/later", "/part", "/events", "/reset", "/large", "/put", "/form", "/absent"),
    *("/timed", "/lines", "/coded", "/one", "/none", "/many", "/trailed", "/half"),
    *("/trailed-only", "/spaced", "/huge", "/cut", "/mitmproxy-x", "/put-chunked"),
)
FIELDS: tuple[Header, ...] = (
    *((b"accept", b"*/*"), (b"accept", b"application/json"), (b"cookie", b"a=1")),
    *((b"cookie", b"b=2"), (b"accept-encoding", b"gzip"), (b"x-empty", b"")),
    *((b"user-agent", b"Go-http-client/2.0"), (b"x-latin", "caf\u00e9".encode())),
    *((b"range", b"bytes=0-3"), (b"if-none-match", b"*"), (b"te", b"trailers")),
    *((b"authorization", b"Bearer abcdefghijklmnop"), (b"x-request-id", b"1")),
    *((b"priority", b"u=1, i"), (b"referer", b"https://api.test/moved")),
    *((b"x-api-key", b"0123456789abcdef0123456789abcdef"), (b"expect", b"100-continue")),
    *((b"x-mitmvcr-lane", b"0"), (b"accept-encoding", b"br, gzip;q=0.5")),
)


class Asking:
    """Requests from a seed, on a client's connections."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def begin(self, client: Http2Client, *, among_others: bool = False) -> int:
        """Begin a request; ``among_others``: one that is recorded, since what is said
        of another depends on what was answered before it."""
        pick = self._random
        if among_others:
            path = pick.choice((f"/items/{pick.randrange(40)}", "/half", "/put"))
            if path == "/put":
                return self._with(client, "PUT", path, (), b"p" * 20_000)
            return client.begin("GET", path, pick.sample(FIELDS, 3), ends=True)
        fields = pick.sample(FIELDS, pick.randrange(6))
        if pick.random() < 0.4:
            return self._odd(client, pick.choice(PATHS), fields)
        number = pick.randrange(42)
        path = f"/items/{number}"
        match pick.randrange(5):
            case 0:
                body = json.dumps({"n": number, "text": "t" * number}).encode()
                return self._with(client, "POST", path, fields, body)
            case 1:
                return client.begin("DELETE", path, fields, ends=True)
        return client.begin("GET", path, fields, ends=True)

    def _odd(self, client: Http2Client, path: str, fields: list[Header]) -> int:
        match path:
            case "/put" | "/put-chunked":
                return self._with(client, "PUT", path, fields, b"p" * 20_000)
            case "/form":
                kind = b"content-type", b"application/x-www-form-urlencoded"
                return self._with(
                    client, "POST", path, [*fields, kind], b"a=1&b=two+words"
                )
        is_head = path in ("/head", "/none") or self._random.random() < 0.1
        return client.begin("HEAD" if is_head else "GET", path, fields, ends=True)

    def _with(
        self,
        client: Http2Client,
        method: str,
        path: str,
        fields: Sequence[Header],
        body: bytes,
    ) -> int:
        pick = self._random
        if pick.random() < 0.5:
            fields = [*fields, (b"content-length", b"%d" % len(body))]
        stream = client.begin(method, path, fields)
        if pick.random() < 0.3:
            client.flush()
        at = pick.randrange(len(body))
        trailers = [(b"x-sum", b"1")] if pick.random() < 0.1 else ()
        parts = [*pieces(body[:at]), *pieces(body[at:])]
        client.body(stream, *parts, trailers=trailers)
        return stream


def conversation(seed: int, count: int, many: int) -> Play:
    """Ask over several connections, alone and many at once."""

    def play(proxy: Proxy) -> Iterator[bytes]:
        asking, pick, asked = Asking(seed), random.Random(seed), 0
        while asked < count:
            client = Http2Client(proxy)
            for _ in range(pick.randrange(1, 6)):
                size = pick.choice((1, 1, many))
                streams = [
                    asking.begin(client, among_others=size > 1) for _ in range(size)
                ]
                client.flush()
                client.answer(*streams)
                asked += len(streams)
                yield from (bytes(client.got[each]) for each in streams)
            client.close()

    return play


COUNT = int(os.environ.get("MITMVCR_LANE_REQUESTS", examples(60)))
OPTIONS = {
    "each once": {},
    "as on the wire": {"view": "wire", "allow_repeats": "all"},
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_what_a_client_reads_is_the_same_by_either_way(options, tmp_path, confdir):
    path = cassette(tmp_path / "a.yaml", *world())
    play = conversation(len(options), COUNT, 6 if options else 1)
    own = played(path, confdir, play, lane="off", **options)
    fast = played(path, confdir, play, lane="auto", **options)
    assert fast.seen == own.seen
    assert (own.lane, own.passed) == (0, 0)
    assert fast.lane > COUNT // 4
    assert fast.passed > COUNT // 20
