"""All that is looked for in a text, known forms and learned values, in one pass."""

from collections.abc import Sequence
from itertools import pairwise

from mitmvcr.core.vectors import LARGE
from mitmvcr.secrets.anchors import Anchors, Hit

#: An automaton of new texts takes in the last of up to so many times its size: each
#: text is put into few of them, and few have to be asked.
_JOINED = 8
#: So many questions to further automatons take as long as to put one more text into the
#: first one, which answers fastest and takes longest to make.
_QUESTIONS = 12
#: What was found in large texts is remembered, since each is asked for several times.
_REMEMBERED = 4


class SecretIndex:
    """``known`` texts first, then those that were added, numbered on."""

    def __init__(self, known: Anchors) -> None:
        self._known = known
        self._machines = [known]
        self._texts = list(known.texts)
        self._watched = len(self._texts)
        self._asked = 0
        self._recent: list[tuple[bytes, int, Sequence[Hit]]] = []
        self._find_known = known.find

    def is_clear(self, data: bytes) -> bool:
        """Return whether nothing of it stands there, as nearly always, and so in few
        steps."""
        if len(self._texts) == self._watched and len(self._machines) == 1:
            return not self._find_known(data)
        return not self.find(data)

    @property
    def size(self) -> int:
        return len(self._texts)

    def since(self, size: int) -> Sequence[bytes]:
        """Return what was added after the first ``size`` texts."""
        return self._texts[size:]

    def add(self, text: bytes) -> None:
        self._texts.append(text)

    def find(self, data: bytes) -> Sequence[Hit]:
        if self._watched < len(self._texts):
            self._take_in()
        elif len(self._machines) > 1:
            self._asked += len(self._machines) - 1
            if self._asked > _QUESTIONS * len(self._texts):
                self._make_one()
        return self._by_machines(data) if len(data) < LARGE else self._remembered(data)

    def _take_in(self) -> None:
        size = len(self._texts) - self._watched
        later = self._machines[1:]
        while later and len(later[-1].texts) <= _JOINED * size:
            size += len(later.pop().texts)
        fresh = _made_quickly(self._texts[-size:])
        self._machines = [self._machines[0], *later, fresh]
        self._watched = len(self._texts)

    def _make_one(self) -> None:
        """Make one index of all texts, now that it is worth it."""
        self._machines = [Anchors(self._texts[:])]
        self._find_known = self._machines[0].find
        self._asked = 0

    def _remembered(self, data: bytes) -> Sequence[Hit]:
        """Return what was found in a text before, with what was learned since then."""
        for at, (known, watched, hits) in enumerate(self._recent):
            if known is data:
                if watched < self._watched:
                    fresh = _made_quickly(self._texts[watched : self._watched])
                    found = fresh.find(data)
                    hits = [*hits, *((watched + n, s, e) for n, s, e in found)]
                    self._recent[at] = data, self._watched, hits
                return hits
        hits = self._by_machines(data)
        latest = data, self._watched, hits
        self._recent = [latest, *self._recent[: _REMEMBERED - 1]]
        return hits

    def _by_machines(self, data: bytes) -> Sequence[Hit]:
        hits = self._machines[0].find(data)
        first = 0
        for before, machine in pairwise(self._machines):
            first += len(before.texts)
            if found := machine.find(data):
                hits = [*hits, *((first + n, start, end) for n, start, end in found)]
        return hits

    def forget(self) -> None:
        """Forget the texts that were searched, so that they are not kept alive."""
        self._recent.clear()


def _made_quickly(texts: Sequence[bytes]) -> Anchors:
    return Anchors(texts, quickly=True)
