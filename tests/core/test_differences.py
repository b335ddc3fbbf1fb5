"""Where two requests differ is said by place, in few words."""

import pytest

from mitmvcr.core.differences import (
    MOST_DIFFERENCES,
    Difference,
    body_differences,
    common,
    url_differences,
)
from mitmvcr.core.model import Request

AS_JSON = {"Content-Type": ["application/json"]}


def urls(asked: str, recorded: str) -> list[str]:
    return [str(each) for each in url_differences(asked, recorded)]


def bodies(asked: bytes | str, recorded: bytes | str) -> list[str]:
    one, other = (
        Request(body=body.encode() if isinstance(body, str) else body, headers=AS_JSON)
        for body in (asked, recorded)
    )
    return [str(each) for each in body_differences(one, other)]


def test_a_difference_reads_as_a_sentence() -> None:
    assert str(Difference("path", "/a", "/b")) == "path: /a was /b"


# URLs


@pytest.mark.parametrize(
    ("asked", "recorded", "said"),
    [
        ("http://h/", "https://h/", ["scheme: http was https"]),
        ("https://a/", "https://b/", ["host: a was b"]),
        ("https://h:8443/", "https://h/", ["host: h:8443 was h"]),
        ("https://h/v1/x", "https://h/v2/x", ["path: /v1/x was /v2/x"]),
        ("https://h/?p=2", "https://h/?p=1", ['query.p: "2" was "1"']),
        ("https://h/?p=2", "https://h/", ['query.p: "2" was absent']),
        ("https://h/", "https://h/?p=", ['query.p: absent was ""']),
        ("https://h/?p=1&p=2", "https://h/?p=1", ['query.p: "1", "2" was "1"']),
        (
            "https://h/?b=1&a=2",
            "https://h/?a=2&b=1",
            ['query: "b=1&a=2" was "a=2&b=1"'],
        ),
        ("https://h/?q=a+b", "https://h/?q=a%20b", ['query: "q=a+b" was "q=a%20b"']),
        ("https://h/?q=%ff", "https://h/?q=%fe", ['query: "q=%ff" was "q=%fe"']),
        ("https://h/p?", "https://h/p", ['query: "" was absent']),
        ("https://h/?q", "https://h/?q=", ['query: "q" was "q="']),
        (
            "http://a/x?p=1&q=1",
            "https://b/y?p=2",
            [
                "scheme: http was https",
                "host: a was b",
                "path: /x was /y",
                'query.p: "1" was "2"',
                'query.q: "1" was absent',
            ],
        ),
        ("*", "https://h/", ['url: "*" was "https://h/"']),
        ("https://h/", "h:443", ['url: "https://h/" was "h:443"']),
        ("http://[", "http://h", ["host: [ was h"]),
    ],
)
def test_urls_differ_by_part(asked: str, recorded: str, said: list[str]) -> None:
    assert urls(asked, recorded) == said


def test_of_many_values_of_one_name_the_first_are_shown() -> None:
    many = "https://h/?" + "&".join(f"p={i}" for i in range(1000))
    assert urls(many, "https://h/?p=x") == ['query.p: "0", "1", "2", ... was "x"']


# JSON


@pytest.mark.parametrize(
    ("asked", "recorded", "said"),
    [
        ('{"a":1}', '{"a":2}', ["body.a: 1 was 2"]),
        ('{"a":1}', '{"a":"1"}', ['body.a: 1 was "1"']),
        ('{"a":1}', '{"a":true}', ["body.a: 1 was true"]),
        ('{"a":[]}', '{"a":{}}', ["body.a: [] was {}"]),
        ('{"a":null}', "{}", ["body.a: null was absent"]),
        ("{}", '{"a":{"b":[1]}}', ['body.a: absent was {"b": [1]}']),
        ('{"m":[{"c":"x"}]}', '{"m":[{"c":"y"}]}', ['body.m[0].c: "x" was "y"']),
        ("[1,2,3]", "[1,2]", ["body[2]: 3 was absent"]),
        ("[1]", "[1,2]", ["body[1]: absent was 2"]),
        ('{"a b":1}', '{"a b":2}', ['body["a b"]: 1 was 2']),
        ('{"":1}', '{"":2}', ['body[""]: 1 was 2']),
        ('{"b":1,"a":1}', '{"b":2,"a":2}', ["body.a: 1 was 2", "body.b: 1 was 2"]),
        ("1", "2", ["body: 1 was 2"]),
        ("[9007199254740992]", "[9007199254740992.0]", None),
    ],
)
def test_json_differs_by_place(
    asked: str, recorded: str, said: list[str] | None
) -> None:
    found = bodies(asked, recorded)
    assert found == (said or ["body[0]: 9007199254740992 was 9007199254740992.0"])


