"""The lane and mitmproxy's own way give the same: every byte that a client reads, every
count, entry and line of the log."""

import gzip
import json
import os
import random
import time
from collections.abc import Iterator, Sequence

import pytest

from mitmvcr.core.model import Interaction
from mitmvcr.proxy.launch import Proxy
from proxy.lanes import HOST, Client, Play, cassette, interaction, played

URLS = [f"{scheme}://{HOST}" for scheme in ("http", "https")]
JSON = {"Content-Type": ["application/json"]}


def world() -> Iterator[Interaction]:
    """What is recorded: every kind of answer, over both schemes."""
    for base in URLS:
        for number in range(40):
            url = f"{base}/items/{number}"
            yield interaction(url, b"x" * number, headers={"X-Number": [f"{number}"]})
            yield interaction(f"{url}?page=2&q=a%20b", b"{}", headers=JSON)
            body = json.dumps({"n": number, "text": "t" * number}).encode()
            yield interaction(url, b"made", method="POST", sent=body, code=201)
            yield interaction(url, method="DELETE", body=b"", code=204)
        yield from odd(base)


def odd(base: str) -> Iterator[Interaction]:
    """What is recorded of other shapes."""
    length = {"Content-Length": ["1234"], "Content-Type": ["text/html"]}
    yield interaction(f"{base}/head", b"", method="HEAD", headers=length)
    yield interaction(f"{base}/not-modified", b"", code=304, headers={"Etag": ['"a"']})
    yield interaction(f"{base}/moved", b"", code=302, headers={"Location": ["/there"]})
    yield interaction(f"{base}/there", b"arrived")
    cookies = {"Set-Cookie": ["a=1", "b=2"], "X-Empty": [""], "x-lower": ["1"]}
    yield interaction(f"{base}/cookies", headers=cookies)
    coded = {"Content-Encoding": ["gzip"], **JSON}
    packed = gzip.compress(b'{"a": 1}', mtime=0)
    yield interaction(f"{base}/gzip", packed, headers=coded)
    yield interaction(f"{base}/undone", b'{"a": 1}', headers=JSON, uncompressed=True)
    yield interaction(f"{base}/later", code=429, headers={"Retry-After": ["30"]})
    part = {"Content-Range": ["bytes 0-3/100"]}
    yield interaction(f"{base}/part", b"abcd", code=206, headers=part)
    events = {"Content-Type": ["text/event-stream"]}
    yield interaction(f"{base}/events", b"data: 1\n\ndata: 2\n\n", headers=events)
    yield interaction(f"{base}/reset", b"", failure="reset")
    yield interaction(f"{base}/large", b"y" * 70_000)
    yield interaction(f"{base}/put", b"kept", method="PUT", sent=b"p" * 20_000)
    form = b"a=1&b=two+words"
    yield interaction(f"{base}/form", b"formed", method="POST", sent=form)


PATHS = (
    *("/head", "/not-modified", "/moved", "/there", "/cookies", "/gzip", "/undone"),
    *("/later", "/part", "/events", "/reset", "/large", "/put", "/form", "/absent"),
)
#: Lines that clients send, common ones more than once.
LINES = (
    *("Accept: */*", "accept: application/json", "ACCEPT-ENCODING: gzip, deflate"),
    *(
        "Accept-Encoding: gzip",
        "User-Agent: curl/8.1",
        "User-Agent: Go-http-client/1.1",
    ),
    *("Connection: keep-alive", "Connection: Keep-Alive", "Proxy-Connection: x"),
    *("Cookie: a=1; b=2", "X-Empty:", "X-Tab:\tvalue\t", "X-Latin: caf\u00e9"),
    *("Authorization: Bearer abcdefghijklmnop", "Range: bytes=0-3", "If-None-Match: *"),
    *("Accept: a", "Accept: b", "TE: trailers", "Referer: http://api.test/moved"),
    *("X-Request-Id: 1", "X-Api-Key: 0123456789abcdef0123456789abcdef"),
)
#: Lines that only mitmproxy reads.
OTHERS = (
    *("Expect: 100-continue", "Connection: close, x", "Upgrade: h2c", "X-Space : a"),
    "Connection: CLOSE",
)


