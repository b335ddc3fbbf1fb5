"""A large message of a replayed WebSocket is compared beside the event loop."""

import asyncio
import threading
from collections.abc import Hashable, Iterator
from typing import Any

import pytest
from mitmproxy import options
from mitmproxy.proxy import commands, context, events
from mitmproxy.test import tflow
from wsproto.connection import Connection, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage

from mitmvcr.core.frames import Frame
from mitmvcr.core.model import Response
from mitmvcr.proxy.flow.player import SLOW
from mitmvcr.proxy.flow.websocket import Script
from mitmvcr.proxy.host.schedule import Hearing
from mitmvcr.proxy.host.websocket_layer import VcrHearHook, _Player
from mitmvcr.proxy.streams import Streams

LARGE = "x" * (SLOW + 1)


def text(said: str, *, client: bool) -> Frame:
    return Frame(client, 0, "text", said.encode())


class Replay:
    """A client of the layer, at the level of its bytes."""

    def __init__(self, *frames: Frame, latency: float = 0) -> None:
        self.refused: list[str] = []
        self.naps: list[commands.RequestWakeup] = []
        self.threads: list[threading.Thread] = []
        recorded = Response(code=101, websocket=frames)
        script = Script(recorded, latency, self.refused.append, self._seen, self._key)
        flow = tflow.twebsocketflow(messages=False)
        client = flow.client_conn
        self.layer = _Player(context.Context(client, options.Options()), flow, script)
        self.wire = Connection(ConnectionType.CLIENT)
        self.waiting: list[VcrHearHook] = []
        self._give(events.Start())

    def _seen(self, content: bytes) -> bytes:
        self.threads.append(threading.current_thread())
        return content

    @staticmethod
    def _key(content: bytes) -> Hashable:
        return content

    def _give(self, event: events.Event) -> None:
        self._take(self.layer.handle_event(event))

    def _take(self, made: Iterator[commands.Command]) -> None:
        for command in made:
            if isinstance(command, VcrHearHook):
                self.waiting.append(command)
            elif isinstance(command, commands.StartHook):
                self._take(self.layer.handle_event(events.HookCompleted(command)))
            elif isinstance(command, commands.RequestWakeup):
                self.naps.append(command)
            elif isinstance(command, commands.SendData):
                self.wire.receive_data(command.data)

    def say(self, *said: Any) -> None:
        data = b"".join(map(self.wire.send, said))
        self._give(events.DataReceived(self.layer.context.client, data))

    def hear(self) -> None:
        """Do what the addon does, and let the layer go on."""
        hook = self.waiting.pop()
        streams: Any = None
        asyncio.run(Streams.vcr_hear(streams, hook.hearing))
        self._give(events.HookCompleted(hook))

    def wake(self) -> None:
        """Let the time pass for which the layer waits."""
        self._give(events.Wakeup(self.naps.pop()))

    @property
    def came(self) -> list[object]:
        return [getattr(each, "data", each) for each in self.wire.events()]


CONVERSATION = (
    text(LARGE, client=True),
    text("first", client=False),
    text("small", client=True),
    text("second", client=False),
)


def test_what_is_said_meanwhile_waits_and_keeps_its_order() -> None:
    replay = Replay(*CONVERSATION)
    replay.say(TextMessage(LARGE), TextMessage("small"))
    replay.say(TextMessage("more"))
    assert replay.came == []
    assert replay.threads == []
    while replay.waiting:
        replay.hear()
    assert replay.threads
    assert threading.main_thread() not in replay.threads
    came = replay.came
    assert came[:2] == ["first", "second"]
    assert isinstance(came[2], CloseConnection)
    assert replay.refused == ['message "more": the recording has no more']


def test_a_small_message_is_compared_at_once() -> None:
    replay = Replay(text("small", client=True), text("first", client=False))
    replay.say(TextMessage("small"))
    assert replay.came == ["first"]
    assert replay.threads == [threading.main_thread()]


