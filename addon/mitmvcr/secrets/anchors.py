"""Search for many short texts at once, in one pass over the bytes.

A recording has microseconds for this: Python's own ``re`` takes ten times as long,
and ``in`` a pass for each text. Vectorscan (the package hyperscan) takes a third of the
time, 0.5 to 0.8 ms for a MiB, but that only reduces a recording from 8.3 ms of CPU to
5.8, which is not worth a dependency.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, partial
from itertools import product

try:
    import ahocorasick_rs
except ImportError:  # pragma: no cover - mitmproxy's own environment may lack it
    HAS_MACHINE = False
else:
    HAS_MACHINE = True

_PIECE = 1 << 16
#: With more texts a search takes 1.4 to 2.8 times as long.
MOST_FAST = 3000
#: How many texts one vectorized filter can rule out, at a tenth of a nanosecond a byte,
#: and beyond how many texts the automaton is faster than all filters together.
_FEW, _MOST_FILTERED = 64, 1024
#: Making a filter takes a microsecond for each text, which pays off once this many
#: bytes were searched for each.
_WORTH = 1 << 12

#: Text number, start, end.
Hit = tuple[int, int, int]


Find = Callable[[bytes], Sequence[Hit]]


class Anchors:
    """Finds all occurrences of any of ``texts``, overlaps included, roughly in order.

    ``quickly``: it is built within a microsecond for each text, and then searches more
    slowly, except where no text occurs.
    """

    def __init__(self, texts: Sequence[bytes], *, quickly: bool = False) -> None:
        self.texts = texts
        self.find: Find = self._one_by_one
        self._more = max(map(len, texts), default=1) - 1
        self._is_filtered = HAS_MACHINE and quickly and len(texts) <= _MOST_FILTERED
        self._unread = len(texts) * _WORTH
        if HAS_MACHINE:
            kinds = ahocorasick_rs.Implementation
            # A DFA takes one step a byte; for many texts it takes too long to build.
            kind = kinds.DFA if len(texts) < MOST_FAST else None
            kind = kinds.ContiguousNFA if quickly else kind
            machine = ahocorasick_rs.BytesAhoCorasick(texts, implementation=kind)
            self.find = partial(machine.find_matches_as_indexes, overlapping=True)

    @cached_property
    def _filters(self) -> Sequence[Find]:
        """Return searches that quickly say whether any of the texts occurs."""
        kind = ahocorasick_rs.MatchKind.LeftmostFirst
        # Only its prefilter matters, so the automaton that is built fastest will do.
        soon = ahocorasick_rs.Implementation.NoncontiguousNFA
        groups = (self.texts[at : at + _FEW] for at in range(0, len(self.texts), _FEW))
        machines = [
            ahocorasick_rs.BytesAhoCorasick(each, kind, implementation=soon)
            for each in groups
        ]
        return [machine.find_matches_as_indexes for machine in machines]

    def hits(self, data: bytes) -> Iterable[Hit]:
        """Return what :meth:`find` does; for large data as an iterator, which takes no
        memory and lets other threads run."""
        if len(data) > _PIECE:
            return self._in_pieces(data)
        return self.find(data) if self._may_stand_in(data) else ()

    def _in_pieces(self, data: bytes) -> Iterator[Hit]:
        for at in range(0, len(data), _PIECE):
            piece = data[at : at + _PIECE + self._more]
            found = self.find(piece) if self._may_stand_in(piece) else ()
            for number, start, end in found:
                if start < _PIECE:
                    yield number, at + start, at + end

    def _may_stand_in(self, piece: bytes) -> bool:
        """Return False if a quick filter finds none of the texts."""
        if not self._is_filtered:
            return True
        self._unread -= len(piece)
        return self._unread >= 0 or any(has(piece) for has in self._filters)

    def _one_by_one(self, data: bytes) -> Sequence[Hit]:
        hits = [
            (number, start, start + len(text))
            for number, text in enumerate(self.texts)
            for start in occurrences(text, data)
        ]
        return sorted(hits, key=lambda hit: hit[2])


def occurrences(text: bytes, data: bytes) -> Iterator[int]:
    """Yield where a text occurs in the data."""
    start = data.find(text)
    while start >= 0:
        yield start
        start = data.find(text, start + 1)


def spellings(stem: str) -> Iterable[str]:
    """Return a name's words as programs join them: ``api_key``, ``apiKey``,
    ``API-Key``."""
    words = stem.split()
    if len(words) == 1:
        return _cases(stem)
    spelled = list(product(*map(_cases, words)))
    usual = [each for each in spelled if _is_usual(*each)]
    first, second = words
    return [
        *("".join(each) for each in spelled),
        *(mark.join(each) for mark in ("_", "-", ".", " ") for each in usual),
        *(f"{each} {second}" for each in (first.title(), first.upper())),
    ]


def _cases(word: str) -> tuple[str, ...]:
    return word, word.title(), word.upper()


def _is_usual(first: str, second: str) -> bool:
    """Return whether two words are usually joined: in one case, or as ``API_Key``."""
    return (first.islower(), first.isupper()) == (
        second.islower(),
        second.isupper(),
    ) or (first.isupper() and second.istitle())