class Requests:
    """Requests as clients spell them, from a seed."""

    def __init__(self, seed: int, base: str) -> None:
        self._random = random.Random(seed)
        self._base = base

    def next(self) -> bytes:
        pick = self._random
        if pick.random() < 0.3:
            return self._odd(pick.choice(PATHS))
        path = f"/items/{pick.randrange(42)}"
        match pick.randrange(6):
            case 0:
                number = int(path.rpartition("/")[2])
                body = json.dumps({"n": number, "text": "t" * number}).encode()
                return self._spelled("POST", path, body)
            case 1:
                return self._spelled("DELETE", path)
            case 2:
                return self._spelled("GET", f"{path}?page=2&q=a%20b")
            case 3:
                return self._spelled("OPTIONS", path)
        return self._spelled("GET", path)

    def _odd(self, path: str) -> bytes:
        match path:
            case "/put":
                return self._spelled("PUT", path, b"p" * 20_000)
            case "/form":
                return self._spelled("POST", path, b"a=1&b=two+words")
        method = "HEAD" if path == "/head" or self._random.random() < 0.1 else "GET"
        return self._spelled(method, path)

    def _spelled(self, method: str, path: str, body: bytes = b"") -> bytes:
        pick = self._random
        lines = pick.sample(LINES, pick.randrange(8))
        if pick.random() < 0.04:
            lines.append(pick.choice(OTHERS))
        if pick.random() < 0.05:
            lines.append("Connection: close")
        lines.insert(pick.randrange(len(lines) + 1), f"Host: {HOST}")
        target = self._base + path if self._base.startswith("http:") else path
        version = "1.0" if pick.random() < 0.02 else "1.1"
        if method == "POST" and "/form" in path:
            lines.append("Content-Type: application/x-www-form-urlencoded")
        if body and pick.random() < 0.1:
            lines.append("Transfer-Encoding: chunked")
            body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        elif body or pick.random() < 0.1:
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join((f"{method} {target} HTTP/{version}", *lines, "", ""))
        return head.encode("latin-1") + body


def conversation(seed: int, base: str, count: int) -> Play:
    """Send requests over as many connections as they take: alone, two at once, and in
    pieces."""

    def play(proxy: Proxy) -> Sequence[bytes]:
        requests, pick = Requests(seed, base), random.Random(seed)
        answers: list[bytes] = []
        while len(answers) < count:
            client = Client(proxy)
            if base.startswith("https:"):
                client.secure()
            for _ in range(pick.randrange(1, 5)):
                sent = [requests.next() for _ in range(pick.choice((1, 1, 1, 2)))]
                _write(client, b"".join(sent), pick)
                answers += [client.answer(one.partition(b" ")[0]) for one in sent]
                if any(map(_closes, sent)) or not answers[-1]:
                    answers.append(b"the end: " + client.rest())
                    break
            client.close()
        return answers

    return play


def _closes(sent: bytes) -> bool:
    head = sent.partition(b"\r\n\r\n")[0]
    is_old = b"HTTP/1.0" in head and b"Connection:" not in head
    return b"Connection: close" in head or is_old


def _write(client: Client, data: bytes, pick: random.Random) -> None:
    if pick.random() < 0.2:
        cut = pick.randrange(len(data))
        client.send(data[:cut])
        time.sleep(0.001)
        data = data[cut:]
    client.send(data)


#: How many requests; the seed is the same for each number.
COUNT = int(os.environ.get("MITMVCR_LANE_REQUESTS", "60"))
HOOKS = """
from mitmvcr import Response


def before_replay(interaction, request):
    headers = {**interaction.response.headers, "X-Hook": [request.url]}
    return interaction.with_response(headers=headers)


def on_miss(request, miss):
    if request.url.endswith("/absent"):
        return Response(code=299, status="299 Mine", body=b"made by a hook")
    return True
"""
OPTIONS = {
    "each once": {},
    "all repeats": {"allow_repeats": "all"},
    "as on the wire": {"view": "wire", "allow_repeats": "all"},
    "headers compared": {"match": "method,url,body,header:Accept"},
}


@pytest.mark.parametrize("base", URLS)
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_what_a_client_reads_is_the_same_by_either_way(
    options, base, tmp_path, confdir
):
    path = cassette(tmp_path / "a.yaml", *world())
    play = conversation(len(base) + len(options), base, COUNT)
    own = played(path, confdir, play, lane="off", **options)
    fast = played(path, confdir, play, lane="auto", **options)
    assert (own.lane, own.passed) == (0, 0)
    assert fast.seen == own.seen
    assert fast.lane > 20
    assert fast.passed > 5
