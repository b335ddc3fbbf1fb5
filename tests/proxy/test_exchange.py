"""The states of a flow: each way through the table ends, and what it does not have
changes nothing."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from mitmproxy import http
from mitmproxy.test import tflow

from memory_store import MemoryStore
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.core.modes import Mode, Repeats, Replay
from mitmvcr.format import reader, writer
from mitmvcr.options import Settings
from mitmvcr.proxy.flow.exchange import Exchange, ImpossibleMoveError, forward, replay
from mitmvcr.proxy.flow.player import Player
from mitmvcr.proxy.flow.states import MOVES, Event, State
from mitmvcr.proxy.host.messages import request_parts
from mitmvcr.session import Session
from mitmvcr.view import responses as view
from rig import URL, Rig, in_loop

ROOT = Path(__file__).parents[2]
ASKED = Request(method="GET", url=URL, body=b"content")
RECORDED = Interaction(0, ASKED, Response(code=200, status="200 OK"))


def player() -> Player:
    store = MemoryStore(Cassette([RECORDED]))
    session = Session(store, Mode.REPLAY_ONLY, Repeats.NO, exists=True)
    return Player(session, Settings())


def forwarded(under_way: dict[str, Exchange]) -> Exchange:
    flow = tflow.tflow()
    return forward(
        under_way, flow, player(), view.to_request(request_parts(flow.request))
    )


def waiting(under_way: dict[str, Exchange]) -> Exchange:
    used = player()
    decision = used.session.plan(RECORDED.request)
    assert isinstance(decision, Replay)
    return replay(under_way, tflow.tflow(), used, decision)


def reachable(start: State) -> set[State]:
    found, left = {start}, [start]
    while left:
        for state in set(MOVES[left.pop()].values()) - found:
            found.add(state)
            left.append(state)
    return found


def test_each_state_has_its_row_and_leads_to_the_end() -> None:
    assert set(MOVES) == set(State)
    assert all(State.ENDED in reachable(state) for state in State)
    assert reachable(State.ENDED) == {State.ENDED}
    both = reachable(State.FORWARDED) | reachable(State.WAITING)
    assert both == set(State)
    assert reachable(State.FORWARDED) & reachable(State.WAITING) == {State.ENDED}


def test_each_event_moves_something() -> None:
    assert {event for moves in MOVES.values() for event in moves} == set(Event)


@pytest.mark.parametrize("begin", [forwarded, waiting])
@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_an_exchange_goes_where_the_table_says_and_nowhere_else(
    begin: Callable[[dict[str, Exchange]], Exchange], state: State, event: Event
) -> None:
    under_way: dict[str, Exchange] = {}
    exchange = begin(under_way)
    exchange.state = state
    after = MOVES[state].get(event)
    if after is None:
        with pytest.raises(ImpossibleMoveError, match=f"^{event} in state {state}$"):
            exchange.move(event)
        assert exchange.state is state
        assert under_way
        return
    assert exchange.move(event) is (state is not State.ENDED)
    assert exchange.state is after
    assert bool(under_way) is (after is not State.ENDED)


def test_what_cannot_be_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.undo()
    under_way: dict[str, Exchange] = {}
    exchange = forwarded(under_way)
    assert not exchange.move(Event.DELIVERED)
    line = "a fault of mitmvcr, please report it: vcr: delivered in state forwarded"
    assert line in caplog.text
    assert list(under_way.values()) == [exchange]
    assert repr(exchange).endswith(" forwarded>")


def test_a_replay_is_counted_or_given_back_once() -> None:
    exchange = waiting({})
    session = exchange.player.session
    assert exchange.is_replay
    exchange.move(Event.LEAVES)
    exchange.finish(Event.DELIVERED)
    exchange.undo(Event.LEFT)
    exchange.finish(Event.DELIVERED)
    assert session.summary().replayed == 1
    assert session.summary().unused == 0
    left = waiting({})
    left.undo(Event.LEFT)
    left.undo(Event.UNDELIVERED)
    assert left.player.session.summary().unused == 1


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    path = tmp_path / "one.yaml"
    path.write_bytes(writer.dumps(Cassette([RECORDED])))
    return path


@in_loop
def test_a_failure_of_ours_is_not_recorded_as_the_origins_answer(
    tmp_path: Path,
) -> None:
    rig = Rig(vcr_cassette=str(tmp_path / "a"))
    flow = rig.ask()
    rig.vcr.connections.fail(flow, RuntimeError("on purpose"))
    assert isinstance(flow.response, http.Response)
    assert flow.response.status_code == 500
    rig.answer(flow)
    rig.answer(rig.ask(b"other"))
    rig.vcr.done()
    (kept,) = reader.load(tmp_path / "a.yaml").interactions
    assert kept.request.body == b"other"


@in_loop
def test_a_replay_that_fails_is_given_back_and_not_counted(
    cassette: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = Rig(vcr_cassette=str(cassette), vcr_mode="replay_only", vcr_latency="1")
    monkeypatch.setattr("mitmvcr.proxy.addon.tell_when_left", lambda *_: 1 / 0)
    flow = rig.ask()
    assert isinstance(flow.response, http.Response)
    assert flow.response.status_code == 500
    rig.answer(flow)
    summary = rig.session.summary()
    assert (summary.replayed, summary.unused) == (0, 1)


def test_the_table_in_contributing_is_this_one() -> None:
    script = ROOT / "scripts" / "docs.d" / "states_page.py"
    subprocess.run([sys.executable, script, "--check"], check=True, timeout=60)
