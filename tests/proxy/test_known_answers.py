"""What is sent again is answered as it was, by the lane and by mitmproxy's own way; and
no longer than it stands."""

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from mitmvcr.core.model import Interaction
from mitmvcr.proxy import known_answers
from mitmvcr.proxy.launch import Proxy
from proxy.http2 import Http2Client
from proxy.lanes import HOST, Client, cassette, interaction, played

BASES = [f"{scheme}://{HOST}" for scheme in ("http", "https")]
KEY = "0123456789abcdef0123456789abcdef"


def world() -> Iterator[Interaction]:
    """What is recorded: plain answers, some of several that are equal or nearly, a
    redirect, one with a hint to wait, and some that say who asks."""
    for base in BASES:
        yield interaction(f"{base}/plain")
        yield interaction(f"{base}/twice", b"first")
        yield interaction(f"{base}/twice", b"second")
        vary = {"Vary": ["Accept-Language"], "Content-Type": ["text/plain"]}
        yield interaction(f"{base}/vary", b"varied", headers=vary)
        yield interaction(f"{base}/body", method="POST", sent=b'{"a": 1}', code=201)
        yield interaction(f"{base}/body", b"other", method="POST", sent=b'{"a": 2}')
        yield interaction(f"{base}/to", code=302, headers={"Location": ["/plain"]})
        yield interaction(f"{base}/later", code=429, headers={"Retry-After": ["9"]})
        sent = b"user=a&password=correct+horse"
        form = {"Set-Cookie": [f"session={KEY}"]}
        yield interaction(f"{base}/in", method="POST", sent=sent, headers=form)
        yield interaction(f"{base}/of?key={KEY}", b"mine")
        yield interaction(f"{base}/head", b"", method="HEAD")
        yield interaction(f"{base}/large", b"y" * 70_000)
        yield interaction(f"{base}/events", b"data: 1\n\n", headers=EVENTS)


EVENTS = {"Content-Type": ["text/event-stream"]}
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
#: Method, path, more lines of the head, and a body.
ASKED = [
    *((b"GET", path, b"", b"") for path in (b"/plain", b"/twice", b"/to", b"/later")),
    (b"GET", b"/plain", b"Referer: http://api.test/to\r\n", b""),
    (b"GET", b"/plain", b"Authorization: Bearer abcdefghijklmnop\r\n", b""),
    (b"GET", b"/plain", b"Range: bytes=0-3\r\n", b""),
    (b"GET", b"/plain", b"Connection: close\r\n", b""),
    (b"GET", b"/vary", b"Accept-Language: de\r\n", b""),
    (b"GET", b"/vary", b"Accept-Language: en\r\n", b""),
    *((b"POST", b"/body", b"", body) for body in (b'{"a": 1}', b'{"a":2}', b"{}")),
    (b"POST", b"/in", FORM, b"user=a&password=correct+horse"),
    (b"GET", b"/of?key=" + KEY.encode(), b"", b""),
    (b"GET", b"/of?key=0123456789", b"", b""),
    (b"GET", b"/plain", b"Cookie: session=" + KEY.encode() + b"\r\n", b""),
    *((b"GET", path, b"", b"") for path in (b"/absent", b"/large", b"/events")),
    (b"HEAD", b"/head", b"", b""),
]


def spelled(base: str, asked: tuple[bytes, bytes, bytes, bytes]) -> bytes:
    method, path, lines, body = asked
    target = path if base.startswith("https:") else base.encode() + path
    length = b"Content-Length: %d\r\n" % len(body) if body else b""
    head = b"%b %b HTTP/1.1\r\nHost: %b\r\n" % (method, target, HOST.encode())
    return head + lines + length + b"\r\n" + body


