"""Looking up, without a proxy: in cassettes of any size, and when nothing matches.

The figures are the time of one look-up or one explanation in this process.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import samples
from plan import Plan
from report import Row

from mitmvcr.core.deck import Deck
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.core.modes import Repeats
from mitmvcr.format import reader, writer
from mitmvcr.miss.explain import explain

#: A larger cassette may cost this many times as much as one interaction.
MOST = 1.25
#: Milliseconds for an explanation.
MOST_MISS = 100.0
_ASKED = 2_000


def rows(plan: Plan, _: Path) -> list[Row]:
    return [*_look_ups(plan), *_identical(plan), *_misses()]


def _look_ups(plan: Plan) -> list[Row]:
    """Always the same request, so that only the size of the cassette differs."""
    urls = samples.urls(100_000)
    decks = {
        f"{count:,}": Deck(_recorded(urls[:count]), Repeats.ALL)
        for count in (1, 1_000, 100_000)
    }
    asked = Request(method="GET", url=urls[0])
    best = _race({name: _taker(deck, asked) for name, deck in decks.items()}, plan)
    return [
        Row(f"look-up in {name}", best[name], "in 1", best["1"], most_ratio=MOST)
        for name in ("1,000", "100,000")
    ]


def _taker(deck: Deck, asked: Request) -> Callable[[], None]:
    def take() -> None:
        for _ in range(_ASKED):
            assert deck.take(asked) is not None

    return take


def _identical(plan: Plan) -> list[Row]:
    """Each once: 1,886 equal requests in a row, and as many different ones."""
    count = 1_886
    urls = samples.urls(count)
    same, distinct = _recorded(urls[:1] * count), _recorded(urls)
    best = _race(
        {
            "same": lambda: _take_all(same),
            "distinct": lambda: _take_all(distinct),
        },
        plan,
    )
    name = f"{count:,} identical GETs"
    return [Row(name, best["same"], "distinct", best["distinct"], most_ratio=MOST)]


def _take_all(recorded: Sequence[Interaction]) -> None:
    deck = Deck(recorded)
    for interaction in recorded:
        assert deck.take(interaction.request) is not None


def _misses() -> list[Row]:
    """10,000 candidates: at other URLs, and all at one. The first miss has to find out
    which of those could match; bodies of like length it has to read."""
    large = b'{"messages":[%s]}' % b",".join(
        [b'{"content":"%s"}' % (b"x" * 900)] * 1150
    )
    one = "https://api.example.com/v1/chat"
    count = 10_000
    small, like = b'{"n":%d}', b'{"n":%%d,"content":"%s"}' % (b"word " * 400)
    cases = {
        "1 MiB, 10,000 at other URLs": (samples.urls(count), b"", large),
        "1 MiB, 10,000 at one URL": ([one] * count, small, large),
        "2 KiB, 10,000 like it at one URL": ([one] * count, like, like % count),
    }
    found = []
    for name, (urls, body, content) in cases.items():
        bodies = [body % i if body else body for i in range(count)]
        data = writer.dumps(Cassette(list(map(_posted, urls, bodies))))
        asked = _posted(one, content).request
        decks = [_lazy_deck(data) for _ in range(3)]
        first = min(_miss_ms(deck, asked) for deck in decks)
        later = min(_miss_ms(decks[0], asked) for _ in range(5))
        most = MOST_MISS if content is large else None
        found.append(Row(f"miss, {name}", later, most=most))
        found.append(Row(f"miss, {name}, the first", first, most=most))
        if body:
            last = _posted(one, bodies[-1]).request
            hit = min(_hit_ms(_lazy_deck(data), last) for _ in range(3))
            found.append(Row(f"hit, the last of {name[7:]}", hit))
    return found


def _lazy_deck(data: bytes) -> Deck:
    return Deck(reader.loads(data, "match.yaml", lazy=True).interactions)


def _hit_ms(deck: Deck, asked: Request) -> float:
    began = time.perf_counter()
    assert deck.take(asked) is not None
    return 1000 * (time.perf_counter() - began)


def _miss_ms(deck: Deck, asked: Request) -> float:
    began = time.perf_counter()
    assert deck.take(asked) is None
    assert explain(asked, deck).nearest
    return 1000 * (time.perf_counter() - began)


def _race(tasks: dict[str, Callable[[], None]], plan: Plan) -> dict[str, float]:
    """The least milliseconds of each; they take turns."""
    best: dict[str, float] = {}
    for _ in range(plan.rounds):
        for name, task in tasks.items():
            began = time.perf_counter()
            task()
            spent = 1000 * (time.perf_counter() - began)
            best[name] = min(spent, best.get(name, spent))
    return best


def _recorded(urls: Sequence[str]) -> list[Interaction]:
    return [
        Interaction(i, Request(method="GET", url=url), Response(code=200))
        for i, url in enumerate(urls)
    ]


def _posted(url: str, body: bytes) -> Interaction:
    request = Request(
        method="POST",
        url=url,
        body=body,
        content_length=len(body),
        headers={"Content-Type": ["application/json"]},
    )
    return Interaction(0, request, Response(code=200, status="200 OK"))
