"""The lane and mitmproxy's own way give the same: every byte that a client reads, every
count, entry and line of the log."""

import asyncio
import gzip
import json
import os
import random
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress

import pytest
from mitmproxy.master import Master

from examples import examples
from mitmvcr.core.chunks import Chunk
from mitmvcr.core.deck import Deck
from mitmvcr.core.model import Interaction
from mitmvcr.proxy.fitness import is_fit_for_lane as _is_fit
from mitmvcr.proxy.flow.player import Player
from mitmvcr.proxy.host import options as host_options
from mitmvcr.proxy.host import plain
from mitmvcr.proxy.launch import Proxy
from mitmvcr.session import open_session
from mitmvcr.view import responses
from option_samples import parse_settings
from proxy.lanes import (
    HOST,
    Client,
    Play,
    call,
    cassette,
    interaction,
    opened,
    played,
)

URLS = [f"{scheme}://{HOST}" for scheme in ("http", "https")]
JSON = {"Content-Type": ["application/json"]}
LINES_OF_JSON = {"Content-Type": ["application/x-ndjson"]}


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
    body = b"data: 1\n\ndata: 2\n\n"
    yield interaction(f"{base}/events", body, content_length=-1, headers=events)
    timed = (Chunk(0, 0), Chunk(3, 1_000_000))
    yield interaction(f"{base}/timed", body, headers=events, chunks=timed)
    yield interaction(f"{base}/lines", b'{"a": 1}\n{"b": 2}\nc', headers=LINES_OF_JSON)
    coded = {"uncompressed": True, "content_length": -1}
    yield interaction(
        f"{base}/coded", b"data: 1\n\ndata: 2\n\n", headers=events, **coded
    )
    yield interaction(f"{base}/one", b"data: 1\n\n", content_length=-1, headers=events)
    none = {"method": "HEAD", "content_length": -1, "headers": events}
    yield interaction(f"{base}/none", b"", **none)
    yield interaction(f"{base}/many", b"data: y\n\n" * 9_000, headers=events)
    yield interaction(f"{base}/reset", b"", failure="reset")
    yield interaction(f"{base}/large", b"y" * 70_000)
    yield interaction(f"{base}/put", b"kept", method="PUT", sent=b"p" * 20_000)
    form = b"a=1&b=two+words"
    yield interaction(f"{base}/form", b"formed", method="POST", sent=form)


