"""Many short texts looked for at once, in one pass over the bytes.

A recording has microseconds for this: Python's own ``re`` takes ten times as long,
and ``in`` a pass for each text.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import product

try:
    import ahocorasick_rs
except ImportError:  # pragma: no cover - mitmproxy's own environment may lack it
    HAS_MACHINE = False
else:
    HAS_MACHINE = True

_PIECE = 1 << 16
#: From so many texts on a search takes 1.4 to 2.8 times as long.
MOST_FAST = 3000
#: So few are looked for many bytes at once, as long as none is there.
_FEW = 48
#: A byte takes the quick automaton so much longer that the fast one is worth making
#: after so many of them for each text.
_WORTH = 1 << 10
#: Of more texts the fast one takes over 10 ms to make, and megabytes.
_MOST_MADE_ANEW = 1000

#: Text number, start, end.
Hit = tuple[int, int, int]


Find = Callable[[bytes], Sequence[Hit]]


class Anchors:
    """Finds where any of ``texts`` stands, overlaps included, about in order.

    ``quickly`` made it answers more slowly, until it has been worth making it well:
    within a microsecond for each text.
    """

    def __init__(self, texts: Sequence[bytes], *, quickly: bool = False) -> None:
        self.texts = texts
        self.find: Find = self._one_by_one
        self._more = max(map(len, texts), default=1) - 1
        self._unread = len(texts) * _WORTH if quickly else 0
        self._filter: Find | None = None
        if HAS_MACHINE:
            kinds = ahocorasick_rs.Implementation
            # The one that reads one byte a step; of more texts it takes too long to
            # make.
            kind = kinds.DFA if len(texts) < MOST_FAST else None
            self.find = self._machine(kinds.ContiguousNFA if quickly else kind)

    def _machine(self, kind: "ahocorasick_rs.Implementation | None") -> Find:
        machine = ahocorasick_rs.BytesAhoCorasick(self.texts, implementation=kind)
        return partial(machine.find_matches_as_indexes, overlapping=True)

    def hits(self, data: bytes) -> Iterable[Hit]:
        """Return what :meth:`find` does; of a large text one by one, which takes no
        memory, and lets other threads go on."""
        if len(data) <= _PIECE:
            return self.find(data)
        if HAS_MACHINE and self._unread > 0:
            self._read(len(data))
        return self._in_pieces(data)

    def _read(self, size: int) -> None:
        """Make it well where so much is read that it is worth it."""
        if len(self.texts) <= _FEW:
            self._unread = 0
            kind = ahocorasick_rs.MatchKind.LeftmostFirst
            machine = ahocorasick_rs.BytesAhoCorasick(self.texts, matchkind=kind)
            self._filter = machine.find_matches_as_indexes
            return
        self._unread -= size
        if self._unread <= 0 and len(self.texts) < _MOST_MADE_ANEW:
            self.find = self._machine(ahocorasick_rs.Implementation.DFA)

    def _in_pieces(self, data: bytes) -> Iterator[Hit]:
        for at in range(0, len(data), _PIECE):
            piece = data[at : at + _PIECE + self._more]
            if self._filter and not self._filter(piece):
                continue
            for number, start, end in self.find(piece):
                if start < _PIECE:
                    yield number, at + start, at + end

    def _one_by_one(self, data: bytes) -> Sequence[Hit]:
        hits = [
            (number, start, start + len(text))
            for number, text in enumerate(self.texts)
            for start in occurrences(text, data)
        ]
        return sorted(hits, key=lambda hit: hit[2])


def occurrences(text: bytes, data: bytes) -> Iterator[int]:
    """Yield where a text stands in the data."""
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
    return [
        *("".join(each) for each in spelled),
        *(mark.join(each) for mark in ("_", "-", ".", " ") for each in usual),
    ]


def _cases(word: str) -> tuple[str, ...]:
    return word, word.title(), word.upper()


def _is_usual(first: str, second: str) -> bool:
    """Return whether two words go together: both in one case, or as in ``API_Key``."""
    return (first.islower(), first.isupper()) == (
        second.islower(),
        second.isupper(),
    ) or (first.isupper() and second.istitle())