def test_a_ping_that_crosses_the_server_s_close_gets_no_answer() -> None:
    """None can be sent any more: the connection's task failed with a traceback."""
    replay = Replay(Frame(False, 0, "close", b"1000 bye"))
    (closed,) = replay.came
    crossing = Connection(ConnectionType.CLIENT)  # has not heard of the close yet
    replay._give(
        events.DataReceived(
            replay.layer.context.client,
            crossing.send(Ping(b"1")) + crossing.send(Ping(b"2")),
        )
    )
    assert replay.came == []
    assert replay.layer._flow.live
    replay.say(closed.response())
    assert not replay.layer._flow.live


def test_a_ping_is_answered_while_it_may_be() -> None:
    replay = Replay(*CONVERSATION)
    replay.say(Ping(b"1"))
    assert [
        bytes(each.payload) for each in replay.wire.events() if isinstance(each, Pong)
    ] == [b"1"]


def test_one_that_is_compared_with_a_large_one_is_not() -> None:
    replay = Replay(*CONVERSATION)
    replay.say(TextMessage("another"))
    assert len(replay.waiting) == 1
    replay.hear()
    (closed,) = replay.came
    assert isinstance(closed, CloseConnection)


def test_a_client_that_leaves_meanwhile_has_left() -> None:
    replay = Replay(*CONVERSATION)
    replay.say(TextMessage(LARGE))
    replay._give(events.ConnectionClosed(replay.layer.context.client))
    assert replay.layer._flow.live
    replay.hear()
    assert not replay.layer._flow.live


def test_what_cannot_be_compared_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    replay = Replay(*CONVERSATION)
    replay.say(BytesMessage(LARGE.encode()))
    (hook,) = replay.waiting

    def fail(*_: object) -> None:
        raise ValueError("a fault")

    monkeypatch.setattr(replay.layer._script, "hear", fail)
    with pytest.raises(ValueError, match="a fault"):
        hook.hearing.compare()
    replay._give(events.HookCompleted(hook))
    assert isinstance(replay.came[0], CloseConnection)
    assert "could not be compared" in replay.refused[0]
    assert Hearing(replay.layer._script, "text", b"").reason


SECOND = 10**9
PACED = (
    Frame(True, 0, "text", b"ask"),
    Frame(False, 60 * SECOND, "text", b"first"),
    Frame(False, 90 * SECOND, "text", b"second"),
    Frame(True, 91 * SECOND, "text", b"thanks"),
    Frame(False, 92 * SECOND, "text", b"bye"),
)


def test_a_client_that_pings_while_the_server_is_to_be_silent_is_answered() -> None:
    """Else it left, as one that nobody answers any more."""
    replay = Replay(*PACED, latency=1)
    replay.say(TextMessage("ask"))
    (nap,) = replay.naps
    assert nap.delay == pytest.approx(60, abs=5)
    replay.say(Ping(b"1"))
    (pong,) = replay.wire.events()
    assert isinstance(pong, Pong)
    replay.wake()
    assert replay.came == ["first"]
    replay.wake()
    assert replay.came == ["second"]
    assert replay.naps == []


def test_what_is_said_while_the_server_is_to_be_silent_waits_for_its_turn() -> None:
    replay = Replay(*PACED, latency=1)
    replay.say(TextMessage("ask"), TextMessage("thanks"))
    replay.say(TextMessage("more"))
    replay.wake()
    replay.wake()
    assert replay.came == ["first", "second"]
    assert replay.refused == []
    replay.wake()
    bye, closed = replay.came
    assert bye == "bye"
    assert isinstance(closed, CloseConnection)
    assert replay.refused == ['message "more": the recording has no more']


@pytest.mark.parametrize("last", ["thanks", "no thanks"])
@pytest.mark.parametrize("closes", [True, False])
def test_a_client_that_leaves_while_the_server_is_to_be_silent_is_let_go(
    last: str, *, closes: bool
) -> None:
    """What it said before is looked at all the same."""
    replay = Replay(*PACED, latency=1)
    replay.say(TextMessage("ask"), TextMessage(last))
    if closes:
        replay.say(CloseConnection(1000))
        (closed,) = replay.came
        assert isinstance(closed, CloseConnection)
    else:
        replay._give(events.ConnectionClosed(replay.layer.context.client))
        assert replay.came == []
    assert not replay.layer._flow.live
    assert len(replay.refused) == (last != "thanks")
    replay.wake()
    assert replay.came == []
    assert len(replay.refused) == (last != "thanks")
