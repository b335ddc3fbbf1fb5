"""Over HTTP/2 too, the lane and mitmproxy's own way give the same: what a client reads
on every stream, every count, entry and line of the log."""

import json
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from h2.connection import ConnectionState
from h2.exceptions import ProtocolError

from examples import examples
from mitmvcr.core.model import Interaction
from mitmvcr.proxy.counts import LEFT
from mitmvcr.proxy.host import options as host_options
from mitmvcr.proxy.host import plain
from mitmvcr.proxy.launch import Proxy
from proxy.http2 import Got, Header, Http2Client, pieces
from proxy.lanes import HOST, Play, cassette, interaction, opened, played
from proxy.test_lane import odd

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
    *(
        (b"x-api-key", b"0123456789abcdef0123456789abcdef"),
        (b"expect", b"100-continue"),
    ),
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
        client = Http2Client(proxy)  # however few they were, one is mitmproxy's
        yield bytes(client.ask("GET", "/nobody/has/this"))
        client.close()

    return play


COUNT = int(os.environ.get("MITMVCR_LANE_REQUESTS", examples(40)))
OPTIONS = {
    "each once": {},
    "as on the wire": {"view": "wire", "allow_repeats": "all"},
}


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_what_a_client_reads_is_the_same_by_either_way(options, tmp_path, confdir):
    path = cassette(tmp_path / "a.yaml", *world())
    play = conversation(7, COUNT, 6 if options else 1)
    own = played(path, confdir, play, lane="off", **options)
    fast = played(path, confdir, play, lane="auto", **options)
    assert fast.unlike(own) == []
    assert (own.lane, own.passed) == (0, 0)
    assert fast.lane > COUNT // 4
    assert fast.passed > 0


#: Heads that the lane does not know, some of which nobody may answer.
STRANGE: list[list[Header]] = [
    [(b"connection", b"close")],
    [(b"transfer-encoding", b"chunked")],
    [(b"te", b"gzip")],
    [(b"X-Upper", b"1")],
    [(b"x y", b"1")],
    [(b"x-blank", b" a ")],
    [(b"content-length", b"3")],
    [(b"content-length", b"0"), (b"content-length", b"0")],
    [(b"content-length", b"+0")],
    [(b":path", b"/items/2")],
    [(b":protocol", b"websocket")],
    [(b":unknown", b"1")],
    [(b"host", b"mitm.it")],
    [(b"host", b"other.test")],
    [(b"content-type", b"application/grpc")],
    [(b"x-long", b"x" * 70_000)],
]
#: Other places: scheme, authority and path.
PLACES = [
    (b"http", b"api.test", "/items/3"),
    (b"ftp", b"api.test", "/items/3"),
    (b"https", b"API.test", "/items/3"),
    (b"https", b"api.test:443", "/items/3"),
    (b"https", b"api.test:99999", "/items/3"),
    (b"https", b"other.test", "/items/3"),
    (b"https", b"a@api.test", "/items/3"),
    (b"https", b"", "/items/3"),
    (b"https", b"mitm.it", "/"),
    (b"https", b"api.test", "*"),
    (b"https", b"api.test", ""),
    (b"https", b"api.test", "/items/3 4"),
    (b"https", b"api.test", "https://api.test/items/3"),
]
#: Frames that end a connection, or none: type, flags, stream and what is in it.
FRAMES = [
    (0, 0, 0, b"data of no stream"),
    (0, 0, 99, b"data of a stream that is none"),
    (0, 0, 1, b"data behind its end"),
    (0, 0, 1, b"more behind its end" * 500),
    (1, 5, 0, b"\x82"),
    (1, 5, 2, b"\x82"),
    (1, 5, 1, b"\x82"),
    (1, 5, 99, b"\xff\xff\xff\xff\xff"),
    (2, 0, 1, b"\0\0\0\1\0"),
    (2, 0, 5, b"\0\0\0\3\x09"),
    (3, 0, 0, b"\0\0\0\x08"),
    (3, 0, 99, b"\0\0\0\x08"),
    (4, 0, 0, b"\0\4\xff\xff\xff\xff"),
    (4, 0, 0, b"\0\x99\0\0\0\7\0\4\0\0\0\x64"),
    (4, 0, 0, b"\0"),
    (4, 1, 0, b""),
    (5, 4, 1, b"\0\0\0\2\x82"),
    (6, 0, 0, b"12345678"),
    (6, 0, 1, b"12345678"),
    (8, 0, 0, b"\x7f\xff\xff\xff"),
    (8, 0, 1, b"\x7f\xff\xff\xff"),
    (8, 0, 0, b"\0\0\0\0"),
    (9, 4, 1, b"\x82"),
    (0x99, 0, 0, b"unknown"),
]


def framed(kind: int, flags: int, stream: int, data: bytes) -> bytes:
    size, rest = len(data).to_bytes(3), stream.to_bytes(4)
    return b"%b%c%c%b%b" % (size, kind, flags, rest, data)


