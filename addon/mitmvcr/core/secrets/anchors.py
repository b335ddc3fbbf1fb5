"""Many short texts looked for at once, in one pass over the bytes.

A recording has microseconds for this: Python's own ``re`` takes ten times as long,
and ``in`` a pass for each text.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, partial
from itertools import product

from mitmvcr.core.vectors import searcher

try:
    import ahocorasick_rs
except ImportError:  # pragma: no cover - mitmproxy's own environment may lack it
    HAS_MACHINE = False
else:
    HAS_MACHINE = True

#: Text number, start, end.
Hit = tuple[int, int, int]


Find = Callable[[bytes], Sequence[Hit]]

#: So many texts, none of them shorter than three bytes, are looked for by the vector
#: instructions of the processor, at ten times the speed of an automaton.
_AT_ONCE = 64
#: Large data is tried with one part in so many.
_SAMPLE = 32


class Anchors:
    """Finds where any of ``texts`` stands, overlaps included.

    ``hints``: pieces, one of which at least is in each of the texts. Where they are
    rare only their surroundings need be looked at: see :meth:`find_in_large`.
    ``quickly`` made it answers more slowly: within a microsecond for each text.
    """

    def __init__(
        self,
        texts: Sequence[bytes],
        hints: Sequence[bytes] = (),
        *,
        fast: bool = True,
        quickly: bool = False,
    ) -> None:
        self.texts, self.hints = texts, hints
        self._is_fast = fast and HAS_MACHINE
        self.find: Find = self._one_by_one
        if self._is_fast:
            kinds = ahocorasick_rs.Implementation
            # The one that reads one byte a step, whatever it was asked for.
            kind = kinds.DFA if len(texts) < 1000 else None
            machine = ahocorasick_rs.BytesAhoCorasick(
                texts, implementation=kinds.ContiguousNFA if quickly else kind
            )
            self.find = partial(machine.find_matches_as_indexes, overlapping=True)

    def find_in_large(self, data: bytes) -> Sequence[Hit]:
        """The same as ``find``, in a third of the time where there are few hints."""
        if not self.hints or not self._is_fast:
            return self.find(data)
        sample = data[: len(data) // _SAMPLE]
        if len(self._spots(sample)) * self._reach > len(sample) // 4:
            return self.find(data)
        hits: list[Hit] = []
        for first, end in self._around(self._spots(data)):
            found = self.find(data[first:end])
            hits += [(number, first + s, first + e) for number, s, e in found]
        return hits

    @cached_property
    def _reach(self) -> int:
        """How far from a hint a text may go. One that overlaps another hint is not
        found itself, so it is further by its length."""
        return max(map(len, self.texts)) + max(map(len, self.hints))

    @cached_property
    def _scouts(self) -> list[Find]:
        # The shortest of those that are looked for together says how many bytes count.
        alike: list[list[bytes]] = [[], [], []]
        for hint in self.hints:
            alike[min(len(hint), 4) - 2].append(hint)
        groups = [
            each[at : at + _AT_ONCE]
            for each in alike
            for at in range(0, len(each), _AT_ONCE)
        ]
        scouts = [searcher(*group) for group in groups]
        return [scout for scout in scouts if scout is not None]

    def _spots(self, data: bytes) -> list[int]:
        return sorted(start for scout in self._scouts for _, start, _ in scout(data))

    def _around(self, spots: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Start and end of what is within reach of some spot."""
        first, end = 0, -1
        for spot in spots:
            if spot - self._reach > end:
                if end > 0:
                    yield first, end
                first = max(0, spot - self._reach)
            end = spot + self._reach
        if end > 0:
            yield first, end

    def _one_by_one(self, data: bytes) -> Sequence[Hit]:
        return [
            (number, start, start + len(text))
            for number, text in enumerate(self.texts)
            for start in occurrences(text, data)
        ]


def occurrences(text: bytes, data: bytes) -> Iterator[int]:
    """Where a text stands in the data."""
    start = data.find(text)
    while start >= 0:
        yield start
        start = data.find(text, start + 1)


def spellings(stem: str) -> Iterable[str]:
    """A name's words as programs join them: ``api_key``, ``apiKey``, ``API-KEY``."""
    words = stem.split()
    joined = {mark.join(words) for mark in ("", "_", "-", ".", " ")}
    for text in joined:
        yield from (text, text.upper(), text.title())
    if len(words) > 1:
        yield from ("".join(humps) for humps in product(*map(_cases, words)))
    elif stem.isalpha():
        yield stem.capitalize()


def _cases(word: str) -> tuple[str, ...]:
    return word, word.capitalize(), word.upper()
