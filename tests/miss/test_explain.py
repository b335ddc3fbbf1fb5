"""A miss says what was asked, what comes nearest, and which part differs."""

import re
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explained import explain
from mitmvcr.core.deck import Deck
from mitmvcr.core.matching import DEFAULT, Ignore, Ignoring, Matcher, MatchSpec, agree
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.core.modes import Repeats
from mitmvcr.miss.nearest import NEAREST
from mitmvcr.miss.remedies import Trial
from mitmvcr.miss.report import Difference
from mitmvcr.miss.sides import Side, differences

NO_BODY = "vcr_match=method,url"
URL = "https://api.example.com/v1/chat"

some_requests = st.builds(
    Request,
    method=st.sampled_from(["GET", "POST"]) | st.text(max_size=3),
    url=st.sampled_from(
        [URL, URL + "?", URL + "?a=1", "HTTPS://API.EXAMPLE.COM:443/v1/chat#f", "*"]
    )
    | st.text(max_size=5)
    | st.text(":/?#@[]&=%+a0", max_size=8).map("http://".__add__),
    body=st.sampled_from([b"", b"1", b"1.0", b'{"a":1,"b":[]}', b'{"b":[], "a":1.0}'])
    | st.binary(max_size=5)
    | st.text('[]{}",:1a', max_size=6).map(str.encode),
    headers=st.sampled_from([{}, {"Content-Type": ["application/json"]}]),
)


def post(body: bytes = b"", url: str = URL, method: str = "POST") -> Request:
    return Request(method=method, url=url, body=body)


def deck_of(*requests: Request) -> Deck:
    return Deck([Interaction(i, each, Response()) for i, each in enumerate(requests)])


def matches(asked: Request, recorded: Request) -> bool:
    return Matcher().matches(asked, recorded)


def said(asked: Request, recorded: Request, how: MatchSpec = DEFAULT) -> list[str]:
    matcher = Matcher(how)
    keys = matcher.parts.items()
    parts = [name for name, key in keys if not agree(key(asked), key(recorded))]
    sides = Side(asked, matcher), Side(recorded, matcher)
    return [str(each) for each in differences(*sides, parts)]


# The parts


@given(some_requests, some_requests)
def test_there_are_differences_exactly_where_requests_do_not_match(
    one: Request, other: Request
) -> None:
    assert (said(one, other) == []) is matches(one, other)


def test_differences_come_in_reading_order() -> None:
    assert said(post(b"=1"), post(b"=2", URL + "?p=1", "PUT")) == [
        "method: POST was PUT",
        'query.p: absent was "1"',
        'body at byte 1: "=1" was "=2"',
    ]


# The nearest


def test_an_empty_cassette_is_the_reason_itself() -> None:
    miss = explain(post(b"{}"), deck_of())
    assert (miss.method, miss.url, miss.body) == ("POST", URL, "{}")
    assert (miss.nearest, miss.same_used, miss.total) == ((), 0, 0)
    assert miss.reason == "the cassette is empty"


def test_nothing_alike_is_said_with_the_size_of_the_cassette() -> None:
    deck = deck_of(post(url="http://other/1"), post(url="h:443"), post(url="*"))
    miss = explain(post(url="https://h/"), deck)
    assert miss.nearest == ()
    assert miss.reason == "none of the 3 recorded interactions is similar"


def test_the_only_one_is_said_to_be_so() -> None:
    miss = explain(post(url="https://h/"), deck_of(post(url="http://other/1")))
    assert miss.reason == "the only recorded interaction is not similar"


def test_where_no_body_is_to_be_compared_nothing_of_it_is_to_be_ignored() -> None:
    xml = {"Content-Type": ["application/xml"]}
    one, other = (
        replace(post(each), headers=xml)
        for each in (b"<a><b>1</b><c/></a>", b"<a><b>2</b></a>")
    )
    assert explain(one, deck_of(other)).options == ("vcr_match=method,url",)


def test_what_is_ignored_of_a_body_counts_for_what_else_is_compared_of_it() -> None:
    form = {"Content-Type": ["application/x-www-form-urlencoded"]}
    one, other = (replace(post(each), headers=form) for each in (b"a=1", b"a=2"))
    differ = (
        Difference("body", "", "", ("parts", "body")),
        Difference("form.a", "", "", (Ignoring.FORM, "a")),
    )
    spec = MatchSpec(("method", "form", "body"))
    trial = Trial(spec, one, other, ("form", "body"))
    assert trial.options(differ) == ("vcr_match=method,form", "vcr_ignore_form=a")


