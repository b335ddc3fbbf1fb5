"""Calls that go both ways: whose turn it was, and who answers."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from mitmvcr.core.calls import (
    Call,
    Counter,
    Messages,
    Part,
    Turns,
    format_turns,
    in_turn,
    parse_turns,
    problem_of_turns,
    split,
    times,
)
from mitmvcr.core.chunks import Chunk
from mitmvcr.core.model import Interaction, Request, Response

HEAD = {"Content-Type": ("application/grpc",)}
OK = {"Grpc-Status": ("0",)}


def frame(text: str) -> bytes:
    return b"\0" + len(text).to_bytes(4, "big") + text.encode()


def body(text: str) -> bytes:
    return b"".join(map(frame, text.split()))


def part(asked: str, said: str, turns: str = "", position: int = 0) -> Part:
    response = Response(
        body=body(said), headers=HEAD, trailer=OK, turns=parse_turns(turns)
    )
    recorded = Interaction(0, Request(body=body(asked)), response)
    return Part(position, lambda _: recorded)


def same(text: str) -> Callable[[Part, bytes], bool]:
    return lambda _, recorded: recorded == frame(text)


def told(call: Call, answering: Part) -> int:
    """Tell all that is due; return how many steps that were."""
    before = call.told
    while call.is_due(answering):
        call.tell(answering)
    return call.told - before


def test_turns_are_numbers_that_grow() -> None:
    assert parse_turns("") == ()
    assert parse_turns(format_turns((0, 1, 1, 3))) == (0, 1, 1, 3)
    for wrong in ("1", "2 1", "1 x", "-1 2", "1 ٣", "1 1234567890"):
        with pytest.raises(ValueError, match=r"number of messages|goes backwards"):
            parse_turns(wrong)


@pytest.mark.parametrize(
    ("asked", "said", "turns", "right", "problem"),
    [
        ("a b", "x y", "1 1 2 3", "1 1 2 3", ""),
        ("a", "", "", "", ""),
        ("a", "x", "1 1 1 1 2", "1 1 2", "are of 3, and the answer has 1 message"),
        ("a", "x y", "0 1 2", "0 1 2 2", "are of 1, and the answer has 2 messages"),
        ("a", "x", "1 1 4", "1 1 2", "wait for number 4, and the client sends 1 "),
    ],
)
def test_turns_are_of_the_bodies_messages(
    asked: str, said: str, turns: str, right: str, problem: str
) -> None:
    met = part(asked, said, turns).recorded
    found = problem_of_turns(met.response.turns, met.request.body, met.response.body)
    assert found.startswith(problem)
    assert bool(found) == bool(problem)
    new = in_turn(met)
    assert new.response.turns == parse_turns(right)
    assert (new is met) == (not problem)


def test_messages_come_in_any_parts() -> None:
    whole, cut = body("one two three"), Messages()
    found = [each for byte in whole for each in cut.feed(bytes([byte]))]
    assert found == [frame("one"), frame("two"), frame("three")]
    assert Messages().feed(whole) == found
    assert split(whole + b"\0\0") == [*found, b"\0\0"]
    assert split(b"") == []


@pytest.mark.parametrize("size", [1, 2, 5, 7, 100])
def test_messages_are_counted_in_any_parts(size: int) -> None:
    whole, counter, cut = (
        body("one two") + frame("") + frame("x"),
        Counter(),
        Messages(),
    )
    for at in range(0, len(whole), size):
        part = whole[at : at + size]
        assert counter.feed(part) == len(cut.feed(part))


def test_it_is_noted_whose_turn_it_was() -> None:
    turns = Turns()
    turns.begin_answer()
    turns.ask(frame("a")[:3])
    turns.answer(frame("hello"))
    turns.ask(frame("a")[3:] + frame("b"))
    turns.answer(frame("x") + frame("y")[:2])
    turns.end_request()
    turns.end_request()  # who hears of it twice
    turns.answer(frame("y")[2:])
    assert turns.noted() == (0, 0, 2, 3, 3)


def test_a_call_that_is_answered_when_it_is_whole_has_no_turns() -> None:
    turns = Turns()
    turns.ask(body("a b"))
    turns.end_request()
    turns.begin_answer()
    turns.answer(body("x y"))
    assert turns.noted() == ()
    assert Turns().noted() == (0, 0)  # it broke off at once


def test_a_call_without_an_answer_failed_after_what_was_said() -> None:
    """It was for any request, since it came before the first message."""
    turns = Turns()
    turns.ask(body("a b"))
    assert turns.noted() == (2, 2)
    turns.end_request()
    assert turns.noted() == ()


def test_what_is_said_releases_what_followed_it() -> None:
    answering = part("a b c", "x y z", "1 1 3 3 4")
    call = Call([answering])
    assert not call.is_begun
    assert call.hear(same("a"))
    assert call.is_begun
    assert told(call, answering) == 2  # the head, and x
    assert call.hear(same("b"))
    assert told(call, answering) == 0
    assert call.hear(same("c"))
    assert told(call, answering) == 2
    assert call.end()
    assert told(call, answering) == 1
    assert not call.is_due(answering)
    assert "told 5" in repr(call)


def test_a_server_may_speak_first() -> None:
    answering = part("a", "hello x", "0 0 1 2")
    call = Call([answering])
    assert call.is_begun
    assert told(call, answering) == 2


def test_it_is_open_what_is_played_while_only_the_client_can_tell() -> None:
    one, two = part("a", "hello x", "0 0 1 2"), part("b", "howdy x", "0 0 1 2")
    call = Call([one, two])
    assert not call.is_open  # their heads are alike
    call.tell(one)
    assert call.is_open
    assert call.expected() == [(one, frame("a")), (two, frame("b"))]
    assert call.hear(same("b"))
    assert not call.is_open
    assert call.expected() == []
    assert not Call([one]).is_open
    assert not Call([part("a", "x", "1 1 2"), part("b", "y", "1 1 2")]).is_open
    later = part("b", "x", "1 1 2")
    failed = Call([part("", "no", "0 0 0"), later])
    failed.tell(failed.fitting[0])
    assert not failed.is_open  # nobody was to speak before it failed
    free = Call([one, two], is_strict=False)
    free.tell(one)
    assert not free.is_open
    assert free.expected() == []


def test_what_was_not_recorded_is_not_taken() -> None:
    answering = part("a b", "x", "1 1 3")
    call = Call([answering])
    assert not call.hear(same("b"))
    assert call.hear(same("a"))
    assert not Call([part("a b", "x", "1 1 3")]).end()  # it ended early
    assert call.hear(same("b"))
    assert not call.hear(same("b"))  # and this is one too many
    assert call.end()


def test_where_nothing_said_counts_no_number_does() -> None:
    for often in (0, 1, 3):
        answering = part("a b", "x y", "1 1 2 3")
        call = Call([answering], is_strict=False)
        for _ in range(often):
            assert call.hear(same("z"))
        assert call.end()
        assert told(call, answering) == 4


def test_a_recording_without_turns_answers_when_all_is_said() -> None:
    answering = part("a b", "x y")
    call = Call([answering])
    assert call.hear(same("a"))
    assert call.hear(same("b"))
    assert told(call, answering) == 0
    assert call.end()
    assert told(call, answering) == 4


def test_a_refusal_comes_when_it_is_over() -> None:
    refused = part("a", "", "1 2")
    refused.recorded = replace(
        refused.recorded, response=replace(refused.recorded.response, trailer={})
    )
    assert refused.is_refused
    call = Call([refused])
    assert call.hear(same("a"))
    assert not call.is_due(refused)
    assert call.end()
    assert call.is_due(refused)


def test_what_was_trimmed_comes_when_the_last_did() -> None:
    longer = part("a b", "x y z", "1 1 3")
    assert [longer.due(step) for step in range(5)] == [1, 1, 3, 3, 3]


def test_only_what_agrees_with_all_that_was_told_goes_on() -> None:
    one, two = part("a b", "x y", "1 1 2 3", 0), part("a c", "x z", "1 1 2 3", 1)
    other = part("a c", "w z", "1 1 2 3", 2)
    call = Call([one, two, other])
    assert call.hear(same("a"))
    assert told(call, one) == 2
    assert call.fitting == [one, two]
    assert call.hear(same("c"))
    assert call.fitting == [two]
    assert repr(two) == "<Part 1>"
    assert told(call, two) == 1
    assert call.end()
    assert told(call, two) == 1


def test_heads_agree_but_for_their_dates() -> None:
    one, two = part("a", "x", "1 1 2"), part("a", "x", "1 1 2")
    for dated, headers in ((one, {"Date": ("now",)}), (two, {"Date": ("then",)})):
        response = replace(dated.recorded.response, headers={**HEAD, **headers})
        dated.recorded = replace(dated.recorded, response=response)
    assert one.is_alike(0, two)
    assert one.is_alike(1, two)
    assert one.is_alike(2, two)
    assert not one.is_alike(0, Part(0, lambda _: OTHER))


OTHER = Interaction(0, Request(), Response(headers={"X-Tenant": ("b",)}))


def test_when_messages_came_is_known_by_the_parts_they_ended_in() -> None:
    response = Response(body=body("one two three"))
    assert times(response) == [0, 0, 0]
    chunks = (Chunk(0, 10), Chunk(8, 20), Chunk(12, 30))
    assert times(replace(response, chunks=chunks)) == [10, 30, 30]


def test_one_that_its_client_left_has_no_end() -> None:
    left = part("a b", "x", "0 0 2")
    response = replace(left.recorded.response, failure="left", trailer={})
    left.recorded = replace(left.recorded, response=response)
    call = Call([left])
    assert told(call, left) == 2
    assert not call.is_played(left)
    for text in "ab":
        assert call.hear(same(text))
        assert told(call, left) == 0
    assert call.is_played(left)
    whole = part("a", "x")
    assert not Call([whole]).is_played(whole)
