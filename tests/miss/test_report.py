"""What came of a session, as it is told."""

import json

from mitmvcr.core.deck import Deck
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.miss.explain import explain
from mitmvcr.miss.masking import masked
from mitmvcr.miss.report import Entry, Outcome, miss_facts

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
