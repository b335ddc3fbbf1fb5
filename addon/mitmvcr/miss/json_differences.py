"""Where two values of JSON differ, with the JSONPath of each place."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import zip_longest
from numbers import Number

from mitmvcr.core.bodies import OpenedList, OpenedObject, closed
from mitmvcr.core.jsonpaths import path_step
from mitmvcr.core.matching import Ignoring
from mitmvcr.core.searching import common
from mitmvcr.core.wording import quoted, shown
from mitmvcr.miss.freshness import fresh, piece_regex
from mitmvcr.miss.report import LONG_START, Difference

_LONGEST_PLACE = 200
_PLAIN_NAME = re.compile(r"[\w-]{1,80}", re.ASCII)

Ignored = tuple[str, str] | None
#: Place, JSONPath and the two values; the path is empty where it would be too long.
_Pairs = Iterator[tuple[str, str, object, object]]


def json_differences(
    place: str, ours: object, theirs: object, whole: Ignored
) -> Iterator[Difference]:
    """Yield differences depth first, with a stack of its own: a body may be nested
    deeply. ``whole`` is what would let the two pass as they are."""
    stack = [iter([(place, "$", ours, theirs)])]
    while stack:
        pair = next(stack[-1], None)
        if pair is None:
            stack.pop()
            continue
        at, path, one, other = pair
        if _both(dict, OpenedObject, one, other):
            stack.append(_entries(at, path, one, other))  # type: ignore[arg-type]
        elif _both(list, OpenedList, one, other):
            stack.append(_items(at, path, one, other))  # type: ignore[arg-type]
        elif type(one) is not type(other) or one != other:
            ignoring = (Ignoring.JSON, path) if path != "$" else whole
            yield _value_difference(at, one, other, ignoring if path else None)


def _both(kind: type, opened: type, one: object, other: object) -> bool:
    """Return whether both are of a kind, both in a string or neither."""
    return (
        isinstance(one, kind)
        and isinstance(other, kind)
        and isinstance(one, opened) == isinstance(other, opened)
    )


def _value_difference(
    place: str, one: object, other: object, ignoring: Ignored
) -> Difference:
    looks = _looks(one, other)
    if isinstance(one, str) and isinstance(other, str):
        if regex := piece_regex(one, other):
            ignoring = Ignoring.BODY, regex
        at = common(one, other)
        if at <= LONG_START:
            return Difference(place, quoted(one), quoted(other), ignoring, looks)
        place, start = f"{place} at character {at}", at - 10
        texts = quoted(one[start:]), quoted(other[start:])
        return Difference(place, *texts, ignoring, looks)
    return Difference(place, _shown(one), _shown(other), ignoring, looks)


def _looks(one: object, other: object) -> str:
    both = one, other
    if any(all(isinstance(each, kind) for each in both) for kind in (str, Number)):
        found = fresh(str(one), str(other))
        return found.words if found else ""
    return ""


class _Absent:
    """Stands where one side has no such key."""


_ABSENT = _Absent()


def _entries(
    place: str, path: str, ours: dict[str, object], theirs: dict[str, object]
) -> _Pairs:
    for name in sorted(ours.keys() | theirs.keys()):
        step = f".{name}" if _PLAIN_NAME.fullmatch(name) else f"[{quoted(name)}]"
        pair = ours.get(name, _ABSENT), theirs.get(name, _ABSENT)
        yield _inner(place, step), _path(path, path_step(name)), *pair


def _items(place: str, path: str, ours: list[object], theirs: list[object]) -> _Pairs:
    pairs = zip_longest(ours, theirs, fillvalue=_ABSENT)
    for index, pair in enumerate(pairs):
        step = f"[{index}]"
        yield _inner(place, step), _path(path, step), *pair


def _inner(place: str, step: str) -> str:
    inner = place + step
    return inner if len(inner) <= _LONGEST_PLACE else "..." + inner[-_LONGEST_PLACE:]


def _path(path: str, step: str) -> str:
    return path + step if path and len(path + step) <= _LONGEST_PLACE else ""


def _shown(value: object) -> str:
    if value is _ABSENT:
        return "absent"
    if isinstance(value, OpenedObject | OpenedList):
        return quoted(str(closed(value)))
    if isinstance(value, Decimal):
        return shown(str(value))
    return shown(json.dumps(value, ensure_ascii=False, default=str))
