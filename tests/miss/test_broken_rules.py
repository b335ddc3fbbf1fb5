"""A miss by a rule of HTTP says which, and how to switch it off."""

import pytest

from explained import explain
from mitmvcr.core.deck import Deck
from mitmvcr.core.matching import DEFAULT, Matcher, MatchSpec
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.matching_options import parse_match
from mitmvcr.miss.broken_rules import noted
from mitmvcr.miss.report import Miss, miss_facts


def get(**headers: str) -> Request:
    fields = {name.replace("_", "-"): [value] for name, value in headers.items()}
    return Request("GET", "http://h/a", headers=fields)


def made(request: Request, code: int = 200, **headers: str) -> Interaction:
    fields = {name.replace("_", "-"): [value] for name, value in headers.items()}
    return Interaction(0, request, Response(code=code, headers=fields, body=b"x"))


def missed(asked: Request, *held: Interaction, spec: MatchSpec = DEFAULT) -> Miss:
    deck = Deck(held, matcher=Matcher(spec))
    assert deck.take(asked) is None
    return explain(asked, deck)


JSON, XML = get(Accept="application/json"), get(Accept="application/xml")
CASES = {
    "range": (
        get(Range="bytes=5-9"),
        [made(get(Range="bytes=0-4"), 206)],
        'header.range: "bytes=5-9" was "bytes=0-4", and a partial answer is for its own'
        " bytes",
    ),
    "validators": (
        get(),
        [made(get(If_None_Match="1"), 304)],
        'header.if-none-match: absent was "1", and a 304 or 412 is for its own'
        " conditions",
    ),
    "vary": (
        get(Accept="text/csv"),
        [made(JSON, Vary="Accept"), made(XML, Vary="Accept")],
        'header.accept: "text/csv" was "application/json", and the answer\'s Vary names'
        " it",
    ),
    "operation": (
        get(X_Amz_Target="T.ListBackups"),
        [made(get(X_Amz_Target="T.ListTables"))],
        'header.x-amz-target: "T.ListBackups" was "T.ListTables", and it says what is'
        " asked for",
    ),
}


def test_a_patch_of_another_kind_breaks_the_rule_of_operations() -> None:
    kinds = ("application/merge-patch+json", "application/json-patch+json")
    asked, held = (
        Request("PATCH", "http://h/a", headers={"Content-Type": [each]})
        for each in kinds
    )
    found = missed(asked, made(held))
    assert found.options == ("vcr_match=-operation",)
    assert "and it says what is asked for" in str(found.nearest[0].differ[0])


@pytest.mark.parametrize("rule", CASES)
def test_it_says_which_and_the_way_out(rule: str) -> None:
    asked, held, told = CASES[rule]
    found = missed(asked, *held)
    near = found.nearest[0]
    assert str(near.differ[0]) == told
    assert found.options == (f"vcr_match=-{rule}",)
    assert found.reason.endswith(f"; vcr_match=-{rule} would let it match")
    assert near.differ[0].why in str(miss_facts(found)["nearest"])
    spec = parse_match(found.options[0].partition("=")[2])
    assert Deck(held, matcher=Matcher(spec)).take(asked) is not None


def test_what_is_chosen_otherwise_is_kept_in_the_way_out() -> None:
    asked, held, _ = CASES["range"]
    spec = MatchSpec(("method", "path"))
    assert missed(asked, *held, spec=spec).options == ("vcr_match=method,path,-range",)
    go = MatchSpec.of("charm")
    assert missed(asked, *held, spec=go).options == ("vcr_match=charm,-range",)


def test_several_rules_are_switched_off_together() -> None:
    asked = get(Accept="text/csv")
    held = [
        made(get(Accept="a", If_None_Match="1"), 304, Vary="Accept"),
        made(get(Accept="b", If_None_Match="1"), 304, Vary="Accept"),
    ]
    found = missed(asked, *held)
    assert found.options == ("vcr_match=-vary,-validators",)


def test_a_note_says_on_what_the_answer_depends() -> None:
    held = made(get(Accept="application/json", X_A="1"), Vary="Accept, X-A, Origin")
    assert noted(get(Accept="text/csv", X_A="1", Origin="x"), held) == (
        'header.accept: "text/csv" was "application/json", and the answer\'s Vary names'
        " it"
    )
    assert noted(held.request, held) == ""
