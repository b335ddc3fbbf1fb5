"""Each part is compared as it says; keys and parts decide alike, whatever is chosen."""

import gzip
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitmvcr.core.deck import Deck
from mitmvcr.core.matching import PARTS, Ignore, Matcher, MatchSpec, parse_ignore
from mitmvcr.core.model import Interaction, Request, Response

FORM = {"Content-Type": ["application/x-www-form-urlencoded"]}
PACKED = {**FORM, "Content-Encoding": ["gzip"]}
JSON = {"Content-Type": ["application/json"]}


def get(url: str, **headers: str) -> Request:
    fields = {name.replace("_", "-"): [value] for name, value in headers.items()}
    return Request(method="GET", url=url, headers=fields)


def post(body: bytes, headers: dict[str, list[str]] = JSON, url: str = "") -> Request:
    return Request("POST", url or "https://h/", body=body, headers=headers)


def spec(*parts: str, **ignores: str) -> MatchSpec:
    chosen = MatchSpec(parts) if parts else MatchSpec()
    kinds = {
        f"ignore_{name}": tuple(map(parse_ignore, text.split()))
        for name, text in ignores.items()
    }
    return chosen._replace(**kinds)


def same(how: MatchSpec, one: Request, other: Request) -> bool:
    return Matcher(how).matches(one, other)


# Parts


@pytest.mark.parametrize(
    ("part", "one", "other", "alike"),
    [
        ("method", Request(method=""), Request(method="GET"), True),
        ("method", Request(method="get"), Request(method="GET"), False),
        ("scheme", get("HTTP://a/"), get("http://b/x"), True),
        ("scheme", get("http://a/"), get("https://a/"), False),
        ("host", get("http://A.:80/x"), get("https://a:8443/y"), True),
        ("host", get("http://a/"), get("http://b/"), False),
        ("host", get("http://[::1]:80/"), get("http://[::1]:81/"), True),
        ("port", get("http://a/"), get("http://b:80/"), True),
        ("port", get("http://a:443/"), get("https://b/"), True),
        ("port", get("http://a/"), get("https://a/"), False),
        ("port", get("ws://a/"), get("wss://a/"), True),
        ("path", get("http://a/x?y"), get("https://b/x"), True),
        ("path", get("http://a/%7Ex"), get("http://a/~x"), True),
        ("path", get("http://a/x"), get("http://a/X"), False),
        ("query", get("http://a/?x=1&y=&x=2"), get("http://b/z?y&x=2&x=1"), True),
        ("query", get("http://a/?x=1&x=1"), get("http://a/?x=1"), False),
        ("query", get("http://a/?x="), get("http://a/"), False),
        ("query", get("http://a/?x=a+b"), get("http://a/?x=a%20b"), True),
        ("query", get("*"), get("*"), True),
        ("query", get("*"), get("x"), False),
        ("url", get("http://a/?x=1&y=2"), get("http://a/?y=2&x=1"), False),
        ("url", get("http://a:80/#f"), get("http://u@A"), True),
        ("body", post(b'{"a":1}'), post(b'{ "a": 1.0 }'), True),
        ("body", post(b"a=1&b=2", FORM), post(b"b=2&a=1", FORM), True),
        ("headers", get("x", A="1", b="2"), get("y", B="2", a="1"), True),
        ("headers", get("x", A="1"), get("x", A="2"), False),
        ("headers", get("x", A="1"), get("x"), False),
        (
            "headers",
            get("x", Content_Type="multipart/mixed; boundary=a; x=y"),
            get("x", Content_Type='multipart/mixed; boundary="b c"; x=y'),
            True,
        ),
        ("header:accept", get("x", Accept="1", b="2"), get("x", ACCEPT="1"), True),
        ("header:Accept", get("x", Accept="1"), get("x", Accept="2"), False),
        ("header:Accept", get("x", Accept="1"), get("x"), False),
        ("form", post(b"a=1", FORM, "http://h/?b=2"), get("http://x/?a=1&b=2"), True),
        ("form", post(b"a=1&a=2", FORM), post(b"a=2&a=1", FORM), False),
        ("form", post(b"a=1", JSON), post(b"", JSON), True),
        ("form", post(b"a=1", FORM), post(gzip.compress(b"a=1"), PACKED), True),
        ("form", post(b"a=1", FORM, "*"), post(b"a=1", FORM, "http://h/"), True),
        ("proto", Request(proto="HTTP/1.1"), Request(proto="HTTP/1.1"), True),
        ("proto", Request(proto="HTTP/1.1"), Request(proto="HTTP/2.0"), False),
    ],
)
def test_each_part_is_compared_as_it_says(
    part: str, one: Request, other: Request, alike: bool
) -> None:
    assert same(spec(part), one, other) is alike
    assert same(spec(part), other, one) is alike


