"""Why nothing matched: the parts of a request, one predicate each, and what is nearest.

The look-up itself is the deck's, by key; here the same parts are compared one by
one, so that a miss can name those that agree and those that differ.
"""

import heapq
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import parse_qsl, urlsplit

from mitmvcr.core.deck import Deck
from mitmvcr.core.keys import body_key, header, parse_json, url_key
from mitmvcr.core.model import Interaction, Request

#: How many recorded interactions a miss names.
NEAREST = 3
#: How many are compared part by part, chosen by URL alone.
_COMPARED = 50
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the request differs: ``query.page``, ``body.messages[1]``."""

    place: str
    asked: str
    recorded: str

    def __str__(self) -> str:
        return f"{self.place}: {self.asked} was {self.recorded}"


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
        what = f"interaction {self.position} ({state}): {self.method} {self.url}"
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
    chosen = heapq.nlargest(
        _COMPARED,
        ((_url_score(asked.url, url), -i) for i, url in enumerate(deck.urls())),
    )
    found = [_near(asked, -i, deck[-i], deck) for score, i in chosen if score > 0]
    found.sort(key=lambda near: (-len(near.agree), near.used, len(near.differ)))
    return Miss(
        method=asked.method,
        url=asked.url,
        body=_shown(asked.body.decode("utf-8", "replace")) if asked.body else "",
        nearest=tuple(found[:NEAREST]),
        same_used=sum(not near.differ and near.used for near in found),
        total=len(deck),
    )


def _near(asked: Request, position: int, recorded: Interaction, deck: Deck) -> Near:
    request = recorded.request
    agree = tuple(name for name, part in PARTS.items() if part(asked, request))
    differ = islice(differences(asked, request), 5)
    return Near(
        position,
        request.method,
        request.url,
        deck.was_played(position),
        agree,
        tuple(differ),
    )


def differences(asked: Request, recorded: Request) -> Iterator[Difference]:
    """The places where a request differs from a recorded one, in reading order."""
    if not method_matches(asked, recorded):
        yield Difference("method", asked.method, recorded.method)
    if not url_matches(asked, recorded):
        yield from _url_differences(asked.url, recorded.url)
    if not body_matches(asked, recorded):
        yield from _body_differences(asked, recorded)


def _url_differences(asked: str, recorded: str) -> Iterator[Difference]:
    ours, theirs = urlsplit(url_key(asked)), urlsplit(url_key(recorded))
    for place, one, other in (
        ("scheme", ours.scheme, theirs.scheme),
        ("host", ours.netloc, theirs.netloc),
        ("path", ours.path, theirs.path),
    ):
        if one != other:
            yield Difference(place, one, other)
    if ours.query != theirs.query:
        yield from _query_differences(ours.query, theirs.query)


def _query_differences(asked: str, recorded: str) -> Iterator[Difference]:
    ours, theirs = _values(asked), _values(recorded)
    if ours == theirs:
        yield Difference("query", _quoted(asked), _quoted(recorded))
    for name in sorted(ours.keys() | theirs.keys()):
        one, other = ours.get(name), theirs.get(name)
        if one != other:
            yield Difference(f"query.{name}", _several(one), _several(other))


def _values(query: str) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        values.setdefault(name, []).append(value)
    return values


def _several(values: list[str] | None) -> str:
    return "absent" if values is None else ", ".join(map(_quoted, values))


def _body_differences(asked: Request, recorded: Request) -> Iterator[Difference]:
    try:
        ours = parse_json(asked.body, header(asked.headers, "Content-Type"))
        theirs = parse_json(recorded.body, header(recorded.headers, "Content-Type"))
    except ValueError:
        yield _byte_difference(asked.body, recorded.body)
        return
    yield from _json_differences("body", ours, theirs)


def _json_differences(place: str, ours: object, theirs: object) -> Iterator[Difference]:
    """Depth first, with a stack of its own: a body may be nested deeply."""
    stack = [(place, ours, theirs)]
    while stack:
        place, ours, theirs = stack.pop()
        if isinstance(ours, dict) and isinstance(theirs, dict):
            names = sorted(ours.keys() | theirs.keys(), reverse=True)
            stack += [
                (f"{place}.{n}", ours.get(n, _ABSENT), theirs.get(n, _ABSENT))
                for n in names
            ]
        elif isinstance(ours, list) and isinstance(theirs, list):
            longest = max(len(ours), len(theirs))
            stack += [
                (f"{place}[{i}]", _item(ours, i), _item(theirs, i))
                for i in reversed(range(longest))
            ]
        elif type(ours) is not type(theirs) or ours != theirs:
            yield Difference(place, _json_shown(ours), _json_shown(theirs))


class _Absent:
    """Stands where one side has no such key."""


_ABSENT = _Absent()


def _item(values: list[object], index: int) -> object:
    return values[index] if index < len(values) else _ABSENT


def _json_shown(value: object) -> str:
    if value is _ABSENT:
        return "absent"
    return _shown(json.dumps(value, ensure_ascii=False))


def _byte_difference(ours: bytes, theirs: bytes) -> Difference:
    if not theirs or not ours:
        return Difference("body", _bytes_shown(ours), _bytes_shown(theirs))
    pairs = enumerate(zip(ours, theirs, strict=False))
    at = next((i for i, (a, b) in pairs if a != b), min(len(ours), len(theirs)))
    start = max(0, at - 10)
    return Difference(
        f"body at byte {at}",
        _bytes_shown(ours[start : at + 30]),
        _bytes_shown(theirs[start : at + 30]),
    )


def _bytes_shown(body: bytes) -> str:
    return _quoted(body.decode("utf-8", "backslashreplace")) if body else "empty"


def _quoted(text: str) -> str:
    return _shown(json.dumps(text, ensure_ascii=False))


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


def _body_key(request: Request) -> bytes:
    return body_key(request.body, header(request.headers, "Content-Type"))


def _url_score(asked: str, recorded: str) -> int:
    """How alike two URLs are, from their text alone: host, path, then the rest."""
    if asked == recorded:
        return 1000
    ours, theirs = asked.split("/", 3), recorded.split("/", 3)
    if len(ours) < 3 or len(theirs) < 3:
        return 0
    host = 100 if ours[2] == theirs[2] else 0
    one, other = ours[3:] or [""], theirs[3:] or [""]
    if one == other:
        return host + 90
    if one[0].partition("?")[0] == other[0].partition("?")[0]:
        return host + 80
    return host + min(70, _common(one[0], other[0]))


def _common(one: str, other: str) -> int:
    """Length of the common start."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))
