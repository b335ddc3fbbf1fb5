"""Identical requests are answered in file order, each once; and a deck reads no more
of a lazily read cassette than was asked for."""

import gc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from types import ModuleType
from typing import Any, overload

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from examples import examples
from mitmvcr.core.deck import Deck, buckets
from mitmvcr.core.deck import recorded as recorded_module
from mitmvcr.core.errors import CassetteDamagedError
from mitmvcr.core.matching import url_host
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.core.modes import Repeats

LONG = b"y" * 100_000

# Each request is spelled in several ways: the last part says which are the same.
SPELLINGS = [
    (Request(method="GET", url="http://h/a"), "a"),
    (Request(method="GET", url="HTTP://H:80/a#x"), "a"),
    (Request(method="GET", url="http://h/b"), "b"),
    (Request(method="POST", url="http://h/a", body=b'{"x":1,"y":2}'), "json"),
    (Request(method="POST", url="http://h/a", body=b'{"y": 2, "x": 1}'), "json"),
    (Request(method="POST", url="http://h/a", body=b"=1"), "bytes"),
    (Request(method="PUT", url="http://h/a", body=b"=1"), "put"),
    (Request(method="POST", url="http://h/a", body=b"[1]"), "one"),
    (Request(method="POST", url="http://h/a", body=b"[ 1]"), "one"),
    (Request(method="POST", url="http://h/a", body=b'{"x":"%s"}' % LONG), "long"),
    (Request(method="POST", url="http://h/a", body=b'{"x": "%s"}' % LONG), "long"),
    (Request(method="POST", url="http://h/a", body=b'{"z":"%s"}' % LONG), "other"),
    (Request(method="POST", url="http://h/a", body=b'["%s"]' % LONG[:20_000]), "less"),
]
spellings = st.sampled_from(SPELLINGS)


def get(url: str = "http://h/", body: bytes = b"") -> Request:
    return Request(method="GET", url=url, body=body)


def made(request: Request, id: int = 0) -> Interaction:
    return Interaction(id, request, Response(code=200))


class Lazy(Sequence[Interaction]):
    """A cassette that is parsed as it is read, and counts; some items are damaged."""

    def __init__(self, *requests: Request, damaged: frozenset[int] = frozenset()):
        self.urls = [request.url for request in requests]
        self.parsed: list[int] = []
        self.damaged = damaged
        self._items = [made(request, i) for i, request in enumerate(requests)]

    def __len__(self) -> int:
        return len(self.urls)

    @overload
    def __getitem__(self, position: int) -> Interaction: ...
    @overload
    def __getitem__(self, position: slice) -> Sequence[Interaction]: ...
    def __getitem__(self, position: Any) -> Any:
        if position in self.damaged:
            raise CassetteDamagedError("x.yaml", "broken", interaction=position)
        self.parsed.append(position)
        return self._items[position]


class Peeked(Lazy):
    """One that tells of requests without parsing."""

    def request(self, position: int) -> Request:
        return self._items[position].request

    def body_size(self, position: int) -> int:
        return len(self.request(position).body)


class Naive:
    """What a deck is to do, said slowly: a scan in file order."""

    def __init__(self, names: list[str], repeats: Repeats) -> None:
        self.names, self.repeats = names, repeats
        self.loaded = len(names)
        self.answers = [0] * len(names)

    @property
    def played(self) -> set[int]:
        return {i for i, answers in enumerate(self.answers) if answers}

    def take(self, name: str) -> int | None:
        found = self._find(name)
        if found is not None:
            self.answers[found] += 1
        return found

    def _find(self, name: str) -> int | None:
        for position, each in enumerate(self.names):
            free = not self.answers[position]
            if self.repeats is Repeats.LAST and position >= self.loaded:
                free = False
            if each == name and (free or self.repeats is Repeats.ALL):
                return position
        if self.repeats is not Repeats.LAST:
            return None
        equal = [i for i in self.played if i < self.loaded and self.names[i] == name]
        return max(equal, default=None)

    def add(self, name: str) -> None:
        self.answers.append(1)
        self.names.append(name)

    def give_back(self, position: int) -> None:
        if position < self.loaded and self.answers[position]:
            self.answers[position] -= 1

    def used_up(self, name: str) -> int:
        if self.repeats is not Repeats.NO:
            return 0
        pairs = zip(self.names[: self.loaded], self.answers, strict=False)
        return sum(used for each, used in pairs if each == name)


