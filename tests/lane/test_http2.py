"""HTTP/2 with nothing of mitmproxy: what is answered, what waits, and what is passed
on."""

from collections.abc import Callable, Iterator

import pytest
from h2 import events
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.settings import SettingCodes

from lane.test_connection import Transport
from mitmvcr.lane.http2 import Http2, Wire
from mitmvcr.lane.line import MARK, Answer

HEAD = [
    (b":method", b"POST"),
    (b":scheme", b"https"),
    (b":authority", b"api.test"),
]
CONFIG = H2Configuration(client_side=True, header_encoding=False)


class Desk:
    """Answers a request with its path and body, as often as the path says."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []
        self.noted: list[str] = []

    def answer_http2_again(self, line, sent) -> Answer | None:
        return None

    def answer_http2(self, line, request, sent) -> Answer | bytes:
        self.seen.append(request.path)
        if request.path == b"/unknown":
            return b"17"
        many = int(request.path[1:])
        return Answer(((b":status", b"200"),), request.content * many, None)

    def http2_broke(self, line, name, reason) -> None:
        self.noted.append(f"{name}: {reason}")

    def asked_nothing(self, line, name) -> None:
        self.noted.append(f"{name}: nothing")


class Peer:
    """The other end of a connection."""

    def __init__(self, http2: H2Connection, send: Callable[[bytes], None]) -> None:
        self.http2, self._send = http2, send
        self.bodies: dict[int, bytes] = {}
        self.events: list[events.Event] = []

    def flush(self) -> None:
        self._send(self.http2.data_to_send())

    def receive(self, data: bytes) -> None:
        for event in self.http2.receive_data(data):
            self.events.append(event)
            if isinstance(event, events.DataReceived):
                body = self.bodies.get(event.stream_id, b"")
                self.bodies[event.stream_id] = body + event.data

    def kinds(self) -> list[str]:
        return [type(each).__name__ for each in self.events]

    def ask(self, path: bytes, body: bytes = b"a") -> int:
        stream = self.http2.get_next_available_stream_id()
        self.http2.send_headers(stream, [*HEAD, (b":path", path)])
        self.http2.send_data(stream, body, end_stream=True)
        return stream


class Mitmproxy(Peer):
    """In the place of a bridge to it: it has what is passed on."""

    def __init__(self, receive, closed, begin: bytes) -> None:
        config = H2Configuration(client_side=False, header_encoding=False)
        super().__init__(H2Connection(config), receive)
        self.http2.initiate_connection()
        self.is_over = self.is_paused = False
        self.closed = closed
        self.receive(begin)

    send = Peer.receive

    def end(self) -> None:
        self.is_over = True

    def pause(self) -> None:
        self.is_paused = True

    def resume(self) -> None:
        self.is_paused = False


class Made:
    """A connection of the lane's, its client and what it has opened to mitmproxy."""

    def __init__(self) -> None:
        self.desk, self.transport = Desk(), Transport()
        self.is_over = False
        self.inner: list[Mitmproxy] = []
        self.sent: list[bytes] = []
        wire = Wire(
            None,
            ("api.test", 443),
            "api.test",
            self.transport,
            self.sent.append,
            self._end,
            self._bridge,
        )
        self.http2 = Http2(wire, self.desk)
        self.client = Peer(H2Connection(CONFIG), self.http2.send)
        self.http2.begin()
        self.client.http2.initiate_connection()
        self.turn()

    def _end(self) -> None:
        self.is_over = True

    def _bridge(self, receive, closed, begin) -> Mitmproxy:
        self.inner.append(Mitmproxy(receive, closed, begin))
        return self.inner[-1]

    def turn(self) -> None:
        """Let each side read what the other has sent, until neither sends more."""
        self.client.flush()
        while self.sent:
            sent, self.sent[:] = b"".join(self.sent), []
            self.client.receive(sent)
            if data := self.client.http2.data_to_send():
                self.http2.send(data)


@pytest.fixture
def made() -> Iterator[Made]:
    return Made()


