"""What a cassette holds at a glance, in numbers, and in which order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mitmvcr.core.dates import age_shown, date_of, parse_date
from mitmvcr.core.frames import Frame
from mitmvcr.core.model import Interaction
from mitmvcr.format import source
from mitmvcr.tools.listing import Listing, host_of, listing, stats
from mitmvcr.tools.sorting import chosen, in_order
from tools.making import data, met, of, paths, sheet

HELD = (
    met("/a", b"   method: X\n", day=3, media="text/plain"),
    met("http://other:80/b", method="POST", body=b"q", day=2),
    met("/c", b'{"a": 1}', day=4),
)


def at(day: int) -> datetime:
    return datetime(2026, 11, day, 10, tzinfo=UTC)


WANTED = Listing(
    3, {"api.example.com": 2, "other:80": 1}, {"GET": 2, "POST": 1}, at(2), at(4)
)


def test_it_is_the_same_read_or_not():
    assert listing(sheet(*HELD).interactions) == WANTED
    assert listing(HELD) == WANTED


def test_it_is_found_across_the_windows_of_a_large_file(monkeypatch):
    monkeypatch.setattr(source, "WINDOW", 64)
    assert listing(sheet(*HELD).interactions) == WANTED


def test_without_dates_none_is_known():
    odd = data(met("/a")).replace(b"method: GET", b'method: ""')
    assert listing(of(odd).interactions).methods == {"GET": 1}
    found = listing([met()])
    assert (found.first, found.last) == (None, None)
    assert listing([]) == Listing(0, {}, {}, None, None)


def test_a_url_may_have_no_host():
    assert (host_of("x"), host_of("http://A.com/")) == ("-", "a.com")


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "Sun, 31 Feb 2026 10:00:00 GMT", "Sun, 01 Xyz 2026 10:00:00 GMT"],
)
def test_what_is_no_date_is_none(text):
    assert parse_date(text) is None


def test_a_date_in_another_spelling_is_read():
    assert parse_date("Tue, 3 Nov 2026 12:00:00 +0200") == at(3)


def test_the_date_is_the_response_s():
    assert date_of(met(day=3)) == at(3)
    assert date_of(met()) is None


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-5, "now"),
        (30, "now"),
        (60, "1 minute"),
        (7200, "2 hours"),
        (86400 * 40, "1 month"),
        (86400 * 800, "2 years"),
    ],
)
def test_an_age_has_one_unit(seconds, shown):
    assert age_shown(at(1), at(1) + timedelta(seconds=seconds)) == shown


# In another order


def test_interactions_are_sorted_by_url():
    held = sheet(met("/b"), met("http://a.com/z"), met("/a?2"), met("/a?1"))
    assert paths(in_order(held.entries, "url")) == [
        "http://a.com/z",
        "/a?1",
        "/a?2",
        "/b",
    ]


@pytest.mark.parametrize(
    ("by", "codes"), [("status", [500, 200]), ("date", [500, 200])]
)
def test_equal_requests_stay_in_their_order(by, codes):
    """It is the order in which they answer."""
    held = sheet(met("/a", code=500, day=9), met("/a", code=200, day=3))
    found = [each.interaction.response.code for each in in_order(held.entries, by)]
    assert found == codes


@pytest.mark.parametrize("codes", [(500, 200, 200), (200, 500, 200), (200, 200, 500)])
def test_what_is_sorted_stays_as_it_is(codes):
    """Though equal requests may stand against it: else each run would move some."""
    first, second, third = codes
    held = sheet(met("/a", code=first), met("/a", code=second), met("/b", code=third))
    once = in_order(held.entries, "status")
    again = in_order(once, "status")
    assert [each.number for each in again] == [each.number for each in once]


def test_what_a_made_up_name_stands_for_stays():
    """The first value of a name counts: two cassettes that are merged may have two."""
    held = sheet(made_up(met("/b"), n="1"), made_up(met("/a"), n="2", other="3"))
    found = [each.request.variables for each in in_order(held.entries, "url")]
    assert found == [{"other": ("3",)}, {"n": ("1",)}]
    found = in_order(sheet(made_up(met("/a"), n="1"), met("/b")).entries, "url")
    assert [each.new for each in found] == [None, None]


def test_one_url_in_two_spellings_is_one():
    held = sheet(met("http://A.com/~x", code=500), met("http://a.com/%7ex"))
    found = [each.interaction.response.code for each in in_order(held.entries, "url")]
    assert found == [500, 200]


def test_they_are_sorted_by_method_status_and_date():
    held = sheet(
        met("/a", method="POST", code=404, day=3),
        met("/b", day=2),
        met("x:y"),
        met("/c"),
    )
    assert paths(in_order(held.entries, "method")) == ["/x:y"] * 0 + [
        *paths(in_order([held.entries[n] for n in (1, 2, 3)], "url")),
        "/a",
    ]
    assert paths(in_order(held.entries, "status"))[-1] == "/a"
    assert paths(in_order(held.entries, "date"))[:2] == ["/b", "/a"]


# In numbers


def test_numbers_are_counted_by_what_they_are_of():
    frame = Frame(True, 5, "text", b"hi")
    held = [
        *HELD,
        HELD[0],
        met("/ws", websocket=(frame,), failure="left", duration=10**9),
    ]
    freed: list[int] = []
    found = stats(held, freed.append)
    assert freed == [0, 1, 2, 3, 4]
    assert found["count"] == 5
    assert found["hosts"] == {"api.example.com": 4, "other:80": 1}
    assert found["methods"] == {"GET": 4, "POST": 1}
    assert found["statuses"] == {"200": 4, "left": 1}
    assert found["kinds"]["WebSocket"] == 1
    assert found["body_bytes"] == {"request": 1, "response": 34}
    assert (found["seconds"], found["streams"], found["repeated"]) == (1.0, 0, 2)
    assert found["largest"][0]["bytes"] == 13
    assert stats([])["count"] == 0


# Some of them


def made_up(each: Interaction, **variables: str) -> Interaction:
    headers = {name: (value,) for name, value in variables.items()}
    return replace(each, request=replace(each.request, variables=headers))


def test_what_was_made_up_before_one_that_goes_is_held_by_the_next():
    second = met("/b")
    first, third = made_up(met("/a"), name="x", n="1"), made_up(met("/c"), n="2")
    held = sheet(first, second, third)
    found = chosen(held.entries, {2})
    assert found[0].interaction.request.variables == {
        "n": ("1",),
        "name": ("x",),
    }
    kept = chosen(held.entries, {0, 1})
    assert [each.new for each in kept] == [None, None]
    assert [each.new for each in chosen(held.entries, {1, 2})][1] is None


def test_what_was_made_up_before_the_last_ones_that_go_is_held_by_the_last_that_stays():
    first, second = made_up(met("/a"), n="1"), made_up(met("/b"), n="2")
    third, fourth = made_up(met("/c"), n="3", name="x"), made_up(met("/d"), name="y")
    held = sheet(first, second, third, fourth)
    (found,) = chosen(held.entries, {1})
    assert found.interaction.request.variables == {"n": ("1",), "name": ("x",)}
    (found,) = chosen(held.entries, {0})
    assert found.interaction.request.variables == {"n": ("1",), "name": ("x",)}
    assert chosen(held.entries, set()) == []
