"""Where two bodies that do not match differ, in reading order."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice, zip_longest

from mitmvcr.core.bodies import (
    BodyRules,
    body_key,
    counted_fields,
    ending,
    field_name,
    fold_escapes,
    frame_messages,
    in_one_order,
    is_form,
    json_texts,
    json_value,
    multipart_parts,
    payload,
    without_message_ids,
)
from mitmvcr.core.matching import Ignoring
from mitmvcr.core.media import (
    JSON,
    holds_json,
    is_framed,
    lasting_header,
    media_kind,
    parameter,
)
from mitmvcr.core.model import Headers, Request, header
from mitmvcr.core.wording import quoted, shown
from mitmvcr.miss.differences import by_name, pair_differences
from mitmvcr.miss.freshness import piece_regex
from mitmvcr.miss.json_differences import json_differences
from mitmvcr.miss.message_differences import (
    TAKEN_APART,
    different_texts,
    is_reordered,
)
from mitmvcr.miss.report import MOST_DIFFERENCES, Difference
from mitmvcr.miss.text_differences import (
    Mask,
    Otherwise,
    byte_difference,
    large_difference,
    line_differences,
)
from mitmvcr.miss.xml_differences import xml_differences

TEXT = "text/plain"
#: Left out, it does not count.
NO_BODY = ("parts", "body")


@dataclass(frozen=True, slots=True)
class Content:
    """A body as it is compared, taken apart once: ``json`` is its value if it is.
    ``mask`` is for what is shown of a body that is not masked yet."""

    raw: bytes
    media: str
    rules: BodyRules
    mask: Mask | None = None
    json: object = None
    is_json: bool = False

    @property
    def kind(self) -> str:
        return media_kind(self.media)

    @property
    def has_parts(self) -> bool:
        return is_framed(self.media) or self.kind.startswith("multipart/")

    def part(self, raw: bytes, media: str) -> "Content":
        """Return a part of this body."""
        return _content(raw, media, self.rules, self.mask)

    def shown(self) -> "Content":
        """Return it masked, where it is not too large for that."""
        if self.mask is None or self.has_parts or len(self.raw) > TAKEN_APART:
            return self
        return _content(self.mask(self.raw), self.media, self.rules, None)


def content(request: Request, rules: BodyRules, mask: Mask | None = None) -> Content:
    """Return a request's body for :func:`body_differences`."""
    media = header(request.headers, "Content-Type")
    raw = payload(request, media)[1]
    if rules.folds:
        raw, media = fold_escapes(raw), "json"
    return _content(raw, media, rules, mask)


def _content(
    raw: bytes, media: str, rules: BodyRules, mask: Mask | None = None
) -> Content:
    if len(raw) <= TAKEN_APART and not is_framed(media):
        with suppress(ValueError):
            value = json_value(raw, media, rules)
            return Content(raw, media, rules, mask, value, True)
    return Content(raw, media, rules, mask)


def body_differences(asked: Content, recorded: Content) -> list[Difference]:
    """Return the first few differences: of JSON, forms, multiparts, lines and messages
    by place, of texts by line, else the first byte."""
    if asked.raw == recorded.raw:
        if asked.media == recorded.media:
            return []
        types = quoted(asked.media), quoted(recorded.media)
        return [Difference("content-type", *types, NO_BODY)]
    otherwise = None if asked.kind.startswith("application/x-git-") else NO_BODY
    return list(islice(_at("body", asked, recorded, otherwise), MOST_DIFFERENCES))


def _at(
    place: str, one: Content, other: Content, otherwise: Otherwise
) -> Iterator[Difference]:
    """Yield where two bodies, or parts of bodies, differ."""
    one, other = one.shown(), other.shown()
    if one.is_json and other.is_json:
        yield from json_differences(place, one.json, other.json, otherwise)
        return
    found: Iterable[Difference] | None = None
    if one.has_parts or len(one.raw) + len(other.raw) <= 2 * TAKEN_APART:
        with suppress(ValueError):
            found = list(islice(_taken_apart(place, one, other), MOST_DIFFERENCES))
    if found is None or not (found or one.has_parts):
        found = _plainly(place, one, other, otherwise)
    yield from found


