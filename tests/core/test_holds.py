"""What a stream waited for, and how long it is held for that."""

import pytest

from mitmvcr.core.holds import Hold, Holds, until
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
    holds.met(request(*DELETE))
    assert not holds
    assert "DELETE /mcp" in repr(second)
