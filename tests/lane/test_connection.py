"""A connection with nothing of mitmproxy: what is answered, what is passed on, and what
waits."""

import asyncio
import ssl
from collections.abc import Callable

import pytest

from mitmvcr.lane import Connection, Hello, Later

GET = b"GET http://api.test/%d HTTP/1.1\r\n\r\n"
CONNECT = b"CONNECT api.test:443 HTTP/1.1\r\n\r\n"
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


class Transport(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.is_closed = self.is_paused = False

    def write(self, data) -> None:
        self.written += data

    def close(self) -> None:
        self.is_closed = True

    abort = close

    def is_closing(self) -> bool:
        return self.is_closed

    def pause_reading(self) -> None:
        self.is_paused = True

    def resume_reading(self) -> None:
        self.is_paused = False


class Desk:
    """Answers a request with its path, and is the line too."""

    ends = (("127.0.0.1", 1), ("127.0.0.1", 2))

    def __init__(self) -> None:
        self.opens, self.unknown = True, b"/unknown"
        self.seen: list[tuple] = []
        self.noted: list[str] = []
        self.sent: list[tuple | None] = []
        self.known: dict[tuple, bytes] = {}
        #: Of paths whose answers take long.
        self.later: dict[bytes, asyncio.Future[bytes | None]] = {}
        self.passed: tuple | None = None
        #: What waits for its turn; None where everybody has it at once.
        self.waiting: list[Callable[[], None]] | None = None

    def is_open(self, line) -> bool:
        return self.opens

    def answer_again(self, line, sent) -> bytes | None:
        return self.known.get(sent)

    def answer(self, line, request, sent=None) -> bytes | Later | None:
        if request.path in self.later:
            return self.waited(self.later[request.path])
        if request.path == self.unknown:
            return None
        self.sent.append(sent)
        place = request.scheme, request.host, request.port
        self.seen.append((*place, request.method, request.path, request.content))
        return b"<%b>" % request.path

    async def waited(self, answer: asyncio.Future[bytes | None]) -> bytes | None:
        return await answer

    def in_turn(self, work) -> None:
        if self.waiting is None:
            work()
        else:
            self.waiting.append(work)

    def context(self, line, place, greeting: Hello) -> ssl.SSLContext | None:
        return None

    def came(self, line) -> None:
        self.noted.append("came")

    def tls_broke(self, line, name, reason) -> None:
        self.noted.append(f"{name}: {reason}")

    def asked_nothing(self, line, name) -> None:
        self.noted.append(f"{name}: nothing")

    def ended(self, made, line) -> None:
        self.noted.append("ended")

    def left(self, made, line) -> None:
        self.noted.append("left")

    def pass_on(self, received, *, is_over, swallowed) -> None:
        self.passed = received, is_over, swallowed


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def transport() -> Transport:
    return Transport()


@pytest.fixture
def client(desk, transport) -> Connection:
    made = Connection(desk, desk)
    made.connection_made(transport)
    return made


def test_requests_are_answered_as_they_come(client, desk, transport) -> None:
    data = GET % 1 + b"POST http://a.test:8/2 HTTP/1.1\r\nContent-Length: 2\r\n\r\nab"
    for at in range(len(data)):
        client.data_received(data[at : at + 1])
    assert transport.written == b"</1></2>"
    assert desk.seen == [
        (b"http", "api.test", 80, b"GET", b"/1", b""),
        (b"http", "a.test", 8, b"POST", b"/2", b"ab"),
    ]
    client.eof_received()
    client.connection_lost(None)
    assert desk.noted == ["came", "ended"]


def test_what_is_known_is_answered_as_it_was(client, desk, transport) -> None:
    desk.known[("", 0), GET % 1] = b"<known>"
    for data in GET % 1, GET % 1 + GET % 2, (GET % 1)[:9], (GET % 1)[9:]:
        client.data_received(data)
    assert transport.written == b"<known></1></2><known>"


def test_only_a_request_that_came_alone_is_known(client, desk) -> None:
    client.data_received(GET % 1)
    client.data_received(GET % 2 + GET % 3)
    ending = b"GET http://a.test/4 HTTP/1.1\r\nConnection: close\r\n\r\n"
    client.data_received(ending)
    assert desk.sent == [(("", 0), GET % 1), None, None, None]


def test_a_client_that_asks_for_one_answer_gets_one(client, transport) -> None:
    client.data_received(
        b"GET http://a.test/1 HTTP/1.1\r\nConnection: close\r\n\r\n" + GET % 2
    )
    assert transport.written == b"</1>"
    assert transport.is_closed


def test_a_client_that_reads_slowly_waits_for_the_rest(client, desk, transport) -> None:
    client.data_received(GET % 1)
    desk.known[("", 0), GET % 2] = b"<known>"
    client.pause_writing()
    assert transport.is_paused
    client.data_received(GET % 2 + GET % 3)
    assert transport.written == b"</1>"
    client.resume_writing()
    assert not transport.is_paused
    assert transport.written == b"</1></2></3>"


@pytest.mark.parametrize(
    "rest",
    [
        b"GET http://api.test/unknown HTTP/1.1\r\n\r\n" + GET % 3,
        b"GET /2 HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01",
        b"POST http://a.test/ HTTP/1.1\r\nContent-Length: 2000000\r\n\r\n",
    ],
)
def test_what_is_not_answered_is_passed_on_as_it_came(client, desk, rest) -> None:
    client.data_received(GET % 1 + rest)
    assert desk.passed == (rest, False, b"")
    assert desk.noted == ["came", "left"]


CLOSING = b"GET http://a.test/4 HTTP/1.1\r\nConnection: close\r\n\r\n"


def later(desk, *paths: bytes) -> list[asyncio.Future[bytes | None]]:
    """Let the answers to these take long; call it in a loop."""
    made = [asyncio.get_running_loop().create_future() for _ in paths]
    desk.later = dict(zip(paths, made, strict=True))
    return made


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_what_comes_behind_a_slow_answer_waits_for_it(client, desk, transport) -> None:
    async def main() -> None:
        first, second = later(desk, b"/2", b"/4")
        client.data_received(GET % 1 + GET % 2 + GET % 3 + GET % 4 + (GET % 5)[:7])
        await settled()
        assert (transport.written, transport.is_paused) == (b"</1>", True)
        first.set_result(b"<two>")
        await settled()
        assert (transport.written, transport.is_paused) == (b"</1><two></3>", True)
        second.set_result(b"<four>")
        await settled()
        assert not transport.is_paused
        client.data_received((GET % 5)[7:])

    asyncio.run(main())
    assert transport.written == b"</1><two></3><four></5>"
    assert desk.passed is None


def test_a_slow_answer_that_is_not_ours_is_passed_on(client, desk, transport) -> None:
    async def main() -> None:
        (first,) = later(desk, b"/2")
        client.data_received(GET % 1 + GET % 2 + GET % 3)
        first.set_result(None)
        await settled()

    asyncio.run(main())
    assert (transport.written, transport.is_paused) == (b"</1>", False)
    assert desk.passed == (GET % 2 + GET % 3, False, b"")


def test_a_slow_answer_may_be_the_last(client, desk, transport) -> None:
    async def main() -> None:
        (first,) = later(desk, b"/4")
        client.data_received(CLOSING + GET % 2)
        first.set_result(b"<four>")
        await settled()

    asyncio.run(main())
    assert (transport.written, transport.is_closed) == (b"<four>", True)


def test_who_has_left_gets_no_slow_answer(client, desk, transport) -> None:
    async def main() -> None:
        (first,) = later(desk, b"/2")
        client.data_received(GET % 2)
        client.close()
        first.set_result(b"<two>")
        await settled()

    asyncio.run(main())
    assert transport.written == b""


def test_who_reads_slowly_is_not_read_from_behind_a_slow_answer(
    client, desk, transport, monkeypatch
) -> None:
    write = transport.write

    def filling(data: bytes) -> None:
        write(data)
        client.pause_writing()

    async def main() -> None:
        (first,) = later(desk, b"/2")
        client.data_received(GET % 2 + GET % 3)
        monkeypatch.setattr(transport, "write", filling)
        first.set_result(b"<two>")
        await settled()
        assert (transport.written, transport.is_paused) == (b"<two>", True)
        client.resume_writing()

    asyncio.run(main())
    assert transport.written == b"<two></3>"


def test_a_tunnel_that_speaks_no_tls_is_passed_on_with_its_connect(
    client, desk, transport
) -> None:
    client.data_received(CONNECT)
    assert transport.written == ESTABLISHED
    client.data_received(b"GET / HTTP/1.1\r\n\r\n")
    assert desk.passed == (CONNECT + b"GET / HTTP/1.1\r\n\r\n", False, ESTABLISHED)


def test_a_tunnel_is_not_opened_where_the_desk_is_shut(client, desk, transport) -> None:
    desk.opens = False
    client.data_received(CONNECT)
    assert desk.passed == (CONNECT, False, b"")
    assert transport.written == b""


def test_half_a_hello_is_passed_on_with_its_end(client, desk) -> None:
    client.data_received(CONNECT + b"\x16\x03")
    client.eof_received()
    assert desk.passed == (CONNECT + b"\x16\x03", True, ESTABLISHED)


def greeting() -> bytes:
    """What a client begins TLS with."""
    out = ssl.MemoryBIO()
    made = ssl.create_default_context().wrap_bio(
        ssl.MemoryBIO(), out, server_hostname="api.test"
    )
    with pytest.raises(ssl.SSLWantReadError):
        made.do_handshake()
    return out.read()


def test_what_comes_before_its_turn_is_kept(client, desk) -> None:
    desk.waiting, said = [], greeting()
    client.data_received(CONNECT + said)
    client.data_received(b"more")
    assert (repr(client), desk.passed) == ("<Connection _wait api.test>", None)
    for each in desk.waiting:
        each()
    assert desk.passed == (CONNECT + said + b"more", False, ESTABLISHED)


def test_who_leaves_before_its_turn_is_told_and_forgotten(
    client, desk, transport
) -> None:
    desk.waiting = []
    client.data_received(CONNECT + greeting())
    client.eof_received()
    transport.close()
    for each in desk.waiting:
        each()
    assert (desk.noted, desk.passed) == (["came", "api.test: "], None)


def test_a_connection_shows_where_it_is(client) -> None:
    assert repr(client) == "<Connection _plain >"
    client.data_received(CONNECT)
    assert repr(client) == "<Connection _hello api.test>"
