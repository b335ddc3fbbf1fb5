"""Texts are found where a plain search finds them, with the library and without."""

import re
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mitmvcr.core.searching import common, each_match, holds, searcher

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


DATA = b"one two\n\nthree\n" + b"x" * 40_000 + b" four\n\n\n"


@pytest.fixture(params=["library", "none"])
def library(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    searcher.cache_clear()
    if request.param == "none":
        monkeypatch.setitem(sys.modules, "ahocorasick_rs", None)
    yield
    searcher.cache_clear()


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("text", [b"one", b"\n\n\n", b" four", b"\n\n", b"f"])
def test_what_stands_there_is_held(text: bytes) -> None:
    assert holds(DATA, text)
    assert holds(DATA, b"\0", b"five", text)


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("text", [b" \n", b"five", b"\n\n\n\n"])
def test_what_does_not_is_not(text: bytes) -> None:
    assert not holds(DATA, text)
    assert not holds(DATA, b"\0", b"\1", text)


def test_the_places_are_those_of_the_first_where_some_overlap() -> None:
    search = searcher(b"two", b"wo\n")
    assert search is not None
    assert list(search(DATA)) == [(0, 4, 7)]
