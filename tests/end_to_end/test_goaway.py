"""HTTP/2 origins that announce their end: what they have begun is recorded whole, and
the client's connection goes on, which mitmproxy alone breaks (test_known_limits.py)."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.settings
import pytest

from end_to_end import cassettes
from end_to_end.h2_client import H2Client, connected
from end_to_end.h2_origin import begun, context_of, speaking
from end_to_end.proxy import Proxy
from origin.certs import CertFiles
from patience import PATIENCE, wait_until

STREAM = ("content-type", "text/event-stream")
EVENTS = b"data: 1\n\n", b"data: 2\n\n"
#: The highest there is: all that was asked is answered, as a server first says.
ALL = 2**31 - 1


def goaway(last: int, code: int = 0) -> bytes:
    """The frame, with the last stream that it still answers."""
    return b"\0\0\x08\x07\0\0\0\0\0" + struct.pack(">II", last, code)


CALL = ("content-type", "application/grpc")
MESSAGE = b"\0\0\0\0\1" + b"a"
#: None of all is answered.
NONE = goaway(0)


class Origin:
    """Answers the first stream of each connection that is whole, on the first one when
    ``count`` have come, and says in the midst that it ends, by these frames. Without an
    answer it says just that."""

    most = 100

    def __init__(self, certs: CertFiles, count: int, *says: bytes) -> None:
        self._context = context_of(certs)
        self._count, self._says = count, says
        self.connections = 0
        #: Something for each head that has come.
        self.heads = SimpleQueue[int]()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()

    def _listen(self) -> None:
        while True:
            try:
                plug, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._threads.append(threading.Thread(target=self._serve, args=(plug,)))
            self._threads[-1].start()

    def _serve(self, accepted: socket.socket) -> None:
        accepted.settimeout(PATIENCE)
        with (
            suppress(ConnectionError),  # what it says may come when nobody reads on
            self._context.wrap_socket(accepted, server_side=True) as plug,
        ):
            self._speak(plug, begun(plug, self.most))

    def _speak(self, plug: ssl.SSLSocket, made: h2.connection.H2Connection) -> None:
        asked, count = list[int](), self._count if self.connections == 1 else 1
        while data := plug.recv(65536):
            for each in made.receive_data(data):
                if isinstance(each, h2.events.RequestReceived):
                    self.heads.put(each.stream_id)
                elif isinstance(each, h2.events.StreamEnded):
                    asked.append(each.stream_id)
                    if len(asked) == count:
                        self._answer(plug, made, asked[0])
            plug.sendall(made.data_to_send())

    def _answer(
        self, plug: ssl.SSLSocket, made: h2.connection.H2Connection, stream: int
    ) -> None:
        if NONE in self._says:
            plug.sendall(b"".join(self._says))
            return
        made.send_headers(stream, [(":status", "200"), STREAM])
        made.send_data(stream, EVENTS[0])
        plug.sendall(made.data_to_send() + b"".join(self._says))
        made.send_data(stream, EVENTS[1], end_stream=True)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._threads:
            each.join(PATIENCE)
            assert not each.is_alive()


End = Callable[[ssl.SSLSocket, h2.connection.H2Connection], None]


def _leaves(plug: ssl.SSLSocket, made: h2.connection.H2Connection) -> None:
    plug.sendall(made.data_to_send() + goaway(3))
    made.send_data(3, EVENTS[1], end_stream=True)


def _leaves_soon(plug: ssl.SSLSocket, made: h2.connection.H2Connection) -> None:
    plug.sendall(made.data_to_send() + goaway(ALL))
    _leaves(plug, made)


def _fails(plug: ssl.SSLSocket, made: h2.connection.H2Connection) -> None:
    plug.sendall(made.data_to_send() + goaway(3, code=2))


def _closes(plug: ssl.SSLSocket, made: h2.connection.H2Connection) -> None:
    plug.sendall(made.data_to_send())
    plug.shutdown(socket.SHUT_WR)


def _refuses(plug: ssl.SSLSocket, made: h2.connection.H2Connection) -> None:
    """One that counts otherwise than it says."""
    made.reset_stream(3, h2.errors.ErrorCodes.REFUSED_STREAM)


class Busy(Origin):
    """Takes one request at a time; its first connection ends so, with the second."""

    most = 1

    def __init__(self, certs: CertFiles, ends: End) -> None:
        self._ends = ends
        super().__init__(certs, 0)

    def _speak(self, plug: ssl.SSLSocket, made: h2.connection.H2Connection) -> None:
        is_first = self.connections == 1
        while data := plug.recv(65536):
            for each in made.receive_data(data):
                if isinstance(each, h2.events.StreamEnded):
                    self._meet(plug, made, each.stream_id, is_first)
            plug.sendall(made.data_to_send())

    def _meet(
        self,
        plug: ssl.SSLSocket,
        made: h2.connection.H2Connection,
        stream: int,
        is_first: bool,
    ) -> None:
        if self._ends is not _refuses or not (is_first and stream == 3):
            made.send_headers(stream, [(":status", "200"), STREAM])
            made.send_data(stream, EVENTS[0])
        if is_first and stream == 3:
            self._ends(plug, made)
        else:
            made.send_data(stream, EVENTS[1], end_stream=True)


@pytest.fixture
def leaving(certs: CertFiles) -> Iterator[Callable[..., Origin]]:
    made: list[Origin] = []

    def start(count: int, *says: bytes) -> Origin:
        made.append(Origin(certs, count, *says))
        return made[-1]

    yield start
    for each in made:
        each.close()


@contextmanager
def recording(
    mitmdump: Callable[..., Proxy], ca: Path, cassette: Path, port: int
) -> Iterator[H2Client]:
    proxy = mitmdump(cassette, "record_only").wait_until_listening()
    with connected(proxy.port, ca, "localhost", port) as client:
        yield client
    # Python 3.12.1 takes a task that is cancelled at the end for one that failed.
    wait_until("origins to be left", lambda: _is_left(proxy.log), seconds=60)
    assert proxy.stop() == 0, proxy.log
    assert "Traceback" not in proxy.log


def _is_left(log: str) -> bool:
    return log.count(" server disconnect ") == log.count(" server connect ")


@pytest.mark.parametrize(
    "says", [(goaway(1),), (goaway(ALL), goaway(1)), (goaway(ALL),)]
)
def test_what_it_has_begun_is_recorded_whole(
    mitmdump: Callable[..., Proxy],
    leaving: Callable[..., Origin],
    proxy_ca: Path,
    tmp_path: Path,
    says: tuple[bytes, ...],
) -> None:
    """And the next request gets a connection of its own."""
    origin, cassette = leaving(1, *says), tmp_path / "a.yaml"
    with recording(mitmdump, proxy_ca, cassette, origin.port) as client:
        for number in range(8):  # mitmproxy has five connections at a time
            answer = client.answer(client.ask(f"/{number}"))
            assert (answer.status, answer.body) == (200, b"".join(EVENTS))
            assert not answer.was_reset
    kept = [item["response"]["body"] for item in cassettes.read(cassette)]
    assert kept == [b"".join(EVENTS).decode()] * 8
    assert origin.connections == 8


def test_what_it_does_not_answer_any_more_is_asked_again(
    mitmdump: Callable[..., Proxy],
    leaving: Callable[..., Origin],
    proxy_ca: Path,
    tmp_path: Path,
) -> None:
    """With its body, on another connection."""
    origin, cassette = leaving(3, goaway(1)), tmp_path / "a.yaml"
    with recording(mitmdump, proxy_ca, cassette, origin.port) as client:
        asked = [client.ask("/a"), client.ask("/b", method="POST", ends=False)]
        client.say(asked[1], b"sent", end=True)
        asked.append(client.ask("/c"))
        answers = [client.answer(stream) for stream in asked]
    assert [answer.body for answer in answers] == [b"".join(EVENTS)] * 3
    kept = [item["request"] for item in cassettes.read(cassette)]
    assert sorted(each["url"][-1] + each.get("body", "") for each in kept) == [
        *("a", "bsent", "c"),
    ]
    assert origin.connections == 3


def test_each_connection_may_answer_one_alone(
    mitmdump: Callable[..., Proxy],
    leaving: Callable[..., Origin],
    proxy_ca: Path,
    tmp_path: Path,
) -> None:
    """However many wait: each one brings them on."""
    origin, cassette = leaving(8, goaway(1)), tmp_path / "a.yaml"
    with recording(mitmdump, proxy_ca, cassette, origin.port) as client:
        asked = [client.ask(f"/{number}") for number in range(8)]
        answers = [client.answer(stream).body for stream in asked]
    assert answers == [b"".join(EVENTS)] * 8
    assert origin.connections == 8


@pytest.mark.parametrize("ends", [_leaves, _leaves_soon, _fails, _closes, _refuses])
def test_what_waits_for_a_place_gets_it_elsewhere(
    mitmdump: Callable[..., Proxy],
    certs: CertFiles,
    proxy_ca: Path,
    tmp_path: Path,
    ends: End,
) -> None:
    """Be it whole, or a call that goes on, however the connection ends."""
    origin, cassette = Busy(certs, ends), tmp_path / "a.yaml"
    with recording(mitmdump, proxy_ca, cassette, origin.port) as client:
        client.answer(client.ask("/1"))
        first = client.ask("/2", CALL, method="POST", ends=False)
        client.say(first, MESSAGE)
        asked = [client.ask("/a"), client.ask("/b", method="POST", ends=False)]
        client.say(asked[1], b"sent", end=True)
        asked.append(client.ask("/c", CALL, method="POST", ends=False))
        client.say(asked[2], MESSAGE)
        left = client.ask("/left")
        client.reset(left)
        client.say(first, MESSAGE, end=True)
        answers = [client.answer(first)]
        client.say(asked[2], MESSAGE, end=True)
        answers += [client.answer(stream) for stream in asked]
    origin.close()
    is_broken = ends in (_fails, _closes)
    if is_broken:
        assert answers.pop(0).was_reset
    assert {answer.body for answer in answers} == {b"".join(EVENTS)}
    kept = [item["request"] for item in cassettes.read(cassette)]
    told = {each["url"][-1] + each.get("body", "") for each in kept}
    told.discard("t")  # mitmproxy may see that a client left only with the answer
    both = (MESSAGE * 2).decode()
    wanted = {"1", "2" + both, "a", "bsent", "c" + both}
    assert told == wanted - ({"2" + both} if is_broken else set())
    assert origin.connections == (1 if ends is _refuses else 2)


def test_what_it_takes_at_a_time_is_known_before_it_gets_more(
    mitmdump: Callable[..., Proxy], certs: CertFiles, proxy_ca: Path, tmp_path: Path
) -> None:
    """gRPC's servers reset what is too much from the start, otherwise than later."""
    early: list[h2.events.Event] = []

    def speak(plug: ssl.SSLSocket) -> None:
        made = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        made.initiate_connection()
        heard: list[h2.events.Event] = []
        while not any(isinstance(e, h2.events.RequestReceived) for e in heard):
            heard += made.receive_data(plug.recv(65536))
        plug.settimeout(0.5)
        with suppress(TimeoutError):
            while True:
                heard += made.receive_data(plug.recv(65536))
        plug.settimeout(PATIENCE)
        ended = [e for e in heard if isinstance(e, h2.events.StreamEnded)]
        early.extend(ended)
        while True:
            for each in ended:
                made.send_headers(each.stream_id, [(":status", "200"), STREAM])
                made.send_data(each.stream_id, EVENTS[0], end_stream=True)
            plug.sendall(made.data_to_send())
            if not (data := plug.recv(65536)):
                return
            heard = made.receive_data(data)
            ended = [e for e in heard if isinstance(e, h2.events.StreamEnded)]

    with (
        speaking(certs, speak) as port,
        recording(mitmdump, proxy_ca, tmp_path / "a.yaml", port) as client,
    ):
        for stream in [client.ask(f"/{number}") for number in range(4)]:
            assert client.answer(stream).body == EVENTS[0]
    assert len(early) == 1