def test_a_matcher_shows_its_parts() -> None:
    assert repr(Matcher()) == "<Matcher method,url,body>"


# What is ignored


@pytest.mark.parametrize(
    ("ignored", "one", "other", "alike"),
    [
        ("ts", "http://h/?ts=1&a=2", "http://h/?a=2&ts=9", True),
        ("ts", "http://h/?ts=1", "http://h/", True),
        ("ts", "http://h/?t=1", "http://h/?t=2", False),
        ("ts=", "http://h/?a=1&ts=1", "http://h/?a=1&ts=2", True),
        ("ts=", "http://h/?ts=1", "http://h/", False),
        ("utm_* ?id", "http://h/?utm_a=1&xid=1", "http://h/?utm_b=2", True),
        ("*=", "http://h/?a=1&b=1", "http://h/?a=2&b=2", True),
        ("*=", "http://h/?a=1&b=1", "http://h/?a=1", False),
        ("p[id]", "http://h/?p[id]=1&a=1", "http://h/?p%5Bid%5D=2&a=1", True),
        ("p[to-do]=", "http://h/?p[to-do]=1", "http://h/?p[to-do]=2", True),
        ("p[id]", "http://h/?p[id]s=1", "http://h/?p[id]s=2", False),
        ("p[[]*]", "http://h/?p[x]=1&q=2", "http://h/?p[y]=2&q=2", True),
        ("p[0-9]", "http://h/?p1=1&q=2", "http://h/?q=2", True),
        ("caf%C3%A9 é", "http://h/?%C3%A9=1", "http://h/", True),
        ("[=] []]", "http://h/?%3D=1&]=2", "http://h/", True),
        ("a", "*", "*", True),
    ],
)
@pytest.mark.parametrize("part", ["url", "query"])
def test_a_query_counts_without_what_is_ignored(
    part: str, ignored: str, one: str, other: str, alike: bool
) -> None:
    assert same(spec(part, query=ignored), get(one), get(other)) is alike


@pytest.mark.parametrize("part", ["headers", "header:X-Id"])
def test_headers_count_without_what_is_ignored(part: str) -> None:
    one, other = get("x", X_Id="1"), get("x", x_id="2")
    assert not same(spec(part), one, other)
    assert same(spec(part, headers="x-ID"), one, other)
    assert same(spec(part, headers="X-*"), one, get("x"))
    assert same(spec(part, headers="x-id="), one, other)
    assert not same(spec(part, headers="x-id="), one, get("x"))


@pytest.mark.parametrize(
    ("ignored", "one", "other", "alike"),
    [
        ("$.id", '{"id":1,"a":1}', '{"a":1}', True),
        ("$.id=", '{"id":1}', '{"id":"x"}', True),
        ("$.id=", '{"id":1}', "{}", False),
        ("$.items[*].id", '{"items":[{"id":1}]}', '{"items":[{"id":2}]}', True),
        ("$.items[*]", '{"items":[1,2,3]}', '{"items":[]}', True),
        ("$.items[0]", "[1]", "[2]", False),
        ("$[0,2]", "[1,2,3,4]", "[2,4]", True),
        ("$..id", '{"id":{"id":1},"a":[{"id":2}]}', '{"a":[{}]}', True),
        ("$..id=", '{"id":{"id":1},"a":[{"id":2}]}', '{"id":3,"a":[{"id":4}]}', True),
        ("$..id=", '{"id":1}', "{}", False),
        ("$", "[1]", "{}", True),
        ("$.a $.b=", '{"a":1,"b":1}', '{"b":2}', True),
        ("$[0] $[1]", "[1,2,3]", "[3]", True),  # as they stand in what came
        ("$[0] $[1]", "[1,2,3]", "[1,2,4]", False),
        ("$[0]= $[0]", "[1,2]", "[2]", True),
        ("$.a[0] $.a= $.b", '{"a":[1,2],"b":1}', '{"a":3}', True),
        ("$..t $.x[?@.t=='p']", '{"x":[{"t":"p"},{"t":"q"}]}', '{"x":[{}]}', True),
    ],
)
def test_json_counts_without_what_is_ignored(
    ignored: str, one: str, other: str, alike: bool
) -> None:
    pair = post(one.encode()), post(other.encode())
    assert same(spec(json=ignored), *pair) is alike


