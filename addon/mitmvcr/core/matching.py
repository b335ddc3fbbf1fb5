"""Why nothing matched: the parts of a request, one predicate each, and what is nearest.

The look-up itself is the deck's, by key; here the same parts are compared one by
one, so that a miss can name those that agree and those that differ.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from mitmvcr.core.deck import Deck
from mitmvcr.core.differences import (
    MOST_DIFFERENCES,
    Difference,
    body_differences,
    common,
    url_differences,
)
from mitmvcr.core.keys import body_key, header, split_url, url_key
from mitmvcr.core.model import Request
from mitmvcr.core.wording import shown

#: How many recorded interactions a miss names.
NEAREST = 3
#: How many are compared part by part, chosen by URL alone, and how many of them
#: place by place; fewer where bodies are large, since the proxy waits meanwhile.
_COMPARED = 50
_DETAILED = 5
_COMPARED_BYTES = 4 << 20
_LONGEST_URL = 300


@dataclass(frozen=True, slots=True)
class Near:
    """A recorded interaction that came close. ``position`` counts from 0."""

    position: int
    method: str
    url: str
    used: bool
    agree: tuple[str, ...]
    differ: tuple[Difference, ...]

    def __str__(self) -> str:
        state = "already used" if self.used else "unused"
        asked = f"{shown(self.method)} {shown(self.url, _LONGEST_URL)}"
        what = f"interaction {self.position} ({state}): {asked}"
        if not self.differ:
            return what + " is the same, and each is replayed once"
        return what + "; " + "; ".join(map(str, self.differ))


@dataclass(frozen=True, slots=True)
class Miss:
    """A request that nothing in the cassette answers. ``same_used`` counts the equal
    ones that were used up; ``total`` is the size of the cassette."""

    method: str
    url: str
    body: str
    nearest: tuple[Near, ...]
    same_used: int
    total: int

    @property
    def reason(self) -> str:
        """One line."""
        if self.same_used:
            times = "once" if self.same_used == 1 else f"{self.same_used} times"
            return f"recorded {times}, and all used up by earlier requests"
        if not self.total:
            return "the cassette is empty"
        if not self.nearest:
            return f"none of the {self.total} recorded interactions is like it"
        return f"the nearest is {self.nearest[0]}"


def method_matches(asked: Request, recorded: Request) -> bool:
    return asked.method == recorded.method


def url_matches(asked: Request, recorded: Request) -> bool:
    return url_key(asked.url) == url_key(recorded.url)


def body_matches(asked: Request, recorded: Request) -> bool:
    return _body_key(asked) == _body_key(recorded)


PARTS: dict[str, Callable[[Request, Request], bool]] = {
    "method": method_matches,
    "url": url_matches,
    "body": body_matches,
}


def matches(asked: Request, recorded: Request) -> bool:
    """What the deck's keys decide, said part by part."""
    return all(part(asked, recorded) for part in PARTS.values())


def explain(asked: Request, deck: Deck) -> Miss:
    """What was asked, and which recorded interactions come nearest to it."""
    return Miss(
        method=asked.method,
        url=asked.url,
        body=shown(asked.body.decode("utf-8", "replace")),
        nearest=tuple(_nearest(asked, deck)),
        same_used=deck.used_up(asked),
        total=len(deck),
    )


def _nearest(asked: Request, deck: Deck) -> list[Near]:
    alike = _alike(asked, deck)
    found = [_near(asked, position, deck) for position in alike]
    found.sort(key=lambda near: (-len(near.agree), near.used))
    found = [_detailed(asked, near, deck) for near in found[:_DETAILED]]
    found.sort(
        key=lambda near: (
            -len(near.agree),
            near.used,
            -alike[near.position],
            len(near.differ),
        )
    )
    return found[:NEAREST]


def _alike(asked: Request, deck: Deck) -> dict[int, int]:
    """The likest URLs, best first, as position -> score; of equal ones the unused."""
    key = url_key(asked.url)
    scored = (
        (_url_score(key, url_key(url)), not deck.was_played(i), -i)
        for i, url in enumerate(deck.urls())
    )
    affordable = _COMPARED_BYTES // (len(asked.body) + 1)
    most = max(NEAREST, min(_COMPARED, affordable))
    return {-i: score for score, _, i in heapq.nlargest(most, scored) if score}


def _near(asked: Request, position: int, deck: Deck) -> Near:
    request = deck[position].request
    agree = tuple(name for name, part in PARTS.items() if part(asked, request))
    used = deck.was_played(position)
    return Near(position, request.method, request.url, used, agree, ())


def _detailed(asked: Request, near: Near, deck: Deck) -> Near:
    differ = differences(asked, deck[near.position].request)
    return replace(near, differ=tuple(islice(differ, MOST_DIFFERENCES)))


def differences(asked: Request, recorded: Request) -> Iterator[Difference]:
    """The places where a request differs from a recorded one, in reading order."""
    if not method_matches(asked, recorded):
        yield Difference("method", shown(asked.method), shown(recorded.method))
    if not url_matches(asked, recorded):
        yield from url_differences(asked.url, recorded.url)
    if not body_matches(asked, recorded):
        yield from body_differences(asked, recorded)


def _body_key(request: Request) -> bytes:
    return body_key(request.body, header(request.headers, "Content-Type"))


def _url_score(asked: str, recorded: str) -> int:
    """How alike two URL keys are: host, path, then the rest."""
    if asked == recorded:
        return 1000
    ours, theirs = split_url(asked), split_url(recorded)
    if ours is None or theirs is None:
        return 0
    host = 100 if ours[1] == theirs[1] else 0
    if ours[2] != theirs[2]:
        return host + common(ours[2][1:70], theirs[2][1:70])
    return host + (90 if ours[3] == theirs[3] else 80)