def test_only_the_first_differences_of_json_are_told() -> None:
    found = bodies(f"{[0] * 1000}", f"{[1] * 1000}")
    assert found == [f"body[{i}]: 0 was 1" for i in range(MOST_DIFFERENCES)]


def test_long_texts_are_shown_from_where_they_differ() -> None:
    start = "word " * 1000
    found = bodies(f'["{start}one"]', f'["{start}two"]')
    assert found == ['body[0] at character 5000: "word word one" was "word word two"']


def test_long_values_are_cut() -> None:
    (found,) = bodies(f'["a{"x" * 1000}"]', f'["b{"x" * 1000}"]')
    assert len(found) < 200
    assert found.startswith('body[0]: "axxx')


def test_a_deep_place_is_cut_in_front() -> None:
    deep = '{"name":' * 500 + "%d" + "}" * 500
    (found,) = bodies(deep % 1, deep % 2)
    assert found.startswith("...")
    assert found.endswith(".name.name: 1 was 2")
    assert len(found) < 250


def test_json_too_deep_to_be_read_differs_by_byte() -> None:
    deep = "[" * 100_000
    (found,) = bodies(deep, deep + "1")
    assert found.startswith("body at byte 100000: ")


def test_json_of_very_many_bytes_differs_by_byte() -> None:
    many = "[" + "0," * 200_000
    (found,) = bodies(many + "1]", many + "2]")
    assert found == 'body at byte 400001: "0,0,0,0,0,1]" was "0,0,0,0,0,2]"'


# Bytes


@pytest.mark.parametrize(
    ("asked", "recorded", "said"),
    [
        (b"=a", b"=b", 'body at byte 1: "=a" was "=b"'),
        (b"=abc", b"=ab", 'body at byte 3: "=abc" was "=ab"'),
        (b"=\xff", b"=\xfe", r'body at byte 1: "=\\xff" was "=\\xfe"'),
        (b"", b"x", 'body: empty was "x"'),
        (b"x", b"", 'body: "x" was empty'),
        (b"{}", b"", 'body: "{}" was empty'),
        (b"{}", b"not JSON", 'body at byte 0: "{}" was "not JSON"'),
        (
            b"0123456789" * 10 + b"A" * 50,
            b"0123456789" * 10 + b"B" * 50,
            f'body at byte 100: "0123456789{"A" * 30}" was "0123456789{"B" * 30}"',
        ),
    ],
)
def test_bytes_differ_at_the_first_place(
    asked: bytes, recorded: bytes, said: str
) -> None:
    assert bodies(asked, recorded) == [said]


def test_the_same_bytes_differ_by_their_content_type() -> None:
    one = Request(body=b"1.0", headers=AS_JSON)
    other = Request(body=b"1.0")
    (found,) = body_differences(one, other)
    assert str(found) == 'content-type: "application/json" was ""'


@pytest.mark.parametrize(
    ("one", "other", "length"),
    [("", "", 0), ("a", "", 0), ("ab", "ab", 2), ("abc", "abd", 2), ("abc", "x", 0)],
)
def test_the_common_start_is_measured(one: str, other: str, length: int) -> None:
    assert common(one, other) == length
    assert common(other.encode(), one.encode()) == length
