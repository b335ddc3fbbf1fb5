"""All that is looked for in a text, known forms and learned values, in one pass."""

from collections.abc import Sequence

from mitmvcr.core.secrets.anchors import Anchors, Hit, occurrences

#: New texts are looked for one by one until that has cost about as much as to make the
#: automaton anew: so many bytes were gone through for them.
_MAKE_ANEW = 4 << 20
#: What was found in large texts is remembered, since each is asked for several times.
_LARGE, _REMEMBERED = 1 << 15, 4


class Watch:
    """``known`` texts first, then those that were added, numbered on."""

    def __init__(self, known: Anchors) -> None:
        self._machine = known
        self._texts = list(known.texts)
        self._gone_through = 0
        self._recent: list[tuple[bytes, Sequence[Hit]]] = []

    @property
    def size(self) -> int:
        return len(self._texts)

    def add(self, text: bytes) -> None:
        self._texts.append(text)

    def find(self, data: bytes) -> Sequence[Hit]:
        hits = self._by_machine(data)
        first = len(self._machine.texts)
        if first == len(self._texts):
            return hits
        found = list(hits)
        for number in range(first, len(self._texts)):
            text = self._texts[number]
            if text in data:
                found += [
                    (number, at, at + len(text)) for at in occurrences(text, data)
                ]
        self._gone_through += len(data) * (len(self._texts) - first)
        if self._gone_through > _MAKE_ANEW:
            self._machine = Anchors(list(self._texts))
            self._recent.clear()
            self._gone_through = 0
        return found

    def _by_machine(self, data: bytes) -> Sequence[Hit]:
        if len(data) < _LARGE:
            return self._machine.find(data)
        for known, hits in self._recent:
            if known is data:
                return hits
        hits = self._machine.find(data)
        self._recent = [(data, hits), *self._recent[: _REMEMBERED - 1]]
        return hits

    def forget(self) -> None:
        """The texts that were gone through are not kept alive."""
        self._recent.clear()