def _taken_apart(place: str, one: Content, other: Content) -> Iterator[Difference]:
    """Raise ValueError where the two are of no kind that has parts."""
    if is_framed(one.media) and is_framed(other.media):
        yield from _message_differences(place, one, other)
    elif one.kind == other.kind and one.kind.startswith("multipart/"):
        yield from _multipart_differences(place, one, other)
    elif _may_be_xml(one) and _may_be_xml(other):
        sides = one.raw, other.raw
        yield from xml_differences(place, *sides, NO_BODY, json_differences)
    else:
        yield from _parted(place, one, other)


def _parted(place: str, one: Content, other: Content) -> Iterator[Difference]:
    try:
        texts = [json_texts(side.raw, side.media)[1] for side in (one, other)]
    except ValueError:
        if not all(is_form(side.raw, side.kind) for side in (one, other)):
            raise
        yield from _form_differences(place, one, other)
        return
    yield from _line_by_line(place, texts, one, other)


def _may_be_xml(body: Content) -> bool:
    return body.kind.endswith(("/xml", "+xml"))


def _plainly(
    place: str, one: Content, other: Content, otherwise: Otherwise
) -> Iterator[Difference]:
    mask = one.mask or other.mask
    is_text = _is_text(one) and _is_text(other)
    if max(len(one.raw), len(other.raw)) > TAKEN_APART:
        found = large_difference(
            place, one.raw, other.raw, otherwise, mask, is_text=is_text
        )
        yield from [found] if found else []
    elif is_text:
        ours, theirs = (
            without_message_ids(each.raw) if _may_be_xml(each) else each.raw
            for each in (one, other)
        )
        yield from line_differences(place, ours, theirs, otherwise)
    else:
        yield byte_difference(place, one.raw, other.raw, otherwise)


def _is_text(body: Content) -> bool:
    return body.kind.startswith("text/") or body.kind.endswith(("/xml", "+xml"))


def _line_by_line(
    place: str, texts: Sequence[Sequence[bytes]], one: Content, other: Content
) -> Iterator[Difference]:
    """Yield the differences of lines of JSON; blank ones are not counted."""
    for number, pair in enumerate(zip_longest(*texts), 1):
        at = f"{place} line {number}"
        if None in pair:
            there = ["absent" if each is None else "present" for each in pair]
            yield Difference(at, there[0], there[1], NO_BODY)
            continue
        ours, theirs = (json_value(each, "json", one.rules) for each in pair)
        yield from json_differences(at, ours, theirs, NO_BODY)
    ends = [quoted(ending(each.raw).decode()) for each in (one, other)]
    if ends[0] != ends[1]:
        yield Difference(f"{place} at its end", ends[0], ends[1], NO_BODY)


def _message_differences(
    place: str, one: Content, other: Content
) -> Iterator[Difference]:
    inner = JSON if holds_json(one.media) else ""
    pairs = zip_longest(frame_messages(one.raw), frame_messages(other.raw))
    for number, (ours, theirs) in enumerate(pairs):
        at = f"{place} message {number}"
        if ours is None or theirs is None:
            there = ["absent" if each is None else "present" for each in (ours, theirs)]
            yield Difference(at, there[0], there[1], NO_BODY)
        elif ours.flags != theirs.flags:
            flags = f"{ours.flags:#04x}", f"{theirs.flags:#04x}"
            yield Difference(f"{at} flags", *flags, NO_BODY)
        elif is_reordered(ours.content, theirs.content):
            yield Difference(at, "", "", NO_BODY, why=f"{at} {_REORDERED}")
        elif ours.content != theirs.content:
            sides = one.part(ours.content, inner), other.part(theirs.content, inner)
            fields = [] if inner else _field_differences(at, *sides)
            yield from fields or _at(at, *sides, NO_BODY)


def _field_differences(place: str, one: Content, other: Content) -> list[Difference]:
    """Return where the texts of two messages of protobuf differ; nothing where they
    differ in anything else."""
    try:
        texts = [*different_texts(one.raw, other.raw)]
    except (ValueError, RecursionError):
        return []
    found: list[Difference] = []
    for path, ours, theirs in texts:
        sides = one.part(ours, TEXT), other.part(theirs, TEXT)
        found += _at(f"{place} field {path}", *sides, NO_BODY)
    return found


