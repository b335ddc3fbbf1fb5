"""Spans of a text, and the text with other bytes in their place."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import NamedTuple


class Span(NamedTuple):
    """``data[start:end]`` is a secret of a ``kind``; ``value`` is what the secret is
    without the escapes of its place. ``is_sure``: it is one wherever else it stands;
    ``new`` is what stands in its place, where that is no placeholder."""

    start: int
    end: int
    kind: str
    value: bytes = b""
    is_sure: bool = True
    new: bytes = b""

    def moved(self, by: int) -> "Span":
        """Return the same in a text that has this one so far within."""
        return self._replace(start=self.start + by, end=self.end + by)


class Edit(NamedTuple):
    """What stands in the place of ``data[start:end]``; without a ``kind`` it was no
    secret."""

    start: int
    end: int
    new: bytes
    kind: str = ""


def apart(edits: Iterable[Edit]) -> list[Edit]:
    """Return the edits in order, without those that reach into an earlier or a longer
    one."""
    kept: list[Edit] = []
    start = end = -1
    for edit in sorted(edits, key=itemgetter(0)):
        if edit[0] >= end:
            kept.append(edit)
        elif edit[0] == start and edit[1] > end:
            kept[-1] = edit
        else:
            continue
        start, end, *_ = edit
    return kept


def substituted(data: bytes, edits: Iterable[Edit]) -> bytes:
    """Return the data with each span replaced, and not a byte of the rest changed."""
    parts: list[bytes] = []
    at = 0
    for start, end, new, _ in apart(edits):
        parts += (data[at:start], new)
        at = end
    return b"".join([*parts, data[at:]])


#: A letter before a form, its length, and one behind it, of the next field's number.
_NEIGHBOURS = 2


def apart_from(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """Return those that were not found in a text of the message as well, perhaps as of
    another kind: the letters before and behind it seem to go on with a form."""
    found = sorted((each.start, each.end, each.kind) for each in others)
    kept = list[Span]()
    for span in spans:
        at = bisect_left(found, (span.start,))
        near = found[max(0, at - 1) : at + 1]
        if not any(_is_found(span, *each) for each in near):
            kept.append(span)
    return kept


def _is_found(span: Span, start: int, end: int, kind: str) -> bool:
    is_near = start - span.start <= _NEIGHBOURS and span.end - end <= _NEIGHBOURS
    is_within = start < span.end and end > span.start
    return is_within and (is_near or kind == span.kind)