def test_json_too_deep_to_be_searched_is_compared_as_it_stands() -> None:
    deep = b'{"a":' * 500 + b"1" + b"}" * 500
    assert same(spec(json="$..['id','x']"), post(deep), post(deep))
    assert not same(spec(json="$..['id','x']"), post(deep), post(b" " + deep))
    assert same(spec(json="$..id"), post(deep), post(b" " + deep))  # it needs no search


@pytest.mark.parametrize("part", ["body", "form"])
def test_a_form_counts_without_what_is_ignored(part: str) -> None:
    one, other = post(b"a=1&token=x", FORM), post(b"a=1&token=y", FORM)
    assert not same(spec(part), one, other)
    assert same(spec(part, form="tok*"), one, other)
    assert same(spec(part, form="token="), one, other)
    assert not same(spec(part, form="token="), one, post(b"a=1", FORM))


def test_a_field_of_a_multipart_counts_as_one_of_a_form() -> None:
    def upload(token: str, boundary: str = "b") -> Request:
        lines = f'--{boundary}\nContent-Disposition: form-data; name="{{}}"\n\n{{}}\n'
        body = lines.format("a", 1) + lines.format("token", token) + f"--{boundary}--"
        media = f"multipart/form-data; boundary={boundary}"
        return post(body.encode(), {"Content-Type": [media]})

    assert not same(spec(), upload("1"), upload("2"))
    assert same(spec(form="token"), upload("1"), upload("2", "c"))
    assert same(spec(form="token="), upload("1"), upload("2"))
    other = upload("1").body.replace(b'"token"', b'"nekot"')
    changed = replace(upload("1"), body=other)
    assert not same(spec(form="token="), upload("1"), changed)


# Other hosts

STAGING = MatchSpec()._replace(
    base_urls=(
        ("https://staging.test/api", "https://api.test/"),
        ("http://a/", "x://b"),
    ),
)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("https://staging.test/api/v1?x", "https://api.test/v1?x", True),
        ("https://STAGING.test:443/api/v1", "https://api.test/v1", True),
        ("https://staging.test/api", "https://api.test", True),
        ("https://staging.test/api?x", "https://api.test/?x", True),
        ("https://staging.test/apiary", "https://api.test/ary", False),
        ("https://staging.test/", "https://api.test/", False),
        ("http://a/1", "x://b/1", True),
    ],
)
def test_one_base_url_may_stand_for_another(one: str, other: str, alike: bool) -> None:
    assert same(STAGING, get(one), get(other)) is alike
    assert same(STAGING._replace(parts=("host", "path")), get(one), get(other)) is alike


# Other recorders


def test_charm_folds_line_ends_in_json_and_out_of_it() -> None:
    charm = MatchSpec.of("charm")
    assert same(charm, post(b'{"a": "x\\r\\ny"}'), post(b'{"a":"x\\ny"}'))
    assert same(charm, post(b"a\r\nb"), post(b"a\nb"))
    assert not same(charm, post(b"b=1&a=1", FORM), post(b"a=1&b=1", FORM))
    assert not same(charm, post(b"1"), post(b"2"))


def test_go_vcr_may_be_told_to_ignore_and_to_map() -> None:
    go = MatchSpec.of("go-vcr")
    one, other = get("http://h/?ts=1"), get("http://h/?ts=2")
    assert not same(go, one, other)
    assert same(go._replace(ignore_query=(parse_ignore("ts"),)), one, other)
    assert not same(go, get("http://h:80/"), get("http://h/"))
    mapped = go._replace(base_urls=(("http://i/", "http://h/"),))
    assert same(mapped, get("http://i/?ts=1"), one)


# Keys and parts

