"""When each part of a body arrived, in one line: ``0@0s 57@50.1ms``.

Each item is an offset in the body as recorded, and the time since the head.
"""

import itertools
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from mitmvcr.core.duration import format_duration, parse_duration
from mitmvcr.core.searching import common

_MICROSECOND = 1000


class Chunk(NamedTuple):
    """What begins at ``offset`` arrived ``at`` nanoseconds after the head."""

    offset: int
    at: int


def format_chunks(chunks: Iterable[Chunk]) -> str:
    """Write chunks in microseconds; nothing that a proxy sees is more exact."""
    return " ".join(
        f"{offset}@{format_duration(at // _MICROSECOND * _MICROSECOND)}"
        for offset, at in chunks
    )


def parse_chunks(text: str) -> tuple[Chunk, ...]:
    """Read chunks. Raise ValueError unless offsets and times grow."""
    found = tuple(_chunk(item) for item in text.split())
    for earlier, later in itertools.pairwise(found):
        if later.offset <= earlier.offset or later.at < earlier.at:
            raise ValueError(f"{text!r} goes backwards")
    return found


def _chunk(item: str) -> Chunk:
    offset, at, time = item.partition("@")
    if not (offset.isascii() and offset.isdigit() and at):
        raise ValueError(f"{item!r} is not an offset and a time")
    found = Chunk(int(offset), parse_duration(time))
    if found.at < 0:
        raise ValueError(f"{item!r} was before the head")
    return found


def moved(chunks: Sequence[Chunk], old: bytes, new: bytes) -> Sequence[Chunk]:
    """Return the chunks of a body that was changed: exact before the first change of
    each line and behind its last; of the whole where it has other lines now."""
    if not chunks or old is new or old == new:
        return chunks
    lines = zip(old.split(b"\n"), new.split(b"\n"), strict=False)
    if old.count(b"\n") != new.count(b"\n"):
        lines = zip([old], [new], strict=True)
    found: list[Chunk] = []
    start = begin = 0  # of the line, in the old body and in the new one
    line = _Line(*next(lines))
    for offset, at in chunks:
        while offset > start + len(line.old):
            start, begin = start + len(line.old) + 1, begin + len(line.new) + 1
            line = _Line(*next(lines))
        place = begin + line.place(offset - start)
        if place < len(new) and (not found or place > found[-1].offset):
            found.append(Chunk(place, at))
    return tuple(found)


class _Line:
    """What a line was, and what it is."""

    def __init__(self, old: bytes, new: bytes) -> None:
        self.old, self.new = old, new

    @cached_property
    def _edges(self) -> tuple[int, int]:
        """Return how many bytes are the same at its start and at its end."""
        head = common(self.old, self.new)
        rest = min(len(self.old), len(self.new)) - head
        return head, min(common(self.old[::-1], self.new[::-1]), rest)

    def place(self, offset: int) -> int:
        head, tail = self._edges
        if offset >= len(self.old) - tail:
            return offset + len(self.new) - len(self.old)
        return min(offset, len(self.new) - tail) if offset > head else offset


def due_times(chunks: Sequence[Chunk], size: int) -> list[tuple[int, int]] | None:
    """Return where each chunk ends and when it is due, or None where the body of
    ``size`` bytes is not the one that was recorded."""
    if not chunks or chunks[0].offset != 0 or chunks[-1].offset >= size:
        return None
    ends = [chunk.offset for chunk in chunks[1:]] + [size]
    return [(end, chunk.at) for end, chunk in zip(ends, chunks, strict=True)]
