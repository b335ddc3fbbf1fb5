"""Where two documents of XML differ, with the way to each element."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import zip_longest
from typing import TYPE_CHECKING

from mitmvcr.core.bodies import parsed_xml, without_message_ids, xmlrpc_call
from mitmvcr.core.matching import Ignoring
from mitmvcr.core.wording import quoted
from mitmvcr.miss.freshness import escaped
from mitmvcr.miss.report import Difference

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

Ignored = tuple[str, str] | None
#: Tells two values of JSON apart: a place, the two, and what lets them pass.
Values = Callable[[str, object, object, Ignored], Iterator[Difference]]
#: In bytes: an element is slower to take apart than a value of JSON.
_LARGEST = 1 << 19
#: In characters: as far before a value a rule looks for what stands there alone.
_FARTHEST = 200
_BLANKS = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def xml_differences(
    place: str, ours: bytes, theirs: bytes, otherwise: Ignored, values: Values
) -> Iterator[Difference]:
    """Yield differences in the order of the documents, of calls of XML-RPC as of JSON;
    blanks between elements are none here. Raise ValueError where one is no XML, or too
    large."""
    if max(len(ours), len(theirs)) > _LARGEST:
        raise ValueError("too large")
    calls = None
    with suppress(ValueError):
        calls = xmlrpc_call(ours), xmlrpc_call(theirs)
    if calls:
        yield from values(place, *calls, otherwise)
        return
    texts = [without_message_ids(each) for each in (ours, theirs)]
    roots = [parsed_xml(each) for each in texts]
    compared = _Compared(
        [each.decode("utf-8-sig") for each in texts],
        [list(each.iter()) for each in roots],
        otherwise,
        values,
    )
    yield from compared.pair(f"{place} /{_local(roots[0])}", roots[0], roots[1])


class _Compared:
    """Two documents: their texts, and their elements in order."""

    def __init__(
        self,
        texts: Sequence[str],
        elements: "Sequence[Sequence[Element]]",
        otherwise: Ignored,
        values: Values,
    ) -> None:
        self._texts, self._elements = texts, elements
        self._otherwise, self._values = otherwise, values

    def pair(self, at: str, one: "Element", other: "Element") -> Iterator[Difference]:
        """Yield differences of two elements that stand in the same place."""
        if one.tag != other.tag:
            names = quoted(one.tag), quoted(other.tag)
            yield Difference(f"{at} name", *names, self._otherwise)
            return
        for name in sorted(one.attrib.keys() | other.attrib.keys()):
            values = one.get(name), other.get(name)
            if values[0] != values[1]:
                bare = name.rpartition("}")[2]
                yield from self._value(f"{at}/@{bare}", values, (one, other), bare)
        if _said(one.text) != _said(other.text):
            yield from self._value(
                at, (_said(one.text), _said(other.text)), (one, other)
            )
        yield from self._inside(at, one, other)

    def _inside(
        self, at: str, one: "Element", other: "Element"
    ) -> Iterator[Difference]:
        for step, ours, theirs in _pairs(one, other):
            inner = f"{at}/{step}"
            if ours is None or theirs is None:
                there = [_shown(each) for each in (ours, theirs)]
                yield Difference(inner, there[0], there[1], self._otherwise)
                continue
            yield from self.pair(inner, ours, theirs)
            tails = _said(ours.tail), _said(theirs.tail)
            if tails[0] != tails[1]:
                yield from self._values(f"{at}/text()", *tails, self._otherwise)

    def _value(
        self,
        at: str,
        values: Sequence[str | None],
        elements: "tuple[Element, Element]",
        attribute: str = "",
    ) -> Iterator[Difference]:
        if None in values:
            there = ["absent" if each is None else quoted(each) for each in values]
            yield Difference(at, there[0], there[1], self._otherwise)
            return
        rule = self._rule(elements, attribute) or self._otherwise
        yield from self._values(at, values[0], values[1], rule)

    def _rule(self, elements: "tuple[Element, Element]", attribute: str) -> Ignored:
        """Return what leaves out this value and no other, by what stands before it."""
        starts = [
            _start(text, every, each, attribute)
            for text, every, each in zip(
                self._texts, self._elements, elements, strict=True
            )
        ]
        befores = [
            text[:start] if start else ""
            for text, start in zip(self._texts, starts, strict=True)
        ]
        if not (attribute or all(map(_ends_plainly, self._texts, befores))):
            return None
        at = len(befores[0])
        while (at := befores[0].rfind("<", 0, at)) >= max(
            0, len(befores[0]) - _FARTHEST
        ):
            before = befores[0][at:]
            if not befores[1].endswith(before):
                return None
            if all(text.count(before) == 1 for text in self._texts):
                end = before[-1] if attribute else ""
                return Ignoring.BODY, f"(?<={_literal(before)})[^<{end}]*"
        return None


def _pairs(
    one: "Element", other: "Element"
) -> "Iterator[tuple[str, Element | None, Element | None]]":
    """Yield what stands in two elements by its step, as ``item[2]``: in order where the
    names are the same ones, else by name."""
    sides = list(one), list(other)
    steps = _steps(sides)
    if [each.tag for each in sides[0]] == [each.tag for each in sides[1]]:
        for ours, theirs in zip(*sides, strict=True):
            yield steps[ours], ours, theirs
        return
    alike: dict[str, tuple[list[Element], list[Element]]] = {}
    for number, side in enumerate(sides):
        for each in side:
            alike.setdefault(each.tag, ([], []))[number].append(each)
    for group in alike.values():
        for pair in zip_longest(*group):
            yield next(steps[each] for each in pair if each is not None), *pair


def _steps(sides: "Sequence[Sequence[Element]]") -> "dict[Element, str]":
    """Return the names of elements, with their numbers where there are several."""
    counts = [Counter(map(_local, side)) for side in sides]
    several = counts[0] | counts[1]
    steps = {}
    for side in sides:
        met = Counter[str]()
        for each in side:
            name = _local(each)
            met[name] += 1
            steps[each] = name if several[name] == 1 else f"{name}[{met[name]}]"
    return steps


def _start(
    text: str, elements: "Sequence[Element]", each: "Element", attribute: str
) -> int | None:
    """Return where the text of an element, or of its attribute, starts in a document;
    None where that is not sure."""
    name = _local(each)
    number = [e for e in elements if _local(e) == name].index(each)
    tags = list(
        re.finditer(rf"<(?:[^\s<>/:!?]+:)?{re.escape(name)}(?=[\s/>])[^<>]*>", text)
    )
    if len(tags) != sum(_local(e) == name for e in elements):
        return None  # one of them stands in a comment
    tag = tags[number]
    if not attribute:
        return None if tag[0].endswith("/>") else tag.end()
    named = rf"\s(?:[^\s=:]+:)?{re.escape(attribute)}\s*=\s*[\"']"
    found = [each.end() for each in re.finditer(named, tag[0])]
    return tag.start() + found[0] if len(found) == 1 else None


def _ends_plainly(text: str, before: str) -> bool:
    """Return whether the value that begins behind this part of a text is over where a
    tag is: no comment, no instruction and no CDATA stands in it."""
    end = text.find("<", len(before))
    return not text.startswith(("<!", "<?"), end)


def _literal(text: str) -> str:
    return "".join(_BLANKS.get(each, escaped(each)) for each in text)


def _local(each: "Element") -> str:
    return each.tag.rpartition("}")[2]


def _said(text: str | None) -> str:
    """Return a text that is no blank between elements."""
    return text if text and text.strip() else ""


def _shown(each: "Element | None") -> str:
    if each is None:
        return "absent"
    return "present" if len(each) else quoted(_said(each.text))
