"""Byte ranges that nobody recorded, cut out of answers that hold them. Each byte of an
answer is given once, where an answer is."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from mitmvcr.core.choosing import ranges
from mitmvcr.core.choosing.ranges import PARTIAL, Span
from mitmvcr.core.choosing.rules import RANGE, Asked, Broken
from mitmvcr.core.model import Interaction


class Part(int):
    """The position of an interaction of which only these bytes were given."""

    span: Span

    @classmethod
    def of(cls, position: int, span: Span) -> "Part":
        """Return a position with what was given."""
        made = cls(position)
        made.span = span
        return made


class Piece(NamedTuple):
    """What answers a request for bytes. ``span`` is None where it is the interaction
    itself."""

    position: int
    interaction: Interaction
    span: Span | None = None


class Parts:
    """What was given of each position of which not all was."""

    def __init__(self) -> None:
        self._given: defaultdict[int, list[Span]] = defaultdict(list)

    def __contains__(self, position: int) -> bool:
        return position in self._given

    def __bool__(self) -> bool:
        return bool(self._given)

    def find(
        self,
        asked: Asked,
        candidates: Iterable[int],
        read: Callable[[int], Interaction],
        *,
        again: bool,
    ) -> Piece | None:
        """Return the first answer that holds the bytes; ``again``: also bytes that
        were given."""
        for position in candidates:
            if asked.range is None:
                found = self._whole(position, read(position), again=again)
            else:
                found = self._cut(asked, position, read(position), again=again)
            if found is not None:
                return found
        return None

    def _whole(self, position: int, held: Interaction, *, again: bool) -> Piece | None:
        is_whole = held.response.code == PARTIAL and ranges.is_whole(held.response)
        if not is_whole or (not again and position in self):
            return None
        return Piece(position, ranges.as_whole(held))

    def _cut(
        self, asked: Asked, position: int, held: Interaction, *, again: bool
    ) -> Piece | None:
        span = ranges.part(asked.range or "", asked.request, held)
        if span is None:
            return None
        if not again and any(map(span.meets, self._given.get(position, ()))):
            return None
        size = span.last - span.first + 1
        if held.response.code == PARTIAL and size == len(held.response.body):
            return Piece(position, held)
        return Piece(position, ranges.cut(held, span), span)

    def give(self, position: int, span: Span) -> Part:
        """Note that these bytes were given."""
        self._given[position].append(span)
        return Part.of(position, span)

    def take_back(self, position: int) -> bool:
        """Note that they did not arrive. Return whether nothing else was given of the
        interaction."""
        if isinstance(position, Part) and position in self._given:
            given = self._given[position]
            if position.span in given:
                given.remove(position.span)
            if given:
                return False
            del self._given[position]
        return True


def is_only_range(broken: Iterable[Broken]) -> bool:
    """Return whether a request wants other bytes, and differs in nothing else."""
    return all(name == RANGE for name, _, _ in broken)