def test_requests_are_answered_as_they_end(made) -> None:
    one, other = made.client.ask(b"/1", b"one"), made.client.ask(b"/2", b"two")
    made.turn()
    assert made.client.bodies == {one: b"one", other: b"twotwo"}
    assert made.client.kinds().count("StreamEnded") == 2
    assert made.inner == []


def test_bodies_leave_in_turn_as_there_is_room(made) -> None:
    streams = [made.client.ask(b"/100", b"x" * 1_000) for _ in range(2)]
    made.turn()
    sizes = [len(made.client.bodies[each]) for each in streams]
    assert sum(sizes) == 65_535
    assert min(sizes) > 30_000
    made.client.http2.increment_flow_control_window(1 << 20)
    for each in streams:
        made.client.http2.increment_flow_control_window(1 << 20, each)
    made.turn()
    assert [len(made.client.bodies[each]) for each in streams] == [100_000] * 2
    assert made.client.kinds().count("StreamEnded") == 2


def test_less_room_by_a_setting_keeps_what_waits_waiting(made) -> None:
    made.client.http2.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 10})
    stream = made.client.ask(b"/100", b"x")
    made.turn()
    made.turn()
    assert len(made.client.bodies[stream]) == 10
    made.client.http2.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 60})
    made.turn()
    assert len(made.client.bodies[stream]) == 60
    made.client.http2.reset_stream(stream)
    made.turn()
    assert not made.http2.answers


def test_a_client_that_reads_nothing_is_not_read_either(made) -> None:
    made.http2.pause()
    assert made.transport.is_paused
    made.transport.is_paused = False  # mitmproxy may have had its reasons
    made.client.ask(b"/1")
    for _ in range(50):
        made.client.http2.ping(b"12345678")
    made.client.flush()
    assert made.transport.is_paused
    assert made.sent == []
    made.http2.resume()
    assert not made.transport.is_paused
    made.turn()
    assert made.client.kinds().count("PingAckReceived") == 50
    assert made.client.bodies == {1: b"a"}


def test_a_long_answer_stops_where_its_client_stops_reading(made) -> None:
    made.client.http2.increment_flow_control_window(1 << 24)
    stream = made.client.ask(b"/2000", b"x" * 1_000)
    made.client.http2.increment_flow_control_window(1 << 24, stream)
    send = made.sent.append

    def full(data: bytes) -> None:
        send(data)
        made.http2.pause()

    made.http2._wire = made.http2._wire._replace(send=full)
    made.client.flush()
    assert 60_000 < sum(map(len, made.sent)) < 200_000


def test_what_is_not_answered_is_mitmproxys_with_its_mark(made) -> None:
    stream = made.client.ask(b"/unknown", b"asked")
    known = made.client.ask(b"/1")
    made.turn()
    (inner,) = made.inner
    (asked,) = (e for e in inner.events if isinstance(e, events.RequestReceived))
    assert dict(asked.headers)[MARK] == b"17"
    assert inner.bodies == {1: b"asked"}
    inner.http2.send_headers(1, [(b":status", b"103")])
    inner.http2.send_headers(1, [(b":status", b"404"), (b"x", b"1")])
    inner.http2.send_data(1, b"none")
    inner.http2.send_headers(1, [(b"x-sum", b"4")], end_stream=True)
    inner.flush()
    made.turn()
    assert made.client.bodies == {known: b"a", stream: b"none"}
    kinds = made.client.kinds()
    assert kinds.index("InformationalResponseReceived") < kinds.index(
        "TrailersReceived"
    )
    assert kinds.count("StreamEnded") == 2


def test_mitmproxy_sends_no_more_than_its_client_reads(made) -> None:
    stream = made.client.ask(b"/unknown", b"asked")
    made.turn()
    (inner,) = made.inner
    inner.http2.send_headers(1, [(b":status", b"200")])
    sent = 0
    for _ in range(100):
        while size := min(inner.http2.local_flow_control_window(1), 16_384):
            inner.http2.send_data(1, b"y" * size)
            sent += size
        inner.flush()
        made.turn()
    assert 65_535 < sent < 3 * 65_535
    made.client.http2.increment_flow_control_window(1 << 20)
    made.client.http2.increment_flow_control_window(1 << 20, stream)
    made.turn()
    assert len(made.client.bodies[stream]) == sent
    assert inner.http2.local_flow_control_window(1) > 0


