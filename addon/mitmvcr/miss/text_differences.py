"""Where two texts or byte strings differ, and a regex that would ignore the
difference."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import zip_longest

from mitmvcr.core.bodies import folded
from mitmvcr.core.matching import Ignoring
from mitmvcr.core.searching import common
from mitmvcr.core.wording import bytes_shown, quoted
from mitmvcr.miss.freshness import before, escaped, fresh
from mitmvcr.miss.report import LONG_START, MOST_DIFFERENCES, Difference

Otherwise = tuple[str, str] | None
#: Masks a piece of a body.
Mask = Callable[[bytes], bytes]
#: In bytes: how much around a difference is masked, of which little is shown.
_AROUND = 1 << 15
_LINE = b"\n"

#: In characters: what is shown of a long line before the difference.
_BEFORE_IT = 20
#: What stands behind a value.
_AFTER = re.compile(r"</[\w:.-]{1,60}>| \w{1,60}\b")
#: A value, and what is surely within one.
VALUE = r"""[^\s"'<>&,;]*"""
_WITHIN = re.compile(r"[\w.+/-]")


def line_differences(
    place: str, ours: bytes, theirs: bytes, otherwise: Otherwise
) -> Iterator[Difference]:
    """Yield the first few differences by line, or by byte if each text is one line."""
    lines = [folded(body).split(b"\n") for body in (ours, theirs)]
    if len(lines[0]) == len(lines[1]) == 1:
        yield byte_difference(place, ours, theirs, otherwise, is_text=True)
        return
    count = 0
    for number, (one, other) in enumerate(zip_longest(*lines), 1):
        if one != other:
            yield _line_difference(f"{place} line {number}", one, other, otherwise)
            count += 1
        if count == MOST_DIFFERENCES or (count and len(lines[0]) != len(lines[1])):
            return


def _line_difference(
    place: str, one: bytes | None, other: bytes | None, otherwise: Otherwise
) -> Difference:
    if one is None or other is None:
        texts = [_shown(each) if each else "absent" for each in (one, other)]
        return Difference(place, texts[0], texts[1], None)
    ours, theirs = _text(one), _text(other)
    ignoring, looks = leaving_out(ours, theirs)
    at = common(ours, theirs)
    if at > LONG_START:
        place += f" at character {at}"
        ours, theirs = ours[at - _BEFORE_IT :], theirs[at - _BEFORE_IT :]
    shown = quoted(ours), quoted(theirs)
    return Difference(place, *shown, ignoring or otherwise, looks)


def _shown(line: bytes) -> str:
    return quoted(_text(line))


def _text(line: bytes) -> str:
    return line.decode("utf-8", "backslashreplace")


def byte_difference(
    place: str,
    ours: bytes,
    theirs: bytes,
    otherwise: Otherwise,
    *,
    is_text: bool = False,
    mask: Mask | None = None,
) -> Difference:
    """Return the first difference by byte; ``otherwise`` is the option that would
    ignore it if no regex does."""
    if mask:
        found = large_difference(place, ours, theirs, otherwise, mask, is_text=is_text)
        return found or Difference(place, "", "").masked()
    if not theirs or not ours:
        return Difference(place, bytes_shown(ours), bytes_shown(theirs), otherwise)
    at = common(ours, theirs)
    start = max(0, at - 10)
    texts = bytes_shown(ours[start : at + 30]), bytes_shown(theirs[start : at + 30])
    looks = ""
    if is_text and max(len(ours), len(theirs)) < _LONGEST:
        ignoring, looks = leaving_out(_text(ours), _text(theirs))
        otherwise = ignoring or otherwise
    return Difference(f"{place} at byte {at}", *texts, otherwise, looks)


_LONGEST = 1 << 20


def large_difference(
    place: str,
    ours: bytes,
    theirs: bytes,
    otherwise: Otherwise,
    mask: Mask | None,
    *,
    is_text: bool,
) -> Difference | None:
    """Return the first difference of large bodies, by byte or by line, masking only the
    surroundings. Return None if only the line ends of a text differ."""
    if is_text:
        ours, theirs = folded(ours), folded(theirs)
    if ours == theirs:
        return None
    at = common(ours, theirs)
    if is_text:
        place += f" line {ours.count(_LINE, 0, at) + 1}"
    elif ours and theirs:
        place += f" at byte {at}"
    pieces = [body[max(0, at - _AROUND) : at + _AROUND] for body in (ours, theirs)]
    masked = [mask(piece) for piece in pieces] if mask else pieces
    same = common(masked[0], masked[1])
    is_cut = min(len(ours), len(theirs)) > at + _AROUND
    if masked[0] == masked[1] or (is_cut and same == min(map(len, masked))):
        return Difference(place, "", "", otherwise).masked(place)
    found = byte_difference("", masked[0], masked[1], otherwise)
    return replace(found, place=place)


def leaving_out(one: str, other: str) -> tuple[tuple[str, str] | None, str]:
    """Return the option that would ignore the difference of two texts, and what the
    difference looks like."""
    if found := fresh(one, other):
        return (Ignoring.BODY, "|".join(found.patterns)), found.words
    pattern = _by_context(one, other)
    return ((Ignoring.BODY, pattern) if pattern else None), ""


def _by_context(one: str, other: str) -> str:
    """Return a regex for the value in which two texts differ together with what
    precedes or follows it; empty if nothing does."""
    start = common(one, other)
    end = common(one[start:][::-1], other[start:][::-1])
    while start and _WITHIN.match(one[start - 1]):
        start -= 1
    while end and _WITHIN.match(one[-end]):
        end -= 1
    middles = [text[start : len(text) - end] for text in (one, other)]
    value = VALUE
    if not all(re.fullmatch(VALUE, middle) for middle in middles):
        value = "[^<]*" if one[:start].endswith(">") else ".*"
    if behind := before(one[:start]):
        return behind + value
    after = _AFTER.match(one, len(one) - end)
    return value + escaped(after[0]) if after else ""