def test_of_a_call_that_goes_on_later_messages_are_not_missing() -> None:
    headers = {"Content-Type": ["application/connect+json"]}

    def call(*texts: bytes) -> Request:
        frames = (b"\0" + len(each).to_bytes(4, "big") + each for each in texts)
        return replace(post(b"".join(frames)), headers=headers)

    recorded = call(b'{"n":1}', b'{"n":2}', b"3")
    miss = explain(call(b'{"n":1}', b'{"n":4}'), deck_of(recorded), said=2)
    assert [each.place for each in miss.nearest[0].differ] == ["body message 1.n"]
    assert miss.options == ("vcr_ignore_json=$.n",)


def test_the_nearest_is_named_with_all_that_differs() -> None:
    miss = explain(post(b'{"n":1}', URL + "?p=2"), deck_of(post(b'{"n":2}', URL)))
    assert miss.reason == (
        "the nearest is interaction 0 (unused): POST https://api.example.com/v1/chat;"
        ' query.p: "2" was absent; body.n: 1 was 2;'
        " vcr_ignore_query=p vcr_ignore_json=$.n would let it match"
    )
    (near,) = miss.nearest
    assert (near.position, near.used, near.agree) == (0, False, ("method",))


def test_what_agrees_in_more_parts_comes_first() -> None:
    deck = deck_of(
        post(b"=2", URL + "/other", "PUT"),
        post(b"=2"),
        post(b"=1", URL + "/other", "PUT"),
        post(b"=1", URL + "?p=1"),
    )
    nearest = explain(post(b"=1"), deck).nearest
    assert [near.position for near in nearest] == [1, 3, 2]
    assert [near.agree for near in nearest] == [
        ("method", "url"),
        ("method", "body"),
        ("body",),
    ]


def test_of_equally_near_ones_those_with_fewer_differences_come_first() -> None:
    deck = deck_of(
        post(b'{"a":9,"b":9,"c":9}'), post(b'{"a":9,"b":1}'), post(b'{"a":9,"b":9}')
    )
    nearest = explain(post(b'{"a":1,"b":1}'), deck).nearest
    assert [near.position for near in nearest] == [1, 2, 0]


def test_of_equally_near_ones_the_unused_come_first() -> None:
    deck = deck_of(*(post(b"=%d" % i) for i in range(100)))
    for i in range(60):
        deck.take(post(b"=%d" % i))
    nearest = explain(post(b"=x"), deck).nearest
    assert [near.position for near in nearest] == [60, 61, 62]


@pytest.mark.parametrize(
    ("asked", "order"),
    [
        ("https://a/x/y?p=1", [0, 1, 2]),
        ("https://a/x/y", [0, 1, 2]),
        ("https://b/x/y?p=1", [3, 0, 1]),
        ("https://c/x/y?p=1", [0, 1, 3]),
        ("https://a/x/zzz", [0, 1, 2]),
        ("https://a/nothing", [2, 0, 1]),
        ("https://A:443/q#f", [2, 0, 1]),
    ],
)
def test_the_likest_urls_come_first(asked: str, order: list[int]) -> None:
    deck = deck_of(
        post(url="https://a/x/y?p=2"),
        post(url="https://a/x/y?p=3"),
        post(url="https://a/q"),
        post(url="https://b/x/z"),
    )
    nearest = explain(post(url=asked), deck).nearest
    assert [near.position for near in nearest] == order


def test_no_more_than_the_nearest_few_are_named() -> None:
    deck = deck_of(*(post(b"=%d" % i) for i in range(10)))
    assert len(explain(post(b"=x"), deck).nearest) == NEAREST


def test_with_very_large_bodies_fewer_are_compared_but_the_best_url_is() -> None:
    large = b"=" * (3 << 20)
    deck = deck_of(post(b"=1", URL + "/other"), *(post(large + b"1"),) * 3)
    nearest = explain(post(large + b"2"), deck).nearest
    assert [near.position for near in nearest] == [1, 2, 3]
    assert nearest[0].differ[0].place == f"body at byte {3 << 20}"


