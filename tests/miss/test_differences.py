"""Where two URLs differ is said by place, in few words."""

import re

import pytest

from mitmvcr.core.matching import Ignoring, Names, parse_ignore
from mitmvcr.miss.differences import url_differences
from mitmvcr.miss.report import Difference


def urls(asked: str, recorded: str) -> list[str]:
    return [str(each) for each in url_differences(asked, recorded, Names([]))]


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
        ("https://h/?q=%ff", "https://h/?q=%fe", [r'query.q: "\udcff" was "\udcfe"']),
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


LONG = "time,latitude,longitude," * 10
STEPS = "data/" * 20


@pytest.mark.parametrize(
    ("asked", "recorded", "said"),
    [
        (
            f"http://h/{STEPS}one",
            f"http://h/{STEPS}other",
            "path at character 102: one was other",
        ),
        (
            f"http://h/?q={LONG}time>=1&a=b",
            f"http://h/?q={LONG}time>=2&a=b",
            'query.q at character 246: "time>=1" was "time>=2"',
        ),
        (
            f"http://h/?q={LONG}",
            f"http://h/?q={LONG}2",
            'query.q at character 240: "" was "2"',
        ),
        (
            f"http://h/?a=1&a=2&a=3&a={LONG}one",
            f"http://h/?a=1&a=2&a=3&a={LONG}two",
            'query.a[3] at character 240: "one" was "two"',
        ),
        (
            "http://h/?a=1&a=2&a=3&a=4&a=5",
            "http://h/?a=1&a=2&a=3&a=4",
            'query.a[4]: "5" was absent',
        ),
        (
            f"http://h/?a={LONG}1&b=c",
            f"http://h/?b=c&a={LONG}1",
            f'query: "a={LONG[:77]}... was "b=c&a={LONG[:73]}...',
        ),
    ],
)
def test_long_values_are_told_from_where_they_differ(
    asked: str, recorded: str, said: str
) -> None:
    (found,) = urls(asked, recorded)
    assert found.partition(" (")[0] == said


def test_a_long_value_stays_with_its_name_by_which_it_is_masked() -> None:
    start = f"http://h/?to={'x' * 60}?a=b%26token="
    (found,) = urls(f"{start}{'a' * 40}1", f"{start}{'a' * 40}2")
    assert '"token=aaaa' in found


def test_what_would_let_a_difference_pass_is_said_with_it() -> None:
    found = url_differences("http://a/x?p[0]=1", "http://b/y", Names([]))
    assert [each.ignoring for each in found] == [
        ("base_urls", "http://a/=http://b/"),
        None,
        ("ignore_query", "p[[]0]"),
    ]


def test_what_is_ignored_is_no_difference() -> None:
    ignored = Names([parse_ignore("p"), parse_ignore("q=")])
    pair = "http://h/?p=1&q=1&r=1", "http://h/?q=2&r=2"
    found = [str(each) for each in url_differences(*pair, ignored)]
    assert found == ['query.r: "1" was "2"']


ID = "1b4e28ba-2fa1-41d2-883f-0016d3cca427"
OTHER = "6fa459ea-ee8a-4ca4-894e-db77e160355e"


def test_a_step_of_a_path_that_is_made_anew_can_be_ignored() -> None:
    pair = f"https://h/runs/{ID}/log/{ID}", f"https://h/runs/{OTHER}/log/{OTHER}"
    (found,) = url_differences(*pair, Names(()))
    assert found.looks == "looks like a UUID"
    assert found.ignoring is not None
    field, regex = found.ignoring
    assert field == Ignoring.PATH
    assert "(?<=/runs/)" in regex
    assert "(?<=/log/)" in regex
    rest = [re.sub(regex, "", url[9:]) for url in pair]
    assert rest == ["/runs//log/", "/runs//log/"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"https://h/{ID}/a", f"https://h/{OTHER}/b"),
        (f"https://h/{ID}", f"https://h/{OTHER}/b"),
        ("https://h/a", "https://h/b"),
    ],
)
def test_a_path_that_differs_in_a_word_is_another(one: str, other: str) -> None:
    (found,) = url_differences(one, other, Names(()))
    assert found.ignoring is None


def test_steps_of_different_looks_are_told_without_them() -> None:
    pair = f"https://h/{ID}/2026-11-28", f"https://h/{OTHER}/2026-11-29"
    (found,) = url_differences(*pair, Names(()))
    assert found.ignoring
    assert found.looks == ""
