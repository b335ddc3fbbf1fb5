"""What tests asked for, by the reports of their runs."""

import json

import pytest

from mitmvcr.tools.using import (
    ReportError,
    does_fit,
    doubts,
    read_report,
    used_positions,
)
from tools.making import URL, met


def entry(outcome="replayed", interaction=0, path="/a", method="GET"):
    facts = {"outcome": outcome, "interaction": interaction}
    return facts | {"method": method, "url": URL + path}


def part(*entries, cassette="chat.yaml", missed=0):
    counts = {"missed": missed}
    return {"cassette": cassette, "counts": counts, "entries": [*entries]}


def report(*entries, failure=None, status=0, **more):
    facts = {"version": 1, "failure": failure, "exit_status": status}
    return json.dumps(facts | part(*entries, **more)).encode()


def test_what_was_replayed_and_recorded_was_used():
    unused = entry("unused", 2)
    missed = entry("missed", None)
    asked = entry("replayed", 0), entry("recorded", 1, "/b", "POST"), unused, missed
    (use,) = read_report(report(*asked), "login")
    assert (use.name, use.cassette, use.doubt) == ("login", "chat.yaml", "")
    assert use.used == {0: ("GET", f"{URL}/a"), 1: ("POST", f"{URL}/b")}
    assert used_positions([use]) == {0, 1}
    assert [*doubts([use])] == []


def test_each_session_is_a_use():
    facts = json.loads(report())
    facts["sessions"] = [part(entry(), cassette="a.yaml"), part(cassette="b.yaml")]
    found = read_report(json.dumps(facts).encode(), "all")
    assert [(each.name, len(each.used)) for each in found] == [
        ("a.yaml", 1),
        ("b.yaml", 0),
    ]


@pytest.mark.parametrize(
    ("how", "doubt"),
    [
        ({"failure": "oops"}, "mitmvcr itself failed"),
        ({"missed": 1}, "requests had no match"),
        ({"status": 3}, "the command ended with 3"),
    ],
)
def test_a_run_that_went_wrong_shows_nothing(how, doubt):
    uses = read_report(report(**how), "login")
    assert [*doubts([*uses, *uses])] == [f"login: {doubt}"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"{", "is no JSON"),
        (b"\xff", "is no JSON"),
        (b"[]", "is not a report of a run"),
        (b"{}", "is not a report of a run"),
        (b'{"version": 1}', "is not a report of a run"),
        (
            b'{"version": 1, "sessions": [1], "failure": null}',
            "is not a report of a run",
        ),
    ],
)
def test_what_is_no_report_is_refused(data, why):
    with pytest.raises(ReportError, match=why):
        read_report(data, "x")


def test_a_report_fits_the_cassette_that_it_is_about():
    (use,) = read_report(report(entry("replayed", 1, "/b?page=2")), "x")
    assert does_fit(use, [met("/a"), met("/b?page=1")])
    assert not does_fit(use, [met("/a")])
    assert not does_fit(use, [met("/a"), met("/c")])
    assert not does_fit(use, [met("/a"), met("/b", method="POST")])
    (odd,) = read_report(report(entry("replayed", 0, "/a")), "x")
    assert not does_fit(odd, [met("x://y")])
