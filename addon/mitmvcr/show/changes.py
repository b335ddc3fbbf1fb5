"""Where two interactions differ, part by part, and their texts line by line."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import islice, zip_longest
from typing import Any, NamedTuple

from mitmvcr.core.bodies import request_body_keys
from mitmvcr.core.calls import format_turns
from mitmvcr.core.frames import Frame
from mitmvcr.core.matching import Ignoring, Matcher
from mitmvcr.core.media import without_boundary
from mitmvcr.core.model import Headers, Interaction, Request, Response, header
from mitmvcr.core.searching import common
from mitmvcr.core.volatile import VOLATILE
from mitmvcr.core.wording import bytes_shown, shown
from mitmvcr.miss.body_differences import Content, body_differences, content
from mitmvcr.miss.differences import pair_differences
from mitmvcr.miss.json_differences import json_differences
from mitmvcr.miss.masking import masked_url
from mitmvcr.miss.report import Difference
from mitmvcr.show.bodies import body_text
from mitmvcr.show.streams import stream_differences

Facts = dict[str, Any]

#: How many lines of each text are compared, from the first that differs.
MOST_LINES = 1000
#: How many equal lines are shown around those that differ.
_AROUND = 3
#: A longer line is shown from shortly before where it differs.
_LONGEST = 240
_BEFORE = 40


def side_by_side(one: str, other: str) -> Facts:
    """Return what differs of two texts, as values for JSON.

    Each of ``rows`` is a list: ``"same"``, ``"changed"``, ``"a"`` or ``"b"`` (a line
    that only one has), then the number of the line, from 1, and the text of each side,
    None and empty where a side has no such line; or ``"gap"`` and how many equal lines
    are left out. ``left`` counts lines that are not compared.
    """
    a, b = one.splitlines(), other.splitlines()
    start = _equal(a, b)
    end = _equal(a[start:][::-1], b[start:][::-1])
    first, second = a[start : len(a) - end], b[start : len(b) - end]
    left = max(len(first) - MOST_LINES, len(second) - MOST_LINES, 0)
    rows = [*_same(a, start, 0, 0, at_end=True)]
    rows += _changed(first[:MOST_LINES], second[:MOST_LINES], start)
    if not left:
        rows += _same(a[len(a) - end :], end, len(a) - end, len(b) - end)
    return {"rows": rows, "left": left}


def _equal(a: Sequence[str], b: Sequence[str]) -> int:
    """Return how many lines are the same at the start."""
    pairs = zip(a, b, strict=False)
    return next(
        (at for at, (one, other) in enumerate(pairs) if one != other),
        min(len(a), len(b)),
    )


def _changed(a: Sequence[str], b: Sequence[str], start: int) -> Iterator[list[Any]]:
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, a, b).get_opcodes():
        if tag == "equal":
            own = a[a1:a2]
            whole = len(own) <= 2 * _AROUND + 1
            head = len(own) if whole else _AROUND
            yield from _lines(own[:head], start + a1, start + b1)
            if not whole:
                rest = own[head:], len(own) - head, start + a1 + head, start + b1 + head
                yield from _same(*rest, at_end=True)
            continue
        pairs = zip_longest(a[a1:a2], b[b1:b2])
        for at, (one, other) in enumerate(pairs):
            yield _pair(one, other, start + a1 + at + 1, start + b1 + at + 1)


def _same(
    lines: Sequence[str], count: int, a: int, b: int, *, at_end: bool = False
) -> Iterator[list[Any]]:
    """Yield the equal lines that are next to what differs, and how many others there
    are."""
    gap = max(0, count - _AROUND)
    if at_end:
        if gap:
            yield ["gap", gap]
        yield from _lines(lines[gap:count], a + gap, b + gap)
    else:
        yield from _lines(lines[:_AROUND], a, b)
        if gap:
            yield ["gap", gap]


def _lines(lines: Sequence[str], a: int, b: int) -> Iterator[list[Any]]:
    for at, line in enumerate(lines, 1):
        text = _cut(line, 0)
        yield ["same", a + at, text, b + at, text]


def _pair(one: str | None, other: str | None, a: int, b: int) -> list[Any]:
    if one is None or other is None:
        first, second = _side(one, a), _side(other, b)
        return ["a" if other is None else "b", *first, *second]
    start = common(one, other)
    return ["changed", a, _cut(one, start), b, _cut(other, start)]


def _side(line: str | None, number: int) -> tuple[int | None, str]:
    return (None, "") if line is None else (number, _cut(line, 0))


def _cut(line: str, start: int) -> str:
    """Return a line, or of a long one what is around the place where it differs."""
    if len(line) <= _LONGEST:
        return line
    begin = max(0, start - _BEFORE)
    shown = line[begin : begin + _LONGEST]
    behind = "…" if begin + _LONGEST < len(line) else ""
    return ("…" if begin else "") + shown + behind


#: They say when an answer was given, and differ in every recording.
NOT_COMPARED = ("date", "age")


class Changes(NamedTuple):
    """``found`` are the first differences, in reading order, of which ``asked`` is the
    value in the first cassette and ``recorded`` that in the second; ``more`` says that
    they go on. ``texts`` are bodies of text side by side, by name."""

    found: Sequence[Difference]
    more: bool
    texts: Sequence[tuple[str, Facts]]


def changes(
    one: Interaction,
    other: Interaction,
    matcher: Matcher,
    most: int = 200,
    *,
    ignore_volatile: bool = False,
) -> Changes:
    """Compare two interactions from which secrets are out.

    Bodies are compared by meaning, and what the matcher ignores is ignored in both
    messages. Times, the ids, and the headers in :data:`NOT_COMPARED` do not count; with
    ``ignore_volatile`` neither do other headers that are set anew each time, and values
    that look like it.
    """
    comparing = _Comparing(matcher, ignore_volatile=ignore_volatile)
    all_of_it = comparing.all(one, other)
    if ignore_volatile:
        all_of_it = (each for each in all_of_it if not each.looks)
    found = [*islice(all_of_it, most + 1)]
    return Changes(found[:most], len(found) > most, comparing.texts)


class _Comparing:
    """Compares two interactions; ``texts`` are there once it has."""

    def __init__(self, matcher: Matcher, *, ignore_volatile: bool) -> None:
        self._matcher = matcher
        self._passed_over = VOLATILE if ignore_volatile else frozenset(NOT_COMPARED)
        self.texts: list[tuple[str, Facts]] = []

    def all(self, one: Interaction, other: Interaction) -> Iterator[Difference]:
        a, b = one.response, other.response
        yield from _plain("status", *_statuses(a, b))
        yield from _plain("response protocol", a.proto, b.proto)
        yield from self._message("response", _as_request(a), _as_request(b))
        yield from _frames(a.websocket, b.websocket)
        yield from _plain("response turns", *map(_turns, (a, b)))
        yield from _plain("response until", a.until, b.until)
        yield from self._asked(one.request, other.request)

    def _asked(self, one: Request, other: Request) -> Iterator[Difference]:
        if one == other:
            return
        yield from _plain("request method", one.method or "GET", other.method or "GET")
        keys = (self._matcher.url(each.url) for each in (one, other))
        if one.url != other.url and len({*keys}) > 1:
            yield from _plain("request URL", masked_url(one.url), masked_url(other.url))
        yield from _plain("request protocol", one.proto, other.proto)
        yield from self._message("request", one, other)

    def _message(self, whose: str, a: Request, b: Request) -> Iterator[Difference]:
        yield from self._named(f"{whose} header", a.headers, b.headers)
        yield from self._bodies(f"{whose} body", a, b)
        yield from self._named(f"{whose} trailer", a.trailer, b.trailer)

    def _named(self, place: str, a: Headers, b: Headers) -> Iterator[Difference]:
        if a != b:
            pairs = self._pairs(a), self._pairs(b)
            yield from pair_differences(place, *pairs, Ignoring.HEADERS)

    def _pairs(self, headers: Headers) -> Iterable[tuple[str, str]]:
        found = (
            (name.lower(), without_boundary(value))
            for name, values in headers.items()
            for value in values
            if name.lower() not in self._passed_over
        )
        return self._matcher.counts.headers(found)

    def _bodies(self, place: str, a: Request, b: Request) -> Iterator[Difference]:
        if a.body == b.body and _kinds(a) == _kinds(b):
            return
        rules = self._matcher.counts.body
        keys = [{*request_body_keys(each, rules)} for each in (a, b)]
        if not keys[0].isdisjoint(keys[1]):
            return
        one, other = (content(each, rules) for each in (a, b))
        if (pieces := stream_differences(place, a, b)) is not None:
            yield from pieces
            return
        if one.is_json and other.is_json:
            yield from json_differences(place, one.json, other.json, None)
            return
        text, its = (body_text(each.body, each.headers) for each in (a, b))
        if text is not None and its is not None:
            self.texts.append((place, side_by_side(text, its)))
        yield from _by_place(place, one, other)


def _kinds(of: Request) -> tuple[str, str]:
    """Return what says how a body is read."""
    return header(of.headers, "Content-Type"), header(of.headers, "Content-Encoding")


def _by_place(place: str, one: Content, other: Content) -> Iterator[Difference]:
    """Yield where bodies differ that are not both JSON."""
    found = [
        replace(each, place=place + each.place.removeprefix("body"))
        for each in body_differences(one, other)
        if each.place.startswith("body")
    ]
    whole = Difference(place, bytes_shown(one.raw), bytes_shown(other.raw))
    yield from found or [whole]


def _as_request(response: Response) -> Request:
    """Return a response as those take it who compare bodies."""
    headers, trailer = response.headers, response.trailer
    return Request(headers=headers, trailer=trailer, body=response.body)


def _statuses(a: Response, b: Response) -> Sequence[object]:
    """Return the statuses, or how the exchanges failed, where one did otherwise."""
    if a.failure == b.failure:
        return a.code, b.code
    return a.failure or a.code, b.failure or b.code


def _turns(of: Response) -> str:
    return format_turns(of.turns)


def _plain(place: str, one: object, other: object) -> Iterator[Difference]:
    if one != other:
        texts = [shown(str(each), 300) or "none" for each in (one, other)]
        yield Difference(place, texts[0], texts[1])


def _frames(one: Sequence[Frame], other: Sequence[Frame]) -> Iterator[Difference]:
    for number, pair in enumerate(zip_longest(one, other)):
        a, b = (_frame(each) for each in pair)
        yield from _plain(f"message {number}", a, b)


def _frame(frame: Frame | None) -> str:
    if frame is None:
        return "absent"
    side = "client" if frame.from_client else "server"
    return f"{side} {frame.kind} {bytes_shown(frame.content)}"
