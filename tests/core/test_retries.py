"""An answer that its client gave up on is not handed out for the whole one."""

import pytest

from mitmvcr.core.deck import Deck, Retries
from mitmvcr.core.matching import Matcher
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.core.modes import Repeats

ASKED = Request(method="GET", url="http://h/file")
SSE = "text/event-stream"


def made(
    body: bytes, failure: str = "", kind: str = "text/plain", url: str = ASKED.url
) -> Interaction:
    headers = {"Content-Type": [kind]}
    response = Response(code=200, headers=headers, body=body, failure=failure)
    return Interaction(0, Request(method="GET", url=url), response)


def asked(
    times: int, *recorded: Interaction, repeats: Repeats = Repeats.NO
) -> tuple[list[bytes | None], int]:
    """The bodies that a request gets in turn, and how many are unused then."""
    deck, retries = Deck(recorded, repeats, Matcher()), Retries(repeats)
    bodies = []
    for _ in range(times):
        found = retries.settled(deck, (ASKED, ASKED), deck.take(ASKED))
        bodies.append(None if found is None else found[1].response.body)
    return bodies, deck.unused_count


PART, WHOLE = made(b"par", "left"), made(b"part and rest")


def test_whoever_asks_once_gets_the_whole_and_nothing_is_unused():
    assert asked(1, PART, WHOLE) == ([b"part and rest"], 0)
    assert asked(1, PART, PART, PART, WHOLE) == ([b"part and rest"], 0)


def test_whoever_asks_again_gets_the_part_and_then_no_more():
    assert asked(3, PART, WHOLE) == ([b"part and rest", b"par", None], 0)


def test_two_that_were_given_up_and_made_again():
    bodies = [b"part and rest", b"part and rest"]
    assert asked(2, PART, WHOLE, PART, WHOLE) == (bodies, 0)


@pytest.mark.parametrize(
    "recorded",
    [
        (PART,),
        (PART, made(b"par", "left")),
        (WHOLE, PART),
        (made(b"data: 1\n\n", "left", SSE), made(b"data: 1\n\ndata: 2\n\n", kind=SSE)),
        (made(b"{}\n", "left", "application/x-ndjson"), WHOLE),
        *(
            (made(b"no", failure), WHOLE)
            for failure in ("reset", "timeout", "truncated")
        ),
        (PART, PART, made(b"no", "reset"), WHOLE),
        (PART, made(b"other", url="http://h/other")),
    ],
)
def test_what_was_no_retry_stays_as_it_went(recorded):
    same = [each for each in recorded if each.request.url == ASKED.url]
    expected = [each.response.body for each in same]
    assert asked(len(same), *recorded)[0] == expected


def test_where_all_is_repeated_the_first_is():
    assert asked(2, PART, WHOLE, repeats=Repeats.ALL)[0] == [b"par", b"par"]
    assert asked(3, PART, WHOLE, repeats=Repeats.LAST)[0] == [
        b"par",
        b"part and rest",
        b"part and rest",
    ]
