"""Which answer that a replay gave out has expired since it was recorded, so that its
client asks anew."""

from collections.abc import Callable, Iterator
from functools import cache

from mitmvcr.clock import Expired, expired, first_date, recorded_at, searched
from mitmvcr.core.deck import Deck
from mitmvcr.core.matching import url_host
from mitmvcr.core.model import Request, Response
from mitmvcr.core.steps import Steps
from mitmvcr.miss.report import Miss, Near
from mitmvcr.options import BY_NAME

#: The remedy.
SHIFT = f"{BY_NAME['time'].vcr}=shift"
#: How many answers of a host are looked at, the last ones first.
_LOOKED_AT = 50
#: In bytes: so much is searched of all these, and of any one, without its coding, and
#: so much is read of the cassette for it. What holds tokens is small, and a test may
#: have many misses.
_MOST, _MOST_READ = 1 << 18, 1 << 22
#: How many interactions are searched for a Date.
_DATED = 100
_COOKIE = "header.cookie"
#: The parts of a request that say what is asked for, at one place.
_WORDS = ("query", "body", "form")
#: Where a request for what has expired differs from the first one.
_ASKS_ANEW = (_COOKIE, "header.if-none-match", "header.if-modified-since")


def aged(deck: Deck, asked: Request, miss: Miss, now: int) -> Steps[str]:
    """Say in steps which answer has expired at ``now``, in Unix seconds: the one to the
    same request, whatever of it has, or one of the same host whose token has; an empty
    text where none has."""

    @cache
    def first() -> int | None:
        return first_date(deck.head(each) for each in range(min(len(deck), _DATED)))

    for near in miss.nearest:
        if near.used and _is_same(near):
            answer = searched(deck.head(near.position).response, _MOST)
            found = _expired(answer, now, first)
            if found is not None:
                return f"interaction {near.position} ({found})"
    if any(map(_is_changed, miss.nearest[:1])):
        return ""
    lacks_cookie = any(map(_is_of_cookie, miss.nearest[:1]))
    for position, answer in _given(deck, asked):
        found = _expired(answer, now, first)
        if found is not None and (
            found.is_token or (lacks_cookie and found.name == "Set-Cookie")
        ):
            return f"interaction {position} ({found})"
        yield
    return ""


def _is_same(near: Near) -> bool:
    """Return whether a request differs only in what its client makes anew."""
    return all(each.looks or each.place.lower() in _ASKS_ANEW for each in near.differ)


def _is_changed(near: Near) -> bool:
    """Return whether what is recorded next is asked for with other words: that is why
    it has no match, whatever has expired."""
    are_words = all(each.place.startswith(_WORDS) for each in near.differ)
    return not near.used and bool(near.differ) and are_words


def _is_of_cookie(near: Near) -> bool:
    return any(each.place.lower() == _COOKIE for each in near.differ)


def _given(deck: Deck, asked: Request) -> Iterator[tuple[int, Response]]:
    """Yield the host's last answers that were given out, by their positions, without
    those that are too much to be searched."""
    host, left = url_host(asked.url), _LOOKED_AT
    room, unread = _MOST, _MOST_READ
    for position, url in reversed(list(enumerate(deck.urls()))):
        if deck.was_played(position) and host in url and url_host(url) == host:
            answer = deck.head(position).response
            left, unread = left - 1, unread - len(answer.body)
            if len(answer.body) <= room:
                plain = searched(answer, room)
                room -= len(plain.body)
                yield position, plain
            if not left or unread < 0:
                return


def _expired(
    answer: Response, now: int, first: Callable[[], int | None]
) -> Expired | None:
    at = recorded_at(answer)
    if at is None:
        at = first()
    return None if at is None else expired(answer, at, now)
