"""Texts are found in the same places with the library and without it."""

import sys
from collections.abc import Iterator

import pytest

from mitmvcr.core.vectors import holds, searcher

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
