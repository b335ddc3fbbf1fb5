"""What a program that serves remembers of sessions in which nothing was asked."""

import gc
from types import SimpleNamespace
from weakref import ref

from mitmvcr.proxy.serving import Opened


class Stand:
    """In for a player."""

    def __init__(self, name: str) -> None:
        self.was_idle = True
        store = SimpleNamespace(name=f"cassettes/{name}.yaml")
        log = SimpleNamespace(broken_tls={})
        self.session = SimpleNamespace(store=store, summary=lambda: self, log=log)


def test_of_a_session_that_has_ended_the_name_alone_is_kept():
    opened, players = Opened(), [Stand("suite"), Stand("a"), Stand("b")]
    opened.in_play = lambda: players
    for each in players:
        opened(each)
    gone = ref(players[1])
    del players[1:], each
    opened(players[0])  # the next one that begins
    gc.collect()
    assert gone() is None
    assert "tests opened 2 cassettes, and nothing went" in opened.line()


def test_nothing_is_said_where_one_that_has_ended_was_asked():
    first, second, third = players = [*map(Stand, "abc")]
    opened = Opened()
    opened.in_play = lambda: players
    opened(first)
    opened(second)
    first.was_idle = False  # while the second one was open, and the last
    players.remove(first)
    opened(third)
    assert opened.line() == ""


def test_nothing_is_said_where_one_that_is_in_play_was_asked():
    only = Stand("a")
    opened = Opened()
    opened.in_play = lambda: [only]
    opened(only)
    assert "tests opened 1 cassette, and nothing went" in opened.line()
    only.was_idle = False
    assert opened.line() == ""


def test_nothing_is_said_where_a_client_came_and_refused_our_certificate():
    only = Stand("a")
    opened = Opened()
    opened.in_play = lambda: [only]
    opened(only)
    only.session.log.broken_tls["api.test"] = "unknown ca"
    assert opened.line() == ""
