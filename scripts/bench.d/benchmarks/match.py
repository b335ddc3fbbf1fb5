"""Looking up in cassettes of any size, and explaining a miss, without a proxy.

The figures are the time of one look-up or one explanation in this process.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from harness.figures import Goal, Row, least
from harness.race import Bench, Race, wall_ms
from material import samples

from mitmvcr.core.deck import Deck
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.core.modes import Repeats
from mitmvcr.core.steps import finished
from mitmvcr.format import reader, writer
from mitmvcr.miss.explain import explaining

#: A larger cassette may cost this many times as much as one interaction, and one of
#: many that are alike as one of a quarter as many.
LOOK_UP = Goal("ratio", 1.25)
EXPLANATION = Goal("ours", 100.0)
_ASKED = 2_000


def rows(bench: Bench) -> list[Row]:
    rounds = bench.size(30, quick=12)
    return [*_look_ups(rounds), _identical(rounds), *_alike(rounds), *_misses()]


def _look_ups(rounds: int) -> Iterator[Row]:
    """Always the same request, so that only the size of the cassette differs."""
    urls = samples.urls(100_000)
    asked = [Request(method="GET", url=urls[0])] * _ASKED
    race = _race(
        {
            f"{count:,}": partial(
                _take, Deck(_recorded(urls[:count]), Repeats.ALL), asked
            )
            for count in (1, 1_000, 100_000)
        },
        rounds,
    )
    for name in ("1,000", "100,000"):
        case = f"look-up in {name}"
        yield Row(case, race.least(name), "in 1", race.least("1"), LOOK_UP)


def _identical(rounds: int) -> Row:
    """Each once: equal requests in a row; beside them a quarter as many, four times.
    Each costs the same, however many there are."""
    count = 1_884
    same = _recorded(samples.urls(1) * count)
    tasks = {
        "all": partial(_take_all, same, 1),
        "quarter": partial(_take_all, same[: count // 4], 4),
    }
    race = _race(tasks, rounds)
    every, quarter = race.least("all"), race.least("quarter")
    return Row(
        f"{count:,} identical GETs", every, "4 times a quarter", quarter, LOOK_UP
    )


def _alike(rounds: int) -> Iterator[Row]:
    """Each once, of one URL, asked from the last to the first: requests with an id of
    their own, and parts of a file; beside them a quarter as many, four times."""
    count = 1_884
    url = samples.urls(1)[0]
    for name, header, code in (("ids", "X-Request-Id", 200), ("ranges", "Range", 206)):
        said = [{"Accept": ["*/*"], header: [f"bytes={i}-{i}"]} for i in range(count)]
        answer = Response(code=code)
        cassette = [
            Interaction(i, Request("GET", url, headers=headers), answer)
            for i, headers in enumerate(said)
        ]
        quarter = cassette[: count // 4]
        tasks = {
            "all": partial(_take_back, cassette, 1),
            "quarter": partial(_take_back, quarter, 4),
        }
        race = _race(tasks, rounds)
        case = f"{count:,} GETs that differ in {name}"
        yield Row(case, race.least("all"), "4 times a quarter", race.least("quarter"))


def _take_back(recorded: Sequence[Interaction], times: int) -> None:
    for _ in range(times):
        _take(Deck(recorded), [each.request for each in reversed(recorded)])


def _race(tasks: dict[str, Callable[[], None]], rounds: int) -> Race:
    return Race().run({k: partial(wall_ms, task) for k, task in tasks.items()}, rounds)


def _take_all(recorded: Sequence[Interaction], times: int) -> None:
    for _ in range(times):
        _take(Deck(recorded), [each.request for each in recorded])


def _take(deck: Deck, asked: Sequence[Request]) -> None:
    for request in asked:
        assert deck.take(request) is not None


def _misses() -> Iterator[Row]:
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
    for name, (urls, body, content) in cases.items():
        bodies = [body % i if body else body for i in range(count)]
        data = writer.dumps(Cassette(list(map(_posted, urls, bodies))))
        miss = partial(_miss, asked=_posted(one, content).request)
        decks = [_lazy_deck(data) for _ in range(3)]
        first = least([wall_ms(partial(miss, deck)) for deck in decks])
        later = least([wall_ms(partial(miss, decks[0])) for _ in range(5)])
        goal = EXPLANATION if content is large else None
        yield Row(f"miss, {name}", later, goal=goal)
        yield Row(f"miss, {name}, the first", first, goal=goal)
        if body:
            last = [_posted(one, bodies[-1]).request]
            fresh = [_lazy_deck(data) for _ in range(3)]
            hits = [wall_ms(partial(_take, deck, last)) for deck in fresh]
            yield Row(f"hit, the last of {name[7:]}", least(hits))


def _lazy_deck(data: bytes) -> Deck:
    return Deck(reader.loads(data, "match.yaml", lazy=True).interactions)


def _miss(deck: Deck, asked: Request) -> None:
    assert deck.take(asked) is None
    assert finished(explaining(asked, deck)).nearest


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
