"""Strings that other YAML types would claim."""

import pytest

from mitmvcr.format.goplain import TYPED_WORDS, is_old_type, is_other_type


@pytest.mark.parametrize(
    "text",
    [
        *("true", "False", "NULL", "~", ".inf", "-.INF", ".NaN", "-0", "-0.0"),
        *("0", "-1", "+1", "1_000", "_1"[1:] + "_", "0x1F", "0X1f", "0b11", "0o17"),
        *("017", "09", "9223372036854775808", "18446744073709551615"),
        *("0x" + "0" * 99 + "1", "-0x8000000000000000"),
        *("1.5", "1.", ".5", "-.5", "1e3", "1E+3", ".5_5", ".5e1_0", "1" * 300),
        *(
            "2001-02-03",
            "2001-2-3",
            "2000-02-29",
            "2001-12-31 1:2:3",
            "2001-1-1  1:2:3",
        ),
        *("2001-01-01T01:02:03Z", "2001-1-1t1:2:3.5+01:00", "2001-1-1T1:2:3,5-24:60"),
    ],
)
def test_it_is_of_another_type(text: str) -> None:
    assert is_other_type(text)


@pytest.mark.parametrize(
    "text",
    [
        *("a", "tRUE", "nil", "yes", "-", "+", ".", "..", "=", "<<"),
        *("0x", "0xg", "0b2", "0o8", "1-1", "0x10000000000000000", "0x" + "f" * 99),
        *("-0x8000000000000001", "0b-1", "0b" + "1" * 65, "1.5.5", "1e", "e1", "1e400"),
        *("._5", ".5_", ".5__5", ".5e400", "0x1p4", "1" * 400),
        *("2001-13-01", "2001-00-01", "2001-02-29", "1900-02-29", "2001-01-00"),
        *("2001-04-31", "201-01-01", "2001-01-01T1:2:3", "2001-01-01 1:2:3Z"),
        *("2001-01-01T24:0:0Z", "2001-01-01T1:60:0Z", "2001-01-01T1:2:60Z"),
        *("2001-01-01T1:2:3+25:00", "2001-01-01T1:2:3+01:61", "12:30:45"),
    ],
)
def test_it_is_a_string(text: str) -> None:
    assert not is_other_type(text)


@pytest.mark.parametrize("text", ["0b-1", "0b+1", "0o-7", "0o_+7", "-0o7"])
def test_a_sign_may_stand_inside_for_yaml_v3(text: str) -> None:
    assert is_other_type(text, sign_inside=True)


@pytest.mark.parametrize("text", ["0x-1", "-0b-1", "0b--1", "0o-8"])
def test_not_every_sign_inside_is_one_for_yaml_v3(text: str) -> None:
    assert not is_other_type(text, sign_inside=True)


@pytest.mark.parametrize(
    ("text", "old"),
    [("yes", True), ("N", True), ("oFF", False), ("12:30:45", True), ("1:60", False)],
)
def test_the_types_of_yaml_1_1(text: str, old: bool) -> None:
    assert is_old_type(text) is old


def test_the_words_of_both() -> None:
    assert {"true", "yes", "~", ".inf"} <= TYPED_WORDS
