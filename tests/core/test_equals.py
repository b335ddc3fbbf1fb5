"""Of several interactions with one key the one answers whose headers agree best, and
HTTP's own rules say which cannot."""

import random
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from mitmvcr.core.deck import Deck, JudgedDeck
from mitmvcr.core.errors import CassetteDamagedError
from mitmvcr.core.matching import Ignore, Matcher, MatchSpec, Rule
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.core.modes import Repeats
from mitmvcr.format import reader, writer

URL = "http://h/a"
Headers = Mapping[str, str]


def get(body: bytes = b"", **headers: str) -> Request:
    fields = {name.replace("_", "-"): [value] for name, value in headers.items()}
    return Request("GET", URL, body=body, headers=fields)


def made(request: Request, code: int = 200, **headers: str) -> Interaction:
    fields = {name.replace("_", "-"): [value] for name, value in headers.items()}
    return Interaction(0, request, Response(code=code, headers=fields, body=b"x"))


def deck(*held: Interaction, repeats: Repeats = Repeats.NO, off: str = "") -> Deck:
    spec = MatchSpec(off=tuple(map(Rule, off.split())))
    return Deck(held, repeats, Matcher(spec))


def taken(of: Deck, *asked: Request) -> list[int | None]:
    found = [of.take(each) for each in asked]
    return [None if each is None else each[0] for each in found]


JSON, XML = get(Accept="application/json"), get(Accept="application/xml")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (JSON, XML),
        (get(Accept_Language="de"), get(Accept_Language="en")),
        (get(Prefer="return=minimal"), get(Prefer="return=representation")),
        (get(), get(X_Requested_With="XMLHttpRequest")),
        (get(Content_Type="text/plain"), get(Content_Type="application/json")),
        (get(Cookie="lang=de"), get(Cookie="lang=en")),
        (get(X_Api_Version="1"), get(X_Api_Version="2")),
    ],
)
def test_the_one_whose_headers_agree_answers(one: Request, other: Request) -> None:
    held = [made(one), made(other), made(one)]
    assert taken(deck(*held), other, one, one) == [1, 0, 2]
    assert taken(deck(*held), one, one, other) == [0, 2, 1]


def test_nothing_stops_matching_by_its_headers() -> None:
    assert taken(deck(made(JSON), made(XML)), JSON, JSON, JSON) == [0, 1, None]
    assert taken(deck(made(JSON)), XML) == [0]
    assert taken(deck(made(JSON), made(XML)), get(), get(Accept="*/*")) == [0, 1]


PLUS, BLANK, THIRD = ("http://h/a?q=" + each for each in ("a+b", "a%20b", "%61+b"))


@pytest.mark.parametrize("body", [b"", b"1"])
@pytest.mark.parametrize("repeats", Repeats)
def test_the_one_whose_url_is_spelled_as_the_request_is_answers(
    body: bytes, repeats: Repeats
) -> None:
    plus, blank, third = (replace(get(body), url=url) for url in (PLUS, BLANK, THIRD))
    held = [made(plus), made(blank), made(plus)]
    second = 0 if repeats is Repeats.ALL else 2
    of = deck(*held, repeats=repeats)
    assert taken(of, blank, plus, plus) == [1, 0, second]
    last = {Repeats.NO: None, Repeats.LAST: 2, Repeats.ALL: 0}[repeats]
    assert taken(of, third) == [last]


def test_headers_count_more_than_how_a_url_is_spelled() -> None:
    held = [made(replace(JSON, url=PLUS)), made(replace(XML, url=BLANK))]
    assert taken(deck(*held), replace(XML, url=PLUS)) == [1]
    held = [
        made(replace(get(X_A=n), url=url)) for n, url in (("1", PLUS), ("2", BLANK))
    ]
    assert taken(deck(*held), replace(get(X_A="2"), url=PLUS)) == [1]


def test_no_spelling_keeps_a_url_from_its_answers() -> None:
    plus, blank, third = (replace(get(), url=url) for url in (PLUS, BLANK, THIRD))
    held = [made(plus), made(blank), made(plus)]
    assert taken(deck(*held), third, third, third, third) == [0, 1, 2, None]
    assert taken(deck(*held), blank, blank, blank) == [1, 0, 2]


def test_what_is_no_url_has_one_spelling() -> None:
    one, other = (replace(each, url="*") for each in (JSON, XML))
    assert taken(deck(made(one), made(other)), other, one) == [1, 0]


def test_a_url_of_which_not_all_counts_decides_nothing_by_itself() -> None:
    one, other = (replace(get(), url=f"http://h/a?ts={n}") for n in (1, 2))
    spec = MatchSpec(ignore_query=(Ignore("ts"),))
    of = Deck([made(one), made(other)], Repeats.NO, Matcher(spec))
    assert taken(of, other, one) == [0, 1]