PATHS = (
    *("/head", "/not-modified", "/moved", "/there", "/cookies", "/gzip", "/undone"),
    *("/later", "/part", "/events", "/reset", "/large", "/put", "/form", "/absent"),
    *("/timed", "/lines", "/coded", "/one", "/none", "/many"),
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
        method = (
            "HEAD"
            if path in ("/head", "/none") or self._random.random() < 0.1
            else "GET"
        )
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
            for number in range(pick.randrange(1, 5)):
                sent = [requests.next() for _ in range(pick.choice((1, 1, 1, 2)))]
                _write(client, b"".join(sent), pick.random() < 0.2 * number)
                answers += [client.answer(one.partition(b" ")[0]) for one in sent]
                if any(map(_closes, sent)) or not answers[-1]:
                    answers.append(b"the end: " + client.rest())
                    break
            client.close()
        return answers

    return play


def _closes(sent: bytes) -> bool:
    head = sent.partition(b"\r\n\r\n")[0]
    is_old = b"HTTP/1.0" in head and b"\nConnection:" not in head
    return b"Connection: close" in head or is_old


def _write(client: Client, data: bytes, in_pieces: bool) -> None:
    """Never the first in pieces: mitmproxy may take what it sees of it for no HTTP."""
    if in_pieces:
        client.send(data[:7])
        time.sleep(0.001)
        data = data[7:]
    client.send(data)


#: How many requests; the seed is the same for each number.
COUNT = int(os.environ.get("MITMVCR_LANE_REQUESTS", examples(60)))
OPTIONS = {
    "each once": {},
    "as on the wire": {"view": "wire", "allow_repeats": "all"},
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_what_a_client_reads_is_the_same_by_either_way(options, tmp_path, confdir):
    path = cassette(tmp_path / "a.yaml", *world())
    plays = [conversation(len(options), base, COUNT) for base in URLS]
    own = played(path, confdir, *plays, lane="off", **options)
    fast = played(path, confdir, *plays, lane="auto", **options)
    assert fast.unlike(own) == []
    assert own.connects > 0
    assert (own.lane, own.passed) == (0, 0)
    assert fast.lane > COUNT // 4
    assert fast.passed > COUNT // 20


HOOKS = """
from dataclasses import replace

from mitmvcr.core.model import Response


def before_replay(interaction, request):
    headers = {**interaction.response.headers, "X-Hook": [request.url]}
    return replace(interaction, response=replace(interaction.response, headers=headers))


def on_miss(request, miss):
    if request.url.endswith("/absent"):
        return Response(code=299, status="299 Mine", body=b"made by a hook")
    if request.url.endswith("/fails"):
        raise ValueError("a hook of a test")
    return True
"""
GET = b"GET http://api.test%b HTTP/1.1\r\nHost: api.test\r\n%b\r\n"


def manners(proxy: Proxy) -> Iterator[bytes]:
    """Do what clients do at their worst; yield what they read."""
    for path in (
        b"/items/3",
        b"/absent",
        b"/fails",
        b"/events",
        b"/reset",
        b"/items/3",
    ):
        yield Client(proxy).ask(GET % (path, b""))
        yield Client(proxy).secure().ask(b"GET %b HTTP/1.1\r\n\r\n" % path)
    for lines in REFUSED:
        client = Client(proxy)
        client.send(GET % (b"/items/4", b"\r\n".join(lines) + b"\r\n"))
        yield client.rest()
    yield Client(proxy).ask(b"GET http://api.test/items/4 HTTP/1.1\nHost: api.test\n\n")
    yield from leaving(proxy)
    yield from tunnels(proxy)


def leaving(proxy: Proxy) -> Iterator[bytes]:
    """Leave in the middle of a head, of a body, of a tunnel and of a handshake."""
    half = b"POST http://api.test/items/5 HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf"
    for data in (b"", half[:30], half, b"CONNECT api.test:443 HTTP/1.1\r\n\r\n"):
        client = Client(proxy)
        client.send(data)
        if data.startswith(b"CONNECT"):
            client.connected = client.answer(b"HEAD")
        client.socket.shutdown(socket.SHUT_WR)
        yield client.rest()
    untrusting = ssl.create_default_context()
    client = Client(proxy)
    client.send(b"CONNECT api.test:443 HTTP/1.1\r\n\r\n")
    yield client.answer(b"HEAD")
    with pytest.raises(ssl.SSLCertVerificationError):
        untrusting.wrap_socket(client.socket, server_hostname="api.test")


def tunnels(proxy: Proxy) -> Iterator[bytes]:
    """Open tunnels as clients open them, and others."""
    get = b"GET /items/6 HTTP/1.1\r\nHost: api.test\r\n\r\n"
    for protocols in ((), ("http/1.1",), ("h2", "http/1.1"), ("http/1.1", "h2")):
        client = Client(proxy).secure(protocols=protocols, version="1.0")
        assert isinstance(client.socket, ssl.SSLSocket)
        yield f"{client.connected!r} {client.socket.selected_alpn_protocol()}".encode()
        yield client.ask(get)
        yield client.ask(b"POST /items/6 HTTP/1.1\r\nExpect: 100-continue\r\n\r\n")
        yield client.ask(get)
    client = Client(proxy).secure("127.0.0.1")
    yield client.ask(get)
    client = Client(proxy)
    client.send(b"CONNECT api.test:80 HTTP/1.1\r\n\r\n")
    yield client.answer(b"HEAD")
    yield client.ask(get)
    yield Client(proxy).secure("mitm.it").ask(get)[:40]


#: No proxy may go on with these.
REFUSED = [
    (b"Content-Length: 3", b"Content-Length: 3"),
    (b"Content-Length: 3", b"content-length: 4"),
    (b"Transfer-Encoding: xchunked",),
    (b"Content-Length: +3",),
    (b"Content-Length: 3,3",),
    (b": a",),
    (b"no colon",),
]


def test_clients_of_bad_manners_read_the_same_by_either_way(tmp_path, confdir):
    path = cassette(tmp_path / "a.yaml", *world())
    hooks = tmp_path / "hooks.py"
    hooks.write_text(HOOKS)
    options = {"allow_repeats": "all", "hooks": str(hooks)}
    own, fast = (
        played(path, confdir, manners, lane=lane, **options, fails=True)
        for lane in ("off", "auto")
    )
    assert fast.unlike(own) == []
    assert [each[9:12] for each in fast.answers[12:19]] == [b"400"] * len(REFUSED)
    assert fast.lane >= 8
    assert fast.passed >= 7


def goodbyes(proxy: Proxy) -> Iterator[bytes]:
    """End TLS and wait for the other end to do so, as Twisted's pools do; who waits in
    vain, or sees the connection break, raises."""
    known, absent = b"/items/1", b"/absent"
    for asked in ((known,), (absent,), (known, absent, known)):
        client = Client(proxy).secure()
        for path in asked:
            yield client.ask(b"GET %b HTTP/1.1\r\nHost: api.test\r\n\r\n" % path)
        assert isinstance(client.socket, ssl.SSLSocket)
        left = client.socket.unwrap()
        yield b"%d more" % len(left.recv(9))
        left.close()


def test_who_ends_tls_first_sees_it_end_by_either_way(tmp_path, confdir):
    path = cassette(tmp_path / "a.yaml", *world())
    own, fast = (
        played(path, confdir, goodbyes, lane=lane, allow_repeats="all")
        for lane in ("off", "auto")
    )
    assert fast.unlike(own) == []
    assert (fast.lane, fast.passed) == (2, 2)


def test_a_fault_of_our_own_is_answered(tmp_path, confdir, monkeypatch):
    def fail(*_: object) -> None:
        raise RuntimeError("a fault of a test")

    monkeypatch.setattr(responses, "to_request", fail)
    monkeypatch.setattr(Deck, "next_of_host", fail)
    path = cassette(tmp_path / "a.yaml", interaction("https://api.test/a"))

    def play(proxy: Proxy) -> Iterator[bytes]:
        yield Client(proxy).ask(GET % (b"/a", b""))
        yield Client(proxy).secure().ask(b"GET /a HTTP/1.1\r\n\r\n")

    found = played(path, confdir, play, lane="auto", fails=True)
    assert [each[9:12] for each in found.answers] == [b"500", b"500"]
    assert found.passed == 1  # the other is mitmproxy's from its first byte


def test_a_client_that_says_nothing_is_left(tmp_path, confdir, monkeypatch):
    monkeypatch.setattr(plain, "GIVES_UP_AFTER", 0.1)
    monkeypatch.setattr(host_options, "gives_up_after", lambda: 0.1)
    path = cassette(tmp_path / "a.yaml", interaction("http://api.test/a"))

    def play(proxy: Proxy) -> list[bytes]:
        client = Client(proxy)
        return [client.ask(GET % (b"/a", b"")), client.rest(), Client(proxy).rest()]

    answers = played(path, confdir, play, lane="auto").answers
    assert answers[0].endswith(b"\r\n\r\nrecorded")
    assert answers[1:] == [b"", b""]


@pytest.mark.parametrize(
    "options",
    [
        {"lane": "off"},
        {"latency": "0.001"},
        {"passthrough": ["~d other.test"]},
        {"block": ["~d other.test"]},
        {"mode": "replay_with_new_episodes"},
        {"mode": "record_only"},
    ],
    ids=str,
)
def test_a_session_that_needs_more_than_the_lane_has_is_mitmproxys(options, tmp_path):
    path = cassette(tmp_path / "a.yaml", interaction("http://api.test/a"))
    chosen = {"cassette": str(path), "mode": "replay_only", "lane": "auto"}
    for more, is_fit in (({}, True), (options, False)):
        settings = parse_settings(**(chosen | more))
        session = open_session(settings)
        assert _is_fit(Player(session, settings)) is is_fit
        session.close()


def asked_once(proxy: Proxy) -> list[bytes]:
    return [Client(proxy).ask(GET % (b"/a", b""))]


def test_an_option_of_mitmproxys_takes_its_own_way(tmp_path, confdir):
    path = cassette(tmp_path / "a.yaml", interaction("http://api.test/a"))
    sets = ["modify_headers=/~s/X-Mine/1"]
    found = played(path, confdir, asked_once, lane="auto", sets=sets)
    assert b"X-Mine: 1" in found.answers[0]
    assert found.answers[0].endswith(b"recorded")
    assert (found.lane, found.passed) == (0, 0)


def test_a_session_has_a_port_before_mitmproxy_has_begun_in_full(
    tmp_path, confdir, monkeypatch
):
    """It listens some turns of its loop before it heeds another mode, and the API is
    there as early."""
    begin = Master.running

    async def begin_late(self: Master) -> None:
        await asyncio.sleep(0.3)
        await begin(self)

    monkeypatch.setattr(Master, "running", begin_late)
    folder = tmp_path / "cassettes"
    folder.mkdir()
    cassette(folder / "a.yaml", interaction("http://api.test/a"))

    def play(proxy: Proxy) -> Iterator[bytes]:
        yield Client(proxy, opened(proxy, "a")).ask(GET % (b"/a", b""))

    found = played(None, confdir, play, dir=str(folder), control="0")
    assert found.answers[0].endswith(b"recorded")


def test_sessions_with_ports_of_their_own_are_in_the_lane(tmp_path, confdir):
    """One after another on one port, and two at once on theirs."""
    folder = tmp_path / "cassettes"
    folder.mkdir()
    for name in ("a", "b"):
        each = [interaction(f"{base}/a", name.encode()) for base in URLS]
        cassette(folder / f"{name}.yaml", *each, *each)

    def play(proxy: Proxy) -> Iterator[bytes]:
        ports = [opened(proxy, name) for name in ("a", "b")]
        for port in ports:
            yield Client(proxy, port).ask(GET % (b"/a", b""))
            yield Client(proxy, port).secure().ask(b"GET /a HTTP/1.1\r\n\r\n")
            yield Client(proxy, port).ask(GET % (b"/a", b"X-Vcr-Cassette: b\r\n"))
        call(proxy, "DELETE", "/sessions/a")
        yield Client(proxy).ask(GET % (b"/a", b"X-Vcr-Cassette: b\r\n"))

    own, fast = (
        played(None, confdir, play, lane=lane, dir=str(folder), control="0")
        for lane in ("off", "auto")
    )
    assert fast.unlike(own) == []
    bodies = [each.rpartition(b"\r\n\r\n")[2] for each in fast.answers]
    assert bodies[:-1] == b"a a a b b b".split()
    assert fast.answers[-1][9:12] == b"424"
    assert (own.lane, fast.lane) == (0, 4)


def posted(path: str, body: bytes, lines: bytes = b"") -> bytes:
    head = f"POST http://{HOST}{path} HTTP/1.1\r\nHost: {HOST}\r\n".encode()
    return head + lines + b"Content-Length: %d\r\n\r\n" % len(body) + body


@pytest.mark.parametrize(("spool", "lane"), [("1048576", 5), ("100000", 3)])
def test_large_requests_are_in_the_lane_up_to_what_is_spooled(
    spool, lane, tmp_path, confdir
):
    """A client may send the next while one is looked through."""
    sizes = [20_000, 90_000, 300_000, 600_000, 1_100_000]
    bodies = [b'{"text": "%b"}' % (b"word " * (size // 5)) for size in sizes]
    kept = (
        interaction(f"http://{HOST}/{n}", b"%d" % n, method="POST", sent=body)
        for n, body in enumerate(bodies)
    )
    path = cassette(tmp_path / "a.yaml", *kept, interaction(f"http://{HOST}/get"))

    def play(proxy: Proxy) -> Iterator[bytes]:
        client = Client(proxy)
        get = GET % (b"/get", b"")
        client.send(posted("/0", bodies[0]) + get)
        yield client.answer()
        yield client.answer()
        for number, body in enumerate(bodies[1:], 1):
            yield client.ask(posted(f"/{number}", body))

    options = {"allow_repeats": "all", "spool": spool}
    own = played(path, confdir, play, lane="off", **options)
    fast = played(path, confdir, play, lane="auto", **options)
    assert fast.unlike(own) == []
    assert fast.lane == lane


@pytest.mark.parametrize("size", [50, 50_000])
def test_who_ends_tls_behind_a_request_is_answered(size, tmp_path, confdir):
    """Its last record comes with the request, and what leaves is counted by its size:
    OpenSSL reads no more behind a close_notify of its own."""
    body = b"x" * size
    kept = interaction(f"https://{HOST}/", b"y" * 5000, method="POST", sent=body)
    path = cassette(tmp_path / "a.yaml", kept)

    def play(proxy: Proxy) -> Iterator[bytes]:
        client = Client(proxy)
        client.send(f"CONNECT {HOST}:443 HTTP/1.1\r\n\r\n".encode())
        client.answer(b"HEAD")
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = ssl.create_default_context(cafile=proxy.ca_file)
        tls = context.wrap_bio(incoming, outgoing, server_hostname=HOST)
        while True:
            with suppress(ssl.SSLWantReadError):
                tls.do_handshake()
                break
            client.send(outgoing.read())
            incoming.write(client.socket.recv(9999))
        head = f"POST / HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {size}\r\n\r\n"
        tls.write(head.encode() + body)
        with suppress(ssl.SSLWantReadError):
            tls.unwrap()
        client.send(outgoing.read())
        heard = client.rest()
        yield b"answered" if len(heard) > 5000 else heard

    found = played(path, confdir, play)
    assert (found.lane, found.answers) == (1, [b"answered"])


@pytest.mark.parametrize("order", [1, -1])
def test_many_of_one_url_are_in_the_lane_in_any_order(order, tmp_path, confdir):
    """The last of them is found once all others were read, in turns of the loop."""
    bodies = [b'{"id": %d}' % number for number in range(300)]
    kept = [
        interaction(
            f"http://{HOST}/rpc",
            body[7:-1],
            method="POST",
            sent=body,
        )
        for body in bodies
    ]
    path = cassette(tmp_path / "a.yaml", *kept)

    def play(proxy: Proxy) -> Iterator[bytes]:
        client = Client(proxy)
        for body in bodies[::order]:
            answer = client.ask(posted("/rpc", body))
            assert answer.endswith(b"\r\n\r\n" + body[7:-1])
            yield answer

    assert (played(path, confdir, play).lane, len(bodies)) == (300, 300)
