"""What is quick decides as what is slow: what is not taken apart, since the same bytes
were, is answered as if it had been."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from mitmvcr.core.bodies import BodyRules, Outlines, request_body_keys
from mitmvcr.core.choosing import fields, header_fields
from mitmvcr.core.deck import Deck, JudgedDeck
from mitmvcr.core.deck.judged import Judge
from mitmvcr.core.deck.livekeys import LiveKeys
from mitmvcr.core.matching import Matcher, MatchSpec, parse_ignore
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.core.modes import Repeats
from mitmvcr.core.sendable import is_sendable
from mitmvcr.core.steps import UnreadError
from mitmvcr.format import reader, writer

#: More than what is short to a deck, and to an outline.
PADDING = "of no importance, " * 250


def body(number: int, id: object = "a", **dumped: object) -> bytes:
    value = {"id": id, "n": number, "text": PADDING, "held": [{"id": number}]}
    return json.dumps(value, **dumped).encode()  # type: ignore[arg-type]


BODIES = [
    b"",
    b"{}",
    b"{ }",
    *(body(n, id) for n in (1, 2) for id in ("a", "b", 3)),
    *(body(n, sort_keys=True) for n in (1, 2)),
    body(1, indent=1),
    body(1, {"id": 1}),
    PADDING.encode(),
]
JSON = {"Content-Type": ["application/json"]}
HEADERS = [
    {},
    JSON,
    JSON | {"X-Id": ["1"]},
    JSON | {"X-Id": ["2"]},
    {"Accept": ["a"]},
    {"Range": ["bytes=0-3"]},
    {"X-Amz-Target": ["t"]},
]
ANSWERS = [
    Response(code=200),
    Response(code=200, headers={"Vary": ["X-Id"]}),
    Response(code=206, headers={"Content-Range": ["bytes 0-3/9"]}, body=b"abcd"),
    Response(code=304),
]
requests = st.builds(
    Request,
    st.sampled_from(["POST", "GET"]),
    st.sampled_from(["http://h/a", "http://h/a", "http://h/b", "http://h/c"]),
    body=st.sampled_from(BODIES),
    headers=st.sampled_from(HEADERS),
)
SPECS = [
    MatchSpec(),
    MatchSpec(ignore_json=(parse_ignore("$..id"),)),
    MatchSpec(ignore_json=(parse_ignore("$..id="), parse_ignore("$..text"))),
    MatchSpec(parts=("method", "url", "body", "headers")),
    MatchSpec(parts=("url",)),
]


class PlainKeys(LiveKeys):
    """Those that remember nothing."""

    def of(self, request: Request) -> tuple[object, ...]:  # type: ignore[override]
        return self._rests_of(request)

    of_recorded = of  # type: ignore[assignment]


class PlainDeck(Deck):
    """One that takes each body apart, before anything is asked for."""

    def __init__(self, held: Sequence[Interaction], repeats: Repeats, spec: MatchSpec):
        matcher = Matcher(spec)
        matcher.counts.body.outlines = None
        super().__init__(held, repeats, matcher)
        self._keys = PlainKeys(self.matcher)

    def _same_bytes(self, *_: object) -> None:
        return None

    _only_one = _same_bytes

    def take(
        self, request: Request, live: Request | None = None
    ) -> tuple[int, Interaction] | None:
        bucket = self._bucket(self._bucket_of(request.url))
        while bucket is not None and bucket.unread:
            self._read_one(bucket, bucket.unread[0])
        return super().take(request, live)


@given(
    held=st.lists(st.tuples(requests, st.sampled_from(ANSWERS)), max_size=8),
    asked=st.lists(st.tuples(requests, st.booleans()), max_size=12),
    repeats=st.sampled_from(Repeats),
    spec=st.sampled_from(SPECS),
)
@settings(max_examples=examples(200), deadline=None)
def test_a_deck_gives_the_same_with_its_shortcuts_and_without(
    held: list[tuple[Request, Response]],
    asked: list[tuple[Request, bool]],
    repeats: Repeats,
    spec: MatchSpec,
) -> None:
    cassette = [Interaction(n, *pair) for n, pair in enumerate(held)]
    quick = Deck(cassette, repeats, Matcher(spec))
    slow = PlainDeck(cassette, repeats, spec)
    for request, is_given_back in asked:
        copy = replace(request, body=bytes(bytearray(request.body)))
        found = quick.take(copy)
        assert found == slow.take(request)
        if found is None:
            assert quick.used_up(copy) == slow.used_up(request)
        elif is_given_back:
            quick.give_back(found[0])
            slow.give_back(found[0])
        assert quick.unused() == slow.unused()


def asked_by(tag: str, body: bytes) -> Request:
    headers = JSON | {"X-Id": [tag]}
    return Request("POST", "http://h/", body=body, headers=headers)


@pytest.mark.parametrize(
    "spelled",
    [body(1, "a", indent=1), body(1, "abc"), body(1, 10.5), body(1, {"a": ["long"]})],
)
@pytest.mark.parametrize("others", [0, 40])
def test_the_one_that_agrees_best_may_be_longer_than_the_first(
    spelled: bytes, others: int
) -> None:
    held = [
        asked_by("1", body(1, "a")),
        *(asked_by("1", body(2)) for _ in "x" * others),
    ]
    held.append(asked_by("2", spelled))
    cassette = [Interaction(n, each, Response(code=200)) for n, each in enumerate(held)]
    ignoring = MatchSpec(ignore_json=(parse_ignore("$.id"),))
    deck = Deck(cassette, matcher=Matcher(ignoring))
    for tag, position in (("2", others + 1), ("1", 0)):
        found = deck.take(asked_by(tag, body(1, "a")))
        assert found == (position, cassette[position])


def test_what_lacks_a_word_of_the_request_is_not_read_to_find_the_best() -> None:
    wordy = PADDING + "aWordOfTheRequest"
    longer, other = f'{{"a": 1, "b":  "{wordy}"}}', f'{{"a": 1, "b": "{PADDING}"}}'
    held = [asked_by("1", f'{{"b": "{wordy}", "a": 1}}'.encode())]
    held += [asked_by("1", other.encode())] * 40
    held.append(asked_by("2", longer.encode()))
    cassette = [Interaction(n, each, Response(code=200)) for n, each in enumerate(held)]
    data = writer.dumps(Cassette(cassette))
    deck = Deck(reader.loads(data, "words.yaml", lazy=True).interactions)
    found = deck.take(asked_by("2", held[0].body))
    assert found is not None
    assert found[0] == 41
    assert len(deck._buckets["http://h/"].unread) == 40


# Look-ups in steps


def in_steps(deck: Deck, request: Request) -> tuple[int, Interaction] | None:
    """Take as a proxy does: what much has to be read for, in steps."""
    while True:
        try:
            return deck.take(request)
        except UnreadError as unread:
            for _ in unread.steps:
                pass


JUDGES = {
    "none": None,
    "keys": lambda *_: None,
    "method": lambda one, other: one.method == other.method or None,
    "never": lambda *_: False,
}


@given(
    held=st.lists(st.tuples(requests, st.sampled_from(ANSWERS)), max_size=16),
    asked=st.lists(st.tuples(requests, st.booleans()), max_size=12),
    repeats=st.sampled_from(Repeats),
    most=st.integers(1, 3),
    judge=st.sampled_from([*JUDGES.values()]),
)
@settings(max_examples=examples(150), deadline=None)
def test_a_deck_gives_the_same_in_steps_and_at_once(
    held: list[tuple[Request, Response]],
    asked: list[tuple[Request, bool]],
    repeats: Repeats,
    most: int,
    judge: Judge | None,
) -> None:
    cassette = [Interaction(n, *pair) for n, pair in enumerate(held)]
    decks = [
        JudgedDeck(cassette, repeats, judge=judge) if judge else Deck(cassette, repeats)
        for _ in range(2)
    ]
    stepping, at_once = decks
    stepping.most_read = most
    for request, is_given_back in asked:
        found = in_steps(stepping, request)
        assert found == at_once.take(request)
        if found is not None and is_given_back:
            stepping.give_back(found[0])
            at_once.give_back(found[0])
        assert stepping.unused() == at_once.unused()


def many(count: int) -> list[Interaction]:
    """Return interactions of one URL that differ in their bodies."""
    return [
        Interaction(n, Request("POST", "http://h/", body=b"%d" % n), Response(code=200))
        for n in range(count)
    ]


def test_what_is_read_in_steps_is_read_until_it_is_found() -> None:
    deck = Deck(many(9))
    deck.most_read = 2
    with pytest.raises(UnreadError) as unread:
        deck.take(Request("POST", "http://h/", body=b"5"))
    assert len([*unread.value.steps]) == 4
    found = deck.take(Request("POST", "http://h/", body=b"5"))
    assert found is not None
    assert found[0] == 5
    assert in_steps(deck, Request("POST", "http://h/", body=b"x")) is None


def test_what_may_agree_better_is_read_in_steps() -> None:
    held = [
        Interaction(n, Request("POST", "http://h/", headers=h), Response(code=200))
        for n, h in enumerate([{"A": ["0"]}, *[{"A": ["1"]}] * 4, {"A": ["2"]}])
    ]
    deck = Deck(held)
    deck.most_read = 2
    asked = Request("POST", "http://h/", headers={"A": ["2"]})
    with pytest.raises(UnreadError) as unread:
        deck.take(asked)
    assert len([*unread.value.steps]) == 5
    with pytest.raises(UnreadError) as unread:  # now they are sorted
        deck.take(asked)
    assert len([*unread.value.steps]) == 2 * len(held)
    assert deck.take(asked) == (5, held[5])
    # Somebody else has read on meanwhile.
    deck = Deck(held)
    deck.most_read = 2
    with pytest.raises(UnreadError) as unread:
        deck.take(asked)
    assert in_steps(deck, asked) == (5, held[5])
    assert [*unread.value.steps] == [None] * 5
    assert in_steps(deck, asked) == (0, held[0])


def test_what_is_given_back_while_it_is_sorted_is_sorted_once_more() -> None:
    held = [
        Interaction(
            n, Request("GET", "http://h/", headers={"A": [str(n)]}), Response(code=200)
        )
        for n in range(6)
    ]
    deck = Deck(held)
    asked = [each.request for each in held]
    assert in_steps(deck, asked[0]) == (0, held[0])
    deck.most_read = 2
    while True:
        with pytest.raises(UnreadError) as unread:
            deck.take(asked[5])
        next(unread.value.steps)
        if not deck._buckets and not deck._few["http://h/"].unread:
            break
        for _ in unread.value.steps:
            pass
    deck.give_back(0)
    for _ in unread.value.steps:
        pass
    assert in_steps(deck, asked[0]) == (0, held[0])
    assert in_steps(deck, asked[5]) == (5, held[5])


def test_a_judge_is_asked_in_steps_and_once() -> None:
    said: list[bytes] = []

    def judge(one: Request, other: Request) -> bool | None:
        said.append(other.body)
        return (other.body == b"6" and one.body == b"x") or None

    deck = JudgedDeck(many(9), judge=judge)
    deck.most_read = 2
    none, some = (Request("POST", "http://h/", body=body) for body in (b"y", b"x"))
    assert in_steps(deck, none) is None
    assert said == [b"%d" % n for n in range(9)]
    said.clear()
    found = in_steps(deck, some)
    assert found is not None
    assert found[0] == 6
    assert said == [b"%d" % n for n in range(7)]
    assert in_steps(deck, some) is None
    # Of many at once it is known no more what was said.
    with pytest.raises(UnreadError) as unread:
        deck.take(none)
    for number in range(20):
        with pytest.raises(UnreadError):
            deck.take(replace(none, body=b"z%d" % number))
    assert [*unread.value.steps] == [None] * 6
    assert in_steps(deck, none) is None
    with deck.reading_any_number():
        assert deck.take(none) is None


# The only one


def alone(code: int, **asked: object) -> Deck:
    """Return a deck with the answer to one request."""
    request = Request("GET", "http://h/a", **asked)  # type: ignore[arg-type]
    return Deck([Interaction(0, request, Response(code=code))])


def test_the_only_one_of_a_url_answers_once() -> None:
    deck = alone(200)
    assert deck.take(Request("GET", "http://h/a"))
    assert deck.take(Request("GET", "http://h/a")) is None
    deck.give_back(0)
    assert deck.take(Request("GET", "http://h/a"))


def test_the_only_one_of_a_url_answers_no_other_request() -> None:
    deck = alone(200)
    assert deck.take(Request("POST", "http://h/a")) is None
    assert deck.take(Request("GET", "http://h/a", body=b"x")) is None
    assert deck.take(Request("GET", "http://h/a"))


def test_the_only_one_of_a_url_is_bound_as_any_other() -> None:
    match = {"If-None-Match": ['"a"']}
    assert alone(304, headers=match).take(Request("GET", "http://h/a")) is None
    part = Request("GET", "http://h/a", headers={"Range": ["bytes=0-3"]})
    assert alone(200).take(part) == alone(200).take(Request("GET", "http://h/a"))


# Outlines

IDS = Matcher(MatchSpec(ignore_json=(parse_ignore("$..id"),)))


def post(text: bytes, media: str = "application/json") -> Request:
    return Request("POST", "http://h/", body=text, headers={"Content-Type": [media]})


def long(text: str, **said: str) -> bytes:
    """Put a text in the place of a value that is not short."""
    return b'{"text": "%b", %b}' % (PADDING.encode(), text.encode("latin-1"))


#: Of each pair, whether they are the same without members of the name ``id``.
PAIRS = [
    ('"id": 1', '"id": 2', True),
    ('"id": 1', '"id" :\t"x"', True),
    ('"id": null, "n": 1', '"id": true, "n": 1', True),
    ('"id": "\\u00e9\\\\"', '"id": -12', True),
    ('"id": 1', '"id": {"id": 2}', True),
    ('"id": 1', '"id": 1.5e3', True),
    ('"id": 1', '"id": 01', False),  # no JSON
    ('"id": 1', '"id": \0', False),
    ('"id": 1', '"id": ', False),
    ('"id": 1', '"id": 1e999', False),
    ('"id": 1', '"id": "\xff"', False),  # no UTF-8
    ('"id": 1', '"id": tru', False),
    ('"id": 1', '"id": truex', False),
    ('"a": "id", "b": 1', '"a": "id", "b": 2', False),
    ('"a": "\\"id\\":1"', '"a": "\\"id\\":2"', False),
    ('"a\\"id": 1', '"a\\"id": 2', False),
    ('"id": 1, "a\\"id": 1', '"id": 2, "a\\"id": 1', True),
    ('"i\\u0064": 1', '"id": 2', True),
]


@pytest.mark.parametrize(("one", "other", "alike"), PAIRS)
def test_ids_of_json_do_not_count_whatever_is_remembered(
    one: str, other: str, alike: bool
) -> None:
    for pair in ((one, other), (other, one)):
        matcher = Matcher(IDS.spec)
        first, second = (matcher.rests(post(long(text))) for text in pair)
        assert (set(first) & set(second) != set()) is alike
        for text, keys in zip(pair, (first, second), strict=True):
            assert matcher.rests(post(long(text))) == keys


def test_a_body_that_differs_in_its_ids_is_not_taken_apart() -> None:
    parsed: list[object] = []
    counts = IDS.counts.body.json

    def noted(value: object) -> object:
        parsed.append(value)
        assert counts is not None
        return counts(value)

    rules = BodyRules(json=noted, outlines=Outlines(["id"]))
    found = {request_body_keys(post(body(1, n)), rules)[0] for n in range(300)}
    assert (len(found), len(parsed)) == (1, 1)
    for n in range(2, 300):  # more than are remembered
        assert request_body_keys(post(body(n)), rules)[0] not in found
    assert len(parsed) == 299
    assert found == {request_body_keys(post(body(1)), rules)[0]}
    assert len(parsed) == 300


@pytest.mark.parametrize(
    ("text", "media"),
    [
        (body(1).decode().encode("utf-16-le"), "application/json"),
        (body(1).decode().encode("utf-16-be"), "application/json; charset=utf-16-be"),
        (b"\xef\xbb\xbf" + body(1), "application/json"),
        (body(1), "application/json; charset=shift_jis"),
        (body(1), 'application/json; charset="UTF-8"'),
        (b'{"a": 1', "application/json"),
        (long('"id": 1')[:-1], "application/json"),
        (PADDING.encode(), "text/plain"),
        (body(1), "application/grpc+json"),
        (b"--x\r\n\r\n" + body(1) + b"\r\n--x--", "multipart/form-data; boundary=x"),
    ],
)
def test_of_any_body_the_keys_are_those_without_outlines(
    text: bytes, media: str
) -> None:
    plain = Matcher(IDS.spec)
    plain.counts.body.outlines = None
    assert IDS.rests(post(text, media)) == plain.rests(post(text, media))


@pytest.mark.parametrize(
    "spec",
    [
        MatchSpec(),
        MatchSpec(ignore_json=(parse_ignore("$.id"),)),
        MatchSpec(ignore_json=(parse_ignore("$..id"), parse_ignore("$.a"))),
        MatchSpec(ignore_json=(parse_ignore('$..["a b"]'),)),
        MatchSpec(
            ignore_json=(parse_ignore("$..id"),), ignore_body=(parse_ignore("x"),)
        ),
        MatchSpec(style="charm", ignore_json=(parse_ignore("$..id"),)),
    ],
    ids=str,
)
def test_where_more_does_not_count_there_are_no_outlines(spec: MatchSpec) -> None:
    assert Matcher(spec).counts.body.outlines is None
    assert IDS.counts.body.outlines is not None


def test_of_large_bodies_one_is_remembered() -> None:
    keys = LiveKeys(Matcher())
    for number in (1, 2):
        large = post(b'{"n": %d, "text": "%b"}' % (number, b"x" * (1 << 20)))
        assert keys.of(large) is keys.of(large)
        assert len(keys._lately) == 1
        assert keys.of_recorded(large) is keys.of(large)
        other = replace(large, headers={})
        assert keys.of_recorded(other) == Matcher().rests(other)


# Headers

names = st.sampled_from(["A", "a", "X-B", "Cookie", "Host", "SOAPAction", "Accept"])
values = st.lists(st.sampled_from(["1", " 2,3", '"q"', "a  b"]), min_size=1, max_size=2)


@given(st.lists(st.dictionaries(names, values), max_size=6))
@settings(max_examples=examples(100), deadline=None)
def test_fields_are_the_same_whatever_was_read_before(
    several: list[dict[str, list[str]]],
) -> None:
    for headers in several:
        expected = header_fields._found(headers)
        assert fields(headers) == expected
        # As a client that changes one.
        changed = {name: ["9"] if name == "X-B" else v for name, v in headers.items()}
        assert fields(changed) == header_fields._found(changed)


def test_fields_of_headers_of_the_same_names() -> None:
    many = {f"X-{n}": [str(n)] for n in range(12)}
    other = {name: ["9", *own] for name, own in many.items()}
    for headers in (
        {"X-A": ["1"], "Host": ["h"]},
        {"X-A": ["2 "], "Host": ["i"]},
        {"X-A": ["1"], "x-a": ["2"]},
        {"X-A": ["3"], "x-a": ["2"]},
        many,
        other,
    ):
        assert fields(headers) == header_fields._found(headers)


def test_headers_that_were_sound_may_be_changed_in_place() -> None:
    headers = {"A": ["b"]}
    assert is_sendable(Response(code=200, headers=headers))
    headers["A"][0] = "b\n"
    assert not is_sendable(Response(code=200, headers=headers))
    headers["A"][0] = "b"
    headers["A b"] = ["c"]
    assert not is_sendable(Response(code=200, headers=headers))
