"""All that is looked for in a text, known forms and learned values, in one pass."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from mitmvcr.core.secrets.anchors import Anchors, Hit, occurrences
from mitmvcr.core.vectors import LARGE

#: New texts are looked for one by one until that has cost about as much as to put them
#: into an automaton: so many bytes were gone through for them.
_MAKE_ANEW = 4 << 20
#: Up to so many texts there is one automaton, which is made anew; then there are
#: several, each more than twice as large as the next, so that each text is put into
#: few of them.
_ONE = 2500
#: What was found in large texts is remembered, since each is asked for several times.
_REMEMBERED = 4
#: More of them would take longer than to look for all.
_HINT, _MOST_HINTS = 8, 320


def _find(machine: Anchors, data: bytes) -> Sequence[Hit]:
    return machine.find(data)


class Watch:
    """``known`` texts first, then those that were added, numbered on."""

    def __init__(self, known: Anchors) -> None:
        self._known = known
        self._machines = [known]
        self._texts = list(known.texts)
        self._watched = len(self._texts)
        self._gone_through = 0
        self._recent: list[tuple[bytes, Sequence[Hit]]] = []
        self._find_known = known.find

    def is_clear(self, data: bytes) -> bool:
        """Nothing of it stands there, as nearly always, and so in few steps."""
        if len(self._texts) == self._watched and len(self._machines) == 1:
            return not self._find_known(data)
        return not self.find(data)

    @property
    def size(self) -> int:
        return len(self._texts)

    def since(self, size: int) -> Sequence[bytes]:
        """What was added since there were so many."""
        return self._texts[size:]

    def add(self, text: bytes) -> None:
        self._texts.append(text)

    def find(self, data: bytes) -> Sequence[Hit]:
        self._gone_through += len(data) * (len(self._texts) - self._watched)
        if self._gone_through > _MAKE_ANEW:
            self._make_anew()
        hits = self._remembered(data)
        if self._watched == len(self._texts):
            return hits
        return [*hits, *self._fresh(data)]

    def _fresh(self, data: bytes) -> Iterator[Hit]:
        for number in range(self._watched, len(self._texts)):
            text = self._texts[number]
            if text in data:
                for at in occurrences(text, data):
                    yield number, at, at + len(text)

    def _make_anew(self) -> None:
        """The new texts join the last automatons that are not much larger."""
        size = len(self._texts) - self._watched
        while self._machines:
            last = len(self._machines[-1].texts)
            if last > 2 * size and len(self._texts) > _ONE:
                break
            size += last
            self._machines.pop()
        self._machines.append(self._made(self._texts[len(self._texts) - size :]))
        self._find_known = self._machines[0].find
        self._watched = len(self._texts)
        self._gone_through = 0
        self._recent.clear()

    def _made(self, texts: Sequence[bytes]) -> Anchors:
        """What was learned is its own hint, up to a length."""
        known = len(self._known.texts) if len(texts) == len(self._texts) else 0
        hints = list(self._known.hints) if known else []
        hints += {text[:_HINT] for text in texts[known:]}
        return Anchors(texts, hints if len(hints) <= _MOST_HINTS else ())

    def _remembered(self, data: bytes) -> Sequence[Hit]:
        if len(data) < LARGE:
            return self._by_machines(data)
        for known, hits in self._recent:
            if known is data:
                return hits
        hits = self._by_machines(data, large=True)
        self._recent = [(data, hits), *self._recent[: _REMEMBERED - 1]]
        return hits

    def _by_machines(self, data: bytes, *, large: bool = False) -> Sequence[Hit]:
        look = Anchors.find_in_large if large else _find
        hits = look(self._machines[0], data)
        first = 0
        for before, machine in pairwise(self._machines):
            first += len(before.texts)
            if found := look(machine, data):
                hits = [*hits, *((first + n, start, end) for n, start, end in found)]
        return hits

    def forget(self) -> None:
        """The texts that were gone through are not kept alive."""
        self._recent.clear()
