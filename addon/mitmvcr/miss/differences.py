"""Where the URLs, headers and forms of two requests differ, in reading order."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest
from urllib.parse import unquote_plus

from mitmvcr.core.matching import (
    Ignoring,
    Names,
    glob_of,
    query_pairs,
    split_url,
)
from mitmvcr.core.searching import common
from mitmvcr.core.urls import is_loopback
from mitmvcr.core.wording import quoted, shown
from mitmvcr.miss.freshness import Fresh, fresh, one_regex
from mitmvcr.miss.report import Difference

_STEP = re.compile("/")
_PORT = re.compile(r"(.+):([0-9]{5})")
#: The first port that Linux chooses of itself; others begin at 49152.
_CHOSEN = 32768


#: Where a part of a value begins that may have a name, by which it is masked.
_PART = re.compile(r"[&?;,{\n]")


def apart(
    place: str,
    one: str,
    other: str,
    show: Callable[[str], str] = quoted,
    begins: re.Pattern[str] = _PART,
) -> tuple[str, str, str]:
    """Return a place and two texts that differ there, as they are shown: from the
    beginning of the part in which they differ, where they would be cut alike."""
    texts = show(one), show(other)
    if texts[0] != texts[1]:
        return place, *texts
    at = common(one, other)
    start = max((each.end() for each in begins.finditer(one, 0, at)), default=0)
    return f"{place} at character {at}", show(one[start:]), show(other[start:])


def url_differences(asked: str, recorded: str, counts: Names) -> Iterator[Difference]:
    """Yield the differences of two URL keys; ``counts`` are the names in their
    queries."""
    ours, theirs = split_url(asked), split_url(recorded)
    if ours is None or theirs is None:
        yield Difference(*apart("url", asked, recorded))
        return
    origins = "=".join(f"{url[0]}://{url[1]}/" for url in (ours, theirs))
    remedy = ("base_urls", origins)
    if _is_made_anew(ours[1], theirs[1]):
        remedy = ("parts", "port")
    for place, one, other in zip(("scheme", "host"), ours, theirs, strict=False):
        if one != other:
            yield Difference(place, shown(one), shown(other), remedy)
    if ours[2] != theirs[2]:
        yield _path_difference(ours[2], theirs[2])
    if ours[3] != theirs[3]:
        yield from _query_differences(ours[3], theirs[3], counts)


def _is_made_anew(asked: str, recorded: str) -> bool:
    """Return whether a system has chosen both ports, for a server that a run starts on
    this machine: the next run has another."""
    sides = [_PORT.fullmatch(each) for each in (asked, recorded)]
    found = [side.groups() for side in sides if side]
    chosen = all(int(port) >= _CHOSEN and is_loopback(host) for host, port in found)
    return chosen and len(found) == 2 and found[0][0] == found[1][0]


def _path_difference(asked: str, recorded: str) -> Difference:
    """Return the difference of two paths: what is made anew in them can be ignored."""
    texts = apart("path", asked, recorded, shown, _STEP)
    steps = [path.split("/") for path in (asked, recorded)]
    found = [] if len(steps[0]) != len(steps[1]) else path_regexes(*steps)
    if not found or None in found:
        return Difference(*texts)
    regexes = dict.fromkeys(each.patterns[0] for each in found if each)
    looks = {each.words for each in found if each}
    ignoring = Ignoring.PATH, "|".join(regexes)
    return Difference(*texts, ignoring, looks.pop() if len(looks) == 1 else "")


def path_regexes(ours: Sequence[str], theirs: Sequence[str]) -> list[Fresh | None]:
    """Return for each step in which two paths differ a regex that finds what is made
    anew in it, behind the step before it; None for a step that differs in more."""
    found: list[Fresh | None] = []
    for number, (one, other) in enumerate(zip(ours, theirs, strict=False)):
        if one != other:
            new, regex = fresh(one, other), one_regex(one, other)
            at = step_after(ours[:number])
            found.append(Fresh(new.words, (at + regex,)) if new and regex else None)
    return found


def step_after(steps: Sequence[str]) -> str:
    """Return a regex for the place behind the last of these steps of a path."""
    last = steps[-1] if steps else ""
    return f"(?<=/{re.escape(last)}/)" if last else "(?<=^/)"


def _query_differences(
    asked: str, recorded: str, counts: Names
) -> Iterator[Difference]:
    """Yield differences by name; and where what else there is differs in its order or
    spelling."""
    one, other = (list(counts(query_pairs(each))) for each in (asked, recorded))
    ours, theirs = by_name(one), by_name(other)
    unlike = {
        name
        for name in ours.keys() | theirs.keys()
        if sorted(ours.get(name, ())) != sorted(theirs.get(name, ()))
    }
    left, there = (_without(each, unlike, counts) for each in (asked, recorded))
    if left != there:
        # What is left to do is to compare them in any order.
        texts = apart("query", left, there, _query_shown)
        yield Difference(*texts, ("parts", "query"))
    one, other = ([p for p in side if p[0] in unlike] for side in (one, other))
    yield from pair_differences("query", one, other, Ignoring.QUERY)


def _without(query: str, names: set[str], counts: Names) -> str:
    """Return what counts of a query, without what has one of these names."""
    left = []
    for piece in query[1:].split("&"):
        start = piece.partition("=")[0]
        name = unquote_plus(start, errors="surrogateescape")
        if name not in names and counts.counts(name):
            left.append(piece if counts.value_counts(name) else start)
    return query[:1] + "&".join(left) if left else ""


def _query_shown(query: str) -> str:
    return quoted(query.removeprefix("?")) if query else "absent"


Pairs = Iterable[tuple[str, str]]


def pair_differences(
    place: str, asked: Pairs, recorded: Pairs, option: str
) -> Iterator[Difference]:
    """Yield differences by name: of a query, a form or headers. ``option`` is what
    ignores a name."""
    ours, theirs = by_name(asked), by_name(recorded)
    for name in sorted(ours.keys() | theirs.keys()):
        one, other = ours.get(name), theirs.get(name)
        if one != other:
            texts = _told(f"{place}.{shown(name)}", one, other)
            ignoring = option, glob_of(name)
            yield Difference(*texts, ignoring, _looks(one, other))


def _told(
    place: str, ours: list[str] | None, theirs: list[str] | None
) -> tuple[str, str, str]:
    """Return a place and the values there; the first that differ where all that is
    shown of them is alike."""
    texts = _several(ours), _several(theirs)
    if texts[0] != texts[1]:
        return place, *texts
    pairs = enumerate(zip_longest(ours or (), theirs or ()))
    at, (one, other) = next(each for each in pairs if each[1][0] != each[1][1])
    step = f"{place}[{at}]" if at or len(ours or ()) > 1 else place
    return told_apart(step, one, other)


def told_apart(place: str, one: str | None, other: str | None) -> tuple[str, str, str]:
    """Return a place and its two values, of which one may be absent."""
    if one is not None and other is not None:
        return apart(place, one, other)
    return place, _absent_or(one), _absent_or(other)


def _absent_or(value: str | None) -> str:
    return "absent" if value is None else quoted(value)


def _looks(one: list[str] | None, other: list[str] | None) -> str:
    if one is None or other is None or len(one) != len(other):
        return ""
    found = [
        fresh(*pair) for pair in zip(one, other, strict=True) if len(set(pair)) > 1
    ]
    words = {each.words if each else "" for each in found}
    return words.pop() if len(words) == 1 else ""


def by_name(pairs: Pairs) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def _several(values: list[str] | None) -> str:
    if values is None:
        return "absent"
    return ", ".join(map(quoted, values[:3])) + (", ..." if len(values) > 3 else "")