class DeckMachine(RuleBasedStateMachine):
    """A deck does whatever the naive one does."""

    repeats = Repeats.NO

    @initialize(
        chosen=st.lists(spellings, max_size=12),
        load=st.sampled_from([None, Lazy, Peeked]),
    )
    def load(self, chosen: list[tuple[Request, str]], load: type[Lazy] | None) -> None:
        requests = [request for request, _ in chosen]
        plain = [made(request, i) for i, request in enumerate(requests)]
        self.deck = Deck(load(*requests) if load else plain, self.repeats)
        self.naive = Naive([name for _, name in chosen], self.repeats)
        self.held = list(plain)

    @rule(chosen=spellings)
    def take(self, chosen: tuple[Request, str]) -> None:
        request, name = chosen
        wanted = self.naive.take(name)
        found = self.deck.take(request)
        assert found == (None if wanted is None else (wanted, self.held[wanted]))

    @rule(chosen=spellings)
    def add(self, chosen: tuple[Request, str]) -> None:
        request, name = chosen
        fresh = made(request, 1000 + len(self.held))
        self.naive.add(name)
        assert self.deck.add(fresh) == len(self.held)
        self.held.append(fresh)

    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        if self.held:
            position = data.draw(st.integers(0, len(self.held) - 1))
            self.naive.give_back(position)
            self.deck.give_back(position)

    @rule(chosen=spellings)
    def count_used_up(self, chosen: tuple[Request, str]) -> None:
        request, name = chosen
        assert self.deck.used_up(request) == self.naive.used_up(name)

    @invariant()
    def they_agree(self) -> None:
        if not hasattr(self, "deck"):
            return
        assert len(self.deck) == len(self.held)
        played = {i for i in range(len(self.held)) if self.deck.was_played(i)}
        assert played == self.naive.played
        unused = [i for i in range(self.naive.loaded) if i not in played]
        assert self.deck.unused() == unused
        assert self.deck.unused_count == len(unused)
        assert list(self.deck.urls()) == [each.request.url for each in self.held]


class RepeatingDeckMachine(DeckMachine):
    repeats = Repeats.ALL


class LastRepeatingDeckMachine(DeckMachine):
    repeats = Repeats.LAST


class ForgetfulDeckMachine(DeckMachine):
    """One that finds out anew what it knew of a URL, as soon as it is asked for
    another."""

    few, most = 100, 1

    @initialize()
    def forget(self) -> None:
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(buckets, "_FEW", self.few)
        self.patch.setattr(buckets, "_MOST_FEW", self.most)

    def teardown(self) -> None:
        if hasattr(self, "patch"):
            self.patch.undo()


class ForgetfulRepeatingDeckMachine(ForgetfulDeckMachine):
    repeats = Repeats.ALL


class ForgetfulLastRepeatingDeckMachine(ForgetfulDeckMachine):
    repeats = Repeats.LAST


class RememberingDeckMachine(ForgetfulDeckMachine):
    """One that takes no bucket for a small one."""

    few, most = 0, 1


for machine in (
    DeckMachine,
    RepeatingDeckMachine,
    LastRepeatingDeckMachine,
    ForgetfulDeckMachine,
    ForgetfulRepeatingDeckMachine,
    ForgetfulLastRepeatingDeckMachine,
    RememberingDeckMachine,
):
    machine.TestCase.settings = settings(max_examples=examples(60), deadline=None)

TestDeck = DeckMachine.TestCase
TestRepeatingDeck = RepeatingDeckMachine.TestCase
TestLastRepeatingDeck = LastRepeatingDeckMachine.TestCase
TestForgetfulDeck = ForgetfulDeckMachine.TestCase
TestForgetfulRepeatingDeck = ForgetfulRepeatingDeckMachine.TestCase
TestForgetfulLastRepeatingDeck = ForgetfulLastRepeatingDeckMachine.TestCase
TestRememberingDeck = RememberingDeckMachine.TestCase


def positions(deck: Deck, request: Request) -> Iterator[int]:
    while (found := deck.take(request)) is not None:
        yield found[0]


def kept(*roots: object) -> int:
    """How many objects are reached from these: what a garbage collection walks."""
    seen: set[int] = set()
    waiting: list[object] = list(roots)
    while waiting:
        each = waiting.pop()
        if id(each) not in seen and not isinstance(each, type | ModuleType | Callable):
            seen.add(id(each))
            waiting += gc.get_referents(each)
    return len(seen)


