"""Where two bodies that do not match differ, in reading order."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, takewhile, zip_longest

from mitmvcr.codings import decoded_or_same
from mitmvcr.core.bodies import (
    BodyRules,
    body_key,
    fold_escapes,
    folded,
    form_fields,
    multipart_parts,
    without_boundary,
)
from mitmvcr.core.ignoring import Ignoring
from mitmvcr.core.keys import header, parameter, parse_json
from mitmvcr.core.model import Headers, Request
from mitmvcr.core.wording import bytes_shown, quoted, shown
from mitmvcr.miss.differences import (
    MOST_DIFFERENCES,
    common,
    pair_differences,
)
from mitmvcr.miss.report import Difference

#: JSON of more bytes is not taken apart to say where it differs.
_TAKEN_APART = 2 << 20
_LONGEST_PLACE = 200
#: Two texts that are equal for longer are shown from where they differ.
_LONG_START = 40
_PLAIN_NAME = re.compile(r"[\w-]{1,80}", re.ASCII)
#: What JSONPath takes for a name without quotes.
_PATH_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)


#: Left out, it does not count.
NO_BODY = ("parts", "body")


@dataclass(frozen=True, slots=True)
class Content:
    """A body as it is compared, taken apart once: ``json`` is its value if it is."""

    raw: bytes
    media: str
    json: object = None
    is_json: bool = False


def content(request: Request, rules: BodyRules) -> Content:
    media = header(request.headers, "Content-Type")
    raw = decoded_or_same(request.body, header(request.headers, "Content-Encoding"))
    if rules.folds:
        raw, media = fold_escapes(raw), "json"
    if len(raw) <= _TAKEN_APART:
        try:
            value = parse_json(raw, media)
            return Content(raw, media, rules.json(value) if rules.json else value, True)
        except ValueError:
            pass
    return Content(raw, media)


def body_differences(asked: Content, recorded: Content) -> list[Difference]:
    """Return the first few differences: of JSON, forms and multiparts by place, else
    the first byte."""
    if asked.raw == recorded.raw:
        if asked.media == recorded.media:
            return []
        types = quoted(asked.media), quoted(recorded.media)
        return [Difference("content-type", *types, NO_BODY)]
    if asked.is_json and recorded.is_json:
        found = _json_differences(asked.json, recorded.json)
    else:
        found = _other_differences(asked, recorded)
    return list(islice(found, MOST_DIFFERENCES))


def _json_differences(ours: object, theirs: object) -> Iterator[Difference]:
    """Yield differences depth first, with a stack of its own: a body may be nested
    deeply."""
    stack = [iter([("body", "$", ours, theirs)])]
    while stack:
        pair = next(stack[-1], None)
        if pair is None:
            stack.pop()
            continue
        place, path, one, other = pair
        if isinstance(one, dict) and isinstance(other, dict):
            stack.append(_entries(place, path, one, other))
        elif isinstance(one, list) and isinstance(other, list):
            stack.append(_items(place, path, one, other))
        elif type(one) is not type(other) or one != other:
            ignoring = (Ignoring.JSON, path) if path != "$" else NO_BODY
            yield _value_difference(place, one, other, ignoring if path else None)


def _value_difference(
    place: str, one: object, other: object, ignoring: tuple[str, str] | None
) -> Difference:
    if isinstance(one, str) and isinstance(other, str):
        return _text_difference(place, one, other, ignoring)
    return Difference(place, _json_shown(one), _json_shown(other), ignoring)


def _text_difference(
    place: str, one: str, other: str, ignoring: tuple[str, str] | None
) -> Difference:
    at = common(one, other)
    if at <= _LONG_START:
        return Difference(place, quoted(one), quoted(other), ignoring)
    place, start = f"{place} at character {at}", at - 10
    return Difference(place, quoted(one[start:]), quoted(other[start:]), ignoring)


#: Place, JSONPath and the two values; the path is empty where it would be too long.
_Pairs = Iterator[tuple[str, str, object, object]]


class _Absent:
    """Stands where one side has no such key."""


_ABSENT = _Absent()


def _entries(
    place: str, path: str, ours: dict[str, object], theirs: dict[str, object]
) -> _Pairs:
    for name in sorted(ours.keys() | theirs.keys()):
        step = f".{name}" if _PLAIN_NAME.fullmatch(name) else f"[{quoted(name)}]"
        inner = f".{name}" if _PATH_NAME.fullmatch(name) else f"[{json.dumps(name)}]"
        pair = ours.get(name, _ABSENT), theirs.get(name, _ABSENT)
        yield _inner(place, step), _path(path, inner), *pair


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


def _json_shown(value: object) -> str:
    if value is _ABSENT:
        return "absent"
    return shown(json.dumps(value, ensure_ascii=False))


# Other bodies


def _other_differences(asked: Content, recorded: Content) -> Iterator[Difference]:
    kinds = _kind(asked), _kind(recorded)
    if kinds[0] == kinds[1] == "application/x-www-form-urlencoded":
        ours, theirs = form_fields(asked.raw), form_fields(recorded.raw)
        yield from pair_differences("body", ours, theirs, Ignoring.FORM)
    elif kinds[0] == kinds[1] and kinds[0].startswith("multipart/"):
        yield from _multipart_differences(asked, recorded)
    elif kinds[0].startswith("text/") and kinds[1].startswith("text/"):
        yield _line_difference(asked.raw, recorded.raw)
    else:
        yield byte_difference("body", asked.raw, recorded.raw, NO_BODY)


def _kind(body: Content) -> str:
    return body.media.partition(";")[0].strip().lower()


def _multipart_differences(asked: Content, recorded: Content) -> Iterator[Difference]:
    try:
        parts = [
            list(multipart_parts(body.raw, parameter(body.media, "boundary")))
            for body in (asked, recorded)
        ]
    except ValueError:
        yield byte_difference("body", asked.raw, recorded.raw, NO_BODY)
        return
    for index, (one, other) in enumerate(zip_longest(*parts)):
        place = f"body part {index}"
        if one is None or other is None:
            there = ["absent" if each is None else "present" for each in (one, other)]
            yield Difference(place, there[0], there[1], NO_BODY)
            continue
        name = parameter(header(one[0], "content-disposition"), "name")
        if name:
            place += f" ({shown(name)})"
        yield from _part_differences(place, name, one, other)


def _part_differences(
    place: str, name: str, one: tuple[Headers, bytes], other: tuple[Headers, bytes]
) -> Iterator[Difference]:
    ignoring = (Ignoring.FORM, name) if name else NO_BODY
    for header_name in sorted(one[0].keys() | other[0].keys()):
        pair = [
            tuple(without_boundary(value) for value in side[0].get(header_name, ()))
            for side in (one, other)
        ]
        if pair[0] != pair[1]:
            texts = [quoted(", ".join(each)) if each else "absent" for each in pair]
            where = f"{place} {shown(header_name)}"
            yield Difference(where, texts[0], texts[1], ignoring)
    media = header(one[0], "content-type"), header(other[0], "content-type")
    if body_key(one[1], media[0]) != body_key(other[1], media[1]):
        yield byte_difference(place, one[1], other[1], ignoring)


def _line_difference(ours: bytes, theirs: bytes) -> Difference:
    """Return the first difference by line, where the text is UTF-8 and not short."""
    lines = [folded(body).split(b"\n") for body in (ours, theirs)]
    pairs = zip(*lines, strict=False)
    number = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    if number == 0:
        return byte_difference("body", ours, theirs, NO_BODY)
    texts = [
        quoted(each[number].decode("utf-8", "backslashreplace"))
        if number < len(each)
        else "absent"
        for each in lines
    ]
    return Difference(f"body line {number + 1}", texts[0], texts[1], NO_BODY)


def byte_difference(
    place: str, ours: bytes, theirs: bytes, ignoring: tuple[str, str] | None
) -> Difference:
    if not theirs or not ours:
        return Difference(place, bytes_shown(ours), bytes_shown(theirs), ignoring)
    at = common(ours, theirs)
    start = max(0, at - 10)
    texts = bytes_shown(ours[start : at + 30]), bytes_shown(theirs[start : at + 30])
    return Difference(f"{place} at byte {at}", *texts, ignoring)
