"""What is passed over unread could not have been equal: bodies of many spellings are
found by those that mean the same, as if all had been read."""

import gzip
import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from mitmvcr.codings import encoded
from mitmvcr.core.deck import Deck, JudgedDeck, buckets, sieve
from mitmvcr.core.matching import Matcher, MatchSpec, parse_ignore
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.core.modes import Repeats
from mitmvcr.core.steps import UnreadError
from mitmvcr.format import reader, writer
from mitmvcr.format.lazy import LazyInteractions

URL = "http://h/"
WORDS = "unmistakable", "considerably", "straightforward"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let bodies of any size be large, and few be many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sieve, "_LARGE", 1)
        patch.setattr(buckets, "_PLAINLY", 1)
        yield


def post(body: bytes, media: str = "application/json", **headers: str) -> Request:
    said = {name.replace("_", "-"): [value] for name, value in headers.items()}
    return Request(
        "POST",
        URL,
        body=body,
        content_length=len(body),
        headers={"Content-Type": [media], **said},
    )


def spellings(word: str, number: int) -> list[Request]:
    """Return requests that mean the same."""
    value = {"n": number, "text": f"one {word}\r\n", "more": [word]}
    plain = json.dumps(value).encode()
    letters = "".join(f"\\u{ord(each):04x}" for each in word)
    text = plain.decode()
    parts = (
        b"%x\r\n%b\r\n" % (20, plain[:20]),
        b"%x\r\n%b\r\n" % (len(plain[20:]), plain[20:]),
    )
    return [
        post(plain),
        post(json.dumps(value, indent=2, sort_keys=True).encode()),
        post(plain.replace(word.encode(), letters.encode())),
        post(
            plain.replace(word.encode(), letters.upper().replace("\\U", "\\u").encode())
        ),
        post(text.encode("utf-16"), "application/json"),
        post(text.encode("utf-16-le"), "application/json"),
        post(text.encode("cp037"), "application/json; charset=cp037"),
        post(text.encode("utf-7"), "application/json; charset=utf-7"),
        post(plain, "application/json; charset=utf-8"),
        post(gzip.compress(plain, mtime=0), content_encoding="gzip"),
        post(encoded(plain, "br"), content_encoding="br"),
        post(b"".join(parts) + b"0\r\n\r\n", content_encoding="aws-chunked"),
        post(plain, "text/plain"),
    ]


def loaded(requests: list[Request]) -> LazyInteractions:
    held = [Interaction(n, r, Response(code=200)) for n, r in enumerate(requests)]
    data = writer.dumps(Cassette(held))
    found = reader.loads(data, "sieve.yaml", lazy=True).interactions
    assert isinstance(found, LazyInteractions)
    return found


class PlainDeck(Deck):
    """One that reads all."""

    def _sieve(self, *_: object) -> None:
        return None


ALL = [each for n, word in enumerate(WORDS) for each in spellings(word, n)]
SECRETS = [
    post(b'{"text": "unmistakable", "key": "[REDACTED:a-long-kind]"}'),
    post(b'{"text": "unmistakable", "key": "[REDACTED:other]"}'),
    post(b'{"[REDACTED:a-long-kind-of-name]": "unmistakable"}'),
]


@given(
    held=st.lists(st.sampled_from([*ALL, *SECRETS]), min_size=3, max_size=12),
    asked=st.lists(st.sampled_from([*ALL, *SECRETS]), min_size=1, max_size=6),
    repeats=st.sampled_from(Repeats),
)
@settings(max_examples=examples(100), deadline=None)
def test_a_deck_gives_the_same_whether_it_reads_all_or_not(
    held: list[Request], asked: list[Request], repeats: Repeats
) -> None:
    sieving = Deck(loaded(held), repeats)
    plain = PlainDeck(loaded(held), repeats)
    for request in asked:
        assert sieving.take(request) == plain.take(request)
        assert sieving.used_up(request) == plain.used_up(request)
        assert sieving.equal(request) == plain.equal(request)
        assert sieving.unused() == plain.unused()


@pytest.mark.parametrize("number", range(len(spellings("", 0))))
def test_each_spelling_finds_each_other(number: int) -> None:
    asked = spellings("unmistakable", 0)[number]
    others = [post(b'{"n": %d}' % n) for n in range(3)]
    for same in spellings("unmistakable", 0):
        wanted = PlainDeck([Interaction(0, same, Response(code=200))]).take(asked)
        found = Deck(loaded([*others, same, *others])).take(asked)
        assert (found is None) == (wanted is None)