def test_what_says_in_which_form_comes_before_all_else() -> None:
    held = [
        made(get(Accept="text/csv", X_A="1", X_B="2")),
        made(get(Accept="text/html", X_A="3", X_B="4")),
    ]
    assert taken(deck(*held), get(Accept="text/html", X_A="1", X_B="2")) == [1]


@pytest.mark.parametrize("name", ["Grpc-Timeout", "Connect-Timeout-Ms"])
def test_how_long_a_client_waits_decides_last(name: str) -> None:
    """It is measured, and agrees with another's by chance."""
    a, b = ({name.replace("-", "_"): wait} for wait in ("60S", "59998m"))
    held = [made(get(X_Tenant="a", **b)), made(get(X_Tenant="b", **a))]
    assert taken(deck(*held), get(X_Tenant="b", **b)) == [1]
    assert taken(deck(*held), get(**a)) == [1]
    nobody = [made(get(**b)), made(get(X_Tenant="a", **a))]
    assert taken(deck(*nobody), get(**a), get(X_Tenant="a", **b)) == [0, 1]


@pytest.mark.parametrize(
    "name",
    [
        *("User-Agent", "Accept-Encoding", "Origin", "Via"),
        *("Grpc-Accept-Encoding", "Sec-WebSocket-Extensions"),
    ],
)
def test_what_a_client_says_by_itself_never_decides(name: str) -> None:
    key = name.replace("-", "_")
    held = [made(get(**{key: "a"}), Vary=name), made(get(**{key: "b"}), Vary=name)]
    assert taken(deck(*held), get(**{key: "b"}), get(**{key: "c"})) == [0, 1]


def test_what_is_ignored_keeps_nobody_from_an_answer_and_decides_last() -> None:
    spec = MatchSpec(ignore_headers=(Ignore("accept"),))
    both = made(JSON, Vary="Accept"), made(XML, Vary="Accept")
    held = Deck(both, matcher=Matcher(spec))
    assert taken(held, get(Accept="text/csv"), XML) == [0, 1]
    one, other = (replace(e, headers={**e.headers, "X-A": ["1"]}) for e in (JSON, XML))
    held = Deck([made(XML), made(other), made(JSON), made(one)], matcher=Matcher(spec))
    assert taken(held, JSON, one) == [2, 3]
    held = Deck([made(JSON), made(other)], matcher=Matcher(spec))
    assert taken(held, one, one) == [1, 0]


def test_a_value_that_no_other_has_tells_nothing() -> None:
    held = [made(get(X_Id=str(n), Accept=f"{n % 2}")) for n in range(6)]
    asked = [get(X_Id="new", Accept="1")] * 4 + [get(X_Id="other", Accept="0")] * 2
    assert taken(deck(*held), *asked) == [1, 3, 5, 0, 2, 4]


def test_equal_ones_of_other_bodies_are_looked_for_behind_them() -> None:
    long = b'{"a":"%s"}' % (b"x" * 5000)
    held = [
        made(get(b"=1", Accept="a")),
        made(get(long, Accept="a")),
        made(get(long + b" ", Accept="c")),
        made(get(b"=1", Accept="b")),
        made(get(long, Accept="b")),
    ]
    assert taken(deck(*held), get(b"=1", Accept="b"), get(b"=1")) == [3, 0]
    assert taken(deck(*held), get(long, Accept="b"), get(long, Accept="z")) == [4, 1]


class Broken(list[Interaction]):
    """A cassette one item of which is damaged."""

    def __getitem__(self, position):  # type: ignore[no-untyped-def, override]
        if position == 1:
            raise CassetteDamagedError("x.yaml", "broken", interaction=1)
        return super().__getitem__(position)

    def body_size(self, position: int) -> int:
        return 0


def test_what_stands_behind_and_is_no_equal_is_only_looked_at() -> None:
    """The first is alone then, though its headers are others."""
    held = [made(get(b"a", Accept="text/a")), made(get(b"b")), made(get(b"c"))]
    assert taken(deck(*held), get(b"a", Accept="text/b"), get(b"c")) == [0, 2]


def test_a_damaged_one_is_found_when_it_is_its_turn() -> None:
    held = Deck(Broken([made(JSON), made(XML), made(JSON)]))
    assert taken(held, get(Accept="text/csv")) == [0]
    with pytest.raises(CassetteDamagedError):
        held.take(JSON)


class Beheaded(Broken):
    """One whose requests alone are sound."""

    def request(self, position: int) -> Request:
        return list.__getitem__(self, position).request


def test_a_damaged_one_is_not_chosen_for_another() -> None:
    held = Deck(Beheaded([made(JSON), made(XML), made(JSON)]))
    assert taken(held, get(Accept="text/csv")) == [0]
    with pytest.raises(CassetteDamagedError):
        held.take(JSON)


def test_nobody_is_known_where_nothing_finds_values() -> None:
    theirs = [
        made(replace(get(), identity=f"5a17 key={hint}")) for hint in ("aa", "bb")
    ]
    assert taken(Deck(theirs), get()) == [None]
    assert taken(deck(*theirs, off="identity"), get(), get()) == [0, 1]


