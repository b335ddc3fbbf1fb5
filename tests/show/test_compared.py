"""Two cassettes side by side."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitmvcr.core.frames import Frame
from mitmvcr.core.matching import Ignore, Matcher, MatchSpec
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.show.changes import changes, side_by_side
from mitmvcr.show.compared import Pair, compared, paired

URL = "https://api.example.com/"


def met(
    path="a", body="", *, method="GET", headers=None, answer=b"", media="", **more
) -> Interaction:
    """An interaction; ``more`` is of its response."""
    own = {"Content-Type": [media]} if media else {}
    own |= {name: [value] for name, value in more.pop("given", {}).items()}
    sent = {name: [value] for name, value in (headers or {}).items()}
    request = Request(method, URL + path, "HTTP/1.1", headers=sent, body=body.encode())
    facts = {"code": 200, "proto": "HTTP/1.1"} | more
    return Interaction(0, request, Response(headers=own, body=answer, **facts))


def pairs(one, other, **spec):
    found = paired(one, other, Matcher(MatchSpec(**spec)))
    return [(*each.positions, each.matches) for each in found]


# Which belong together


def test_requests_that_match_belong_together_wherever_they_stand():
    one = [met("a"), met("b"), met("c")]
    other = [met("c"), met("a"), met("b")]
    assert pairs(one, other) == [(2, 0, True), (0, 1, True), (1, 2, True)]


def test_bodies_are_compared_by_meaning():
    json_is = {"Content-Type": "application/json"}
    one = [met(body='{"a": 1, "b": 2}', headers=json_is)]
    other = [met(body='{"b":2,"a":1.0}', headers=json_is)]
    assert pairs(one, other) == [(0, 0, True)]


def test_equal_ones_belong_together_in_their_order():
    assert pairs([met()] * 3, [met()] * 2) == [(0, 0, True), (1, 1, True), (2, None, 0)]
    assert pairs([met()], [met()] * 2) == [(0, 0, True), (None, 1, False)]


def test_of_equal_ones_those_with_the_same_headers_go_first():
    plain, fancy = {"Accept": "text/plain"}, {"accept": "text/html"}
    one = [met(headers=plain), met(headers=fancy)]
    other = [met(headers={"ACCEPT": "text/html"}), met(headers={"Accept": "x/y"})]
    assert pairs(one, other) == [(1, 0, True), (0, 1, True)]


def test_what_only_has_the_method_and_the_url_in_common_is_a_changed_request():
    one = [met(body="count to 3"), met(body="same")]
    other = [met(body="same"), met(body="count to 4"), met(method="PUT")]
    assert pairs(one, other) == [(1, 0, True), (0, 1, False), (None, 2, False)]


def test_what_only_the_first_has_stands_where_it_was():
    one = [met("x"), met("a"), met("y"), met("b")]
    other = [met("a"), met("new"), met("b")]
    found = [(a, b) for a, b, _ in pairs(one, other)]
    assert found == [(0, None), (1, 0), (2, None), (None, 1), (3, 2)]


def test_what_the_options_ignore_does_not_count():
    one, other = [met("a?page=1")], [met("a?page=2")]
    assert len(pairs(one, other)) == 2
    assert pairs(one, other, ignore_query=(Ignore("page"),)) == [(0, 0, True)]


@given(st.lists(st.sampled_from("abc")), st.lists(st.sampled_from("abc")))
def test_each_is_there_once(one, other):
    found = paired([*map(met, one)], [*map(met, other)], Matcher())
    assert sorted(each.a for each in found if each.a is not None) == [*range(len(one))]
    assert [each.b for each in found if each.b is not None] == [*range(len(other))]
    assert all(each.positions == (each.a, each.b) for each in found)


# Where they differ


def differ(one: Interaction, other: Interaction, **spec) -> list[tuple[str, str, str]]:
    found = changes(one, other, Matcher(MatchSpec(**spec)))
    return [(each.place, each.asked, each.recorded) for each in found.found]


def test_the_time_of_an_answer_does_not_count():
    one = met(given={"Date": "a", "Age": "1"}, duration=1)
    assert differ(one, met(given={"date": "b"}, duration=2)) == []


def test_the_status_the_headers_and_the_protocol_count():
    one = met(headers={"Accept": "a"}, given={"ETag": "1"}, trailer={"T": ["1"]})
    other = met(code=404, given={"etag": "2"}, proto="HTTP/2.0", trailer={"T": ["2"]})
    assert differ(one, other) == [
        ("status", "200", "404"),
        ("response protocol", "HTTP/1.1", "HTTP/2.0"),
        ("response header.etag", '"1"', '"2"'),
        ("response trailer.t", '"1"', '"2"'),
        ("request header.accept", '"a"', "absent"),
    ]
    ignored = differ(one, other, ignore_headers=(Ignore("e*"), Ignore("accept")))
    assert [place for place, _, _ in ignored][2:] == ["response trailer.t"]
    assert differ(met(failure="reset"), met(code=0, proto=""))[:2] == [
        ("status", "reset", "0"),
        ("response protocol", "HTTP/1.1", "none"),
    ]


def test_whose_turn_it_was_and_what_a_stream_waits_for_count():
    one, other = met(turns=(0, 1, 2)), met(turns=(0, 1, 1, 2), until="DELETE /mcp")
    assert differ(one, other) == [
        ("response turns", "0 1 2", "0 1 1 2"),
        ("response until", "none", "DELETE /mcp"),
    ]
    assert differ(met(turns=(0, 1)), met()) == [("response turns", "0 1", "none")]


def test_the_status_of_what_broke_off_counts():
    one, other = (met(failure="truncated", code=code) for code in (200, 500))
    assert differ(one, other) == [("status", "200", "500")]


def test_json_is_compared_by_place_and_by_meaning():
    one = met(answer=b'{"a": [1, {"b": 2.0}]}', media="application/json")
    same = met(answer=b'{"a":[1,{"b":2}]}', media="application/json")
    assert differ(one, same) == []
    other = met(answer=b'{"a":[1,{"b":3}],"c":0}', media="application/json")
    found = changes(one, other, Matcher())
    assert [each.place for each in found.found] == [
        "response body.a[1].b",
        "response body.c",
    ]
    assert found.texts == []
    assert differ(one, other, ignore_json=(Ignore("$.a"), Ignore("$.c"))) == []


def test_many_differences_are_cut_and_that_is_said():
    one, other = (
        met(answer=json.dumps([n] * 9).encode(), media="application/json")
        for n in (1, 2)
    )
    found = changes(one, other, Matcher(), most=3)
    assert (len(found.found), found.more) == (3, True)
    found = changes(one, other, Matcher(), most=9)
    assert (len(found.found), found.more) == (9, False)


def test_codings_are_undone():
    headers = {"Content-Encoding": "gzip"}
    one = met(answer=gzip.compress(b"one\ntwo"), media="text/plain", given=headers)
    other = met(answer=b"one\n2", media="text/plain")
    found = changes(one, other, Matcher())
    places = [each.place for each in found.found]
    assert places == ["response header.content-encoding", "response body line 2"]
    ((place, text),) = found.texts
    assert place == "response body"
    assert text["rows"][-1] == ["changed", 2, "two", 2, "2"]
    same = met(answer=b"one\ntwo", media="text/plain")
    assert len(differ(one, same)) == 1


def test_bytes_are_compared_too():
    one, other = (
        met(answer=b"\x00\x01" + end, media="application/x-y") for end in (b"a", b"b")
    )
    found = changes(one, other, Matcher())
    assert [each.place for each in found.found] == ["response body at byte 2"]
    assert found.texts == []
    assert differ(met(answer=b"a"), met()) == [("response body", '"a"', "empty")]


def test_what_tells_bodies_apart_is_said_even_where_only_their_type_does():
    one = met(answer=b"a=1&b=2", media="application/x-www-form-urlencoded")
    other = met(answer=b"b=2&a=1", media="text/plain")
    places = [place for place, _, _ in differ(one, other)]
    assert places[0] == "response header.content-type"
    assert places[1].startswith("response body")


def test_a_request_that_changed_is_compared_as_well():
    one = met("a?x=1&token=abcdefgh", "one", method="POST")
    other = met("a?x=2&token=hgfedcba", "two", method="PUT")
    method, url, body = differ(one, other)
    assert method == ("request method", "POST", "PUT")
    assert url == ("request URL", f"{URL}a?x=1&token=***", f"{URL}a?x=2&token=***")
    assert body[0].startswith("request body")


def test_the_messages_of_a_websocket_are_compared():
    one = met(websocket=(Frame(True, 1, "text", b"hi"), Frame(False, 2, "text", b"a")))
    other = met(websocket=(Frame(True, 9, "text", b"hi"),))
    assert differ(one, other) == [("message 1", 'server text "a"', "absent")]


# Line by line


def test_lines_are_put_side_by_side():
    found = side_by_side("a\nb\nc\nd", "a\nx\nc\nd\ne")
    assert found == {
        "rows": [
            ["same", 1, "a", 1, "a"],
            ["changed", 2, "b", 2, "x"],
            ["same", 3, "c", 3, "c"],
            ["same", 4, "d", 4, "d"],
            ["b", None, "", 5, "e"],
        ],
        "left": 0,
    }
    assert side_by_side("a\nb", "b")["rows"][0] == ["a", 1, "a", None, ""]


def test_equal_lines_far_from_a_difference_are_counted():
    lines = [f"{n}" for n in range(40)]
    other = [*lines]
    other[10] = other[30] = "x"
    rows = side_by_side("\n".join(lines), "\n".join(other))["rows"]
    kinds = [row[0] for row in rows]
    near = ["same"] * 3
    around = [*near, "changed", *near]
    assert kinds == ["gap", *around, "gap", *around, "gap"]
    assert [row[1] for row in rows if row[0] == "gap"] == [7, 13, 6]
    assert rows[9] == ["same", 28, "27", 28, "27"]


def test_lines_without_an_end_are_not_all_compared(monkeypatch):
    monkeypatch.setattr("mitmvcr.show.changes.MOST_LINES", 3)
    found = side_by_side("\n".join("abcdef"), "\n".join("ABCDEFGH"))
    assert found["left"] == 5
    assert [row[0] for row in found["rows"]] == ["changed"] * 3


def test_of_a_long_line_the_place_is_shown_where_it_differs():
    line = "x" * 1000
    ((kind, _, text, _, other),) = side_by_side(line + "a" * 9, line + "b" * 9)["rows"]
    assert kind == "changed"
    assert text == "…" + "x" * 40 + "a" * 9
    assert other.endswith("x" + "b" * 9)
    ((_, _, text, _, _),) = side_by_side("a" + line, "b" + line)["rows"]
    assert (len(text), text[0], text[-1]) == (241, "a", "…")


# All of it


def test_each_has_its_outcome():
    one = [met("a"), met("b", code=201), met("c"), met("d", failure="reset")]
    other = [met("a"), met("b", code=404), met("new", code=0), met("d", code=200)]
    found = [(each.outcome, each.status) for each in compared(one, other, MatchSpec())]
    assert found == [
        ("same", "200"),
        ("changed", "201 -> 404"),
        ("only in A", "200"),
        ("only in B", "-"),
        ("changed", "reset -> 200"),
    ]


@pytest.mark.parametrize("side", [0, 1])
def test_facts_can_be_json_and_secrets_in_urls_are_masked(side):
    url = "x?password=hunter22&u=\udcff"
    sides = [[], []]
    sides[side] = [met(url)]
    (found,) = compared(*sides, MatchSpec())
    assert found.facts()["url"] == URL + "x?password=***&u=\\xff"
    json.dumps(found.facts()).encode()


def test_differences_have_what_a_reader_should_know():
    ids = [f"7f3aa1c2-0000-4000-8000-00000000000{n}" for n in (1, 2)]
    one, other = ([met(given={"X-Id": each})] for each in ids)
    (found,) = compared(one, other, MatchSpec())
    (difference,) = found.facts()["differ"]
    assert difference["looks"] == "looks like a UUID"
    assert found.pair == Pair(0, 0, matches=True)
