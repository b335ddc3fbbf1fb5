"""Two recordings of one program, and what varies between them."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learn.two_runs import NOW, A, B, C, D, learned, rules, sources
from mitmvcr.core.matching import Ignore, Matcher, MatchSpec
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.learn import Class, Facts


def get(url: str, answer: str = "{}", **headers: str) -> Interaction:
    request = Request("GET", url, headers={n: [v] for n, v in headers.items()})
    return Interaction(0, request, Response(body=answer.encode(), code=200))


def post(
    body: object, media: str = "application/json", answer: str = ""
) -> Interaction:
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {"Content-Type": [media]}
    request = Request("POST", "https://h/", body=text.encode(), headers=headers)
    return Interaction(0, request, Response(body=answer.encode(), code=200))


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        (get(f"https://h/?a=1&id={A}"), get(f"https://h/?a=1&id={B}"), "query id="),
        (post(f"x=1&n={A}", FORM), post(f"x=1&n={B}", FORM), "form n="),
        (post({"a": {"id": A}}), post({"a": {"id": B}}), "json $.a.id="),
        (post([{"a b": A}]), post([{"a b": B}]), 'json $[0]["a b"]='),
        (post({"id": 17}), post({"id": 900}), "json $.id="),
        (
            get(f"https://h/runs/{A}/log"),
            get(f"https://h/runs/{B}/log"),
            "path (?<=/runs/)(?:[0-9a-fA-F]{8}",
        ),
        (
            post(f"<a><id>{A}</id></a>", "application/xml"),
            post(f"<a><id>{B}</id></a>", "application/xml"),
            "body (?<=[<:]id>)(?:[0-9a-fA-F]{8}-",
        ),
        (
            post(f"one\nrun {A}", "text/plain"),
            post(f"one\nrun {B}", "text/plain"),
            "body run ",
        ),
        (
            post({"m": "You are a helpful assistant. Today is 2026-11-28. Be brief."}),
            post({"m": "You are a helpful assistant. Today is 2026-11-29. Be brief."}),
            "body is (?<![A-Za-z0-9])[0-9]{4}-",
        ),
        (
            post({"m": "You are a helpful assistant. Your name is Ann; be brief."}),
            post({"m": "You are a helpful assistant. Your name is Bob; be brief."}),
            "body is [^",
        ),
    ],
)
def test_one_rule_leaves_out_what_varies(
    one: Interaction, other: Interaction, wanted: str
) -> None:
    found = learned([one], [other])
    assert len(found.rules) == 1
    assert rules(found)[0].startswith(f"ignore_{wanted}")
    assert not found.against
    assert Matcher(found.spec).matches(one.request, other.request)


def multipart(boundary: str, value: str) -> Interaction:
    text = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="run"\r\n\r\n{value}\r\n'
        f"--{boundary}--\r\n"
    )
    return post(text, f"multipart/form-data; boundary={boundary}")


def test_a_boundary_needs_no_rule_and_a_part_has_one_by_its_name() -> None:
    assert learned([multipart("aaaa", "1")], [multipart("bbbb", "1")]).rules == []
    assert rules(learned([multipart("aaaa", A)], [multipart("bbbb", B)])) == [
        "ignore_form run="
    ]


def test_the_name_of_a_file_is_left_out_of_the_headers_of_its_part() -> None:
    def sent(name: str, content: str = "x") -> Interaction:
        head = f'Content-Disposition: form-data; name="data"; filename="{name}"'
        text = f"--bb\r\n{head}\r\n\r\n{content}\r\n--bb--\r\n"
        return post(text, "multipart/form-data; boundary=bb")

    found = learned([sent("tmpab12cd34")], [sent("tmpzz99yy88")])
    assert found.against == []
    matcher = Matcher(found.spec)
    later = sent("tmpqq11ww22").request
    assert matcher.matches(later, sent("tmpab12cd34").request)
    assert not matcher.matches(later, sent("report.pdf").request)
    assert not matcher.matches(later, sent("tmpab12cd34", "y").request)


def test_a_header_counts_only_where_it_is_compared() -> None:
    pair = [get("https://h/", **{"X-Id": A})], [get("https://h/", **{"X-Id": B})]
    assert learned(*pair).rules == []
    spec = MatchSpec(("method", "url", "header:X-Id"))
    assert rules(learned(*pair, spec)) == ["ignore_headers x-id="]


def test_what_a_response_gave_needs_no_rule() -> None:
    def run(cursor: str) -> list[Interaction]:
        page = json.dumps({"next": cursor})
        return [get("https://h/items", page), get(f"https://h/items?cursor={cursor}")]

    found = learned(run(A), run(B))
    assert sources(found) == [("query.cursor", Class.GIVEN)]
    assert found.rules == []
    assert found.against == []


def test_a_piece_of_a_value_may_be_given_too() -> None:
    def run(number: str) -> list[Interaction]:
        made = get("https://h/new", json.dumps({"id": int(number)}))
        return [
            made,
            get(f"https://h/items/{number}"),
            get(f"https://h/?at=/{number}/x"),
        ]

    found = learned(run("71"), run("90"))
    assert [kind for _, kind in sources(found)] == [Class.GIVEN, Class.GIVEN]
    assert found.against == []


def test_a_response_that_came_later_gives_nothing() -> None:
    def run(one: str) -> list[Interaction]:
        return [get(f"https://h/?id={one}"), get("https://h/echo", one)]

    assert rules(learned(run(A), run(B))) == ["ignore_query id="]


def challenge(verifier: str) -> str:
    digest = sha256(verifier.encode()).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def test_a_challenge_is_derived_from_its_verifier() -> None:
    def run(verifier: str) -> list[Interaction]:
        return [
            get(f"https://h/authorize?challenge={challenge(verifier)}"),
            post({"verifier": verifier}),
        ]

    found = learned(run(A), run(B))
    assert sources(found)[0] == ("query.challenge", Class.DERIVED)
    assert found.findings[0].words == "is SHA-256 of another value"
    assert rules(found) == ["ignore_query challenge=", "ignore_json $.verifier="]


def test_what_derives_from_what_was_given_needs_no_rule() -> None:
    def run(nonce: str) -> list[Interaction]:
        sent = get(f"https://h/?a={challenge(nonce)}&b={nonce}")
        return [get("https://h/nonce", nonce), sent]

    found = learned(run(A), run(B))
    assert [kind for _, kind in sources(found)] == [Class.GIVEN, Class.GIVEN]


def test_parallel_requests_are_aligned_by_what_they_say() -> None:
    first = [post({"id": A, "q": "one"}), post({"id": B, "q": "two"})]
    second = [post({"id": C, "q": "two"}), post({"id": D, "q": "one"})]
    found = learned(first, second)
    assert rules(found) == ["ignore_json $.id="]
    assert found.against == []


def test_items_of_a_list_have_one_rule() -> None:
    first = [post({"m": [{"id": A, "n": 1}, {"id": B, "n": 2}]})]
    second = [post({"m": [{"id": C, "n": 1}, {"id": D, "n": 2}]})]
    assert rules(learned(first, second)) == ["ignore_json $.m[*].id="]


def test_what_differs_in_a_word_of_its_path_is_another_request() -> None:
    found = learned([get("https://h/pear")], [get("https://h/fig")])
    assert found.rules == []
    assert found.against == ["interaction 0, GET https://h/pear: path: /fig was /pear"]


def test_what_only_one_run_asked_for_stands_in_the_way() -> None:
    found = learned([get("https://h/")], [get("https://h/"), post({"a": 1})])
    assert found.against == [
        "interaction 1, POST https://h/: only the second run asked for it"
    ]
    found = learned([get("https://h/"), get("https://i/")], [get("https://h/")])
    assert found.against == [
        "interaction 1, GET https://i/: only the first run asked for it"
    ]


def test_what_is_there_in_one_run_alone_stands_in_the_way() -> None:
    found = learned([post({"a": 1})], [post({"a": 1, "b": 2})])
    assert found.rules == []
    assert "body.b: 2 was absent" in found.against[0]


def test_no_rule_makes_one_of_two_requests() -> None:
    first = [post({"page": 1}), post({"page": 2})]
    second = [post({"page": 3}), post({"page": 4})]
    found = learned(first, second)
    assert found.rules == []
    assert len(found.against) == 2


def test_requests_that_differ_in_their_ids_alone_are_said_to_be_alike() -> None:
    first = [post({"id": A, "m": "ping"}), post({"id": B, "m": "ping"})]
    second = [post({"id": C, "m": "ping"}), post({"id": D, "m": "ping"})]
    found = learned(first, second)
    assert rules(found) == ["ignore_json $.id="]
    assert found.alike == [(0, 1)]
    assert found.at_odds == []


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("pong", "pong", False),
        (f"got {A}", f"got {B}", False),
        ("first", "second", True),
    ],
)
def test_answers_of_requests_that_become_one_may_differ(
    one: str, other: str, differ: bool
) -> None:
    def run(*ids: str) -> list[Interaction]:
        answers = zip(ids, (one, other), strict=True)
        return [post({"id": each}, answer=said) for each, said in answers]

    found = learned(run(A, B), run(C, D))
    assert found.alike == [(0, 1)]
    assert found.at_odds == [(0, 1)] * differ


def test_answers_of_requests_that_become_one_may_be_of_another_status() -> None:
    def run(*ids: str) -> list[Interaction]:
        first, second = (post({"id": each}) for each in ids)
        return [first, replace(second, response=Response(code=404))]

    assert learned(run(A, B), run(C, D)).at_odds == [(0, 1)]


def test_numbers_that_count_requests_may_be_alike() -> None:
    first = [post({"id": 5, "m": 1}), post({"id": 6, "m": 1})]
    second = [post({"id": 15, "m": 1}), post({"id": 16, "m": 1})]
    assert learned(first, second).alike == [(0, 1)]


@pytest.mark.parametrize(
    "text",
    [
        "2025-11-28",
        "Friday, November 28, 2025",
        "28 Nov 2025",
        "November 28th, 2025",
        "11/28/2025",
        "20251128",
    ],
)
def test_the_date_of_the_run_has_a_rule_though_it_is_the_same(text: str) -> None:
    both = [post({"prompt": f"You are helpful. Today is {text}. Count to three."})]
    found = learned(both, both, facts=Facts(NOW, NOW + 1))
    assert sources(found) == [("json.$.prompt", Class.MACHINE)]
    later = post({"prompt": "You are helpful. Today is 2027-01-03. Count to three."})
    if text[:4] == "2025" and "-" in text:
        assert Matcher(found.spec).matches(both[0].request, later.request)
    other = post({"prompt": f"You are helpful. Today is {text}. Count to four."})
    assert not Matcher(found.spec).matches(both[0].request, other.request)
    elsewhere = learned(both, both, facts=Facts(NOW - 9e6, NOW - 9e6))
    assert elsewhere.rules == []


@pytest.mark.parametrize(
    "text", [str(NOW), f"{NOW}000", "2025-11-28T00:08:51Z", "20251128T000851Z"]
)
def test_the_time_of_the_run_has_a_rule_though_it_is_the_same(text: str) -> None:
    both = [get(f"https://h/?t={text}&since=2019-01-01T00:00:00Z")]
    found = learned(both, both, facts=Facts(NOW, NOW + 1))
    assert rules(found) == ["ignore_query t="]


def test_a_name_of_the_machine_has_a_rule() -> None:
    facts = Facts(names=("builder7",))
    both = [post({"host": "builder7", "log": "it began on host=builder7 by itself"})]
    found = learned(both, both, facts=facts)
    assert rules(found)[0] == "ignore_json $.host="
    assert rules(found)[1].startswith("ignore_body host=")
    moved = [post({"host": "other", "log": "it began on host=other by itself"})]
    assert Matcher(found.spec).matches(both[0].request, moved[0].request)


def test_a_number_of_the_time_in_json_has_a_rule() -> None:
    both = [post({"t": NOW + 0.5, "n": True})]
    assert rules(learned(both, both, facts=Facts(NOW, NOW + 1))) == ["ignore_json $.t="]


def test_a_port_is_of_the_machine() -> None:
    one, other = (
        get(f"https://h/?back=http://127.0.0.1:{port}/") for port in (41113, 50222)
    )
    found = learned([one], [other])
    assert sources(found) == [("query.back", Class.MACHINE)]


def test_a_name_is_written_as_an_option_can_have_it() -> None:
    one, other = (post(f"+a%2Cb={each}", FORM) for each in (A, B))
    found = learned([one], [other])
    assert [each.ignore for each in found.rules] == [Ignore("[ ]a?b", True)]
    one, other = (post(f"={each}&a=1", FORM) for each in (A, B))
    unnamed = learned([one], [other])
    assert unnamed.rules == []
    assert unnamed.against


uuids = st.integers(0, (1 << 128) - 1).map(lambda number: str(UUID(int=number)))
words = st.sampled_from(["one", "two", "three"])


@st.composite
def recordings(draw: st.DrawFn) -> tuple[list[Interaction], list[Interaction]]:
    kinds = draw(st.lists(st.tuples(words, words, st.integers(1, 3)), max_size=6))

    def run() -> list[Interaction]:
        return [
            post({"id": draw(uuids), "q": q, "n": n, "t": draw(words)})
            if kind == "one"
            else get(f"https://h/{kind}/{draw(uuids)}?q={q}&n={n}&u={draw(uuids)}")
            for kind, q, n in kinds
        ]

    first, second = run(), run()
    return first, draw(st.permutations(second))


def masked(request: Request) -> Mapping[str, object]:
    """What is left of one of those requests without its ids."""
    import re

    regex = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
    return {
        "url": regex.sub("", request.url),
        "body": regex.sub("", request.body.decode()),
    }


@given(recordings())
def test_rules_never_make_one_of_two_requests(
    drawn: tuple[list[Interaction], list[Interaction]],
) -> None:
    first, second = drawn
    found = learned(first, second)
    matcher = Matcher(found.spec)
    for recording in drawn:
        for one in recording:
            for other in recording:
                if matcher.matches(one.request, other.request):
                    assert masked(one.request) == masked(other.request)


@given(recordings())
def test_every_pair_matches_or_stands_in_the_way(
    drawn: tuple[list[Interaction], list[Interaction]],
) -> None:
    found = learned(*drawn)
    if not found.against:
        matcher = Matcher(found.spec)
        assert all(
            any(matcher.matches(one.request, other.request) for one in drawn[0])
            for other in drawn[1]
        )