def test_with_the_last_repeated_each_has_its_own_last() -> None:
    held = deck(made(JSON), made(XML), made(JSON), repeats=Repeats.LAST)
    assert taken(held, JSON, JSON, JSON, XML, XML, JSON) == [0, 2, 2, 1, 1, 2]


def test_with_all_repeated_each_has_its_own_first() -> None:
    held = deck(made(JSON), made(XML), made(JSON), repeats=Repeats.ALL)
    assert taken(held, XML, JSON, JSON, XML) == [1, 0, 0, 1]
    assert held.add(made(get(Accept="text/csv"))) == 3
    assert taken(held, get(Accept="text/csv"), XML) == [3, 1]


def test_what_did_not_arrive_is_the_best_again() -> None:
    for repeats in Repeats:
        held = deck(made(JSON), made(XML), repeats=repeats)
        assert taken(held, XML) == [1]
        held.give_back(1)
        assert taken(held, XML, JSON) == [1, 0]


def test_a_judge_is_given_the_best_first() -> None:
    spec, given = Matcher(), []

    def judge(_: Request, recorded: Request) -> bool | None:
        given.append(recorded)
        return None

    held = JudgedDeck([made(JSON), made(XML)], matcher=spec, judge=judge)
    assert taken(held, XML, JSON) == [1, 0]
    assert given == [XML, JSON]


@pytest.mark.parametrize(("said", "found"), [(None, None), (False, None), (True, 0)])
def test_a_judge_alone_lets_pass_what_a_rule_keeps_back(
    said: bool | None, found: int | None
) -> None:
    recorded = [made(get(If_None_Match="a"), 304)]
    held = JudgedDeck(recorded, judge=lambda one, other: said)
    assert taken(held, get()) == [found]


# HTTP's own rules


@pytest.mark.parametrize("code", [304, 412])
@pytest.mark.parametrize(
    "name",
    [
        "If_None_Match",
        "If_Modified_Since",
        "If_Match",
        "If_Unmodified_Since",
        "If",
        "If_Schedule_Tag_Match",
        "x_amz_copy_source_if_none_match",
        "x_goog_if_generation_match",
        "x_ms_source_if_modified_since",
        "X_Ms_If_Tags",
    ],
)
def test_a_conditional_answer_is_for_its_own_conditions(name: str, code: int) -> None:
    held = [made(get(**{name: "a"}), code), made(get())]
    assert taken(deck(*held), get(), get()) == [1, None]
    assert taken(deck(*held), get(**{name: "b"}), get(**{name: "a"})) == [1, 0]
    off = deck(*held, off="validators")
    assert taken(off, get(**{name: "b"}), get(**{name: "c"})) == [0, 1]


def test_a_304_whose_conditions_were_not_recorded_is_for_any() -> None:
    assert taken(deck(made(get(), 304)), get(If_None_Match="a")) == [0]


@pytest.mark.parametrize("code", [206, 416])
@pytest.mark.parametrize("name", ["Range", "X_Ms_Range"])
def test_a_partial_answer_is_for_its_own_range(name: str, code: int) -> None:
    held = [made(get(**{name: f"bytes={n}-{n}"}), code) for n in range(3)]
    asked = [get(**{name: f"bytes={n}-{n}"}) for n in (2, 0, 9, 1)]
    assert taken(deck(*held), *asked) == [2, 0, None, 1]
    assert taken(deck(*held), get()) == [None]
    assert taken(deck(*held, off="range"), asked[2], get()) == [0, 1]


@pytest.mark.parametrize(
    ("ranges", "strange"),
    [
        (("0-9", "10-19"), "20-29"),  # PostgREST
        (("posts=0-24", "posts=25-49"), "posts=50-74"),  # react-admin
        (("name ]a..; max=2", "name ]A..; max=2"), "name ]b..; max=2"),  # Heroku
        (("bytes=0-1,4-5", "bytes=0-1,6-7"), "bytes=0-1"),
        (("bytes=-3", "bytes=-4"), "bytes=-5"),
    ],
)
@pytest.mark.parametrize("code", [200, 206])
def test_a_page_is_for_its_own_range(
    ranges: Sequence[str], strange: str, code: int
) -> None:
    held = [made(get(Range=each), code, Content_Range="*/100") for each in ranges]
    asked = [get(Range=each) for each in (*reversed(ranges), strange)]
    assert taken(deck(*held), *asked, get()) == [1, 0, None, None]
    assert taken(deck(*held, off="range"), asked[2]) == [0]


def test_all_is_not_a_page() -> None:
    held = made(get(), 200, Content_Range="0-99/100")
    assert taken(deck(held), get(Range="10-19"), get()) == [None, 0]
    assert taken(deck(made(get())), get(Range="10-19")) == [0]


