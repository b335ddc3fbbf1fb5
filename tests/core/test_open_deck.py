"""A deck tells which interactions may answer a request, used up or not."""

from mitmvcr.core.deck import OpenDeck
from mitmvcr.core.matching import Matcher
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.core.modes import Repeats


def ask(url: str, who: str) -> Request:
    return Request(method="GET", url=url, headers={"X-Who": [who]})


def test_equal_ones_are_told_the_best_first_and_those_that_were_used_up_too() -> None:
    asked = [ask("http://h/a", "1"), ask("http://h/b", "2"), ask("http://h/a", "2")]
    loaded = [Interaction(n, each, Response()) for n, each in enumerate(asked)]
    deck = OpenDeck(loaded, Repeats.NO, Matcher())
    assert deck.take(asked[0]) is not None
    for who, expected in (("1", [0, 2]), ("2", [2, 0])):
        live = ask("http://h/a", who)
        assert deck.equal_to(live, live) == expected
    assert deck.equal_to(ask("http://h/c", "1"), ask("http://h/c", "1")) == []