def test_of_too_many_those_of_about_the_same_length_are_compared() -> None:
    bodies = [b"=" + b"x" * (i % 1000) for i in range(3000)]
    miss = explain(post(b"=" + b"y" * 700), deck_of(*map(post, bodies)))
    assert [near.position for near in miss.nearest] == [700, 1700, 2700]
    assert miss.left_out == 2800
    assert miss.reason.startswith(
        "the nearest (2800 more were not compared) is interaction 700 (unused)"
    )


def test_of_too_many_the_unused_come_first_whatever_their_length() -> None:
    same = [post(b"=%d" % i) for i in range(100, 400)]
    deck = deck_of(*same, *[post(b"=" + b"x" * 500)] * 3)
    for each in same[:-1]:
        deck.take(each)
    miss = explain(post(b"=xxx"), deck)
    assert [near.used for near in miss.nearest] == [False] * 3
    assert miss.nearest[0].position == 299


# The same, but used up


@pytest.mark.parametrize(
    ("recorded", "reason"),
    [
        (1, "recorded once"),
        (2, "recorded 2 times"),
        (200, "recorded 200 times"),
    ],
)
def test_used_up_ones_are_counted_however_many_they_are(
    recorded: int, reason: str
) -> None:
    deck = deck_of(*[post(b"{}")] * recorded, post(b"=other"))
    for _ in range(recorded):
        assert deck.take(post(b"{ }")) is not None
    miss = explain(post(b" {}"), deck)
    assert miss.same_used == recorded
    assert miss.reason == (
        f"{reason}, and all used up by earlier requests; vcr_allow_repeats=last would"
        " let it match"
    )
    assert str(miss.nearest[0]) == (
        f"interaction 0 (already used): POST {URL} is the same, and each is replayed"
        " once"
    )


@pytest.mark.parametrize(
    ("repeats", "options"),
    [
        (Repeats.NO, ()),
        (Repeats.LAST, ("vcr_ignore_query=a",)),
        (Repeats.ALL, ("vcr_ignore_query=a",)),
    ],
)
def test_no_rule_is_named_for_one_that_is_used_up_unless_it_may_answer_again(
    repeats: Repeats, options: tuple[str, ...]
) -> None:
    deck = Deck([Interaction(0, post(b"x", f"{URL}?a=1"), Response())], repeats)
    assert deck.take(post(b"x", f"{URL}?a=1")) is not None
    miss = explain(post(b"x", f"{URL}?a=2"), deck)
    assert miss.options == options
    assert ("would let it match" in miss.reason) == bool(options)
    assert "interaction 0 (already used)" in miss.reason


# Odd requests


def test_long_values_are_cut() -> None:
    long = "x" * 100_000
    asked = post(long.encode(), f"https://h/{long}?q={long}", long)
    miss = explain(asked, deck_of(post(b"=1", f"https://h/{long}1?{long}=1", long[1:])))
    assert miss.body == "x" * 80 + "..."
    assert len(miss.reason) < 1500


def test_a_reason_is_one_printable_line() -> None:
    odd = "\n\x00\u2028\ud800"
    asked = post(b'{"\\n\\ud800":"\\u2028"}', f"https://h/{odd}?{odd}=1", odd)
    recorded = post(b'{"\\n\\ud800":"\\u2029"}', f"https://h/{odd}1?{odd}=2", odd + "1")
    reason = explain(asked, deck_of(recorded)).reason
    assert reason.isprintable()
    assert r"body[" in reason


@given(some_requests, st.lists(some_requests, max_size=5))
def test_nothing_that_is_asked_or_recorded_raises(
    asked: Request, recorded: list[Request]
) -> None:
    deck = deck_of(*recorded)
    for each in recorded:
        deck.take(each)
    miss = explain(asked, deck)
    assert miss.same_used == sum(matches(asked, each) for each in recorded)
    assert miss.reason.isprintable()
    assert all((not near.differ) == (len(near.agree) == 3) for near in miss.nearest)


@pytest.mark.parametrize("url", ["http://[", "http://h:port/", "", "*", "//", "h:443"])
def test_an_odd_url_is_a_miss_like_any_other(url: str) -> None:
    deck = deck_of(post(url=URL), post(url="http://[::1/x"))
    assert explain(post(url=url), deck).reason
    assert explain(post(), deck_of(post(url=url))).total == 1


# Other parts, and what would let them match


def spec(*parts: str, **more: object) -> MatchSpec:
    return MatchSpec(parts)._replace(**more)  # type: ignore[arg-type]


