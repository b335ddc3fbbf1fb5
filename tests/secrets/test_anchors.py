"""Many texts are found at once, with the automaton and without it."""

import random

import pytest

from mitmvcr.secrets import anchors as anchors_module
from mitmvcr.secrets import index as watch_module
from mitmvcr.secrets.anchors import Anchors, spellings
from mitmvcr.secrets.finder import table
from mitmvcr.secrets.index import SecretIndex


@pytest.mark.parametrize("fast", [True, False])
def test_every_occurrence_is_found(fast: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anchors_module, "HAS_MACHINE", fast)
    anchors = Anchors([b"ab", b"abc", b"bc"])
    assert sorted(anchors.find(b"xabcab")) == [
        (0, 1, 3),
        (0, 4, 6),
        (1, 1, 4),
        (2, 2, 4),
    ]
    assert list(anchors.find(b"nothing")) == []


def test_both_ways_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(3)
    texts = [bytes(chance.choices(b"abc", k=chance.randint(1, 5))) for _ in range(40)]
    texts = sorted(set(texts))
    data = bytes(chance.choices(b"abcd", k=5000))
    quick = Anchors(texts)
    monkeypatch.setattr(anchors_module, "HAS_MACHINE", False)
    slow = Anchors(texts)
    assert sorted(quick.find(data)) == sorted(slow.find(data))


def test_added_texts_are_found_before_and_after_the_automaton_is_made_anew() -> None:
    watch = SecretIndex(Anchors([b"known"]))
    watch.add(b"added")
    data = b"x" * (1 << 20) + b"known added"
    size = 1 << 20
    for _ in range(8):
        assert sorted(watch.find(data)) == [
            (0, size, size + 5),
            (1, size + 6, size + 11),
        ]
    watch.forget()
    assert watch.size == 2


def test_words_are_joined_as_programs_join_them() -> None:
    found = set(spellings("api key"))
    assert {"apikey", "api_key", "api-key", "apiKey", "ApiKey", "API_KEY"} <= found
    assert set(spellings("sig=")) == {"sig=", "SIG=", "Sig="}


def test_thousands_of_texts_are_found_by_their_numbers() -> None:
    watch = SecretIndex(Anchors([b"known"]))
    texts = [b"text-%d-" % number for number in range(6000)]
    for start in range(0, len(texts), 500):
        for text in texts[start : start + 500]:
            watch.add(text)
        watch.find(b"x" * 20_000)
    found = {n for n, _, _ in watch.find(b"known" + texts[7] + texts[3000] + texts[-1])}
    assert found == {0, 8, 3001, 6000}


def test_texts_are_found_in_whichever_automaton_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watch_module, "_JOINED", 1)
    watch = SecretIndex(Anchors([b"known"]))
    for count in (10, 2):
        for number in range(count):
            watch.add(b"text-%d-%d-" % (count, number))
        watch.find(b"x")
    assert watch.is_clear(b"text")
    assert [n for n, _, _ in watch.find(b"known text-10-3- text-2-1-")] == [0, 4, 12]
    watch.add(b"fresh")
    assert not watch.is_clear(b"a fresh one")


def test_what_is_learned_is_found_in_large_texts_beside_what_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watch_module, "_QUESTIONS", 0)
    known = table()[0]
    watch = SecretIndex(known)
    first = watch.size
    for number in range(400):
        watch.add(b"learned-value-%d!" % number)
        if number in (20, 399):
            watch.find(b"x")
        data = b"." * 40_000 + b"learned-value-%d!, a token" % number + b"." * 40_000
        found = {known.texts[n] if n < first else n for n, _, _ in watch.find(data)}
        assert found == {first + number, b"token"}