def of_bad_manners(proxy: Proxy) -> Iterator[bytes]:
    """Do what clients do at their worst, each on a connection of its own that has been
    answered once; yield what they read, and how it ended."""
    for fields in STRANGE:
        client = Http2Client(proxy)
        yield bytes(client.ask("GET", "/items/1"))
        yield bytes(client.ask("GET", "/items/2", fields))
        yield how_it_goes_on(client)
    for scheme, authority, path in PLACES:
        client = Http2Client(proxy)
        more = {"scheme": scheme, "authority": authority, "ends": True}
        stream = client.begin("GET", path, **more)
        client.flush()
        yield bytes(client.answer(stream))
        yield how_it_goes_on(client)
    for method in ("CONNECT", "get", "M-SEARCH", "PROPFIND", "TRACE"):
        client = Http2Client(proxy)
        yield bytes(client.ask(method, "/items/4"))
        yield how_it_goes_on(client)
    for frame in FRAMES:
        client = Http2Client(proxy)
        yield bytes(client.ask("GET", "/items/1"))
        client.socket.sendall(framed(*frame))
        yield how_it_goes_on(client)


def how_it_goes_on(client: Http2Client) -> bytes:
    """Ask once more; return the answer, or why there is none."""
    if client.ended:
        return client.ended.partition(":")[0].encode()
    try:
        got = client.ask("GET", "/items/5")
    except (OSError, ProtocolError):
        client.rest()
        got = Got()
    if got.end:
        client.close()
    return bytes(got) + client.ended.partition(":")[0].encode()


def test_clients_of_bad_manners_read_the_same_by_either_way(tmp_path, confdir):
    path = cassette(tmp_path / "a.yaml", *world())
    own, fast = (
        played(path, confdir, of_bad_manners, lane=lane, allow_repeats="all")
        for lane in ("off", "auto")
    )
    assert fast.unlike(own) == []


def slowly(proxy: Proxy) -> Iterator[bytes]:
    """Make room for little, then for the rest; leave a stream, and ask again."""
    client = Http2Client(proxy)
    client.makes_room = False
    streams = [client.begin("GET", "/half", ends=True) for _ in range(2)]
    client.flush()
    while sum(len(client.got[each].body) for each in streams) < 65_535:
        assert client.read()
    yield b"%d" % sum(len(client.got[each].body) for each in streams)
    client.makes_room = True
    client.http2.increment_flow_control_window(1 << 22)
    for each in streams:
        client.http2.increment_flow_control_window(1 << 21, each)
    client.flush()
    client.answer(*streams)
    yield from (bytes(client.got[each]) for each in streams)
    for path in ("/huge", "/large"):
        left = client.begin("GET", path, ends=True)
        client.flush()
        while len(client.got[left].body) < 10_000:
            assert client.read()
        client.http2.reset_stream(left, 8)
        yield bytes(client.ask("GET", path))


def test_a_slow_client_reads_the_same_by_either_way(tmp_path, confdir):
    path = cassette(tmp_path / "a.yaml", *world(), *world())
    own, fast = (played(path, confdir, slowly, lane=lane) for lane in ("off", "auto"))
    assert fast.unlike(own) == []
    assert fast.lane > 0
    assert fast.passed > 0


def leaving_at_once(proxy: Proxy) -> Iterator[bytes]:
    client = Http2Client(proxy)
    left = client.begin("GET", "/items/7", ends=True)
    client.http2.reset_stream(left, 8)
    yield client.ask("GET", "/items/7").body


def test_a_stream_that_is_left_at_once_uses_nothing_up(tmp_path, confdir):
    path = cassette(tmp_path / "a.yaml", *world())
    found = played(path, confdir, leaving_at_once, lane="auto")
    assert found.answers == [b"xxxxxxx"]
    assert "replayed 1, missed 0" in found.summary


def all_at_once(proxy: Proxy) -> Iterator[bytes]:
    """Ask as much at once as the other side allows."""
    client = Http2Client(proxy)
    client.ask("GET", "/items/1")
    assert client.http2.remote_settings.max_concurrent_streams == 100
    streams = []
    for number in range(100):
        path = "/half" if number % 50 == 9 else f"/items/{number % 40}"
        if number % 10 == 4:
            streams.append(client.begin("PUT", "/put"))
            client.body(streams[-1], *pieces(b"p" * 20_000))
        else:
            streams.append(client.begin("GET", path, ends=True))
    client.flush()
    client.answer(*streams)
    yield from (bytes(client.got[each]) for each in streams)


def test_many_streams_at_once_are_answered_the_same_by_either_way(tmp_path, confdir):
    path = cassette(tmp_path / "a.yaml", *world())
    own, fast = (
        played(path, confdir, all_at_once, lane=lane, allow_repeats="all")
        for lane in ("off", "auto")
    )
    assert fast.answers == own.answers
    assert fast.summary == own.summary
    assert fast.again > 20


