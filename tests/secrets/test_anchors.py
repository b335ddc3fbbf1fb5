"""Many texts are found at once, with the automaton and without it."""

import random

import pytest

from mitmvcr.secrets import anchors as anchors_module
from mitmvcr.secrets.anchors import Anchors, spellings
from mitmvcr.secrets.known import KnownSecrets
from mitmvcr.secrets.spans import substituted


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
    monkeypatch.setattr(anchors_module, "_PIECE", 700)
    quick = Anchors(texts)
    monkeypatch.setattr(anchors_module, "HAS_MACHINE", False)
    slow = Anchors(texts)
    assert sorted(quick.find(data)) == sorted(slow.find(data))
    assert (
        sorted(quick.hits(data)) == sorted(slow.hits(data)) == sorted(slow.find(data))
    )
    ends = [end for _, _, end in slow.find(data)]
    assert ends == sorted(ends)


def test_words_are_joined_as_programs_join_them() -> None:
    found = set(spellings("api key"))
    assert {"apikey", "api_key", "api-key", "apiKey", "ApiKey", "API_KEY"} <= found
    assert set(spellings("sig=")) == {"sig=", "SIG=", "Sig="}


def test_thousands_of_secrets_are_found_as_they_are_learned() -> None:
    memory = KnownSecrets()
    values = [b"text-%d-0xyz" % number for number in range(1500)]
    for number, value in enumerate(values):
        memory.learn(value, b"[REDACTED:a]")
        if number % 7 == 0:
            assert memory.find(b"- " + value)
    for value in values[::100]:
        assert substituted(value, memory.edits(value)) == b"[REDACTED:a]"
    assert not memory.find(b"text-1-0")
    assert memory.size == len(memory.since(0))
