"""What came of a session, as it is told."""

import json

import pytest

from explained import explain
from mitmvcr.core.deck import Deck
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.miss.log import MOST_MISSES, Log, Logging
from mitmvcr.miss.masking import masked
from mitmvcr.miss.report import (
    Difference,
    Entry,
    Miss,
    Outcome,
    miss_facts,
    miss_of_test,
)

FOUND = Interaction(
    4, Request(method="GET", url="http://h/?token=abc"), Response(code=201)
)


def test_an_entry_is_as_it_may_be_shown() -> None:
    entry = Entry.of(Outcome.REPLAYED, FOUND, 3, "http://h/?token=***").lasting(5)
    assert entry == Entry(Outcome.REPLAYED, "GET", "http://h/?token=***", 3, 201, 5)


def test_a_miss_is_told_in_plain_values() -> None:
    asked = Request(method="GET", url="http://h/?token=abd&page=2")
    facts = json.loads(json.dumps(miss_facts(explain(asked, Deck([FOUND])))))
    assert facts["request"] == {"method": "GET", "url": asked.url, "body": ""}
    assert (facts["total"], facts["not_compared"]) == (1, 0)
    (near,) = facts["nearest"]
    assert (near["interaction"], near["used"]) == (0, False)
    assert near["agree"] == ["method", "body"]
    page = {"place": "query.page", "asked": '"2"', "recorded": "absent"}
    assert page in near["differ"]
    assert "record_only" in facts["remedy"]


@pytest.mark.parametrize(
    ("url", "helps"),
    [
        ("http://h/?token=abc&page=2", "ignore_query=page would let it match"),
        ("http://h/?token=abc", "vcr_allow_repeats=last would let it match"),
        ("http://other/a/b", ""),
    ],
)
def test_a_test_is_told_what_helps_if_no_option_would(url: str, helps: str) -> None:
    """``mitmvcr run`` says so at its end, and not every test has one."""
    deck = Deck([FOUND])
    if helps.startswith("vcr_allow"):
        deck.take(Request(url=url), Request(url=url))
    facts = miss_of_test(explain(Request(url=url), deck), 2, "MITMVCR_MODE")
    reason, modes = str(facts["reason"]), "MITMVCR_MODE=record_only all of it"
    assert facts["times"] == 2
    assert (modes in reason) == (not helps)
    assert helps in reason
    assert "replay_with_new_episodes" in str(facts["remedy"])


def test_what_a_value_looks_like_and_what_is_hidden_are_told() -> None:
    asked = Request(method="GET", url="http://h/?day=2026-11-28")
    other = Interaction(
        0, Request(method="GET", url="http://h/?day=2025-01-02"), FOUND.response
    )
    (near,) = miss_facts(explain(asked, Deck([other])))["nearest"]  # type: ignore[misc]
    assert near["differ"] == [
        {
            "place": "query.day",
            "asked": '"2026-11-28"',
            "recorded": '"2025-01-02"',
            "looks": "looks like a date",
        }
    ]
    secret = Request(method="GET", url="http://h/?token=abd")
    miss = masked(explain(secret, Deck([FOUND])))
    (near,) = miss_facts(miss)["nearest"]  # type: ignore[misc]
    assert near["differ"][0]["hidden"] == "token"


@pytest.mark.parametrize(
    ("place", "name"), [("query.a", "a"), ('body[""]', 'body[""]'), ("body[0]", "body")]
)
def test_what_is_masked_is_named_by_its_place(place: str, name: str) -> None:
    assert Difference(place, "1", "2").masked().hidden == name


def missing(number: int) -> Miss:
    return Miss("GET", f"http://h/{number}", "", (), 0, 0)


def test_misses_are_remembered_and_the_rest_is_not() -> None:
    log = Log()
    log.add(Entry.of(Outcome.REPLAYED, FOUND, 0, "http://h/"))
    log.missed(missing(1), 7)
    log.missed(missing(1), 7)
    assert log.entries == []
    assert log.misses == {missing(1): 2}
    assert repr(log) == "<Log 0 entries, 2 misses>"


def test_different_misses_are_not_remembered_without_end() -> None:
    log = Log()
    for number in range(MOST_MISSES + 10):
        log.missed(missing(number), 0)
    log.missed(missing(0), 0)
    assert len(log.misses) == MOST_MISSES
    assert log.misses[missing(0)] == 2


def test_a_complete_log_has_all_in_the_order_they_ended() -> None:
    log = Log()
    log.complete = True
    entry = Entry.of(Outcome.RECORDED, FOUND, 0, "http://h/")
    log.add(entry)
    log.missed(missing(1), 7)
    log.missed(missing(1), 8)
    assert [each.outcome for each in log.entries] == ["recorded", "missed", "missed"]
    assert [each.duration for each in log.entries] == [None, 7, 8]
    assert log.entries[1].miss == missing(1)


def test_a_log_is_kept_for_whoever_may_look_on_and_never_less_than_before() -> None:
    log = Log()
    Logging().begin(log)
    assert (log.brief, log.complete) == (False, False)
    Logging(is_on=True).begin(log)
    assert (log.brief, log.complete) == (True, False)
    Logging(is_on=True, at_once=True).begin(log)
    Logging(is_on=True).begin(log)
    assert (log.brief, log.complete) == (True, True)


def test_a_replay_may_be_of_another_recording_in_the_end() -> None:
    log = Log()
    log.complete = True
    for outcome in (Outcome.REPLAYED, Outcome.RECORDED):
        log.add(Entry.of(outcome, FOUND, 0, "http://h/"))
        log.add_later(outcome, 1, 0)
    log.missed(missing(0), 7)
    log.moved(0, 1)
    log.moved(1, 0)
    made = log.entries_at(range(5), lambda it: Entry.of(it[0], FOUND, it[1], ""))
    assert [each.interaction for each in made] == [1, 0, 0, 1, None]


def test_hosts_at_which_tls_broke_are_not_remembered_without_end() -> None:
    log = Log()
    for number in range(100):
        log.tls_broke(f"{number}.test", "unknown ca")
    assert len(log.broken_tls) == 50
    assert log.broken_tls["0.test"] == "unknown ca"