def leaving(proxy: Proxy) -> Iterator[bytes]:
    """Ask, and say at once that nothing more is asked."""
    for path in ("/items/1", "/absent"):
        client = Http2Client(proxy)
        stream = client.begin("GET", path, ends=True)
        asked = client.http2.data_to_send()
        client.http2.close_connection()
        client.socket.sendall(asked + client.http2.data_to_send())
        client.http2.state_machine.state = ConnectionState.CLIENT_OPEN
        yield bytes(client.answer(stream))[:40]
        yield client.rest().encode()


def test_a_client_that_asks_no_more_gets_its_answers(tmp_path, confdir):
    path = cassette(tmp_path / "a.yaml", *world())
    found = played(path, confdir, leaving, lane="auto").answers
    assert b"200" in found[0]
    assert b"424" in found[2]
    assert found[1] == found[3] == b"closed"


def saying_nothing(proxy: Proxy) -> Iterator[bytes]:
    """Say nothing, before anything was asked and after it was answered."""
    for path in ("", "/items/1"):
        client = Http2Client(proxy)
        client.flush()
        if path:
            yield client.ask("GET", path).body
        yield client.rest().partition(":")[0].encode()


def test_a_client_that_says_nothing_is_left(tmp_path, confdir, monkeypatch):
    monkeypatch.setattr(plain, "GIVES_UP_AFTER", 0.1)
    monkeypatch.setattr(host_options, "gives_up_after", lambda: 0.1)
    path = cassette(tmp_path / "a.yaml", *world())
    found = played(path, confdir, saying_nothing, lane="auto")
    assert found.answers == [b"0", b"x", b"0"]
    assert found.broken == {HOST: LEFT}


def test_sessions_with_ports_of_their_own_are_in_the_lane(tmp_path, confdir):
    folder = tmp_path / "cassettes"
    folder.mkdir()
    for name in ("a", "b"):
        each = interaction(f"{BASE}/a", name.encode())
        cassette(folder / f"{name}.yaml", each, each)

    def play(proxy: Proxy) -> Iterator[bytes]:
        clients = [Http2Client(proxy, opened(proxy, name)) for name in ("a", "b")]
        for client in clients:
            yield client.ask("GET", "/a").body
            yield client.ask("GET", "/a", [(b"x-vcr-cassette", b"b")]).body

    own, fast = (
        played(None, confdir, play, lane=lane, dir=str(folder), control="0")
        for lane in ("off", "auto")
    )
    assert fast.unlike(own) == []
    assert fast.answers == [b"a", b"a", b"b", b"b"]
    assert (own.lane, fast.lane, fast.passed) == (0, 2, 2)


def with_sums(*sums: bytes) -> Play:
    """Upload the same under these trailers."""

    def play(proxy: Proxy) -> Iterator[bytes]:
        client = Http2Client(proxy)
        for each in sums:
            stream = client.begin("PUT", "/put")
            client.body(stream, b"p", trailers=[(b"x-sum", each)] if each else ())
            client.flush()
            yield client.answer(stream).body

    return play


@pytest.mark.parametrize("lane", ["off", "auto"])
def test_a_request_gets_the_answer_to_its_own_trailers(lane, tmp_path, confdir):
    sums = ["1", "2", ""]
    recorded = [
        interaction(f"{BASE}/put", each.encode(), method="PUT", sent=b"p")
        for each in sums
    ]
    held = [
        replace(each, request=replace(each.request, trailer={"X-Sum": [sent]}))
        if sent
        else each
        for each, sent in zip(recorded, sums, strict=True)
    ]
    path = cassette(tmp_path / "a.yaml", *held)
    found = played(path, confdir, with_sums(b"", b"2", b"1"), lane=lane)
    assert found.answers == [b"", b"2", b"1"]
    found = played(path, confdir, with_sums(b"3", b"2", b"1"), lane=lane)
    assert found.answers == [b"1", b"2", b""], "they decide only among equals"


def with_crumbs(*cookies: bytes) -> Play:
    """Send these cookies each in a field of its own, as browsers do."""

    def play(proxy: Proxy) -> Iterator[bytes]:
        client = Http2Client(proxy)
        for each in cookies:
            fields = [(b"cookie", crumb) for crumb in each.split(b"; ")]
            yield client.ask("GET", "/who", fields).body

    return play


@pytest.mark.parametrize("lane", ["off", "auto"])
def test_cookies_that_stand_in_clear_are_found_split_and_in_any_order(
    lane, tmp_path, confdir
):
    held = [
        replace(each, request=replace(each.request, headers={"Cookie": [sent]}))
        for each, sent in (
            (interaction(f"{BASE}/who", b"ann"), "theme=dark; sid=a1"),
            (interaction(f"{BASE}/who", b"bob"), "theme=dark; sid=b2"),
            (interaction(f"{BASE}/who", b"eve"), "sid=e3"),
        )
    ]
    path = cassette(tmp_path / "a.yaml", *held)
    asked = with_crumbs(b"sid=e3", b"sid=b2; theme=dark", b"sid=a1; theme=dark")
    found = played(path, confdir, asked, lane=lane)
    assert found.answers == [b"eve", b"bob", b"ann"]
