"""When each part of a body arrived, in one line: ``0@0s 57@50.1ms``.

Each item is an offset in the body as recorded, and the time since the head.
"""

import itertools
from collections.abc import Iterable, Sequence
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
    """Return the chunks of a body that was changed: exact before its first change and
    behind its last."""
    if not chunks or old is new or old == new:
        return chunks
    shorter = min(len(old), len(new))
    head = common(old, new)
    tail = min(common(old[::-1], new[::-1]), shorter - head)
    found: list[Chunk] = []
    for offset, at in chunks:
        if offset >= len(old) - tail:
            offset += len(new) - len(old)
        elif offset > head:  # within what was changed
            offset = min(offset, len(new) - tail)
        if offset < len(new) and (not found or offset > found[-1].offset):
            found.append(Chunk(offset, at))
    return tuple(found)


def due_times(chunks: Sequence[Chunk], size: int) -> list[tuple[int, int]] | None:
    """Return where each chunk ends and when it is due, or None where the body of
    ``size`` bytes is not the one that was recorded."""
    if not chunks or chunks[0].offset != 0 or chunks[-1].offset >= size:
        return None
    ends = [chunk.offset for chunk in chunks[1:]] + [size]
    return [(end, chunk.at) for end, chunk in zip(ends, chunks, strict=True)]
