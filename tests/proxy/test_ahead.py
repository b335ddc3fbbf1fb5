"""What is likely to be asked for next is read while nobody asks."""

import asyncio
import gc
from dataclasses import replace
from weakref import ref

import pytest

from mitmvcr.core.errors import CassetteError
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.format import writer
from mitmvcr.format.lazy import LazyInteractions
from mitmvcr.proxy.flow import ahead
from mitmvcr.proxy.flow.player import Player
from mitmvcr.session import open_session
from mitmvcr.store.cassette_file import READ_WHOLE
from option_samples import parse_settings
from patience import PATIENCE
from rig import in_loop

COUNT = 12


@pytest.fixture
def player(tmp_path):
    response = Response(code=200, status="200 OK", body=b"x")
    held = [
        Interaction(n, Request(method="GET", url=f"http://a.test/{n}"), response)
        for n in range(COUNT)
    ]
    # One is too long to be read ahead.
    long = replace(response, body=b"x" * (READ_WHOLE + 1))
    held.append(Interaction(COUNT, Request(method="GET", url="http://a.test/"), long))
    path = tmp_path / "a.yaml"
    # One of them is damaged.
    data = writer.dumps(Cassette(held))
    at = data.index(b"http://a.test/7\n")
    path.write_bytes(data[:at] + data[at:].replace(b"code: 200", b"code: x", 1))
    settings = parse_settings(cassette=str(path), mode="replay_only")
    return Player(open_session(settings), settings)


def play(player, number):
    player.session.plan(Request(method="GET", url=f"http://a.test/{number}"))
    player.session.replayed()
    ahead.read_on(player)


def read(player):
    held = player.session.deck._all._interactions
    assert isinstance(held, LazyInteractions)
    return set(held._read)


async def until(condition):
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.001)


@in_loop
async def test_what_stands_behind_the_last_one_is_read(player):
    play(player, 3)
    assert player.is_reading_on
    assert 4 not in read(player)
    await until(lambda: not player.is_reading_on)
    assert read(player) == {4, 5, 6, 8, 9, 10, 11}
    with pytest.raises(CassetteError):
        play(player, 7)
    play(player, 5)
    assert 5 not in read(player)


@in_loop
async def test_it_waits_while_something_is_replayed(player, monkeypatch):
    monkeypatch.setattr(ahead, "_TURN", -1.0)  # a turn is over at once
    later = []
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "call_later", lambda *args: later.append(args[1:]))

    def turn():
        function, *args = later.pop()
        function(*args)

    play(player, 0)
    play(player, 1)
    turn()  # there was another one
    assert later[0][0] is ahead._look
    turn()
    assert read(player) == {2}
    turn()
    assert later[0][0] is ahead._read
    assert read(player) == {2, 3}
    play(player, 4)
    turn()
    assert later[0][0] is ahead._look
    assert read(player) == {2, 3}
    while later:
        turn()
    assert read(player) == {2, 3, 5, 6, 8, 9, 10, 11}


@in_loop
async def test_a_session_that_has_ended_is_not_kept_for_it(player, monkeypatch):
    later = []
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "call_later", lambda *args: later.append(args[1:]))
    play(player, 0)
    _, whose, count = later.pop()
    assert whose() is player
    gone = ref(Player(player.session, player.settings))
    gc.collect()
    ahead._look(gone, count)
    ahead._read(gone, iter(()), count)
    assert not later