def again_and_again(proxy: Proxy) -> Iterator[bytes]:
    """Send each several times, in turns."""
    pick = random.Random(1)
    for base in BASES:
        client = None
        for asked in pick.choices(ASKED, k=8 * len(ASKED)):
            if client is None:
                client = Client(proxy)
                client = client.secure() if base.startswith("https:") else client
            yield client.ask(spelled(base, asked))
            if b"close" in asked[2] or asked[1] in (b"/events", b"/large", b"/absent"):
                client.close()
                client = None


@pytest.mark.parametrize("repeats", ["all", "last", "no"])
def test_what_is_sent_again_is_answered_the_same(repeats, tmp_path, confdir):
    path = cassette(tmp_path / "a.yaml", *world())
    options = {"allow_repeats": repeats}
    own = played(path, confdir, again_and_again, lane="off", **options)
    fast = played(path, confdir, again_and_again, lane="auto", **options)
    assert fast.unlike(own) == []
    assert (fast.again > len(ASKED)) == (repeats == "all")


def again_over_http2(proxy: Proxy) -> Iterator[bytes]:
    """Send the same over HTTP/2, on one connection after another."""
    pick = random.Random(2)
    client = None
    known = [each for each in ASKED if each[1] != b"/to"]  # what follows it is not
    for number, asked in enumerate(pick.choices(known, k=3 * len(known))):
        if client is None:
            client = Http2Client(proxy)
        method, path, lines, body = asked
        named = (line.split(b": ", 1) for line in lines.splitlines())
        fields = [(name.lower(), value) for name, value in named]
        fields = [each for each in fields if each[0] != b"connection"]
        yield bytes(client.ask(method.decode(), path.decode(), fields, body or None))
        if number % 20 == 19:
            client.close()
            client = None  # who connects and asks nothing is told of


@pytest.mark.parametrize("repeats", ["all", "no"])
def test_what_is_sent_again_over_http2_is_answered_the_same(repeats, tmp_path, confdir):
    path = cassette(tmp_path / "a.yaml", *world())
    options = {"allow_repeats": repeats}
    own = played(path, confdir, again_over_http2, lane="off", **options)
    fast = played(path, confdir, again_over_http2, lane="auto", **options)
    assert fast.unlike(own) == []
    assert (fast.again > 9) == (repeats == "all")


def three_times(proxy: Proxy) -> Iterator[bytes]:
    client = Client(proxy)
    for _ in range(3):
        yield client.ask(spelled(BASES[0], ASKED[0]))


@pytest.mark.parametrize(
    ("name", "value"), [("_MOST", -1), ("_LARGE", 0)], ids=["no room", "too large"]
)
def test_only_so_much_is_kept(name, value, tmp_path, confdir, monkeypatch):
    monkeypatch.setattr(known_answers, name, value)
    path = cassette(tmp_path / "a.yaml", *world())
    found = played(path, confdir, three_times, allow_repeats="all")
    assert found.lane == 3
    assert found.again == (2 if name == "_MOST" else 0)


def who_follows_otherwise(proxy: Proxy) -> Iterator[bytes]:
    """Follow redirects without the Referer that Go sends, and ask for the same."""
    client = Client(proxy)
    for _ in range(4):
        yield client.ask(spelled(BASES[0], (b"GET", b"/to", b"", b"")))
        for _ in range(4):
            yield client.ask(spelled(BASES[0], (b"GET", b"/plain", b"", b"")))
            yield client.ask(spelled(BASES[0], ASKED[10]))


def test_a_redirect_that_is_followed_otherwise_costs_nothing(tmp_path, confdir):
    path = cassette(tmp_path / "a.yaml", *world())
    own = played(path, confdir, who_follows_otherwise, lane="off", allow_repeats="all")
    fast = played(path, confdir, who_follows_otherwise, allow_repeats="all")
    assert fast.unlike(own) == []
    assert fast.again == 2 * 15, "all that came before, and no redirect"


REFERER = f"{BASES[0]}/to"


def of_go(url: str, body: bytes, **fields: Any) -> Interaction:
    """Return what go-vcr's own matcher compares with a request of ours."""
    found = interaction(url, body)
    return replace(found, request=replace(found.request, **fields))


