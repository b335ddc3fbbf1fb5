"""Texts for a terminal, as programs in containers log them: the sequences that colour
them (ECMA-48, 5.4) stand between a name and its value, and in JSON they are escaped."""

import re
from bisect import bisect_right
from typing import NamedTuple

from mitmvcr.secrets.spans import Span

#: How they begin in JSON; elsewhere it is a byte that hardly any other text has.
MARKS = (b"u001b[", b"u001B[")
_ESCAPE = b"\x1b"
_SEQUENCE = re.compile(rb"(?:\x1b|\\{1,4}u001[bB])\[[0-?]{0,40}[ -/]{0,4}[@-~]")


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
    may_be = is_marked or (_ESCAPE in data and b"\0" not in data)  # else it is no text
    if not may_be or not _SEQUENCE.search(data):
        return None
    parts, starts, places = list[bytes](), list[int](), list[int]()
    at = size = 0
    for found in (*_SEQUENCE.finditer(data), None):
        start, end = found.span() if found else (len(data), len(data))
        starts.append(size)
        places.append(at)
        parts.append(data[at:start])
        size, at = size + start - at, end
    return Plain(b"".join(parts), starts, places)