def test_a_range_is_known_by_its_answer_where_the_header_was_not_recorded() -> None:
    held = made(get(), 206, Content_Range="bytes 0-0/9")
    assert taken(deck(held), get(Range="bytes=1-1"), get(Range="bytes=0-0")) == [
        None,
        0,
    ]
    assert taken(deck(held), get()) == [0]
    assert taken(deck(made(get(), 206)), get(Range="bytes=1-1")) == [0]


@pytest.mark.parametrize(
    ("name", "values", "strange"),
    [
        ("X_Amz_Target", ("T.ListTables", "T.ListBackups"), "T.ListStreams"),
        ("SOAPAction", ('"u:One"', "u:Two"), '"u:Three"'),
        ("Dropbox_API_Arg", ('{"path": "/a"}', '{"path": "/b"}'), '{"path": "/c"}'),
        ("X_TC_Action", ("DescribeZones", "DescribeHosts"), "DescribeImages"),
        ("x_acs_action", ("DescribeZones", "DescribeHosts"), "DescribeImages"),
        ("X_HgArg_1", ("key=one", "key=two"), "key=three"),
        ("x_hgarg_12", ("key=one", "key=two"), "key=three"),
        ("Depth", ("0", "1"), "infinity"),
        ("Destination", ("http://h/b", "http://h/c"), "http://h/d"),
        ("X_Amz_Copy_Source", ("/b/1", "/b/2"), "/b/3"),
        ("X_HTTP_Method_Override", ("PUT", "PATCH"), "DELETE"),
        ("Content_Range", ("bytes 0-3/12", "bytes 4-7/12"), "bytes 8-11/12"),
        ("Upload_Offset", ("0", "4"), "8"),
        ("X_Goog_Upload_Offset", ("0", "4"), "8"),
        ("X_Goog_Upload_Command", ("start", "upload"), "upload, finalize"),
        ("X_Amz_Copy_Source_Range", ("bytes=0-3", "bytes=4-7"), "bytes=8-9"),
        ("x_ms_source_range", ("bytes=0-3", "bytes=4-7"), "bytes=8-9"),
        ("x_ms_page_write", ("update", "clear"), "other"),
        ("x_ms_blob_condition_appendpos", ("0", "4"), "8"),
        ("x_ms_continuation", ("a", "b"), "c"),
        ("X_Goog_FieldMask", ("places.id", "places.name"), "*"),
        ("X_Fields", ("{id}", "{name}"), "*"),
        ("X_RestLi_Method", ("FINDER", "BATCH_FINDER"), "GET_ALL"),
        ("Accept_Profile", ("public", "private"), "other"),
        ("Content_Profile", ("public", "private"), "other"),
        ("Default_Schema", ("doc", "blob"), "other"),
        ("Last_Event_ID", ("3", "7"), "5"),
        ("Surreal_DB", ("a", "b"), "c"),
        ("Surreal_NS", ("a", "b"), "c"),
        ("X_ClickHouse_Database", ("a", "b"), "c"),
        ("X_Presto_Catalog", ("hive", "tpch"), "other"),
        ("X_Presto_Schema", ("tiny", "prod"), "other"),
        ("X_Presto_Prepared_Statement", ("s=SELECT+1", "s=SELECT+2"), "s=DELETE"),
        ("X_Scope_OrgID", ("one", "two"), "three"),
        ("X_Trino_Catalog", ("hive", "tpch"), "other"),
        ("X_Trino_Schema", ("tiny", "prod"), "other"),
        ("X_Trino_Prepared_Statement", ("s=SELECT+1", "s=SELECT+2"), "s=DELETE"),
        ("X_Vault_Namespace", ("one", "two"), "three"),
        ("x_ms_documentdb_partitionkey", ('["a"]', '["b"]'), '["c"]'),
    ],
)
def test_what_is_asked_for_in_a_header_decides(
    name: str, values: Sequence[str], strange: str
) -> None:
    one, other, none = (get(**{name: each}) for each in (*values, strange))
    assert taken(deck(made(one)), none, get(), one) == [None, None, 0]
    assert taken(deck(made(one), made(other)), other, none, one) == [1, None, 0]
    assert taken(deck(made(one), off="operation"), none) == [0]
    assert taken(deck(made(get())), one) == [0]


def test_arguments_that_go_on_in_another_header_are_others() -> None:
    short = get(X_HgArg_1="nodes=a")
    long = get(X_HgArg_1="nodes=a", X_HgArg_2="b")
    assert taken(deck(made(short), made(long)), long, long, short) == [1, None, 0]


