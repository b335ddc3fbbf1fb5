"""Answers of the lane that take long: what becomes of them if something ends first."""

import asyncio
from types import SimpleNamespace

import pytest

from mitmvcr.core.modes import Replay
from mitmvcr.proxy import lane_answers
from mitmvcr.proxy.handovers import Fault, Handed
from mitmvcr.proxy.lane_answers import Asked, LaneAnswers

ENDS = (("127.0.0.1", 1), ("127.0.0.1", 2))
KEY = ENDS, b""


@pytest.fixture
def ended() -> list:
    return []


@pytest.fixture
def player(ended) -> SimpleNamespace:
    session = SimpleNamespace(give_back=ended.append, note_failure=ended.append)
    return SimpleNamespace(session=session)


def answered(player, line, monkeypatch, found, player_now=None) -> LaneAnswers:
    """Let a decision come of what takes long, or an error."""

    async def planned(*_: object) -> object:
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(lane_answers, "planned", planned)
    answers = LaneAnswers(lambda _: player_now, lambda _: False)
    asked = Asked(player, None, SimpleNamespace(request=None), 0)
    assert asyncio.run(answers.later(line, asked, None)) is None
    return answers


@pytest.mark.parametrize("is_fault", [False, True])
def test_what_was_decided_for_who_has_left_is_undone(
    is_fault, player, ended, monkeypatch
):
    """Another client may come by the same two addresses."""
    line = SimpleNamespace(ends=ENDS, is_closing=lambda: True)
    found = ValueError("a fault") if is_fault else Replay(7, None)
    answers = answered(player, line, monkeypatch, found, player)
    assert answers.handed == {}
    assert ended == ([found] if is_fault else [7])


@pytest.mark.parametrize("is_fault", [False, True])
def test_what_was_decided_in_a_session_that_has_ended_is_mitmproxys(
    is_fault, player, ended, monkeypatch
):
    line = SimpleNamespace(ends=ENDS, is_closing=lambda: False)
    found = ValueError("a fault") if is_fault else Replay(7, None)
    answers = answered(player, line, monkeypatch, found)
    (handed,) = answers.handed.values()
    assert isinstance(handed, Fault if is_fault else Handed)
    assert (list(answers.handed), ended) == ([KEY], [])
