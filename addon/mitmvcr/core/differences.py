"""Where two URLs or two bodies that do not match differ, in reading order."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest
from urllib.parse import parse_qsl

from mitmvcr.core.keys import header, parse_json, split_url
from mitmvcr.core.model import Request
from mitmvcr.core.wording import bytes_shown, quoted, shown

#: How many are told.
MOST_DIFFERENCES = 5
#: JSON of more bytes is not taken apart to say where it differs.
_TAKEN_APART = 1 << 18
_LONGEST_PLACE = 200
#: Two texts that are equal for longer are shown from where they differ.
_LONG_START = 40
_PLAIN_NAME = re.compile(r"[\w-]{1,80}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the request differs: ``query.page``, ``body.messages[1]``."""

    place: str
    asked: str
    recorded: str

    def __str__(self) -> str:
        return f"{self.place}: {self.asked} was {self.recorded}"


def url_differences(asked: str, recorded: str) -> Iterator[Difference]:
    ours, theirs = split_url(asked), split_url(recorded)
    if ours is None or theirs is None:
        yield Difference("url", quoted(asked), quoted(recorded))
        return
    places = ("scheme", "host", "path")
    for place, one, other in zip(places, ours, theirs, strict=False):
        if one != other:
            yield Difference(place, shown(one), shown(other))
    if ours[3] != theirs[3]:
        yield from _query_differences(ours[3], theirs[3])


def _query_differences(asked: str, recorded: str) -> Iterator[Difference]:
    """By name; where the values are the same, their order or spelling differs."""
    ours, theirs = _values(asked), _values(recorded)
    if ours == theirs:
        yield Difference("query", _query_shown(asked), _query_shown(recorded))
    for name in sorted(ours.keys() | theirs.keys()):
        one, other = ours.get(name), theirs.get(name)
        if one != other:
            yield Difference(f"query.{shown(name)}", _several(one), _several(other))


def _query_shown(query: str) -> str:
    return quoted(query[1:]) if query else "absent"


def _values(query: str) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(query[1:], keep_blank_values=True):
        values.setdefault(name, []).append(value)
    return values


def _several(values: list[str] | None) -> str:
    if values is None:
        return "absent"
    return ", ".join(map(quoted, values[:3])) + (", ..." if len(values) > 3 else "")


def body_differences(asked: Request, recorded: Request) -> list[Difference]:
    """The first few; of JSON by place, else the first byte."""
    if asked.body == recorded.body:  # and only one of them is JSON
        types = _content_type(asked), _content_type(recorded)
        return [Difference("content-type", *map(quoted, types))]
    try:
        ours, theirs = _taken_apart(asked), _taken_apart(recorded)
        return list(islice(_json_differences(ours, theirs), MOST_DIFFERENCES))
    except (ValueError, RecursionError):
        return [_byte_difference(asked.body, recorded.body)]


def _taken_apart(request: Request) -> object:
    if len(request.body) > _TAKEN_APART:
        raise ValueError("too much")
    return parse_json(request.body, _content_type(request))


def _json_differences(ours: object, theirs: object) -> Iterator[Difference]:
    """Depth first, with a stack of its own: a body may be nested deeply."""
    stack = [iter([("body", ours, theirs)])]
    while stack:
        pair = next(stack[-1], None)
        if pair is None:
            stack.pop()
            continue
        place, one, other = pair
        if isinstance(one, dict) and isinstance(other, dict):
            stack.append(_entries(place, one, other))
        elif isinstance(one, list) and isinstance(other, list):
            stack.append(_items(place, one, other))
        elif type(one) is not type(other) or one != other:
            yield _value_difference(place, one, other)


def _value_difference(place: str, one: object, other: object) -> Difference:
    if isinstance(one, str) and isinstance(other, str):
        at = common(one, other)
        if at > _LONG_START:
            start = at - 10
            place = f"{place} at character {at}"
            return Difference(place, quoted(one[start:]), quoted(other[start:]))
    return Difference(place, _json_shown(one), _json_shown(other))


_Pairs = Iterator[tuple[str, object, object]]


class _Absent:
    """Stands where one side has no such key."""


_ABSENT = _Absent()


def _entries(place: str, ours: dict[str, object], theirs: dict[str, object]) -> _Pairs:
    for name in sorted(ours.keys() | theirs.keys()):
        plain = _PLAIN_NAME.fullmatch(name)
        step = f".{name}" if plain else f"[{quoted(name)}]"
        yield _inner(place, step), ours.get(name, _ABSENT), theirs.get(name, _ABSENT)


def _items(place: str, ours: list[object], theirs: list[object]) -> _Pairs:
    pairs = zip_longest(ours, theirs, fillvalue=_ABSENT)
    for index, (one, other) in enumerate(pairs):
        yield _inner(place, f"[{index}]"), one, other


def _inner(place: str, step: str) -> str:
    inner = place + step
    return inner if len(inner) <= _LONGEST_PLACE else "..." + inner[-_LONGEST_PLACE:]


def _json_shown(value: object) -> str:
    if value is _ABSENT:
        return "absent"
    return shown(json.dumps(value, ensure_ascii=False))


def _byte_difference(ours: bytes, theirs: bytes) -> Difference:
    if not theirs or not ours:
        return Difference("body", bytes_shown(ours), bytes_shown(theirs))
    at = common(ours, theirs)
    start = max(0, at - 10)
    return Difference(
        f"body at byte {at}",
        bytes_shown(ours[start : at + 30]),
        bytes_shown(theirs[start : at + 30]),
    )


def _content_type(request: Request) -> str:
    return header(request.headers, "Content-Type")


def common(one: str | bytes, other: str | bytes) -> int:
    """Length of the common start; by halves, because slices compare fast."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
