"""Tokens that show by their own form, found from the texts that stand in them."""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from functools import cache

from mitmvcr.secrets.forms import Pattern, is_genuine
from mitmvcr.secrets.spans import Span

_RUN = re.compile(rb"[\w.~+/=-]*+")
#: So often is a form tried in one run of letters where it does not stand.
_TRIES, _NEVER = 4, (0, 0)
#: No token is shorter.
SHORTEST = 14


@cache
def compiled(regex: str) -> re.Pattern[bytes]:
    return re.compile(regex.encode(), re.DOTALL)


@dataclass(slots=True)
class Tokens:
    """Matches the forms of tokens in a text, in time that is linear in it.
    ``is_framed``: in a binary message, where its length may stand before it in a byte
    that is a letter. ``note``: called with the kind of what is kept."""

    data: bytes
    keep: Collection[str]
    note: Callable[[str], object]
    is_framed: bool = False
    done: int = 0
    #: Where the run ends that a kind was tried in last, and how often it was.
    tries: dict[str, tuple[int, int]] = field(default_factory=dict)

    def at(self, patterns: Iterable[Pattern], at: int) -> Span | None:
        """Return the secret whose anchor stands at a place; None within another."""
        for pattern in patterns:
            if at < self.done:
                return None
            kind = pattern.kind
            if kind in self.keep:
                if self._matched(pattern, at):
                    self.note(kind)
                continue
            run, tries = self.tries.get(kind, _NEVER) if pattern.is_long else _NEVER
            if tries >= _TRIES and at < run:
                continue
            span = self._matched(pattern, at)
            if span is None and self.is_framed:
                span = self._behind_its_length(pattern, at)
            if span is not None:
                return span
            if pattern.is_long:
                self._failed(kind, at, run, tries)
        return None

    def _matched(self, pattern: Pattern, at: int) -> Span | None:
        regex, data, lead = compiled(pattern.regex), self.data, pattern.lead
        if lead and not compiled(lead).match(data, max(0, at - pattern.back[0]), at):
            return None
        for back in pattern.back:
            found = regex.match(data, at - back) if back <= at else None
            if found is not None and is_genuine(pattern, found[0]):
                self.done = found.end()
                group = found.lastindex or 0
                return Span(*found.span(group), pattern.kind, found[group])
        return None

    def _behind_its_length(self, pattern: Pattern, at: int) -> Span | None:
        first = at - pattern.back[0]
        if first < 1:
            return None
        length = self.data[first - 1]
        if length < SHORTEST:  # most often a line end
            return None
        found = compiled(pattern.regex).match(self.data[first : first + length])
        if (
            found is None
            or len(found[0]) != length
            or not is_genuine(pattern, found[0])
        ):
            return None
        start, end = (first + at for at in found.span(found.lastindex or 0))
        return Span(start, end, pattern.kind, self.data[start:end])

    def _failed(self, kind: str, at: int, run: int, tries: int) -> None:
        if at >= run:
            found = _RUN.match(self.data, at)
            assert found is not None
            run, tries = found.end(), 0
        self.tries[kind] = run, tries + 1