def read(deck: Deck) -> int:
    bucket = deck._bucket(deck._bucket_of(URL))
    assert bucket is not None
    return len(deck) - len(bucket.unread)


OTHERS = [post(b'{"n": %d, "text": "nothing of the kind"}' % n) for n in range(9)]
ASKED = spellings("unmistakable", 0)[0]


def test_what_cannot_be_equal_is_not_read() -> None:
    deck = Deck(loaded([*OTHERS, ASKED, *OTHERS, post(b"", "text/plain")]))
    found = deck.take(ASKED)
    assert found is not None
    assert found[0] == 9
    assert read(deck) == 3  # the first, this one, and what has no body
    assert deck.take(spellings("considerably", 1)[0]) is None
    assert len([*deck.reading(ASKED)]) >= 16
    assert read(deck) == 4


def test_a_body_below_its_key_is_read() -> None:
    data = writer.dumps(
        Cassette(
            [
                Interaction(n, r, Response(code=200))
                for n, r in enumerate([*OTHERS, ASKED])
            ]
        )
    )
    line = data[data.rindex(b'        body: \'{"n": 0, "text": "one') :].partition(
        b"\n"
    )[0]
    block = line.replace(b"body: '", b"body: |-\n            ").removesuffix(b"'")
    items = reader.loads(data.replace(line, block), "a.yaml", lazy=True).interactions
    assert isinstance(items, LazyInteractions)
    found = Deck(items).take(ASKED)
    assert found is not None
    assert found[0] == 9


def test_all_is_read_in_the_end_where_many_are_passed_over() -> None:
    deck = Deck(loaded(OTHERS))
    for number in range(4):
        assert deck.take(post(b'{"n": %d, "text": "unmistakable"}' % number)) is None
        assert read(deck) == number + 1  # the first of the rest each time
    assert deck.take(post(b'{"n": 4, "text": "unmistakable"}')) is None
    assert read(deck) == 9


@pytest.mark.parametrize(
    "asked",
    [
        post(b"unmistakable", "text/plain"),
        post(b"{unmistakable", "application/json"),
        post(b'{"n": 1}'),
        post(b"\0\0\0\0\x0eunmistakable12", "application/grpc"),
    ],
)
def test_for_what_is_no_json_or_has_no_words_all_is_read(asked: Request) -> None:
    deck = Deck(loaded(OTHERS))
    assert deck.take(asked) is None
    assert read(deck) == 9


@pytest.mark.parametrize(
    "spec",
    [
        MatchSpec(parts=("method", "url")),
        MatchSpec(ignore_json=(parse_ignore("$.n"),)),
        MatchSpec(style="charm"),
    ],
)
def test_where_not_all_of_a_body_counts_all_is_read(spec: MatchSpec) -> None:
    deck = Deck(loaded(OTHERS), matcher=Matcher(spec))
    deck.take(post(b'{"text": "unmistakable"}', accept="x"))
    same = Deck(list(loaded(OTHERS)), matcher=Matcher(spec))
    same.take(post(b'{"text": "unmistakable"}', accept="x"))
    assert deck.unused() == same.unused()
    assert not deck._sieves._is_used or spec.parts == ("method", "url")


def test_it_is_done_in_steps() -> None:
    for deck in (
        Deck(loaded([*OTHERS, ASKED])),
        JudgedDeck(loaded([*OTHERS, ASKED]), judge=lambda *_: None),
    ):
        deck.most_read = 3
        with pytest.raises(UnreadError) as unread:
            deck.take(ASKED)
        assert len([*unread.value.steps]) >= 9
        found = deck.take(ASKED)
        assert found is not None
        assert found[0] == 9
        assert read(deck) <= 3


def test_what_was_added_later_is_read() -> None:
    deck = Deck(loaded([*OTHERS]), Repeats.ALL)
    position = deck.add(Interaction(0, ASKED, Response(code=200)))
    found = deck.take(ASKED)
    assert found is not None
    assert found[0] == position


def test_of_a_list_all_is_read() -> None:
    held = [Interaction(n, r, Response(code=200)) for n, r in enumerate(OTHERS)]
    deck = Deck(held)
    assert deck.take(ASKED) is None
    assert read(deck) == 9