def got(url: str = URL, **headers: str) -> Request:
    fields = {name: [value] for name, value in headers.items()}
    return Request(method="GET", url=url, proto="HTTP/1.1", headers=fields)


@pytest.mark.parametrize(
    ("how", "asked", "recorded", "told", "options"),
    [
        (
            spec("headers"),
            got(Accept="a", Host="h"),
            got(ACCEPT="b"),
            ['header.accept: "a" was "b"', 'header.host: "h" was absent'],
            ("vcr_ignore_headers=accept", "vcr_ignore_headers=host"),
        ),
        (
            spec("header:Accept", "path"),
            got(Accept="a", Host="h"),
            got(Accept="b"),
            ['header.accept: "a" was "b"'],
            ("vcr_ignore_headers=accept",),
        ),
        (
            spec("method", "form"),
            got(URL + "?a=1"),
            got(URL + "?a=2"),
            ['form.a: "1" was "2"'],
            ("vcr_ignore_form=a",),
        ),
        (
            spec("method", "proto"),
            got(),
            replace(got(), proto="HTTP/2.0"),
            ["proto: HTTP/1.1 was HTTP/2.0"],
            ("vcr_match=method",),
        ),
        (
            spec("path", "query"),
            got("http://a/?q=1"),
            got("http://b/?q=2"),
            ['query.q: "1" was "2"'],
            ("vcr_ignore_query=q",),
        ),
        (
            spec("port"),
            got("http://a:81/"),
            got("http://a/"),
            ["host: a:81 was a"],
            ("vcr_base_url_map=http://a:81/=http://a/",),
        ),
        (  # a server that each run starts has any port
            DEFAULT,
            got("http://127.0.0.1:37295/x"),
            got("http://127.0.0.1:43869/x"),
            ["host: 127.0.0.1:37295 was 127.0.0.1:43869"],
            ("vcr_match=method,scheme,host,path,query,body",),
        ),
        (
            spec("port", "path"),
            got("http://[::1]:37295/x"),
            got("http://[::1]:43869/x"),
            ["host: [::1]:37295 was [::1]:43869"],
            ("vcr_match=path",),
        ),
        (
            spec("url"),
            got("http://localhost:37295/x"),
            got("http://localhost:8080/x"),
            ["host: localhost:37295 was localhost:8080"],
            ("vcr_base_url_map=http://localhost:37295/=http://localhost:8080/",),
        ),
        (
            spec("url"),
            got("http://localhost:37295/x"),
            got("http://localhost/x"),
            ["host: localhost:37295 was localhost"],
            ("vcr_base_url_map=http://localhost:37295/=http://localhost/",),
        ),
        (
            spec("url"),
            got("http://b:37295/x"),
            got("http://b:43869/x"),
            ["host: b:37295 was b:43869"],
            ("vcr_base_url_map=http://b:37295/=http://b:43869/",),
        ),
        (
            spec("method", "url"),
            got(URL + "?a=1&b=1"),
            got(URL + "?b=1&a=1"),
            ['query: "a=1&b=1" was "b=1&a=1"'],
            ("vcr_match=method,scheme,host,port,path,query",),
        ),
        (  # a name more, and an order that would still differ without it
            spec("method", "url"),
            got(URL + "?c=1&&a=1&b=1"),
            got(URL + "?b=1&a=1&"),
            ['query: "&a=1&b=1" was "b=1&a=1&"', 'query.c: "1" was absent'],
            (
                "vcr_match=method,scheme,host,port,path,query",
                "vcr_ignore_query=c",
            ),
        ),
        (
            DEFAULT._replace(ignore_query=(Ignore("i"), Ignore("j", True))),
            got(URL + "?j=1&a=1&i=3&b=1"),
            got(URL + "?j=2&a=1&b=2"),
            ['query.b: "1" was "2"'],
            ("vcr_ignore_query=b",),
        ),
        (  # as an option can have it
            spec("url"),
            got("http://h/?%20a,b%3D=1"),
            got("http://h/?%20a,b%3D=2"),
            ['query. a,b=: "1" was "2"'],
            ("vcr_ignore_query=[ ]a?b[=]",),
        ),
        (DEFAULT, got(URL + "/x"), got(URL), ["path: /v1/chat/x was /v1/chat"], ()),
        (DEFAULT, post(b"a"), post(b"b"), ['body at byte 0: "a" was "b"'], (NO_BODY,)),
        (
            MatchSpec.of("go-vcr"),
            got(),
            replace(got(), content_length=3),
            ["content_length: 0 was 3"],
            (),
        ),
        (
            MatchSpec.of("go-vcr"),
            got(URL),
            got(URL + "#f"),
            [f"url: {URL} was {URL}#f"],
            (),
        ),
        (
            MatchSpec.of("go-vcr"),
            post(b'{"a":1}'),
            post(b'{"a": 1}'),
            [r'body at byte 5: "{\"a\":1}" was "{\"a\": 1}"'],
            (),
        ),
        (
            MatchSpec.of("charm"),
            post(b'{"a":"\\r\\n","b":1}'),
            post(b'{"b":2,"a":"\\n"}'),
            ["body.b: 1 was 2"],
            ("vcr_ignore_json=$.b",),
        ),
        (
            spec("url"),
            got("http://h/?="),
            got("http://h/"),
            ['query.: "" was absent'],
            (),
        ),
    ],
)
def test_each_part_is_told_with_what_would_let_it_match(
    how: MatchSpec,
    asked: Request,
    recorded: Request,
    told: list[str],
    options: tuple[str, ...],
) -> None:
    assert said(asked, recorded, how) == told
    deck = Deck([Interaction(0, recorded, Response())], matcher=Matcher(how))
    (near,) = explain(asked, deck).nearest
    assert [str(each) for each in near.differ] == told
    assert near.options == options