@pytest.mark.parametrize(
    "requests",
    [
        [get(f"http://h/{n}") for n in range(500)],
        [get()] * 500,
        [get(body=b'{"n": %d}' % n) for n in range(500)],
        [get(body=b'{"n": %d}' % n) for n in range(500) for _ in range(2)],
    ],
    ids=["URLs", "the same", "bodies", "pairs of bodies"],
)
def test_what_was_used_up_is_let_go(requests: list[Request]) -> None:
    deck = Deck(Lazy(*requests))
    counts = []
    for request in requests:
        assert deck.take(request) is not None
        counts.append(kept(deck._buckets, deck._few))
    assert counts[-1] <= counts[len(requests) // 10] + 1
    assert deck.used_up(requests[3]) == requests.count(requests[3])
    deck.give_back(3)
    assert deck.take(requests[3]) == (3, made(requests[3], 3))
    assert deck.take(requests[3]) is None


@pytest.mark.parametrize("repeats", Repeats)
def test_little_is_known_of_urls_that_were_asked_for_long_ago(
    repeats: Repeats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buckets, "_MOST_FEW", 10)
    requests = [get(f"http://h/{n}") for n in range(100)]
    deck = Deck(Lazy(*requests), repeats)
    for request in requests:
        assert deck.take(request) is not None
        assert len(deck._few) <= 10


def test_what_is_repeated_is_given_back_also_where_little_is_known_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(buckets, "_MOST_FEW", 1)
    cassette = Lazy(get(), get(), get("http://other/"))
    deck = Deck(cassette, Repeats.LAST)
    assert [found for found in islice(positions(deck, get()), 2)] == [0, 1]
    assert deck.take(get("http://other/")) is not None
    assert deck.holds("http://h/")
    assert deck._bucket(deck.matcher.bucket("http://h/")) is not None
    deck.give_back(0)  # it is known to be there, and not yet what it is
    assert list(islice(positions(deck, get()), 3)) == [0, 1, 1]


def test_what_was_used_up_is_given_back_also_where_little_is_known_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(buckets, "_MOST_FEW", 1)
    deck = Deck(Lazy(get(), get(), get("http://other/")))
    assert deck.take(get()) is not None
    assert deck.take(get("http://other/")) is not None
    assert deck._bucket(deck.matcher.bucket("http://h/")) is not None
    deck.give_back(0)  # what is known anew is not that it was used up
    assert list(positions(deck, get())) == [0, 1]


def test_what_is_given_back_comes_before_the_others_that_were_read_meanwhile() -> None:
    deck = Deck(Lazy(get(), get(), get()))
    assert deck.take(get()) == (0, made(get()))
    assert deck.take(get(body=b"other")) is None  # all were read to say so
    deck.give_back(0)
    assert list(positions(deck, get())) == [0, 1, 2]


def test_the_last_stays_the_last_when_another_is_given_back() -> None:
    deck = Deck([made(get(), i) for i in range(2)], Repeats.LAST)
    assert list(islice(positions(deck, get()), 2)) == [0, 1]
    deck.give_back(0)
    assert list(islice(positions(deck, get()), 3)) == [0, 1, 1]


def test_a_recording_is_its_own_head() -> None:
    deck = Deck([made(get())])
    fresh = made(get(), 5)
    assert deck.head(deck.add(fresh)) is fresh


def test_an_empty_deck_answers_nothing() -> None:
    deck = Deck([])
    assert deck.take(get()) is None
    assert (len(deck), deck.unused_count, deck.unused()) == (0, 0, [])


def test_ten_thousand_identical_requests_are_answered_in_order() -> None:
    deck = Deck([made(get(), i) for i in range(10_000)])
    assert list(positions(deck, get())) == list(range(10_000))
    assert deck.used_up(get()) == 10_000


def test_many_bodies_on_one_url_are_found_in_any_order() -> None:
    bodies = [b'{"n": %d}' % i for i in range(2_000)]
    deck = Deck([made(get(body=body)) for body in bodies])
    order = [*range(1_999, 999, -1), *range(1_000)]
    for i in order:
        assert list(positions(deck, get(body=bodies[i]))) == [i]


def test_with_repeats_the_first_answers_always() -> None:
    deck = Deck([made(get(), 0), made(get(), 1)], Repeats.ALL)
    assert [deck.take(get()) for _ in range(3)] == [(0, made(get(), 0))] * 3
    assert deck.unused() == [1]


def test_with_the_last_repeated_the_others_come_first() -> None:
    deck = Deck([made(get(), 0), made(get(), 1)], Repeats.LAST)
    found = [deck.take(get()) for _ in range(4)]
    assert [each and each[0] for each in found] == [0, 1, 1, 1]
    assert deck.used_up(get()) == 0
    assert deck.unused() == []


def test_a_repeated_last_is_unused_only_when_no_answer_arrived() -> None:
    deck = Deck([made(get(), 0), made(get(), 1)], Repeats.LAST)
    for _ in range(3):
        deck.take(get())
    deck.give_back(1)
    assert deck.unused() == []
    deck.give_back(1)
    assert deck.unused() == [1]
    assert list(islice(positions(deck, get()), 3)) == [1, 1, 1]


def test_a_recording_answers_the_next_request_only_with_repeats() -> None:
    once, again = Deck([]), Deck([], Repeats.ALL)
    for deck in (once, again):
        deck.add(made(get(), 5))
    assert once.take(get()) is None
    assert again.take(get()) == (0, made(get(), 5))


def test_what_was_given_back_comes_before_what_follows_it() -> None:
    deck = Deck([made(get(), i) for i in range(4)])
    for _ in range(3):
        deck.take(get())
    for position in (1, 0, 1):
        deck.give_back(position)
    assert list(positions(deck, get())) == [0, 1, 3]


def test_making_a_deck_parses_nothing() -> None:
    cassette = Lazy(get(), get("http://other/"))
    deck = Deck(cassette)
    assert deck.take(get("http://third/")) is None
    assert list(deck.urls()) == ["http://h/", "http://other/"]
    assert cassette.parsed == []


def test_items_are_parsed_only_as_a_look_up_reaches_them() -> None:
    cassette = Lazy(get(body=b"=1"), get("http://b/"), get(body=b"=2"), get(body=b"=3"))
    deck = Deck(cassette)
    assert deck.take(get(body=b"=2")) is not None
    assert set(cassette.parsed) == {0, 2}
    assert deck.take(get(body=b"=1")) is not None
    assert set(cassette.parsed) == {0, 2}
    assert deck.take(get(body=b"=9")) is None
    assert set(cassette.parsed) == {0, 2, 3}


def test_of_what_lies_between_the_request_alone_is_read() -> None:
    long = get(body=b'{"x":"%s"}' % LONG)
    small = [get(body=b'{"n":%d}' % i) for i in range(5)]
    cassette = Peeked(*small, long, *small)
    deck = Deck(cassette)
    assert deck.take(long) == (5, made(long, 5))
    assert set(cassette.parsed) == {0, 5}
    assert deck.take(long) is None
    assert list(positions(deck, small[3])) == [3, 9]
    assert list(positions(deck, small[0])) == [0, 6]
    assert deck.used_up(small[3]) == 2


def test_what_a_vain_look_up_has_read_is_still_given_in_order() -> None:
    long = get(body=b'{"x":"%s"}' % LONG)
    deck = Deck(Peeked(get(), get(body=b"[ 1]"), get(body=b"[1]"), get(body=b"[ 1]")))
    assert deck.take(long) is None
    assert list(positions(deck, get(body=b"[1]"))) == [1, 2, 3]


def test_sizes_are_known_of_any_interaction() -> None:
    for cassette in (Lazy(get(body=b"=1")), Peeked(get(body=b"=1"))):
        deck = Deck(cassette)
        deck.add(made(get(body=b"=22")))
        assert [deck.body_size(i) for i in range(2)] == [2, 3]


def test_a_damaged_item_raises_and_is_not_used_up() -> None:
    cassette = Lazy(get(), get(), damaged=frozenset({1}))
    deck = Deck(cassette)
    assert deck.take(get()) == (0, made(get(), 0))
    for _ in range(2):
        with pytest.raises(CassetteDamagedError, match="interaction 1: broken"):
            deck.take(get())
    assert deck.unused() == [1]
    cassette.damaged = frozenset()
    assert deck.take(get()) == (1, made(get(), 1))


def test_a_damaged_item_at_another_url_does_no_harm() -> None:
    deck = Deck(Lazy(get("http://b/"), get(), damaged=frozenset({0})))
    assert deck.take(get()) == (1, made(get(), 1))


def test_an_item_that_breaks_between_look_ups_is_not_used_up() -> None:
    cassette = Lazy(get(body=b"=1"), get(body=b"=2"))
    deck = Deck(cassette)
    deck.take(get(body=b"=2"))
    cassette.damaged = frozenset({0})
    with pytest.raises(CassetteDamagedError):
        deck.take(get(body=b"=1"))
    assert deck.unused() == [0]
    cassette.damaged = frozenset()
    assert deck.take(get(body=b"=1")) == (0, made(get(body=b"=1"), 0))


def test_the_next_interaction_of_a_host_is_found_and_only_that_is_parsed() -> None:
    cassette = Lazy(get("http://A:80/1"), get("https://b/2"), get("https://a/3"))
    deck = Deck(cassette)
    for name, position in (("a", 0), ("B", 1)):
        found = deck.next_of_host(name)
        assert found is not None
        assert found.id == position
    assert deck.next_of_host("c") is None
    assert cassette.parsed == [0, 1]


def test_each_origin_is_read_once_to_find_its_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of many interactions nearly all have one of a few."""
    read: list[str] = []

    def counted(url: str) -> str:
        read.append(url)
        return url_host(url)

    monkeypatch.setattr(recorded_module, "url_host", counted)
    urls = "https://A:443/1", "https://a:443", "https://a?b=/", "HTTPS://a/2//3"
    deck = Deck(Lazy(*map(get, (*urls, "https://A:443/4", "https://b.a/5", "a/6"))))
    positions = []
    for _ in range(5):
        found = deck.next_of_host("a")
        assert found is not None
        positions.append(found.id)
        deck.take(found.request)
    assert positions == [0, 1, 2, 3, 4]
    other = deck.next_of_host("b.a")
    assert other is not None
    assert other.id == 5
    assert read.count("https://A:443") == 1
    assert len(read) == len(set(read)) == 6


@pytest.mark.parametrize(
    ("repeats", "after"), [(Repeats.NO, [1, 1]), (Repeats.ALL, [0, 0])]
)
def test_what_was_played_is_not_next_unless_it_may_be_again(
    repeats: Repeats, after: list[int]
) -> None:
    both = get("http://a/1"), get("http://a/2")
    deck = Deck(Lazy(*both), repeats)
    for request, position in zip(both, after, strict=True):
        deck.take(request)
        found = deck.next_of_host("a")
        assert found is not None
        assert found.id == position


def test_a_deck_shows_how_much_of_it_was_played() -> None:
    deck = Deck([made(get(), 0), made(get(), 1)])
    deck.take(get())
    assert repr(deck) == "<Deck 1 of 2 played>"


def test_a_deck_says_whether_a_url_could_match_at_all() -> None:
    deck = Deck([Interaction(0, Request("GET", "http://h/a?b"), Response())])
    assert deck.holds("http://H:80/a?b")
    assert not deck.holds("http://h/a")


def test_what_an_equal_request_gets_again_and_again_is_for_good() -> None:
    other = Request(method="GET", url="http://h/", headers={"Accept": ["b"]})
    alone, several = [made(get())], [made(get()), made(other, 1)]
    for recorded, repeats, asked, found in (
        (alone, Repeats.ALL, get(), 0),
        (alone, Repeats.LAST, get(), -1),
        (alone, Repeats.NO, get(), -1),
        (alone, Repeats.ALL, get("http://h/absent"), -1),
        (several, Repeats.ALL, get(), 0),
        # Which of them agrees best is found anew each time.
        (several, Repeats.ALL, replace(other, headers={"Accept": ["c"]}), -1),
    ):
        deck = Deck(recorded, repeats)
        deck.take(asked)
        assert deck.for_good == found


def test_what_is_for_good_is_taken_again_and_given_back() -> None:
    deck = Deck([made(get())], Repeats.ALL)
    deck.take(get())
    deck.take_again(0)
    deck.give_back(0)
    assert deck.unused() == []
    deck.give_back(0)
    assert deck.unused() == [0]


@pytest.mark.parametrize("repeats", [Repeats.NO, Repeats.ALL])
def test_what_may_still_be_asked_is_known_by_its_url(repeats: Repeats) -> None:
    deck = Deck(Lazy(get(), get("http://other/"), get()), repeats)
    assert deck.take(get()) is not None
    left = list(deck.still_asked(lambda url: url != "http://other/"))
    assert left == [get()] * (1 if repeats is Repeats.NO else 2)