def test_a_connection_is_closed_though_a_client_left_some_of_it(
    mitmdump: Callable[..., Proxy],
    leaving: Callable[..., Origin],
    proxy_ca: Path,
    tmp_path: Path,
) -> None:
    """Each has one of five places."""
    origin, cassette = leaving(1, goaway(3)), tmp_path / "a.yaml"
    with recording(mitmdump, proxy_ca, cassette, origin.port) as client:
        for number in range(8):
            call = client.ask("/left", CALL, method="POST", ends=False)
            client.say(call, MESSAGE)
            assert origin.heads.get(timeout=PATIENCE) == 1
            client.reset(call)
            answer = client.answer(client.ask(f"/{number}"))
            assert answer.body == b"".join(EVENTS)
            assert origin.heads.get(timeout=PATIENCE) == 3
    assert origin.connections == 8


def test_a_call_that_it_does_not_answer_is_asked_again(
    mitmdump: Callable[..., Proxy],
    leaving: Callable[..., Origin],
    proxy_ca: Path,
    tmp_path: Path,
) -> None:
    """With what was said of it, and what is said then."""
    origin, cassette = leaving(1, goaway(1)), tmp_path / "a.yaml"
    with recording(mitmdump, proxy_ca, cassette, origin.port) as client:
        first = client.ask("/a", CALL, method="POST", ends=False)
        assert origin.heads.get(timeout=PATIENCE) == 1
        call = client.ask("/b", CALL, method="POST", ends=False)
        client.say(call, MESSAGE)
        assert origin.heads.get(timeout=PATIENCE) == 3
        client.say(first, MESSAGE, end=True)
        assert client.answer(first).body == b"".join(EVENTS)
        assert origin.heads.get(timeout=PATIENCE) == 1
        client.say(call, MESSAGE, end=True)
        assert client.answer(call).body == b"".join(EVENTS)
    kept = {item["request"]["body"] for item in cassettes.read(cassette)}
    assert kept == {MESSAGE.decode(), (MESSAGE * 2).decode()}


@pytest.mark.parametrize("says", [(NONE,), (goaway(ALL), NONE)])
def test_what_is_always_refused_is_an_error_in_the_end(
    mitmdump: Callable[..., Proxy],
    leaving: Callable[..., Origin],
    proxy_ca: Path,
    tmp_path: Path,
    says: tuple[bytes, ...],
) -> None:
    origin, cassette = leaving(1, *says), tmp_path / "a.yaml"
    with recording(mitmdump, proxy_ca, cassette, origin.port) as client:
        answer = client.answer(client.ask("/a"))
        assert answer.was_reset or answer.status == 502
    assert origin.connections == 6
    assert not cassette.exists()


def test_an_error_still_ends_the_connection(
    mitmdump: Callable[..., Proxy],
    leaving: Callable[..., Origin],
    proxy_ca: Path,
    tmp_path: Path,
) -> None:
    origin, cassette = leaving(1, goaway(1, code=2)), tmp_path / "a.yaml"
    with recording(mitmdump, proxy_ca, cassette, origin.port) as client:
        answer = client.answer(client.ask("/a"))
        assert answer.was_reset or answer.status == 502
    assert not cassette.exists()