def test_what_is_no_url_is_told_as_a_whole() -> None:
    assert said(got("*"), got("http://h/"), spec("path")) == [
        'url: "*" was "http://h/"'
    ]


def test_no_option_is_named_where_its_library_is_not_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "jsonpath", None)
    (near,) = explain(post(b'{"a":1}'), deck_of(post(b'{"a":2}'))).nearest
    assert near.options == ()


def test_large_bodies_are_tried_for_the_best_alone() -> None:
    large = b'{"a":"%s","n":%%d}' % (b"x" * 100_000)
    nearest = explain(
        post(large % 0), deck_of(post(large % 1), post(large % 2))
    ).nearest
    assert [near.options for near in nearest] == [("vcr_ignore_json=$.n",), ()]


def test_the_likest_bodies_come_first() -> None:
    bodies = [b'{"id":%d,"text":"%s"}' % (i, b"%d" % i * 50) for i in range(100)]
    nearest = explain(
        post(bodies[77][:-2] + b'!"}'), deck_of(*map(post, bodies))
    ).nearest
    assert nearest[0].position == 77


def test_what_is_masked_is_not_told() -> None:
    def masked(request: Request) -> Request:
        return replace(request, url=request.url.replace("secret", "***"), body=b"***")

    asked, recorded = post(b"1", URL + "?k=secret1"), post(b"2", URL + "?k=secret2")
    miss = explain(asked, deck_of(recorded), masked)
    assert "secret" not in str(miss)
    assert "body: they differ in a hidden value (body)" in miss.reason


def test_of_what_is_masked_the_place_is_told() -> None:
    def masked(request: Request) -> Request:
        return replace(request, body=b'{"secret":"***"}')

    asked, recorded = post(b'{"secret":"1"}'), post(b'{"secret":"2"}')
    miss = explain(asked, deck_of(recorded), masked, raw=asked)
    assert "body.secret: they differ in a hidden value (secret)" in miss.reason


def test_a_rule_is_named_for_a_cassette_with_its_secrets_in_clear() -> None:
    """Another recorder's has them: there the request as it came is the one that would
    match."""

    def masked(request: Request) -> Request:
        return replace(request, body=re.sub(rb"hunter\d+", b"[HIDDEN]", request.body))

    recorded = post(b'{"password":"hunter22","model":"x"}')
    asked = post(b'{"password":"hunter22","model":"y"}')
    for cassette in (recorded, masked(recorded)):
        miss = explain(masked(asked), deck_of(cassette), masked, raw=asked)
        assert miss.nearest[0].options == ("vcr_ignore_json=$.model",)
        assert "hunter22" not in str(miss)
    other = post(b'{"password":"hunter33","model":"y"}')
    miss = explain(masked(other), deck_of(recorded), masked, raw=other)
    assert not miss.nearest[0].options
