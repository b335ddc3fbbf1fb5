"""Texts are found where a plain search finds them."""

import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitmvcr.core.searching import common, each_match, searcher

REGEXES = [
    (re.compile(rb"(?<!b)aab*"), b"aa", (0,)),
    (re.compile(rb"(?:c|bc)aa[ab]?"), b"aa", (2, 1)),
]


@pytest.mark.parametrize(("regex", "text", "backs"), REGEXES)
@given(data=st.text("abc", max_size=30).map(str.encode))
def test_it_finds_the_same(regex, text, backs, data):
    expected = [found.span() for found in regex.finditer(data)]
    assert [found.span() for found in each_match(regex, text, data, backs)] == expected


@pytest.mark.parametrize(("regex", "text", "backs"), REGEXES)
def test_matches_lie_apart(regex, text, backs):
    for data in (b"", b"aa", b"caaaaa", b"xbcaaacaab", b"aaabb aaa"):
        expected = [found.span() for found in regex.finditer(data)]
        found = each_match(regex, text, data, backs)
        assert [each.span() for each in found] == expected


BLOCK = 1 << 20


@pytest.mark.parametrize(
    ("one", "other", "length"),
    [
        ("", "", 0),
        ("a", "", 0),
        ("ab", "ab", 2),
        ("abc", "abd", 2),
        ("abc", "x", 0),
        ("a" * BLOCK, "a" * (BLOCK + 1), BLOCK),
        ("a" * BLOCK + "b", "a" * BLOCK + "c", BLOCK),
        ("a" * 2 * BLOCK + "bcd", "a" * 2 * BLOCK + "bce", 2 * BLOCK + 2),
    ],
)
def test_the_common_start_is_measured(one: str, other: str, length: int) -> None:
    assert common(one, other) == length
    assert common(other.encode(), one.encode()) == length


def test_a_text_is_found_by_the_library_or_not_at_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    search = searcher(b"wo\n")
    assert search is not None
    assert list(search(b"one two\n\nthree")) == [(0, 5, 8)]
    monkeypatch.setitem(sys.modules, "ahocorasick_rs", None)
    assert searcher(b"wo\n") is None
