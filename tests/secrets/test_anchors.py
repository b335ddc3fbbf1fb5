"""Many texts are found at once, with the automaton and without it."""

import random

import pytest

from mitmvcr.secrets import anchors as anchors_module
from mitmvcr.secrets import known as known_module
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


@pytest.mark.parametrize("piece", [5000, 50_000])
@pytest.mark.parametrize("count", [3, 200])
def test_what_was_made_quickly_finds_the_same_in_much(
    count: int, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anchors_module, "_PIECE", piece)
    chance = random.Random(4)
    texts = [b"%x-" % chance.getrandbits(32) for _ in range(count)]
    quick, slow = Anchors(texts, quickly=True), Anchors(texts)
    nothing = b"." * 6000
    some = nothing + texts[1] + texts[0] + nothing + texts[1]
    for data in (nothing, *[some] * 90):
        assert list(quick.hits(data)) == list(slow.hits(data))
        assert len(list(slow.hits(data))) == 3 * (data is some)


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


def test_secrets_that_begin_alike_are_told_apart() -> None:
    memory = KnownSecrets()
    long, longer = b"sk_live_51H-a1b2c3d4", b"sk_live_51H-a1b2c3d4e5f6"
    memory.learn(long, b"[REDACTED:a]")
    memory.learn(longer, b"[REDACTED:b]")
    text = b"%b %b %b sk_live_51H-a1b2" % (long, longer, long[:-1])
    clean = b"[REDACTED:a] [REDACTED:b] %b sk_live_51H-a1b2" % long[:-1]
    assert substituted(text, memory.edits(text)) == clean
    assert [hit[1:] for hit in memory.find(long)] == [(0, len(long))]
    memory.learn(long[:-3], b"[REDACTED:c]")
    assert memory.find(long[:-3] + b"!")


def test_many_secrets_that_begin_alike_are_found_by_more_of_it() -> None:
    memory = KnownSecrets()
    values = [b"sk_live_51H-%b%d-x" % (b"a" * 20, number) for number in range(300)]
    values += [b"sk_live_51H-" + b"a" * size for size in range(1, 40)]
    for number, value in enumerate(values):
        memory.learn(value, b"[REDACTED:k%d]" % number)
    for number, value in enumerate(values):
        found = substituted(value + b"!", memory.edits(value + b"!"))
        assert found == b"[REDACTED:k%d]!" % number
    assert not memory.find(b"sk_live_51H-" + b"b" * 40)


def test_no_index_is_made_of_more_than_takes_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(known_module, "_FULL", 100)
    memory = KnownSecrets()
    values = [b"%x-text" % (number * 7919) for number in range(100, 400)]
    for number, value in enumerate(values):
        memory.learn(value, b"[REDACTED:a]")
        if number % 50 == 0:
            assert memory.find(value)
    text = b" ".join(values)
    assert memory.find(text)
    assert substituted(text, memory.edits(text)).count(b"[REDACTED:a]") == 300


def test_how_often_a_text_is_looked_through_does_not_grow_with_the_secrets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(known_module, "_FULL", 50)
    monkeypatch.setattr(known_module, "_INDEXED", 500)
    looks, hits = [0], Anchors.hits

    def counted(self: Anchors, data: bytes) -> object:
        looks[0] += 1
        return hits(self, data)

    monkeypatch.setattr(Anchors, "hits", counted)
    memory = KnownSecrets()
    values = [
        b"%x-text-that-goes-on"[:size] % (number * 7919)
        for number, size in enumerate([9, 30] * 400, 1000)
    ]
    most = 0
    for value in values:
        memory.learn(value, b"[REDACTED:a]")
        looks[0] = 0
        assert memory.find(b"-" + value)
        most = max(most, looks[0])
    assert 5 < most < 20
    text = b"?".join(values)
    found = substituted(text, memory.edits(text))
    assert found == b"?".join([b"[REDACTED:a]"] * len(values))