def test_a_body_that_is_long_is_passed_on_as_it_comes(made) -> None:
    http2 = made.client.http2
    stream = http2.get_next_available_stream_id()
    http2.send_headers(stream, [*HEAD, (b":path", b"/1")])
    for _ in range(4):
        http2.send_data(stream, b"z" * 10_000)
        made.turn()
    (inner,) = made.inner
    assert inner.bodies == {1: b"z" * 40_000}
    assert made.desk.seen == []
    inner.http2.send_headers(1, [(b":status", b"413")], end_stream=True)
    inner.flush()
    http2.send_data(stream, b"more", end_stream=True)
    made.turn()
    assert inner.bodies[1].endswith(b"more")
    assert "StreamEnded" in inner.kinds()
    assert made.client.kinds().count("StreamEnded") == 1


@pytest.mark.parametrize("who", ["client", "mitmproxy"])
def test_a_stream_that_one_side_resets_is_reset_at_the_other(made, who) -> None:
    stream = made.client.ask(b"/unknown")
    made.turn()
    (inner,) = made.inner
    if who == "client":
        made.client.http2.reset_stream(stream, 8)
    else:
        inner.http2.reset_stream(1, 8)
        inner.flush()
    made.turn()
    other = inner if who == "client" else made.client
    (reset,) = (e for e in other.events if isinstance(e, events.StreamReset))
    assert reset.error_code == 8
    assert not made.is_over


def test_trailers_of_a_request_are_passed_on(made) -> None:
    http2 = made.client.http2
    stream = http2.get_next_available_stream_id()
    http2.send_headers(stream, [*HEAD, (b":path", b"/1")])
    http2.send_data(stream, b"body")
    http2.send_headers(stream, [(b"x-sum", b"1")], end_stream=True)
    made.turn()
    (inner,) = made.inner
    assert inner.bodies == {1: b"body"}
    assert "TrailersReceived" in inner.kinds()


@pytest.mark.parametrize("how", ["says so", "closes", "breaks the rules"])
def test_the_end_of_mitmproxys_connection_is_the_clients(made, how) -> None:
    made.client.ask(b"/unknown")
    made.turn()
    (inner,) = made.inner
    if how == "says so":
        inner.http2.close_connection(7, b"why")
        inner.flush()
    elif how == "closes":
        inner.closed()
    else:
        made.http2._relay._receive(b"\0" * 9 * 20 + b"HTTP/1.1 400")
    made.turn()
    (end,) = (e for e in made.client.events if type(e) is events.ConnectionTerminated)
    assert end.error_code == {"says so": 7, "closes": 0}.get(how, 2)
    assert made.is_over
    assert inner.is_over


def test_a_client_that_breaks_the_rules_reads_why(made) -> None:
    made.http2.send(b"\0\0\1\0\0\0\0\0\0x")
    made.turn()
    assert made.is_over
    assert made.desk.noted[0].startswith("api.test: ")
    assert "ConnectionTerminated" in made.client.kinds()
    made.http2.send(b"more")
    made.http2.end()
    assert made.desk.noted[1:] == []


def test_a_client_that_leaves_has_left_mitmproxy_too(made) -> None:
    made.client.ask(b"/unknown")
    made.turn()
    made.http2.end()
    assert made.inner[0].is_over
    assert made.is_over
    assert made.desk.noted == []


def test_mitmproxy_sees_that_a_client_lives_that_the_lane_answers(made) -> None:
    made.client.ask(b"/unknown")
    made.turn()
    (inner,) = made.inner
    made.http2._relay._seen -= 100
    for _ in range(2):
        made.client.ask(b"/1")
        made.turn()
    assert inner.kinds().count("PingReceived") == 1
