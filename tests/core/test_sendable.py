"""What cannot be an HTTP message is known before it is sent."""

import string

import pytest

from mitmvcr.core.model import Response
from mitmvcr.core.sendable import (
    is_sendable,
    problem_of_method,
    problem_of_url,
    unfolded,
    why_not,
)

TOKEN = "!#$%&'*+-.^_`|~" + string.digits + string.ascii_letters


@pytest.mark.parametrize("code", [101, 200, 204, 304, 404, 599, 999])
def test_a_status_of_an_answer_is_sent(code: int) -> None:
    assert is_sendable(Response(code=code))
    assert why_not(Response(code=code)) == ("", "")


@pytest.mark.parametrize("code", [-(2**63), -1, 0, 1, 99, 1000, 65536, 2**63 - 1])
def test_what_is_no_status_is_not(code: int) -> None:
    problem = f"{code} is not a status from 200 to 999"
    assert not is_sendable(Response(code=code))
    assert why_not(Response(code=code)) == ("response.code", problem)


@pytest.mark.parametrize("code", [100, 102, 103, 199])
def test_nobody_is_left_waiting_by_an_interim_answer(code: int) -> None:
    problem = f"{code} is no answer: a client goes on waiting"
    assert not is_sendable(Response(code=code))
    assert why_not(Response(code=code)) == ("response.code", problem)


@pytest.mark.parametrize("place", ["headers", "trailer"])
def test_any_token_is_a_name_and_nothing_else(place: str) -> None:
    assert is_sendable(Response(code=200, **{place: {TOKEN: ["v"], "A": []}}))
    for number in [*range(256), 0x130, 0x212A, 0xDC80]:
        character = chr(number)
        response = Response(code=200, **{place: {f"X{character}": ["v"]}})
        assert is_sendable(response) is (character in TOKEN), character
        assert bool(why_not(response)[1]) is (character not in TOKEN), character
    for name in ("", ":status", "X-A ", " X-A", "X A", "X-A:", "X-A\r\nEvil"):
        response = Response(code=200, **{place: {"Good": ["v"], name: ["v"]}})
        assert not is_sendable(response)
        field, problem = why_not(response)
        assert field.startswith(f"response.{place}.")
        assert "name" in problem
        assert "\n" not in field + problem


@pytest.mark.parametrize("place", ["headers", "trailer"])
def test_a_value_holds_anything_that_does_not_end_it(place: str) -> None:
    for number in [*range(256), 0x2028, 0x1F600, 0xDC80]:
        character = chr(number)
        response = Response(code=200, **{place: {"A": ["ok", f" a{character}b "]}})
        assert is_sendable(response) is (character not in "\r\n\0"), number
        field, problem = why_not(response)
        assert bool(problem) is (character in "\r\n\0")
        assert field in ("", f"response.{place}.A")
    response = Response(code=200, **{place: {"A": ["a\r\nEvil: 1"]}})
    assert why_not(response)[1] == "holds a carriage return, which ends a header"


@pytest.mark.parametrize("status", ["200 OK\r\nEvil: 1", "200 O\0K", "200 O\nK"])
def test_a_status_text_stays_in_its_line(status: str) -> None:
    response = Response(code=200, status=status)
    assert not is_sendable(response)
    assert why_not(response)[0] == "response.status"


def test_what_was_folded_is_one_line() -> None:
    folded = {"A": ["a\r\n b", "a \r\n\t \tb\r\n c"], "B": ["a  b"]}
    response = Response(code=200, headers=folded, trailer=folded)
    assert not is_sendable(response)
    flat = {"A": ["a b", "a b c"], "B": ["a  b"]}
    assert unfolded(response) == Response(code=200, headers=flat, trailer=flat)
    evil = Response(code=200, headers={"A": ["a\r\nEvil: 1"]})
    assert unfolded(evil) == evil


@pytest.mark.parametrize("method", ["", "GET", "M-SEARCH", "patch"])
def test_any_token_is_a_method(method: str) -> None:
    assert problem_of_method(method) == ""


@pytest.mark.parametrize("method", ["G T", "GET\r\n", "\0", "GÉT", "GET /"])
def test_what_is_no_token_is_no_method(method: str) -> None:
    assert problem_of_method(method).endswith("cannot be a method")


@pytest.mark.parametrize("url", ["http://h/", "https://h/größe?a=%20", "h:443", "*"])
def test_what_has_no_blanks_may_be_a_url(url: str) -> None:
    assert problem_of_url(url) == ""


@pytest.mark.parametrize("url", ["", "/a", "api.test/a", "h:443/a", "https:///a"])
def test_what_has_no_scheme_or_host_is_asked_for_by_nobody(url: str) -> None:
    assert problem_of_url(url).endswith(": no client asks for it")


@pytest.mark.parametrize("url", ["http://h/ a", "http://h/\r\n", "http://h/\0"])
def test_what_no_client_can_ask_for_is_no_url(url: str) -> None:
    assert problem_of_url(url).endswith("cannot be a URL")