_REORDERED = (
    "has the same fields in another order: as entries of a map, or of a list, where the"
    " order counts"
)


def _form_differences(place: str, one: Content, other: Content) -> Iterator[Difference]:
    """Yield differences by field, and within a field that is JSON on both sides by
    place."""
    ours, theirs = (
        by_name(counted_fields(side.raw, side.rules)) for side in (one, other)
    )
    for name in sorted(ours.keys() | theirs.keys()):
        values = ours.get(name, []), theirs.get(name, [])
        if values[0] != values[1]:
            pairs = [[(name, each) for each in side] for side in values]
            (whole,) = pair_differences(place, pairs[0], pairs[1], Ignoring.FORM)
            yield from _within_field(whole, values, one.rules)


def _within_field(
    whole: Difference, values: Sequence[Sequence[str]], rules: BodyRules
) -> list[Difference]:
    """Return the differences of a field by place where it is JSON on both sides, else
    that of the whole, of which long texts may leave out but pieces."""
    if [len(each) for each in values] != [1, 1]:
        return [whole]
    texts = [each[0] for each in values]
    raw = [each.encode("utf-8", "surrogateescape") for each in texts]
    sides = [_content(each, "", rules) for each in raw]
    if not all(side.is_json for side in sides):
        regex = piece_regex(*texts)
        return [replace(whole, ignoring=(Ignoring.BODY, regex)) if regex else whole]
    inner = sides[0].json, sides[1].json
    return list(json_differences(whole.place, *inner, whole.ignoring))


def _multipart_differences(
    place: str, asked: Content, recorded: Content
) -> Iterator[Difference]:
    for one, other in zip_longest(_ordered_parts(asked), _ordered_parts(recorded)):
        index, *_ = one or other
        at = f"{place} part {index}"
        if one is None or other is None:
            there = ["absent" if each is None else "present" for each in (one, other)]
            yield Difference(at, there[0], there[1], NO_BODY)
            continue
        name = parameter(header(one[1], "content-disposition"), "name")
        if name:
            at += f" ({shown(_masked(asked, name))})"
        yield from _part_differences(
            at, name, (asked, *one[1:]), (recorded, *other[1:])
        )


def _ordered_parts(body: Content) -> Iterator[tuple[int, Headers, bytes]]:
    """Yield each part and its place, in the order in which parts are compared."""
    found = multipart_parts(body.raw, parameter(body.media, "boundary"))
    numbered = ((index, *each) for index, each in enumerate(found))
    return in_one_order((field_name(each[1]), each) for each in numbered)


#: The body that it is a part of, its headers and its content.
Part = tuple[Content, Headers, bytes]


def _part_differences(
    place: str, name: str, one: Part, other: Part
) -> Iterator[Difference]:
    ignoring = _ignoring_part(one[0], name)
    for header_name in sorted(one[1].keys() | other[1].keys()):
        pair = [_part_header(side, header_name) for side in (one, other)]
        if pair[0] != pair[1]:
            where = f"{place} {shown(header_name)}"
            yield Difference(where, pair[0], pair[1], ignoring)
    sides = [
        body.part(raw, header(headers, "content-type"))
        for body, headers, raw in (one, other)
    ]
    if not _are_same(*sides):
        yield from _at(place, sides[0], sides[1], ignoring)


def _ignoring_part(body: Content, name: str) -> Otherwise:
    """Return what would leave a part out: nothing where its name is a secret."""
    if not name:
        return NO_BODY
    return (Ignoring.FORM, name) if _masked(body, name) == name else None


def _masked(body: Content, text: str) -> str:
    raw = text.encode("utf-8", "surrogateescape")
    return body.mask(raw).decode("utf-8", "replace") if body.mask else text


def _part_header(part: Part, name: str) -> str:
    body, headers, _ = part
    values = ", ".join(lasting_header(name, value) for value in headers.get(name, ()))
    if name not in headers:
        return "absent"
    return quoted(_masked(body, values))


def _are_same(one: Content, other: Content) -> bool:
    if one.raw == other.raw:
        return True
    if max(len(one.raw), len(other.raw)) > TAKEN_APART:
        return False
    keys = [body_key(each.raw, each.media, each.rules) for each in (one, other)]
    return keys[0] == keys[1]