def by_go() -> Iterator[Interaction]:
    """Go's client itself asks without a proto and a host: that is another request."""
    sent = {"proto": "HTTP/1.1", "proto_major": 1, "proto_minor": 1, "host": HOST}
    to = interaction(REFERER, code=302, headers={"Location": ["/plain"]})
    yield replace(to, request=replace(to.request, **sent))
    said = {"headers": {"Referer": [REFERER]}}
    yield of_go(f"{BASES[0]}/plain", b"by itself", **said)
    yield of_go(f"{BASES[0]}/plain", b"by the program", **said, **sent)
    yield of_go(f"{BASES[0]}/plain", b"alone", **sent)


FROM = b"Referer: " + REFERER.encode() + b"\r\n"
BY_GO = [(b"GET", b"/to", b""), (b"GET", b"/plain", FROM), (b"GET", b"/plain", b"")]


def as_go_does(proxy: Proxy) -> Iterator[bytes]:
    client, pick = Client(proxy), random.Random(3)
    to, follow, plain = BY_GO
    for each in [to, follow, follow, follow, to, plain, plain, follow, follow]:
        yield client.ask(spelled(BASES[0], (*each, b"")))
    for each in pick.choices(BY_GO, k=60):
        yield client.ask(spelled(BASES[0], (*each, b"")))


def test_what_go_asks_by_itself_is_not_what_its_program_asks(tmp_path, confdir):
    path = cassette(tmp_path / "a.yaml", *by_go())
    options = {"allow_repeats": "all", "match": "go-vcr"}
    own = played(path, confdir, as_go_does, lane="off", **options)
    fast = played(path, confdir, as_go_does, **options)
    bodies = [each.rpartition(b"\r\n\r\n")[2] for each in own.answers[:9]]
    itself, program, alone = b"by itself", b"by the program", b"alone"
    assert bodies[1:4] == [itself, program, program]
    assert bodies[5:] == [alone, alone, itself, program]
    assert fast.unlike(own) == []
    assert fast.again > 9


def of_hosts(proxy: Proxy) -> Iterator[bytes]:
    client = Client(proxy)
    for host in [b"b.test", b"a.test", b"B.test:80", b"c.test", b"b.test"]:
        line = b"GET %b/plain HTTP/1.1\r\n" % BASES[0].encode()
        yield client.ask(line + b"Host: %b\r\n\r\n" % host)


def test_each_virtual_host_of_one_address_gets_its_own(tmp_path, confdir):
    url = f"{BASES[0]}/plain"
    held = (of_go(url, b"of a", host="a.test"), of_go(url, b"of b", host="b.test"))
    path = cassette(tmp_path / "a.yaml", *held)
    own = played(path, confdir, of_hosts, lane="off", allow_repeats="all")
    fast = played(path, confdir, of_hosts, allow_repeats="all")
    assert fast.unlike(own) == []
    bodies = [each.rpartition(b"\r\n\r\n")[2] for each in own.answers]
    assert bodies[:3] == [b"of b", b"of a", b"of b"]
    assert own.answers[3].startswith(b"HTTP/1.1 424 ")
    assert bodies[4] == b"of b"


def test_those_of_a_large_suite_are_all_kept(tmp_path, confdir):
    """Ten thousand interactions of a KiB are as large."""
    paths = [f"/{number}" for number in range(600)]
    kept = [interaction(f"{BASES[0]}{path}", b"y" * 15_000) for path in paths]
    path = cassette(tmp_path / "a.yaml", *kept)

    def twice(proxy: Proxy) -> Iterator[bytes]:
        client = Client(proxy)
        for path in 2 * paths:
            yield client.ask(spelled(BASES[0], (b"GET", path.encode(), b"", b"")))

    assert played(path, confdir, twice, allow_repeats="all").again == len(paths)
