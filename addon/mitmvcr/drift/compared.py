"""A recorded answer and what the API answers now: what has changed, by shape."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from mitmvcr.core.media import media_kind
from mitmvcr.core.model import Interaction, Response, header
from mitmvcr.drift.markup import TEXT
from mitmvcr.drift.rules import OTHER_ANSWER, Finding, Tier
from mitmvcr.drift.shapes import Shape, kind_of
from mitmvcr.drift.text import Path, spelled
from mitmvcr.drift.values import value_of

#: Headers that clients go by.
_HEADERS = ("Link", "Location", "ETag", "Last-Modified", "X-Total-Count")
_HEADERS_OF_ENDS = ("Deprecation", "Sunset")
#: Names of members that distinguish one thing from the others.
_IDS = ("id", "uuid", "key", "sha", "slug", "name", "code", "login", "number")
#: Of a shorter list two orders are often one.
_LEAST = 3
#: A member that this many objects have is in all of them.
_CERTAIN = 8


class Drift(NamedTuple):
    """What became of an answer; ``is_volatile`` says whether live answers differ among
    themselves."""

    findings: Sequence[Finding]
    is_volatile: bool = False

    @property
    def tier(self) -> Tier:
        least = Tier.VOLATILE if self.is_volatile else Tier.SAME
        return max((each.tier for each in self.findings), default=least)


def compared(old: Interaction, live: Sequence[Response], known: Shape) -> Drift:
    """Compare an answer with live ones, at least one; ``known`` is what the cassette
    shows of the endpoint, this answer among it. What is not so in all of the live ones
    is volatile, and no finding."""
    each = [[*_of_heads(old.response, now)] for now in live]
    common = [found for found in each[0] if all(_has(found, more) for more in each[1:])]
    if not any(each.rule in OTHER_ANSWER for each in common):
        common += _of_bodies(old.response, live, known)
    bodies = {each.body for each in live}
    return Drift(common, len(bodies) > 1 or any(len(f) != len(each[0]) for f in each))


def _has(found: Finding, more: Sequence[Finding]) -> bool:
    return any((found.rule, found.path) == (each.rule, each.path) for each in more)


def _of_heads(old: Response, now: Response) -> Iterator[Finding]:
    if old.code != now.code:
        yield Finding(
            _status_rule(old.code, now.code), "status", str(old.code), str(now.code)
        )
    elif old.body and not now.body:
        yield Finding("body-gone", "body", f"{len(old.body)} bytes", "none")
    else:
        kinds = [media_kind(header(r.headers, "Content-Type")) for r in (old, now)]
        if kinds[0] and kinds[0] != kinds[1]:
            yield Finding("media-type", "header Content-Type", *kinds)
    for name in _HEADERS:
        if header(old.headers, name) and not header(now.headers, name):
            yield Finding("header-gone", f"header {name}")
    for name in _HEADERS_OF_ENDS:
        if header(now.headers, name) and not header(old.headers, name):
            yield Finding("deprecated", f"header {name}", "", header(now.headers, name))


def _status_rule(old: int, now: int) -> str:
    if old // 100 == 2 and now in (400, 422):
        return "required-new"
    return "status" if old // 100 == now // 100 else "status-class"


def _of_bodies(
    old: Response, live: Sequence[Response], known: Shape
) -> Iterator[Finding]:
    before, now = value_of(old), [value_of(each) for each in live]
    if before is None:
        return
    values = [each[0] for each in now if each is not None]
    if len(values) < len(now):
        if not values:
            yield Finding("body-broken", "body")
        return
    shapes = [Shape().add(each) for each in values]
    yield from _place((), "", Shape().add(before[0]), known, shapes)
    yield from _orders((), before[0], values)


def _place(
    path: Path,
    name: str,
    old: Shape,
    known: Shape,
    live: Sequence[Shape],
) -> Iterator[Finding]:
    """Compare the recorded shape, what is known of its endpoint, and the live ones."""
    yield from _kinds(path, known, live)
    yield from _texts(path, name, known, live)
    live = [each for each in live if each.objects or each.items is not None]
    if old.objects and live and all(each.objects for each in live):
        yield from _members(path, name, old, known, live)
    items = [each.items for each in live if each.items is not None]
    if old.items is None or known.items is None or not items:
        return
    if old.items.kinds and all(each.kinds for each in items):
        path = (*path, "*")
        yield from _place(path, name, old.items, known.items, items)


def _members(
    path: Path, path_name: str, old: Shape, known: Shape, live: Sequence[Shape]
) -> Iterator[Finding]:
    for name, inner in old.fields.items():
        held = [each.fields[name] for each in live if name in each.fields]
        if len(held) == len(live):
            of_name = path_name if name == TEXT else name
            yield from _place((*path, name), of_name, inner, known.fields[name], held)
            is_certain = known.objects >= _CERTAIN and known.is_always(name)
            if is_certain and not any(each.is_always(name) for each in live):
                yield Finding("key-gone", _spelled((*path, name)), "", "in some")
        elif not held and known.is_always(name):
            before = "/".join(inner.kinds)
            yield Finding("key-gone", _spelled((*path, name)), before, "none")
    for name in live[0].fields:
        if name not in known.fields and all(name in each.fields for each in live):
            now = "/".join(live[0].fields[name].kinds)
            yield Finding("key-new", _spelled((*path, name)), "", now)


def _kinds(path: Path, known: Shape, live: Sequence[Shape]) -> Iterator[Finding]:
    common = set.intersection(*({*each.kinds} for each in live))
    new = common - known.kinds.keys()
    if not new:
        return
    before, now = "/".join(known.kinds), "/".join(sorted(new))
    if {*known.kinds} == {"null"}:
        yield Finding("null-filled", _spelled(path), before, now)
    elif new == {"null"}:
        yield Finding("null-new", _spelled(path), before, now)
    else:
        yield Finding("type-changed", _spelled(path), before, now)


def _texts(
    path: Path, name: str, known: Shape, live: Sequence[Shape]
) -> Iterator[Finding]:
    if not known.formats or not all(each.formats for each in live):
        return
    now = set.intersection(*(each.formats for each in live))
    if "" not in known.formats and now and not now & known.formats:
        before, after = ("/".join(sorted(f)) or "any" for f in (known.formats, now))
        yield Finding("format-changed", _spelled(path), before, after or "any text")
        return
    words = set.intersection(*({*each.words} for each in live))
    is_settled = all({*each.words} == words for each in live)
    new = words - known.words.keys() - {""}
    if new and is_settled and known.is_enum(name):
        before = "/".join(sorted(known.words))
        yield Finding("enum-new", _spelled(path), before, "/".join(sorted(new)))


def _spelled(path: Path) -> str:
    return spelled(path).replace('["*"]', "[*]")


# Orders


def _orders(path: Path, old: Any, live: Sequence[Any]) -> Iterator[Finding]:
    """Yield lists that hold the same in another order, in which all live ones agree."""
    kinds = {kind_of(each) for each in (old, *live)}
    if kinds == {"object"}:
        for name, inner in old.items():
            if all(name in each for each in live):
                yield from _orders((*path, name), inner, [each[name] for each in live])
    elif kinds == {"array"}:
        yield from _of_lists(path, old, live)


def _of_lists(
    path: Path, old: Sequence[Any], live: Sequence[Sequence[Any]]
) -> Iterator[Finding]:
    before, *now = ([_identity(item) for item in each] for each in (old, *live))
    if any(each != now[0] for each in now):
        return
    if before == now[0]:
        for number, inner in enumerate(old):
            yield from _orders((*path, number), inner, [each[number] for each in live])
    elif sorted(before) == sorted(now[0]) and len({*before}) == len(before) >= _LEAST:
        yield Finding("order-changed", _spelled(path))


def _identity(item: Any) -> str:
    """Return what tells a thing of a list from the others; empty where nothing does."""
    if isinstance(item, dict):
        names = (name for name in _IDS if isinstance(item.get(name), str | int))
        return next((f"{name}={item[name]}" for name in names), "")
    return "" if isinstance(item, list) else json.dumps(item)
