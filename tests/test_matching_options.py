"""The options about matching become a MatchSpec; what cannot be used is told."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitmvcr.core.errors import OptionError
from mitmvcr.core.matching import (
    DEFAULT_PARTS,
    Ignore,
    MatchSpec,
    Rule,
    glob_of,
)
from mitmvcr.core.matching.ignoring import Names
from mitmvcr.core.matching.spec import GO_PARTS
from mitmvcr.options import BY_NAME, Settings, Text, as_options
from option_samples import parse_settings

MATCHING = [
    "vcr_match",
    "vcr_ignore_headers",
    "vcr_ignore_query",
    "vcr_ignore_json",
    "vcr_ignore_form",
    "vcr_base_url_map",
]
parse_match = BY_NAME["match"].read


def parse_matching(**texts: Text) -> MatchSpec:
    return parse_settings(**texts).matching


def matching_options(spec: MatchSpec) -> dict[str, str | list[str]]:
    written = as_options(Settings(matching=spec))
    return {name: written[name] for name in MATCHING}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", DEFAULT_PARTS),
        (" , ", DEFAULT_PARTS),
        ("method,url", ("method", "url")),
        (" Method , PATH ,path", ("method", "path")),
        (
            "headers,header:X-Foo, header: Accept",
            ("headers", "header:X-Foo", "header:Accept"),
        ),
    ],
)
def test_parts_are_chosen_by_name(text: str, parts: tuple[str, ...]) -> None:
    assert parse_match(text) == MatchSpec(parts)


def test_another_recorders_parts_are_chosen_by_its_name() -> None:
    assert parse_match("go-vcr") == MatchSpec(GO_PARTS, "go-vcr")
    assert parse_match(" CHARM ") == MatchSpec(DEFAULT_PARTS, "charm")


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("-vary", MatchSpec(off=(Rule.VARY,))),
        (" -Range , -identity,-range", MatchSpec(off=(Rule.RANGE, Rule.IDENTITY))),
        ("method,-validators", MatchSpec(("method",), off=(Rule.VALIDATORS,))),
        ("go-vcr,-vary", MatchSpec(GO_PARTS, "go-vcr", off=(Rule.VARY,))),
    ],
)
def test_a_rule_of_http_is_switched_off_by_its_name(text: str, spec: MatchSpec) -> None:
    assert parse_match(text) == spec
    assert parse_match(str(spec)) == spec


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("-varry", "there is no rule '-varry' to switch off; there are -range,"),
        (
            "methd",
            "there is no part 'methd'; use go-vcr, charm, or some of",
        ),
        ("method,header:", "there is no part 'header:'"),
        ("go-vcr,method", "go-vcr is a list of parts already; use it alone"),
    ],
)
def test_other_parts_are_told_with_the_known_ones(text: str, problem: str) -> None:
    with pytest.raises(OptionError) as caught:
        parse_match(text)
    assert str(caught.value).startswith(f"vcr_match={text}: {problem}")


def test_names_have_commas_between_or_come_one_by_one() -> None:
    spec = parse_matching(
        ignore_headers=["X-A, X-B=", ""], ignore_query=["ts"], ignore_form=["t*="]
    )
    assert spec.ignore_headers == (Ignore("X-A"), Ignore("X-B", value_only=True))
    assert spec.ignore_query == (Ignore("ts"),)
    assert spec.ignore_form == (Ignore("t*", value_only=True),)


def test_a_name_is_needed() -> None:
    with pytest.raises(OptionError) as caught:
        parse_matching(ignore_query=["a,="])
    assert str(caught.value) == "vcr_ignore_query=a,=: write a name before the '='"


def test_a_json_path_comes_by_itself() -> None:
    spec = parse_matching(ignore_json=["$['a','b']", "$.id=", " "])
    assert spec.ignore_json == (Ignore("$['a','b']"), Ignore("$.id", value_only=True))


@pytest.mark.parametrize("text", ["id", "$.", "$.a[", "$.a ==", "="])
def test_what_is_no_json_path_is_told(text: str) -> None:
    with pytest.raises(OptionError) as caught:
        parse_matching(ignore_json=[text])
    said = str(caught.value)
    assert said.startswith(f"vcr_ignore_json={text}: is not a JSONPath (")
    assert said.endswith("use one as $.id or $.items[*].id")
    assert ("it begins with $" in said) is not text.startswith("$")
    assert "TOKEN_ROOT" not in said


def test_a_library_that_is_not_installed_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "jsonpath", None)
    with pytest.raises(OptionError) as caught:
        parse_matching(ignore_json=["$.id"])
    assert str(caught.value) == (
        "vcr_ignore_json=$.id: needs python-jsonpath, which is not installed:"
        " pip install it"
    )


def test_a_regex_comes_by_itself() -> None:
    spec = parse_matching(ignore_body=["run-[0-9]{1,3}", "", "a="])
    assert spec.ignore_body == (Ignore("run-[0-9]{1,3}"), Ignore("a="))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "run-[",
            "is not a regular expression (unterminated character set at position"
            " 4); use one as 'run-[0-9]+'",
        ),
        (
            "(?P<a>x)(?P<a>y)",
            "is not a regular expression (redefinition of group name"
            " 'a' as group 2; was group 1 at position 12); use one as 'run-[0-9]+'",
        ),
        ("x*", "matches an empty text; use one as 'run-[0-9]+'"),
    ],
)
def test_what_is_no_regex_for_a_body_is_told(text: str, why: str) -> None:
    with pytest.raises(OptionError) as caught:
        parse_matching(ignore_body=[text])
    assert str(caught.value) == f"vcr_ignore_body={text}: {why}"


def test_a_base_url_is_mapped_to_another() -> None:
    spec = parse_matching(base_url_map=["https://a.test/x=y=http://b.test:81", ""])
    assert spec.base_urls == (("https://a.test/x=y", "http://b.test:81"),)


@pytest.mark.parametrize(
    "text",
    [
        "https://a/",
        "a=https://b/",
        "https://a/=b",
        "ftp://a/=http://b/",
        "http://a/?x=http://b/",
        "http://a/=http://",
    ],
)
def test_what_is_no_pair_of_urls_is_told(text: str) -> None:
    with pytest.raises(OptionError) as caught:
        parse_matching(base_url_map=[text])
    assert str(caught.value) == (
        f"vcr_base_url_map={text}: use two URLs, as"
        " https://staging.example.com/=https://example.com/"
    )


@pytest.mark.parametrize("match", ["method,path,header:X", "go-vcr", "charm"])
def test_they_can_be_written_as_they_were_read(match: str) -> None:
    spec = parse_matching(
        match=match,
        ignore_headers=["a", "b="],
        ignore_query=["c"],
        ignore_json=["$.d="],
        ignore_form=["e"],
        base_url_map=["http://a/=http://b/"],
    )
    written = matching_options(spec)
    assert (
        parse_matching(
            **{name.removeprefix("vcr_"): value for name, value in written.items()}
        )
        == spec
    )


@given(st.text(min_size=1) | st.text(" a=,*?[]!\n\udcff", min_size=1))
def test_any_name_can_be_given_to_an_option(name: str) -> None:
    (ignore,) = parse_matching(ignore_query=(glob_of(name),)).ignore_query
    assert not Names([ignore]).counts(name)
    assert glob_of("page") == "page"
