"""Equal keys match: JSON as JSON, all else byte for byte; and nothing ever raises."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitmvcr.core.keys import (
    body_key,
    header,
    parse_json,
    request_key,
    split_url,
    url_host,
    url_key,
)
from mitmvcr.core.model import Request

JSON = "application/json"
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def same(one: bytes | str, other: bytes | str, content_type: str = JSON) -> bool:
    keys = [
        body_key(body.encode() if isinstance(body, str) else body, content_type)
        for body in (one, other)
    ]
    return keys[0] == keys[1]


# JSON


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param('{"a":1,"b":2}', '{"b":2,"a":1}', id="key order"),
        pytest.param('{"a":{"b":1,"c":2}}', '{"a":{"c":2,"b":1}}', id="inner order"),
        pytest.param('{"a":[1,2]}', ' {\t"a" :\r\n [ 1 , 2 ] }\n', id="spacing"),
        pytest.param(r'["\u00e9\/\u0041"]', '["é/A"]', id="escapes"),
        pytest.param(r'["\ud83d\ude00"]', '["😀"]', id="surrogate pair"),
        pytest.param(r'["\ud800"]', r'[ "\uD800" ]', id="lone surrogate"),
        pytest.param("[1]", "[1.0]", id="1 and 1.0"),
        pytest.param("[100]", "[1e2]", id="100 and 1e2"),
        pytest.param("[0]", "[-0.0]", id="0 and -0.0"),
        pytest.param("[1.10]", "[1.1]", id="1.10 and 1.1"),
        pytest.param('{"a":1,"a":2}', '{"a":2}', id="the last of duplicate keys"),
        pytest.param("\ufeff[1]", "[ 1]", id="byte order mark"),
        pytest.param('"é"', r' "\u00e9"', id="a text alone"),
    ],
)
def test_equal_json_has_equal_keys(one: str, other: str) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param('{"a":true}', '{"a":1}', id="true and 1"),
        pytest.param('{"a":false}', '{"a":0}', id="false and 0"),
        pytest.param('{"a":null}', "{}", id="null and absent"),
        pytest.param('["1"]', "[1]", id="text and number"),
        pytest.param("[1,2]", "[2,1]", id="list order"),
        pytest.param('{"1":1}', '{"1":2}', id="values"),
        pytest.param("{}", "[]", id="object and list"),
        pytest.param("[]", "", id="list and no body"),
        pytest.param('{"a":1,"a":2}', '{"a":1}', id="the first of duplicate keys"),
        pytest.param("[9007199254740993]", "[9007199254740992]", id="beyond 2**53"),
        pytest.param("[1e999]", "[2e999]", id="beyond all floats"),
        pytest.param("[1e999]", '["number 1e999"]', id="beyond all floats, and text"),
        pytest.param("[NaN]", '["NaN"]', id="NaN and text"),
        pytest.param("[Infinity]", "[1e999]", id="Infinity"),
        pytest.param('["é"]', '["e\u0301"]', id="normal forms"),
        pytest.param('{"a":1', '{"a": 1', id="broken JSON"),
        pytest.param("[1] [2]", "[1]  [2]", id="two values"),
    ],
)
def test_other_bodies_have_other_keys(one: str, other: str) -> None:
    assert not same(one, other)


@given(json_values)
def test_json_is_known_again_however_it_is_spelled(value: object) -> None:
    compact = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    spread = json.dumps(value, indent=3, sort_keys=True)
    assert same(compact.encode("utf-8", "surrogatepass"), spread) or any(
        "\ud800" <= c <= "\udfff" for c in compact
    )


@given(json_values, json_values)
def test_json_that_differs_never_has_equal_keys(one: object, other: object) -> None:
    spelled = [json.dumps(value, sort_keys=True) for value in (one, other)]
    if same(*spelled):
        assert one == other


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "application/vnd.api+json",
        "Application/JSON",
    ],
)
def test_a_json_content_type_makes_a_bare_value_json(content_type: str) -> None:
    assert same("1.0", "1", content_type)


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/jose"])
def test_a_bare_value_of_another_type_is_bytes(content_type: str) -> None:
    assert not same("1.0", "1", content_type)


def test_a_body_that_starts_as_json_is_json_whatever_its_type() -> None:
    assert same('{"a":1}', ' { "a": 1 }', "text/plain")


def test_bytes_that_are_not_utf_8_are_compared_as_they_stand() -> None:
    assert same(b'["\xff"]', b'["\xff"]')
    assert not same(b'["\xff"]', b'[ "\xff"]')
    assert not same(b'["\xed\xa0\x80"]', rb'["\ud800"]')
    assert not same("[1]".encode("utf-16"), "[1]")


def test_numbers_too_long_for_python_are_compared_as_they_stand() -> None:
    digits = "9" * 5000
    assert same(f"[{digits}]", f"[{digits}]")
    assert not same(f"[{digits}]", f"[{digits[:-1]}8]")
    assert not same(f"[{digits}]", f"[ {digits}]")


def test_nesting_too_deep_for_python_is_compared_as_it_stands() -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    assert same(deep, deep)
    assert not same(deep, b" " + deep)
    with pytest.raises(ValueError, match="nested too deep"):
        parse_json(deep, "")


# Bytes


def test_no_body_is_an_empty_key() -> None:
    assert body_key(b"", JSON) == b""


@given(st.binary(), st.binary())
def test_bodies_that_are_not_json_match_only_themselves(a: bytes, b: bytes) -> None:
    one, other = b"=" + a, b"=" + b
    assert same(one, other, "text/plain") is (one == other)


def test_a_long_body_is_kept_as_a_short_key() -> None:
    long = b"x" * 100_000
    assert len(body_key(long, "")) < 100
    assert same(long, long)
    assert not same(long, long[:-1] + b"y")


def test_no_body_can_pass_for_the_digest_of_another() -> None:
    digest = body_key(b"x" * 100_000, "")
    assert not same(digest, b"x" * 100_000)


@given(st.binary(), st.text())
def test_nothing_in_a_body_raises(body: bytes, content_type: str) -> None:
    assert isinstance(body_key(body, content_type), bytes)


@given(st.text('[]{}",:\\u019aeEtn-+. \n'))
def test_nothing_that_is_nearly_json_raises(text: str) -> None:
    assert isinstance(body_key(text.encode(), JSON), bytes)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"[" * 3_000_000, id="lists"),
        pytest.param(b'{"a":' * 500_000, id="objects"),
        pytest.param(b"[1" + b"0" * 3_000_000 + b"]", id="one whole number"),
        pytest.param(b"[1." + b"1" * 3_000_000 + b"]", id="one fraction"),
        pytest.param(b"[1e" + b"9" * 3_000_000 + b"]", id="one exponent"),
        pytest.param(b"[" + b",".join([b"9" * 4300] * 500) + b"]", id="many numbers"),
        pytest.param(b'["' + b"\\" * 3_000_000, id="backslashes"),
        pytest.param(b" " * 3_000_000, id="spaces"),
        pytest.param(b'["' * 1_000_000, id="quotes"),
    ],
)
def test_an_attack_takes_no_longer_than_its_size_allows(body: bytes) -> None:
    start = time.process_time()
    body_key(body, JSON)
    assert time.process_time() - start < 5


# URLs


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://h/x", "https://h/x"),
        ("HTTPS://API.Example.COM/X?Q", "https://api.example.com/X?Q"),
        ("http://h:80/", "http://h/"),
        ("https://h:443/", "https://h/"),
        ("http://h:443/", "http://h:443/"),
        ("https://h:80/", "https://h:80/"),
        ("ws://h:80/", "ws://h:80/"),
        ("http://h:8080/", "http://h:8080/"),
        ("http://h:/", "http://h/"),
        ("ws://h:/", "ws://h/"),
        ("http://h", "http://h/"),
        ("http://h?a=1", "http://h/?a=1"),
        ("http://h#f", "http://h/"),
        ("http://h/p?a=1#f?b", "http://h/p?a=1"),
        ("http://h/p?", "http://h/p?"),
        ("http://h/p?a/b?c", "http://h/p?a/b?c"),
        ("http://h/%7E%2f", "http://h/%7E%2f"),
        ("http://[::1]:80/x", "http://[::1]/x"),
        ("http://[FE80::80]/x", "http://[fe80::80]/x"),
        ("http://User:Pa@ss@H:80/x", "http://h/x"),
        ("http://good@evil/x", "http://evil/x"),
        ("http:///x", "http:///x"),
        ("http://[", "http://[/"),
        ("http://h/a\nb\tc", "http://h/a\nb\tc"),
        ("*", "*"),
        ("", ""),
        ("/only/a/path", "/only/a/path"),
        ("h:443", "h:443"),
    ],
)
def test_a_url_is_compared_without_what_does_not_travel(url: str, key: str) -> None:
    assert url_key(url) == key


@given(st.text() | st.text(":/?#@[]a.0%").map("http://".__add__))
def test_no_url_raises(url: str) -> None:
    assert isinstance(url_key(url), str)
    assert isinstance(url_host(url), str)


@given(
    st.sampled_from(["http", "HTTPS", "ws"]),
    st.sampled_from(["", "user@", "u:p@"]),
    st.sampled_from(["h", "A.b", "[::1]", "[FE80::80]", "127.0.0.1"]),
    st.sampled_from(["", ":", ":80", ":443", ":8080"]),
    st.text("/aB%?#&=:@é"),
)
def test_the_key_of_a_url_is_its_own_key(
    scheme: str, user: str, host: str, port: str, rest: str
) -> None:
    key = url_key(f"{scheme}://{user}{host}{port}/{rest}")
    assert url_key(key) == key
    assert url_host(key) == host.strip("[]").lower()


def test_a_url_comes_in_four_parts() -> None:
    assert split_url("http://H:80/p?q=1") == ("http", "h", "/p", "?q=1")
    assert split_url("*") is None


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://API.example.com:8443/x", "api.example.com"),
        ("https://user@h/x", "h"),
        ("http://[::1]:8080/", "::1"),
        ("http://[::1]/", "::1"),
        ("http://[", "["),
        ("not a url", ""),
    ],
)
def test_the_host_of_a_url_is_its_name_alone(url: str, host: str) -> None:
    assert url_host(url) == host


# Headers and the whole


@pytest.mark.parametrize(
    ("headers", "value"),
    [
        ({"Content-Type": ["a", "b"]}, "a"),
        ({"content-type": ["a"]}, "a"),
        ({"X": ["b"], "CONTENT-TYPE": ["a"]}, "a"),
        ({"Content-Type": []}, ""),
        ({"content-type": []}, ""),
        ({"X": ["b"]}, ""),
        ({}, ""),
    ],
)
def test_a_header_is_found_whatever_its_spelling(
    headers: dict[str, list[str]], value: str
) -> None:
    assert header(headers, "Content-Type") == value


def test_the_method_and_the_body_make_the_key() -> None:
    keys = {
        request_key(Request(method=method, body=body))
        for method in ("GET", "get", "POST")
        for body in (b"", b"a", b"b")
    }
    assert len(keys) == 9


def test_the_content_type_of_the_request_counts() -> None:
    as_json = {"content-type": ["application/json"]}
    one = Request(method="POST", body=b"1.0", headers=as_json)
    other = Request(method="POST", body=b"1", headers=as_json)
    assert request_key(one) == request_key(other)


def test_a_placeholder_matches_one_of_another_kind() -> None:
    one = Request(
        method="POST", url="http://h/[REDACTED:token]", body=b'"[REDACTED:a]"'
    )
    other = Request(
        method="POST", url="http://h/[REDACTED:sid]", body=b'"[REDACTED:b]"'
    )
    assert url_key(one.url) == url_key(other.url)
    assert request_key(one) == request_key(other)
    assert url_key("http://h/[REDACTED:]") != url_key(one.url)
