"""What is given up while it waits for its turn still ends as all else does."""

import asyncio
from unittest.mock import Mock

import pytest
from mitmproxy import connection
from mitmproxy.options import Options
from mitmproxy.proxy import commands, events, layer, server
from mitmproxy.proxy.context import Context
from mitmproxy.test import tflow

from mitmvcr.proxy.host import turns
from mitmvcr.proxy.host.turns import PatientLock, until_begun, wait_for_turns
from rig import in_loop


class Handler(server.ConnectionHandler):
    async def handle_hook(self, hook: object) -> None:
        """None is there."""

    async def on_timeout(self) -> None:
        """It is soon over."""


class Seen(layer.Layer):
    """Keeps what came."""

    def _handle_event(self, event: events.Event) -> layer.CommandGenerator[None]:
        came.append(type(event))
        yield from ()


came: list[type[events.Event]] = []


@in_loop
async def test_a_connection_that_is_given_up_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A model of HTTP/2 clients that reset streams and leave found flows without an
    end."""
    came.clear()
    client = tflow.tclient_conn()
    context = Context(client, Options())
    context.options.add_option("tcp_timeout", int, 600, "")
    handler = Handler(context)
    monkeypatch.setattr(turns, "handler_of", lambda _: handler)
    wait_for_turns(client.id)
    assert isinstance(handler._server_event_lock, PatientLock)
    handler.layer = Seen(context)
    reader = asyncio.StreamReader()
    drained = Mock(drain=Mock(side_effect=lambda: asyncio.sleep(0)))
    handler.transports[client] = server.ConnectionIO(None, reader, drained)
    task = asyncio.create_task(handler.handle_connection(client))
    async with handler._server_event_lock:
        reader.feed_data(b"x")
        await asyncio.sleep(0.01)
        for _ in range(2):
            task.cancel("it has left")
            await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert came == [events.DataReceived, events.ConnectionClosed]
    assert not handler.transports


@in_loop
async def test_a_connection_that_waits_to_be_opened_is_given_up_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """mitmproxy opens five to one address at a time: a flow that waited for another had
    no end."""
    came.clear()
    client = tflow.tclient_conn()
    context = Context(client, Options())
    context.options.add_option("tcp_timeout", int, 600, "")
    handler = Handler(context)
    monkeypatch.setattr(turns, "handler_of", lambda _: handler)
    for _ in range(2):
        wait_for_turns(client.id)
    handler.layer = Seen(context)
    origin = connection.Server(address=("127.0.0.1", 9))
    turn = handler.max_conns[("127.0.0.1", 9)]
    for _ in range(5):
        await turn.acquire()
    task = asyncio.create_task(handler.open_connection(commands.OpenConnection(origin)))
    await asyncio.sleep(0)
    task.cancel("it has left")
    await asyncio.sleep(0)
    turn.release()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert came == [events.OpenConnectionCompleted]
    assert origin.error == "it has left"
    assert not turn.locked()


@in_loop
async def test_a_connection_that_has_not_begun_does_so_before_it_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    came.clear()
    client = tflow.tclient_conn()
    context = Context(client, Options())
    context.options.add_option("tcp_timeout", int, 600, "")
    handler = Handler(context)
    monkeypatch.setattr(turns, "handler_of", lambda _: handler)
    handler.layer = Seen(context)
    handler.transports[client] = server.ConnectionIO()
    origin = connection.Server(address=("127.0.0.1", 9))
    opening = handler.open_connection(commands.OpenConnection(origin))
    task = asyncio.create_task(opening)
    handler.transports[origin] = server.ConnectionIO(task)
    waiting = until_begun(client.id)
    assert waiting is not None
    await waiting
    assert until_begun(client.id) is None
    task.cancel("it has left")
    with pytest.raises(asyncio.CancelledError):
        await task
    assert came == [events.OpenConnectionCompleted]


def test_who_has_left_already_has_no_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(turns, "handler_of", asked.append)
    wait_for_turns("gone")
    assert until_begun("gone") is None
    assert asked == ["gone", "gone"]