requests = st.builds(
    Request,
    method=st.sampled_from(["GET", "POST", ""]),
    url=st.sampled_from(
        [
            "http://h/",
            "http://H:80/?a=1&b=2",
            "http://h/?b=2&a=1",
            "http://h/?a=+",
            "http://h/?a=%20",
            "https://h:80/~",
            "https://h:80/%7e",
            "http://staging/x",
            "*",
        ]
    ),
    proto=st.sampled_from(["HTTP/1.1", ""]),
    host=st.sampled_from(["h", ""]),
    body=st.sampled_from(
        [
            b"",
            b"a=1&b=2",
            b"b=2&a=1",
            b'{"a":1}',
            b'{ "a": 1.0, "id":3}',
            b"\r\n",
            b"\n",
        ]
    ),
    headers=st.sampled_from([{}, FORM, JSON, {"content-type": ["text/plain"]}]),
)
ignores = st.lists(st.sampled_from(["a", "b=", "*", "content-*"]), max_size=1).map(
    lambda words: tuple(map(parse_ignore, words))
)
specs = st.builds(
    MatchSpec,
    parts=st.lists(
        st.sampled_from([*PARTS, "header:Content-Type"]), min_size=1, unique=True
    ).map(tuple),
    style=st.just("usual"),
    ignore_headers=ignores,
    ignore_query=ignores,
    ignore_json=st.sampled_from([(), (parse_ignore("$.id"),), (parse_ignore("$.a="),)]),
    ignore_form=ignores,
    ignore_body=st.sampled_from([(), (Ignore("[0-9]"),), (Ignore("a|="),)]),
    base_urls=st.sampled_from([(), (("http://staging/x", "http://h/"),)]),
    ignore_path=st.sampled_from([(), (Ignore("[xy]"),)]),
) | st.sampled_from([MatchSpec.of("go-vcr"), MatchSpec.of("charm")])


@given(specs, requests, requests)
def test_a_look_up_by_key_finds_what_the_parts_match(
    how: MatchSpec, asked: Request, recorded: Request
) -> None:
    matcher = Matcher(how)
    deck = Deck([Interaction(0, recorded, Response())], matcher=matcher)
    assert (deck.take(asked) is not None) is matcher.matches(asked, recorded)
    assert deck.used_up(asked) == matcher.matches(asked, recorded)


@given(specs, requests)
def test_a_request_matches_itself(how: MatchSpec, request: Request) -> None:
    assert Matcher(how).matches(request, replace(request))


@pytest.mark.parametrize(
    ("one", "other", "matches"),
    [
        ("https://h/runs/17/log?a=1", "https://h/runs/18/log?a=1", True),
        ("https://h/runs/17/log", "https://h/runs/17/out", False),
        ("https://h/runs/17/log?a=1", "https://h/runs/18/log?a=2", False),
        ("https://h/jobs/17", "https://h/jobs/18", False),
        ("https://h/?a=/runs/1", "https://h/?a=/runs/2", False),
        ("no URL/runs/1", "no URL/runs/2", False),
    ],
)
@pytest.mark.parametrize("parts", ["url", "path query"])
def test_what_a_regex_matches_in_a_path_does_not_count(
    parts: str, one: str, other: str, matches: bool
) -> None:
    how = spec(*parts.split(), path="(?<=/runs/)[0-9]+")
    assert same(how, get(one), get(other)) is matches


def test_a_path_can_be_left_out_of_what_go_vcr_compares() -> None:
    how = MatchSpec(("url",), "go-vcr", ignore_path=(Ignore("[0-9]+"),))
    assert same(how, get("https://h/1"), get("https://h/2"))


def test_a_message_is_compared_as_json_without_what_does_not_count() -> None:
    key = Matcher(MatchSpec(ignore_json=(parse_ignore("$.at"),))).message
    assert key(b'{"a": 1, "at": 5}') == key(b'{"at":6,"a":1}') == key(b'{"a":1,"at":7}')
    assert key(b'{"a":1}') != key(b'{"a":2}')
    assert key(b"text") == b"text" != key(b"other")
    assert key(b"x [REDACTED:jwt]") == key(b"x [REDACTED:token]")


def test_messages_of_socket_io_and_signalr_are_compared_as_the_json_in_them() -> None:
    ignored = (parse_ignore("$[1].at"), parse_ignore("$.at="))
    key = Matcher(MatchSpec(ignore_json=ignored)).message
    assert key(b'42["a",{"at":1}]') == key(b'42["a", {"at": 2}]')
    assert key(b'42/of,7["a",{"at":1}]') == key(b'42/of,7["a",{}]')
    assert key(b'42["a",{"at":1}]') != key(b'43["a",{"at":1}]')
    assert key(b'{"a":1,"at":1}\x1e{"b":1}\x1e') == key(
        b'{"at":2,"a":1}\x1e{"b": 1}\x1e'
    )
    assert key(b'{"a":1}\x1e') != key(b'{"a":1}')


def test_a_piece_that_is_left_out_of_a_text_leaves_no_mark() -> None:
    key = Matcher(MatchSpec(ignore_body=(Ignore("[0-9]+"),))).message
    assert key(b"run 17") == key(b"run ")
