"""Of several interactions that are equal to a request, each gets its own: the one that
agrees with it also in what does not count, or whose values its own stand for."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from mitmvcr.core.errors import CassetteDamagedError
from mitmvcr.core.matching import Matcher, MatchSpec, parse_ignore
from mitmvcr.core.matching.ignoring import Ignore
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.core.modes import Repeats
from mitmvcr.core.steps import UnreadError
from mitmvcr.learn import learn
from mitmvcr.secrets.rules import DEFAULT
from mitmvcr.session.lookup import LookUp
from mitmvcr.session.redaction import Redaction

ONE, TWO, THREE, FOUR = (
    *("1b4e28ba-2fa1-41d2-883f-0016d3cca427", "6fa459ea-ee8a-4ca4-894e-db77e160355e"),
    *("0b4e28ba-2fa1-41d2-883f-0016d3cca427", "9fa459ea-ee8a-4ca4-894e-db77e160355e"),
)
URL = "https://h.test/a"


def post(body: str, media: str = "application/json", **headers: str) -> Request:
    said = {"Content-Type": [media]} | {
        name.replace("_", "-"): [value] for name, value in headers.items()
    }
    return Request("POST", URL, body=body.encode(), headers=said)


def soap(value: str) -> Request:
    return post(f"<Call><Id>{value}</Id></Call>", "text/xml")


def upload(value: str) -> Request:
    body = (
        f'--b\r\nContent-Disposition: form-data; name="run"\r\n\r\n{value}\r\n--b--\r\n'
    )
    return post(body, "multipart/form-data; boundary=b")


def lines(value: str) -> Request:
    return post(f'{{"a": 1}}\n{{"id": "{value}"}}\n', "application/x-ndjson")


FORM = "application/x-www-form-urlencoded"
PATH = "(?<=/a/)[^/]+"


def got(value: str) -> Request:
    return Request("GET", f"{URL}?id={value}")


def said(value: str) -> Request:
    return post(json.dumps({"id": value}))


def headed(value: str) -> Request:
    return post("{}", X_Run=value)


def of_host(value: str) -> Request:
    return Request("GET", f"https://{value[:4]}.test/")


Make = Callable[[str], Request]
KINDS: dict[str, tuple[Make, dict[str, object]]] = {
    "json": (said, {"ignore_json": "$.id="}),
    "json anywhere": (said, {"ignore_json": "$..id"}),
    "json lines": (lines, {"ignore_json": "$.id="}),
    "query": (got, {"ignore_query": "id="}),
    "query left out": (got, {"ignore_query": "i*"}),
    "form": (lambda v: post(f"id={v}", FORM), {"ignore_form": "id="}),
    "part": (upload, {"ignore_form": "run="}),
    "path": (lambda v: Request("GET", f"{URL}/{v}/b"), {"ignore_path": PATH}),
    "text": (
        lambda v: post(f"the run {v} is", "text/plain"),
        {"ignore_body": r"(?<=run )\S+"},
    ),
    "xml": (soap, {"ignore_body": "(?<=<Id>)[^<]*"}),
    "header": (headed, {"ignore_headers": "X-Run"}),
    "header's value": (
        headed,
        {"ignore_headers": "x-run=", "parts": ("method", "url", "headers")},
    ),
    "body": (said, {"parts": ("method", "url")}),
    "query not compared": (got, {"parts": ("method", "path")}),
    "host": (of_host, {"parts": ("method", "path", "body")}),
}
REGEXES = ("ignore_body", "ignore_path")


def spec(**given: object) -> MatchSpec:
    made = {
        name: value
        if name == "parts"
        else (Ignore(str(value)) if name in REGEXES else parse_ignore(str(value)),)
        for name, value in given.items()
    }
    return MatchSpec(**made)  # type: ignore[arg-type]


def recorded(requests: Sequence[Request]) -> list[Interaction]:
    return [
        Interaction(at, each, Response(body=f"answer {at}".encode(), code=200))
        for at, each in enumerate(requests)
    ]


def played(
    requests: Sequence[Request],
    asked: Sequence[Request],
    matching: MatchSpec,
    repeats: Repeats = Repeats.NO,
    now: float = 0.0,
) -> list[int | None]:
    """Return which recorded request's answer each of those that are asked gets: at
    once, and the same in steps."""
    redaction = Redaction(DEFAULT, {}, echoes=False)

    def answers(most: int | None) -> Iterator[int | None]:
        found = LookUp(
            recorded(requests), repeats, Matcher(matching), redaction, now=lambda: now
        )
        found.deck.most_read = most
        for each in asked:
            taken = in_steps(found, each)
            yield None if taken is None else int(taken[1].response.body.split()[1])

    at_once = [*answers(None)]
    assert [*answers(1)] == at_once
    return at_once


def in_steps(look_up: LookUp, request: Request) -> tuple[int, Interaction] | None:
    """Take as a proxy does: what much has to be read for, in steps."""
    while True:
        try:
            return look_up.take(request, look_up.see(request))
        except UnreadError as unread:
            for _ in unread.steps:
                pass


def stepping(requests: Sequence[Request], matching: MatchSpec) -> LookUp:
    """Return one that looks at a single one at once, as yet asked for nothing."""
    redaction = Redaction(DEFAULT, {}, echoes=False)
    found = LookUp(recorded(requests), Repeats.NO, Matcher(matching), redaction)
    found.deck.most_read = 1
    return found


def begun(look_up: LookUp, request: Request) -> Iterator[None]:
    with pytest.raises(UnreadError) as unread:
        look_up.take(request, look_up.see(request))
    return unread.value.steps


IDS = [str(UUID(int=each << 64)) for each in range(1, 40)]


def test_rivals_are_read_in_steps_and_until_then_nothing_is_used_up() -> None:
    look_up = stepping([*map(lookup, (ONE, TWO, THREE))], ANY_ID)
    for _ in begun(look_up, lookup(THREE)):
        assert look_up.deck.unused() == [0, 1, 2]
    found = in_steps(look_up, lookup(THREE))
    assert found is not None
    assert found[0] == 2
    assert look_up.deck.unused() == [0, 1]


def test_the_first_is_put_back_too_while_rivals_are_read() -> None:
    """It was taken for its bytes, by which none was yet noted as spent. Found by random
    requests."""
    held = [Request("POST", f"{URL}?id={each}", body=each.encode()) for each in IDS]
    look_up = stepping(held, spec(ignore_query="id"))
    first = replace(held[0], url=f"{URL}?id={ONE}")
    for _ in begun(look_up, first):
        assert len(look_up.deck.unused()) == len(IDS)
    found = in_steps(look_up, first)
    assert found is not None
    assert found[0] == 0


def test_what_others_have_read_meanwhile_is_not_read_again() -> None:
    requests = [replace(each, method=m) for m in "AB" for each in map(lookup, IDS)]
    look_up = stepping(requests, ANY_ID)
    last, first = requests[-1], requests[len(IDS) - 1]
    one, other = begun(look_up, first), begun(look_up, last)
    for steps in (one, other):
        for _ in steps:
            pass
    for at in (len(IDS) - 1, len(requests) - 1):
        found = in_steps(look_up, requests[at])
        assert found is not None
        assert found[0] == at


def test_many_requests_at_once_read_their_rivals_once() -> None:
    ids = IDS
    look_up = stepping([*map(lookup, ids)], ANY_ID)
    one = begun(look_up, lookup(ids[-1]))
    alone = len([*begun(stepping([*map(lookup, ids)], ANY_ID), lookup(ids[-1]))])
    other, given_up = (begun(look_up, lookup(at)) for at in (ids[-2], ids[-3]))
    next(given_up)
    given_up.close()  # type: ignore[attr-defined]
    steps = 0
    for _ in zip(one, other, strict=False):
        steps += 2
    assert steps <= alone
    for at in (38, 37):
        found = in_steps(look_up, lookup(ids[at]))
        assert found is not None
        assert found[0] == at


@pytest.mark.parametrize(
    "value", [(ONE, TWO, THREE), ("5", "6", "9"), ("x", "y", "z z")]
)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_asked_as_it_was_recorded_gets_its_own(
    kind: str, value: tuple[str, ...]
) -> None:
    made, given = KINDS[kind]
    requests = [made(each.replace(" ", "-")) for each in value]
    for order in permutations(range(3)):
        asked = [requests[at] for at in order]
        for repeats in Repeats:
            assert played(requests, asked, spec(**given), repeats) == list(order)


def test_hosts_that_count_as_one_are_still_two() -> None:
    requests = [*map(of_host, ("5", "6", "9"))]
    bases = tuple((each.url, requests[0].url) for each in requests)
    for order in permutations(range(3)):
        asked = [requests[at] for at in order]
        assert played(requests, asked, MatchSpec(base_urls=bases)) == list(order)


# Ids that stand for recorded ones


def thing(name: str, value: str) -> Request:
    return post(json.dumps({"name": name, "id": value}))


def lookup(value: str) -> Request:
    return Request("GET", f"{URL}/{value}")


ANY_ID = spec(ignore_json="$.id=", ignore_path="(?<=/a/)[^/]+")


def test_of_two_spellings_of_one_request_each_is_its_own() -> None:
    """Which headers agree counts more."""
    bodies = (f'{{"n": 1, "id": "{ONE}"}}', f'{{"id":"{ONE}","n":1}}')
    requests = [post(said("x").body.decode()), *map(post, bodies)]
    for order in permutations(range(3)):
        asked = [requests[at] for at in order]
        assert played(requests, asked, spec(ignore_json="$.id=")) == list(order)
    both = [post(each, Accept=text) for each, text in zip(bodies, "ab", strict=True)]
    asked = [post(bodies[1], Accept="a"), post(bodies[0], Accept="b")]
    assert played(both, asked, spec(ignore_json="$.id=")) == [0, 1]


@pytest.mark.parametrize("repeats", Repeats)
def test_the_values_of_one_name_in_their_own_order_come_first(repeats: Repeats) -> None:
    by_query = spec(parts=("method", "path", "query", "body"))
    rising, falling, other = (
        Request("GET", f"{URL}?{query}") for query in ("n=1&n=2", "n=2&n=1", "n=2&n=3")
    )
    held = [rising, other, falling]
    assert played(held, [falling, rising], by_query, repeats) == [2, 0]
    again = 0 if repeats is Repeats.ALL else 2
    assert played(held, [rising, rising], by_query, repeats) == [0, again]


def test_one_is_its_own_beside_one_of_which_a_part_was_given() -> None:
    """Found by random requests."""
    one, two = (
        replace(lookup(each), headers={"Accept": [text]})
        for each, text in ((ONE, "a"), (TWO, "b"))
    )
    redaction = Redaction(DEFAULT, {}, echoes=False)
    held = recorded([one, two])
    look_up = LookUp(held, Repeats.ALL, Matcher(ANY_ID), redaction)
    other = replace(two, headers={**one.headers, "X-Other": ["1"]})
    ranged = replace(one, headers={"Range": ["bytes=0-1"]})
    asked = (ranged, other, other, replace(two, headers=one.headers))
    found = [look_up.take(each, look_up.see(each)) for each in asked]
    bodies = [each and each[1].response.body for each in found]
    assert bodies == [b"an", b"answer 1", b"answer 1", b"answer 1"]
    assert look_up.deck.unused() == []
    look_up.deck.give_back(found[0][0] if found[0] else 0)
    assert look_up.deck.unused() == [0]


def test_one_that_waits_under_two_keys_is_put_back_under_both() -> None:
    """The same bytes have a key of their own. Found by random requests."""
    bodies = [f'{{"id": "{each}", "n": 1}}' for each in (ONE, TWO, TWO, ONE)]
    requests = [post(e, Accept=a) for e, a in zip(bodies, "abba", strict=True)]
    asked = [post(bodies[0], Accept="b"), *requests[1:]]
    for order in permutations(asked):
        found = played(requests, order, spec(ignore_json="$.id="))
        assert sorted(at for at in found if at is not None) == [0, 1, 2, 3]


def test_a_value_that_two_have_is_told_apart_by_another() -> None:
    """Both ids are ignored: one is as it was recorded, the other fresh."""
    requests = [post(json.dumps({"id": i, "n": n})) for i, n in ((ONE, 1), (TWO, 2))]
    asked = [post(json.dumps({"id": i, "n": n})) for i, n in ((THREE, 2), (FOUR, 1))]
    both = MatchSpec(ignore_json=(parse_ignore("$.id="), parse_ignore("$.n=")))
    assert played(requests, asked, both) == [1, 0]


def test_what_agrees_has_no_id_that_stands_for_another() -> None:
    def both(value: str, number: int) -> Request:
        return Request("GET", f"{URL}?id={value}&n={number}")

    requests = [lookup(ONE), both(ONE, 1), both(TWO, 1), both(TWO, 2)]
    ignored = replace_query(ANY_ID, "id=", "n=")
    assert played(requests, [lookup(THREE), both(FOUR, 1)], ignored) == [0, 2]


def test_a_place_that_one_does_not_have_tells_too() -> None:
    requests = [post(json.dumps(each)) for each in ({"id": ONE}, {}, {"id": 1})]
    for order in permutations(range(3)):
        asked = [requests[at] for at in order]
        assert played(requests, asked, spec(ignore_json="$.id")) == list(order)


def test_one_fresh_id_never_gets_what_another_stands_for() -> None:
    requests = [*map(lookup, (ONE, TWO, ONE, TWO))]
    asked = [*map(lookup, (THREE, FOUR, FOUR, THREE))]
    for repeats in (Repeats.NO, Repeats.LAST):
        assert played(requests, asked, ANY_ID, repeats) == [0, 1, 3, 2]
    assert played(requests, asked, ANY_ID, Repeats.ALL) == [0, 1, 1, 0]


def test_an_id_that_is_asked_again_gets_the_same_again_where_it_may() -> None:
    requests = [*map(lookup, (ONE, TWO))]
    asked = [*map(lookup, (THREE, THREE, FOUR, THREE))]
    assert played(requests, asked, ANY_ID, Repeats.LAST) == [0, 0, 1, 0]
    assert played(requests, asked, ANY_ID, Repeats.ALL) == [0, 0, 1, 0]
    assert played(requests, asked, ANY_ID) == [0, 1, None, None]


def test_an_id_that_was_recorded_stands_for_itself() -> None:
    requests = [thing("x", ONE), thing("x", TWO), lookup(ONE), lookup(TWO)]
    asked = [thing("x", ONE), thing("x", THREE), lookup(FOUR), lookup(ONE)]
    assert played(requests, asked, ANY_ID) == [0, 1, 2, 3]
    asked = [thing("x", ONE), lookup(FOUR), lookup(ONE)]
    assert played(requests, asked, ANY_ID) == [0, 3, 2]


def test_an_id_that_stands_for_another_is_not_what_it_was() -> None:
    requests = [thing("x", ONE), lookup(ONE), lookup(TWO)]
    asked = [thing("x", TWO), lookup(TWO), lookup(ONE)]
    assert played(requests, asked, ANY_ID) == [0, 1, 2]
    both = spec(ignore_json="$..id")

    def pair(first: str, second: str) -> Request:
        return post(json.dumps([{"id": first}, {"id": second}]))

    requests = [thing("x", ONE), pair(ONE, "5"), pair(TWO, "6")]
    asked = [thing("x", TWO), pair(TWO, "7"), pair(ONE, "7")]
    assert played(requests, asked, both) == [0, 1, 2]


def test_large_bodies_are_told_apart_as_a_whole_only() -> None:
    def large(value: str) -> Request:
        return post(json.dumps({"id": value, "text": "x" * 70_000}))

    requests = [thing("x", ONE), thing("x", TWO), *map(large, (ONE, TWO))]
    matching = spec(ignore_json="$.id=")
    assert played(requests, requests[::-1], matching) == [3, 2, 1, 0]
    asked = [thing("x", THREE), thing("x", FOUR), large(FOUR), large(THREE)]
    assert played(requests, asked, matching) == [0, 1, 2, 3]
    assert played(requests, [requests[3], thing("x", FOUR)], matching) == [3, 0]


def test_an_id_that_nobody_else_has_is_looked_for_in_vain() -> None:
    requests = [thing("x", ONE), *map(lookup, (TWO, FOUR))]
    asked = [thing("x", THREE), lookup(THREE), lookup(FOUR)]
    assert played(requests, asked, ANY_ID) == [0, 1, 2]


def test_values_are_found_that_were_used_up_without_them() -> None:
    requests = [thing("x", ONE), thing("x", TWO), lookup(ONE), lookup(TWO)]
    asked = [thing("x", THREE), lookup(THREE), lookup(THREE), thing("x", FOUR)]
    assert played(requests, asked, ANY_ID) == [0, 2, 3, 1]


def test_one_that_is_not_the_first_is_put_back_where_it_was() -> None:
    """Its headers agree best; the ids say that another is meant."""
    requests = [
        replace(lookup(each), headers={"Accept": [f"text/{n}"]})
        for n, each in enumerate((ONE, TWO, THREE))
    ]
    one = replace(requests[2], url=lookup(TWO).url)
    assert played(requests, [one, requests[2], requests[0]], ANY_ID) == [1, 2, 0]


def test_a_damaged_rival_is_none() -> None:
    class Damaged(list[Interaction]):
        def request(self, position: int) -> Request:
            if position == 1:
                raise CassetteDamagedError("c.yaml", "damaged")
            return self[position].request

    redaction = Redaction(DEFAULT, {}, echoes=False)
    held = Damaged(recorded([*map(lookup, (ONE, TWO, THREE))]))
    look_up = LookUp(held, Repeats.NO, Matcher(ANY_ID), redaction)
    asked = lookup(THREE)
    found = look_up.take(asked, look_up.see(asked))
    assert found is not None
    assert found[0] == 2


def test_what_conflicts_least_answers_where_nothing_fits() -> None:
    requests = [*map(lookup, (ONE, TWO, ONE, TWO, ONE))]
    asked = [*map(lookup, (THREE, FOUR, THREE, THREE, THREE))]
    assert played(requests, asked, ANY_ID) == [0, 1, 2, 4, 3]
    assert played(requests[:4], [*asked[:3], lookup(ONE)], ANY_ID) == [0, 1, 2, 3]


@pytest.mark.parametrize("header", ["Idempotency-Key", "X-Request-Id"])
def test_a_retry_goes_by_the_key_of_its_request(header: str) -> None:
    """Nothing is ignored; the header is compared only among equals."""

    def order(key: str) -> Request:
        return post("{}", **{header: key})

    requests = [*map(order, (ONE, ONE, TWO, TWO))]
    asked = [*map(order, (THREE, FOUR, THREE, FOUR))]
    for repeats in (Repeats.NO, Repeats.LAST):
        assert played(requests, asked, MatchSpec(), repeats) == [0, 2, 1, 3]
    assert played(requests, asked[::-1], MatchSpec()) == [0, 2, 1, 3]
    assert played(requests, requests[::-1], MatchSpec()) == [2, 3, 0, 1]


def replace_query(matching: MatchSpec, *names: str) -> MatchSpec:
    return matching._replace(ignore_query=tuple(map(parse_ignore, names)))


# What tells nothing


@pytest.mark.parametrize(
    "times",
    [
        (1764288531, 1764288532, 1764288533),
        ("2025-11-28T00:08:51Z", "2025-11-28T00:08:52Z", "2025-11-28T00:08:53Z"),
        (1764288531.25, 1764288532.5, 1764288533.75),
    ],
)
def test_the_present_tells_nothing(times: Sequence[object]) -> None:
    """A replay that begins in the second in which the recording ended."""
    requests = [post(json.dumps({"at": each})) for each in times]
    asked = [requests[2], requests[2], requests[2]]
    matching = spec(ignore_json="$.at=")
    assert played(requests, asked, matching, now=1764288533) == [0, 1, 2]
    assert played(requests, requests[::-1], matching, now=1764300000) == [2, 1, 0]


def test_of_bytes_that_are_cut_out_none_is_put_in_another_place() -> None:
    redaction = Redaction(DEFAULT, {}, echoes=False)
    held = recorded([lookup(ONE), lookup(TWO)])
    look_up = LookUp(held, Repeats.NO, Matcher(ANY_ID), redaction)
    asked = replace(lookup(TWO), headers={"Range": ["bytes=1-2"]})
    found = look_up.take(asked, look_up.see(asked))
    assert found is not None
    assert found[1].response.body == b"ns"


# Whole recordings


FIELDS = ("query", "json", "form", "path", "xml", "part")
STEP = st.tuples(
    st.sampled_from(FIELDS), st.sampled_from("ab"), st.integers(0, 3), st.booleans()
)


def made(kind: str, word: str, value: str) -> Request:
    """Return a request that has a word, and an id that a run made up."""
    match kind:
        case "query":
            return Request("GET", f"{URL}/{word}?of={value}")
        case "json":
            return post(json.dumps({"name": word, "of": value}))
        case "form":
            media = "application/x-www-form-urlencoded"
            return post(f"name={word}&of={value}", media)
        case "path":
            return Request("GET", f"{URL}/{word}/runs/{value}/x")
        case "xml":
            return post(f"<Call><Name>{word}</Name><Of>{value}</Of></Call>", "text/xml")
        case _:
            return replace(upload(value), url=f"{URL}/{word}")


def run(steps: Sequence[tuple[str, str, int, bool]], number: int) -> list[Interaction]:
    """Record a program. Some of its steps name things that are named again."""
    new = random.Random(number)
    names = [str(UUID(int=new.getrandbits(128))) for _ in range(4)]
    values = [
        names[at] if again else str(UUID(int=new.getrandbits(128)))
        for _, _, at, again in steps
    ]
    pairs = zip(steps, values, strict=True)
    return recorded([made(kind, word, v) for (kind, word, _, _), v in pairs])


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(STEP, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_each_request_of_a_recording_gets_its_own(
    steps: list[tuple[str, str, int, bool]], shuffled: random.Random
) -> None:
    one, other, third = (run(steps, number) for number in (1, 2, 3))
    found = learn(one, other, MatchSpec())
    assert found.against == []
    asked, later = ([each.request for each in side] for side in (one, third))
    assert played(asked, later, found.spec) == [*range(len(steps))]
    order = [*range(len(steps))]
    shuffled.shuffle(order)
    got = played(asked, [asked[at] for at in order], found.spec)
    assert [None if at is None else asked[at] for at in got] == [
        asked[at] for at in order
    ]
    assert sorted(at for at in got if at is not None) == sorted(order)
    told = {frozenset(pair) for pair in found.alike}
    odds = {frozenset(pair) for pair in found.at_odds}
    got = played(asked, [later[at] for at in order], found.spec)
    for own, at in zip(order, got, strict=True):
        assert at is not None
        is_own = asked[at] == asked[own]
        assert is_own or (frozenset((own, at)) in told and frozenset((own, at)) in odds)