@pytest.mark.parametrize(
    ("method", "name", "values"),
    [
        ("PUT", "x-ms-range", ("bytes=0-511", "bytes=512-1023")),
        ("POST", "x-ms-range", ("bytes=0-511", "bytes=512-1023")),
        (
            "PATCH",
            "Content-Type",
            ("application/merge-patch+json", "application/json-patch+json"),
        ),
        (
            "PATCH",
            "content-type",
            ("application/strategic-merge-patch+json", "application/json"),
        ),
    ],
)
def test_what_a_write_says_in_a_header_decides(
    method: str, name: str, values: Sequence[str]
) -> None:
    one, other = (Request(method, URL, headers={name: [each]}) for each in values)
    assert taken(deck(made(one)), other, one) == [None, 0]
    assert taken(deck(made(one), made(other)), other, one) == [1, 0]
    assert taken(deck(made(one), off="operation"), other) == [0]


def test_what_a_media_type_says_otherwise_is_left_to_the_body() -> None:
    one, other = (
        Request(method, URL, headers={"Content-Type": [media]})
        for method, media in (("PATCH", "application/json"), ("PATCH", "text/plain"))
    )
    assert taken(deck(made(one)), other) == [0]
    both = (replace(e, method="PUT", headers=e.headers) for e in (one, other))
    assert taken(deck(made(next(both))), next(both)) == [0]
    ranged = get(x_ms_range="bytes=0-0")
    assert taken(deck(made(ranged)), get()) == [0]


def test_an_empty_one_asks_for_nothing() -> None:
    held = made(get(SOAPAction='""'))
    assert taken(deck(held), get(SOAPAction="u:One")) == [0]
    same = deck(made(get(SOAPAction='"u:One"')))
    assert taken(same, get(soapaction="u:One")) == [0]


def test_one_that_is_ignored_decides_nothing() -> None:
    spec = MatchSpec(ignore_headers=(Ignore("X-Amz-Target"),))
    held = Deck([made(get(X_Amz_Target="A"))], Repeats.NO, Matcher(spec))
    assert taken(held, get(X_Amz_Target="B")) == [0]


def test_vary_decides_where_several_differ() -> None:
    held = [made(JSON, Vary="Accept, User-Agent"), made(XML, Vary="Accept")]
    assert taken(deck(*held), XML, XML, get(Accept="*/*"), JSON) == [1, None, None, 0]
    assert taken(deck(*held, off="vary"), XML, XML) == [1, 0]


def test_vary_says_nothing_of_a_single_one() -> None:
    assert taken(deck(made(JSON, Vary="Accept")), XML) == [0]
    held = [made(JSON, Vary="Accept"), made(JSON, Vary="*, accept")]
    assert taken(deck(*held), XML, get()) == [0, 1]


def test_vary_still_says_it_of_what_is_left_of_several() -> None:
    for repeats in Repeats:
        held = deck(
            made(JSON, Vary="accept"), made(XML, vary="accept"), repeats=repeats
        )
        assert taken(held, JSON, get(Accept="text/csv"), XML) == [0, None, 1]


