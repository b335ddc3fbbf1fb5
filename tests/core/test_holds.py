"""What a stream waited for, and how long it is held for that."""

import pytest

from mitmvcr.core.holds import (
    Hold,
    Holds,
    is_end_of,
    is_reply,
    question_in,
    until,
)
from mitmvcr.core.model import Request

POST = ("POST", "https://h.test/mcp?a=1")
DELETE = ("DELETE", "https://other.test/mcp")


@pytest.mark.parametrize(
    ("began", "text"),
    [
        ([], ""),
        ([POST], "POST /mcp"),
        ([POST, DELETE], "DELETE /mcp"),
        ([POST, DELETE, POST, POST], "3 POST /mcp"),
        ([("", "https://h.test")], "GET /"),
    ],
)
def test_the_last_that_began_is_what_it_waited_for(began, text):
    assert until(began) == text


def request(method: str, url: str) -> Request:
    return Request(method=method, url=url)


def test_one_is_held_until_that_many_were_replayed():
    hold = Hold("2 POST /mcp")
    hold.met(request(*DELETE))
    hold.met(request(*POST))
    assert hold.stays()
    hold.met(request(*POST))
    assert not hold.stays()


@pytest.mark.parametrize(
    ("opened", "later", "ends"),
    [
        (request("", "https://h.test/mcp?a=1"), DELETE, True),
        (request("GET", "https://h.test/mcp"), POST, False),
        (request("GET", "https://h.test/other"), DELETE, False),
        (request(*POST), DELETE, False),
    ],
)
def test_a_delete_of_what_a_stream_was_asked_for_by_ends_it(opened, later, ends):
    assert is_end_of(opened, *later) is ends


@pytest.mark.parametrize(("left", "stays"), [(0, False), (1, True), (3, True)])
def test_one_waits_for_no_more_than_can_still_come(left, stays):
    hold = Hold("2 POST /mcp")
    assert not hold.is_deletion
    assert Hold("DELETE /mcp").is_deletion
    assert hold.may_be(POST[1])
    assert not hold.may_be("https://h.test/other")
    hold.expect([request(*DELETE), *[request(*POST)] * left])
    assert hold.stays() == stays
    if left == 1:
        hold.met(request(*POST))
        assert not hold.stays()


@pytest.mark.parametrize("text", ["", "POST", "x"])
def test_what_cannot_be_read_holds_nothing(text):
    assert not Hold(text).stays()


def test_those_of_a_session_are_forgotten_when_they_end():
    holds = Holds()
    assert not holds
    first, second = holds.add("GET /"), holds.add("DELETE /mcp")
    assert holds
    holds.met(request("", "https://h.test"))
    assert [first.stays(), second.stays()] == [False, True]
    assert holds.heard == 1
    holds.met(request(*DELETE))
    assert not holds
    assert "DELETE /mcp" in repr(second)


ASKS = b'event: message\ndata: {"jsonrpc": "2.0", "id": 0, "method": "sampling/x"}\n\n'
REPLY = b'{"jsonrpc": "2.0", "id": 0, "result": {}}'


@pytest.mark.parametrize(
    ("event", "number"),
    [
        (ASKS, 0),
        (ASKS.replace(b"0,", b'"a",'), "a"),
        (ASKS.replace(b'"id": 0, ', b""), None),
        (b"data: " + REPLY, None),
        (b'data: {"method": "x", "id": 1}', None),
        (b'data: "jsonrpc" is it', None),
        (b'data: ["jsonrpc"]', None),
        (b": still there\n\n", None),
    ],
)
def test_a_question_is_known_by_its_id(event, number):
    assert question_in(event) == number


@pytest.mark.parametrize("body", [b"", ASKS[21:], REPLY.replace(b"0,", b"1,"), b"{}"])
def test_what_answers_another_question_or_none_is_no_reply(body):
    assert is_reply(REPLY, 0)
    assert not is_reply(body, 0)


def test_one_is_held_until_its_question_was_answered():
    holds = Holds()
    reply = holds.add_reply(0)
    for body in (b"", REPLY.replace(b"0,", b"1,")):
        holds.met(Request(method="POST", url=POST[1], body=body))
        assert reply.stays()
    assert repr(reply) == "<Reply 0 True>"
    holds.met(Request(method="POST", url=POST[1], body=REPLY))
    assert not reply.stays()
    assert not holds
