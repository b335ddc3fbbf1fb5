"""Texts for a terminal, as programs in containers log them: the sequences that colour
them and name its window (ECMA-48, 5.4 and 5.6) stand between a name and its value, and
in JSON they are escaped; a return begins a line as its end does."""

import re
from bisect import bisect_right
from typing import NamedTuple

from mitmvcr.secrets.spans import Span

#: How they begin in JSON; elsewhere it is a byte that hardly any other text has.
MARKS = (b"u001b[", b"u001B[", b"x1b[")
#: What is for a terminal alone: each of these, and what an escape begins.
_TOLD = (b"\x1b", b"\x07", b"\x08", b"\x0e", b"\x0f")
_SEQUENCE = re.compile(
    rb"(?:\x1b|\\{1,4}(?:u001[bB]|x1b))\[[0-?]{0,40}[ -/]{0,4}[@-~]"
    rb"|\x1b(?:\][^\x07\x1b\r\n]{0,2000}+(?:\x07|\x1b\\)"
    rb"|[ -/]{1,3}[0-~]|[0-?DEHMNOZ\\c])?"
    rb"|[\x07\x08\x0e\x0f]"
)
_ALONE = re.compile(rb"\r(?![\r\n])")


class Plain(NamedTuple):
    """A text without these sequences. ``starts`` are where its pieces begin, and
    ``places`` where they began before."""

    text: bytes
    starts: list[int]
    places: list[int]

    def back(self, span: Span) -> Span:
        """Return the span where it was before."""
        return span._replace(
            start=self._place(span.start), end=self._place(span.end - 1) + 1
        )

    def _place(self, at: int) -> int:
        piece = bisect_right(self.starts, at) - 1
        return self.places[piece] + at - self.starts[piece]


def without(data: bytes, *, is_marked: bool = False) -> Plain | None:
    """Return a text without them; None where there are none. ``is_marked``: one of the
    marks is there."""
    is_text = data.find(b"\0", 0, -1) < 0
    has_alone = is_text and data.count(b"\r") > data.count(b"\r\n")
    is_told = is_marked or (is_text and any(each in data for each in _TOLD))
    if not is_told and not has_alone:
        return None
    lines = _ALONE.sub(b"\n", data) if has_alone else data
    parts, starts, places = list[bytes](), list[int](), list[int]()
    at = size = 0
    for found in (*_SEQUENCE.finditer(lines), None):
        start, end = found.span() if found else (len(data), len(data))
        starts.append(size)
        places.append(at)
        parts.append(lines[at:start])
        size, at = size + start - at, end
    text = b"".join(parts)
    return Plain(text, starts, places) if text != data else None