@pytest.mark.parametrize("few", [0, 8])
def test_rules_hold_whatever_is_remembered(
    few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mitmvcr.core.deck.buckets._FEW", few)
    monkeypatch.setattr("mitmvcr.core.deck.buckets._MOST_FEW", 1)
    other = Interaction(0, Request("GET", "http://other/"), Response(code=200))
    held = deck(made(JSON, Vary="accept"), other, made(XML, Vary="accept"))
    assert taken(held, JSON, other.request, get(Accept="text/csv")) == [0, 1, None]
    assert taken(held, JSON, XML) == [None, 2]


def test_used_up_are_those_that_could_have_answered() -> None:
    held = deck(made(JSON, Vary="accept"), made(XML, Vary="accept"))
    assert taken(held, JSON) == [0]
    assert held.used_up(JSON) == 1
    assert held.used_up(get(Accept="text/csv")) == 0


# Against what it is to do, said slowly

CODES = [200, 200, 304, 500]
some_headers = st.fixed_dictionaries(
    {},
    optional={
        "Accept": st.sampled_from(["a", "b"]),
        "If-None-Match": st.sampled_from(["1", "2"]),
        "X-A": st.sampled_from(["x", "y"]),
    },
)
recorded = st.tuples(some_headers, st.sampled_from(CODES), st.booleans())


class Slow:
    """The same by a scan."""

    def __init__(self, held: Sequence[Interaction], repeats: Repeats) -> None:
        self.held, self.repeats, self.played = held, repeats, set[int]()

    def take(self, asked: Request) -> int | None:
        found = [at for at in range(len(self.held)) if self.may(at, asked)]
        if not found:
            return None
        best = min(found, key=lambda at: self.score(at, asked))
        self.played.add(best)
        return best

    def may(self, at: int, asked: Request) -> bool:
        if at in self.played and self.repeats is Repeats.NO:
            return False
        if at in self.played and self.repeats is Repeats.LAST:
            alike = (other for other in range(len(self.held)) if self.alike(at, other))
            if any(n not in self.played or n > at for n in alike):
                return False
        held, own = self.held[at], self.held[at].request.headers
        wanted = asked.headers.get("If-None-Match")
        if held.response.code == 304 and own.get("If-None-Match", wanted) != wanted:
            return False
        several = {str(each.request.headers.get("Accept")) for each in self.held}
        if "Vary" in held.response.headers and len(several) > 1:
            return own.get("Accept") == asked.headers.get("Accept")
        return True

    def alike(self, one: int, other: int) -> bool:
        """Are they bound alike, and do they have the same headers?"""
        return self.held[one].request == self.held[other].request and (
            self.bound(one) == self.bound(other)
        )

    def bound(self, at: int) -> tuple[bool, bool]:
        held = self.held[at]
        several = {str(each.request.headers.get("Accept")) for each in self.held}
        conditional = "If-None-Match" in held.request.headers
        return (
            held.response.code == 304 and conditional,
            "Vary" in held.response.headers and len(several) > 1,
        )

    def score(self, at: int, asked: Request) -> tuple[object, ...]:
        own, wanted = self.held[at].request.headers, asked.headers
        first = sum(own.get(n) == wanted.get(n) for n in ("Accept", "If-None-Match"))
        every = first + (own.get("X-A") == wanted.get("X-A"))
        again = self.repeats is Repeats.LAST and at in self.played
        return -first, -every, again, -at if again else at


@given(
    held=st.lists(recorded, max_size=7),
    asked=st.lists(some_headers, max_size=8),
    repeats=st.sampled_from(Repeats),
)
@settings(max_examples=examples(200), deadline=None)
def test_it_does_what_a_scan_does(
    held: list[tuple[dict[str, str], int, bool]],
    asked: list[dict[str, str]],
    repeats: Repeats,
) -> None:
    interactions = [
        Interaction(
            0,
            Request("GET", URL, headers={k: [v] for k, v in headers.items()}),
            Response(code=code, headers={"Vary": ["Accept"]} if varies else {}),
        )
        for headers, code, varies in held
    ]
    slow, fast = Slow(interactions, repeats), Deck(interactions, repeats)
    for headers in asked:
        request = Request("GET", URL, headers={k: [v] for k, v in headers.items()})
        assert taken(fast, request) == [slow.take(request)]


def positions(of: Deck, asked: Request) -> Iterator[int]:
    while (found := of.take(asked)) is not None:
        yield found[0]


def test_many_equal_ones_with_ids_of_their_own_are_answered_in_order() -> None:
    held = [made(get(X_Request_Id=str(n), Accept="a")) for n in range(3000)]
    assert list(positions(deck(*held), get(X_Request_Id="new"))) == list(range(3000))


def test_nothing_is_said_against_what_is_no_equal() -> None:
    held = deck(made(JSON))
    assert held.add(made(XML)) == 1
    assert held.objections(XML).to(1) == []
    assert held.objections(XML).to(0) == []


# The same bytes

LARGE = b'{"a": [%b]}' % b",".join([b'"some text"'] * 8000)


def spelled(body: bytes) -> bytes:
    return body.replace(b": [", b":[")


def parsed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note the size of each body that is taken apart."""
    found: list[int] = []
    make = Matcher.__init__

    def making(self: Matcher, *given: MatchSpec) -> None:
        make(self, *given)
        rests = self.rests

        def noted(request: Request) -> tuple[Hashable, ...]:
            found.append(len(request.body))
            return rests(request)

        self.rests = noted

    monkeypatch.setattr(Matcher, "__init__", making)
    return found


def test_the_same_bytes_are_not_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = parsed(monkeypatch)
    held = deck(*[made(get(LARGE, Accept="a"))] * 3)
    assert taken(held, *[get(LARGE, Accept="a")] * 2) == [0, 1]
    assert sizes == []
    assert taken(held, get(spelled(LARGE), Accept="a")) == [2]
    assert taken(held, get(LARGE, Accept="a")) == [None]
    assert held.used_up(get(LARGE, Accept="a")) == 3
    assert taken(deck(made(get(LARGE))), get(LARGE), get(LARGE)) == [0, None]


def test_what_was_not_taken_apart_is_given_back() -> None:
    held = deck(made(get(LARGE)), made(get(spelled(LARGE))))
    assert taken(held, get(LARGE)) == [0]
    held.give_back(0)
    assert taken(held, get(LARGE), get(LARGE)) == [0, 1]


@pytest.mark.parametrize(
    "first",
    [
        get(LARGE, Accept="b"),
        get(LARGE + b" ", Accept="a"),
        Request("PUT", URL, body=LARGE, headers={"Accept": ["a"]}),
        Request("GET", URL, body=LARGE, headers={"Accept": ["a"]}, identity="ab k=xy"),
    ],
)
def test_another_that_comes_first_is_looked_at(first: Request) -> None:
    best = 0 if first.identity or first.body != LARGE else 1
    assert taken(
        deck(made(first), made(get(LARGE, Accept="a"))), get(LARGE, Accept="a")
    ) == [best]


@pytest.mark.parametrize("repeats", [Repeats.LAST, Repeats.ALL])
def test_what_may_be_repeated_is_taken_apart(repeats: Repeats) -> None:
    held = deck(made(get(LARGE)), repeats=repeats)
    assert taken(held, get(LARGE), get(LARGE)) == [0, 0]


def test_bodies_that_do_not_count_are_not_compared() -> None:
    held = Deck([made(get(LARGE))], Repeats.NO, Matcher(MatchSpec(("method", "url"))))
    assert taken(held, get(LARGE[1:])) == [0]


def test_a_large_request_is_taken_apart_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = parsed(monkeypatch)
    held = deck(made(get(LARGE + b" ", Accept="a")))
    asked = get(LARGE[:-1] + b',"b": 1}', Accept="a")
    assert taken(held, asked, replace(asked, headers={"X": ["y"]})) == [None, None]
    assert held.used_up(asked) == 0
    assert sorted(sizes) == [len(LARGE) + 1, len(asked.body)]
    assert taken(held, replace(asked, body=bytes(bytearray(asked.body)))) == [None]
    assert taken(held, replace(asked, headers={"Content-Type": ["x/y"]})) == [None]
    assert taken(held, replace(asked, method="PUT")) == [None]
    assert len(sizes) == 4  # the copy has the same bytes


@pytest.mark.parametrize(
    ("name", "value"),
    [("X_HTTP_Method_Override", "DELETE"), ("Depth", "1"), ("X_Amz_Target", "Get")],
)
def test_where_one_says_what_is_asked_for_the_other_is_for_who_does_not(
    name: str, value: str
) -> None:
    plain, said = made(get(b"{}")), made(get(b"{}", **{name: value}))
    ask, plainly = get(b"{}", **{name: value}), get(b"{}")
    for held in ([plain, said], [said, plain]):
        own, other = held.index(said), held.index(plain)
        assert taken(deck(*held), ask, ask, plainly) == [own, None, other]
        assert taken(deck(*held), plainly, plainly, ask) == [other, None, own]
        assert None not in taken(deck(*held, off="operation"), ask, ask)
    assert taken(deck(plain), ask) == [0], "its recorder may have left it out"


def of_host(host: str, url: str = URL, **headers: str) -> Request:
    return replace(get(**headers), host=host, url=url)


A, B, C, USUAL = (of_host(each) for each in ("a.test", "b.test", "c.test", "h"))


@pytest.mark.parametrize("repeats", Repeats)
def test_each_virtual_host_gets_its_own(repeats: Repeats) -> None:
    held = [made(A), made(USUAL), made(B)]
    for asked, own in [(B, 2), (A, 0), (USUAL, 1), (of_host("H:80"), 1)]:
        assert taken(deck(*held, repeats=repeats), asked) == [own]
    assert taken(deck(*held, repeats=repeats), B, A, USUAL, C) == [2, 0, 1, None]


def test_a_host_that_was_used_up_gets_no_others() -> None:
    assert taken(deck(made(A), made(B)), B, B, A) == [1, None, 0]
    assert taken(deck(made(USUAL), made(B)), B, B, USUAL) == [1, None, 0]
    assert taken(deck(made(B), made(USUAL)), USUAL, USUAL, B) == [1, None, 0]
    assert taken(deck(made(USUAL), made(B)), USUAL, USUAL, B) == [0, None, 1]
    assert taken(deck(made(B), made(USUAL)), B, B, USUAL) == [0, None, 1]
    for repeats in (Repeats.LAST, Repeats.ALL):
        assert (
            taken(deck(made(USUAL), made(B), repeats=repeats), *[USUAL] * 3) == [0] * 3
        )
    found = deck(made(A), made(B))
    (objection,) = found.objections(C, C).to(0)
    assert objection[:4] == (Rule.OPERATION, "host", "c.test", "a.test")


def test_of_one_host_and_where_the_request_names_none_the_order_decides() -> None:
    assert taken(deck(made(A)), B) == [0]
    assert taken(deck(made(A), made(A)), B, C) == [0, 1]
    for none in (USUAL, of_host(""), of_host("h:80")):
        assert taken(deck(made(A), made(B)), none, none) == [0, 1]
    assert taken(deck(made(A), made(of_host(""))), USUAL, USUAL) == [0, 1]
    assert taken(deck(made(of_host("")), made(A)), A, C, USUAL) == [1, None, 0]
    assert taken(deck(made(A), made(B), off="operation"), C, C, C) == [0, 1, None]
    rules = Matcher(MatchSpec(ignore_headers=(Ignore("Host"),)))
    assert taken(Deck([made(A), made(B)], matcher=rules), B, C) == [1, 0]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("X-Amz-Checksum-Crc32", ("AAAAAA==", "BBBBBB==")),
        ("grpc-timeout", ("1S", "2S")),
        ("Digest", ("sha-256=x", "sha-256=y")),
        ("Depth", ("0", "1")),
    ],
)
def test_trailers_agree_as_headers_do(name: str, values: tuple[str, str]) -> None:
    one, other = (replace(get(b"x"), trailer={name: [each]}) for each in values)
    held = [made(one), made(other), made(get(b"x"))]
    assert taken(deck(*held), other, one, get(b"x")) == [1, 0, 2]
    spelled = replace(one, trailer={name.upper(): [f" {values[0]} "]})
    assert taken(deck(*held[::-1]), spelled) == [2]
    strange = replace(one, trailer={name: ["z"]})
    assert taken(deck(*held), strange, strange, strange) == [0, 1, 2]
    said = made(get(b"x", **{name: values[0]}))
    assert taken(deck(said, held[0]), one, get(b"x")) in ([1, 0], [1, None])


@pytest.mark.parametrize(
    ("recorded", "sent"),
    [
        (["a=1; b=2"], ["b=2; a=1"]),
        (["a=1;b=2;"], [" a=1 ;  b=2"]),
        (["a=1; b=2"], ["b=2", "a=1"]),
        (["a=1", "b=2"], ["a=1; b=2"]),
        (['a="x, y"; b=2'], ["b=2", 'a="x, y"']),
    ],
)
def test_cookies_agree_in_any_order_and_split(
    recorded: list[str], sent: list[str]
) -> None:
    other, own = (
        made(replace(get(), headers={"Cookie": each})) for each in (["a=9"], recorded)
    )
    asked = replace(get(), headers={"cookie": sent})
    assert taken(deck(other, own), asked, asked) == [1, 0]
    twice = replace(get(), headers={"Cookie": ["a=2; a=1"]})
    again = replace(get(), headers={"Cookie": ["a=1; a=2"]})
    assert taken(deck(made(twice), made(again)), again) == [1], "the first counts"


@pytest.mark.parametrize("body", [b"", b"b" * 99])
@pytest.mark.parametrize("is_read", [False, True])
@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("Authorization", "Authorization"),
        ("authorization", "AUTHORIZATION"),
        ("X-API-KEY", "X-Api-Key"),
        ("Cookie", "cookie"),
        ("X-Mine", "X-Mine"),
    ],
)
def test_a_credential_that_stands_in_clear_finds_its_answer(
    name: str, spelled: str, is_read: bool, body: bytes
) -> None:
    plain = Request("POST", URL, body=body, headers={"Accept": ["a"]})
    one, other = (
        replace(plain, headers={"Accept": ["a"], spelled: [each]})
        for each in ("Basic dTpw", "k2")
    )
    held = [made(plain), made(one), made(other), made(plain)]
    cassette: Sequence[Interaction] = held
    if is_read:
        data = writer.dumps(Cassette(held))
        cassette = reader.loads(data, "a.yaml", lazy=True).interactions
    for own, sent in ((1, "Basic dTpw"), (2, "k2"), (0, "another")):
        live = replace(plain, headers={name: [sent], "Accept": ["a"]})
        found = Deck(cassette).take(plain, live)
        assert found is not None
        assert found[0] == own
    found_first = Deck(cassette).take(plain, plain)
    assert found_first is not None
    assert found_first[0] == 0
    unsaid = Deck([made(plain), made(plain)]).take(plain, live)
    assert unsaid is not None
    assert unsaid[0] == 0


def test_headers_that_agree_do_not_outweigh_the_host() -> None:
    one, other = of_host("a.test", Accept="x/a"), of_host("b.test", Accept="x/b")
    assert taken(deck(made(one), made(other)), of_host("b.test", Accept="x/a")) == [1]


@pytest.mark.parametrize("seed", range(400))
def test_whoever_asks_gets_the_answer_of_the_host_it_names(seed: int) -> None:
    """At random, with a model that says which."""
    chance = random.Random(seed)
    body, url = chance.choice([b"", b"two"]), "http://127.0.0.1:8080/a/"
    own, *others = "127.0.0.1:8080", "a.test", "A.Test", "b.test"

    def made_up(methods: tuple[str, ...]) -> Request:
        headers = {"Content-Length": [f"{len(body)}"]} if chance.random() < 0.5 else {}
        host = chance.choice([own, *others])
        method = chance.choice(methods)
        return Request(method=method, url=url, host=host, body=body, headers=headers)

    held = [made_up(("GET", "GET", "PUT")) for _ in range(chance.randint(2, 5))]
    of = deck(*map(made, held))
    left = dict(enumerate(held))
    for _ in range(6):
        ask = made_up(("GET", "GET", "PUT", "QUERY"))
        hosts = {each.host.lower() for each in held if each.method == ask.method}
        is_any = len(hosts) == 1 or (ask.host == own and own not in hosts)
        wanted = [
            number
            for number, each in left.items()
            if each.method == ask.method
            and (is_any or each.host.lower() == ask.host.lower())
        ]
        assert taken(of, ask) == (wanted[:1] or [None]), (held, ask)
        left.pop(wanted[0] if wanted else -1, None)
