"""Go's own answers are in tests/golden/cassettes/durations.json."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from golden import files
from mitmvcr.core.duration import format_duration, parse_duration

_GOLDEN = files.load("durations.json")


def test_durations_are_printed_as_go_prints_them() -> None:
    printed = {case["ns"]: case["text"] for case in _GOLDEN["printed"]}
    assert len(printed) > 30
    assert {ns: format_duration(ns) for ns in printed} == printed


def _parsed(text: str) -> int | None:
    try:
        return parse_duration(text)
    except ValueError:
        return None


def test_durations_are_parsed_as_go_parses_them() -> None:
    parsed = {
        case["text"]: None if "error" in case else case["ns"]
        for case in _GOLDEN["parsed"]
    }
    assert len(parsed) > 70
    assert {text: _parsed(text) for text in parsed} == parsed


@pytest.mark.parametrize(
    ("ns", "text"),
    [
        (0, "0s"),
        (1, "1ns"),
        (1_100, "1.1µs"),
        (712_000_000, "712ms"),
        (1_171_848_125, "1.171848125s"),
        (90_700_000_000, "1m30.7s"),
        (3_723_000_000_000, "1h2m3s"),
        (-250_000, "-250µs"),
    ],
)
def test_a_duration_and_its_text(ns: int, text: str) -> None:
    assert format_duration(ns) == text
    assert parse_duration(text) == ns


@given(st.integers(-(2**63), 2**63 - 1))
def test_what_is_printed_is_parsed(ns: int) -> None:
    assert parse_duration(format_duration(ns)) == ns


@pytest.mark.parametrize("ns", [2**63, -(2**63) - 1])
def test_more_than_64_bits_are_refused(ns: int) -> None:
    with pytest.raises(ValueError, match="64 bits"):
        format_duration(ns)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "invalid duration ''"),
        ("1d", "unknown unit 'd' in duration '1d'"),
        ("9223372036854775808ns", "more than 64 bits"),
    ],
)
def test_an_unsound_text_is_told(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_duration(text)


def test_a_long_text_is_refused_at_once() -> None:
    assert _parsed("1" * 1_000_000) is None
    assert _parsed("1s" * 500_000 + "x") is None
