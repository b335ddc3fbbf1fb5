"""The secrets seen in one cassette, and where else they occur.

Equal secrets get equal placeholders. A learned secret is found in every encoding, even
inside longer base64, which is decoded, redacted and encoded again: a client that gets
the placeholder and encodes it produces the same text.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import isqrt
from operator import itemgetter
from threading import RLock

from mitmvcr.core.searching import each_match
from mitmvcr.secrets.anchors import Anchors, Hit
from mitmvcr.secrets.encodings import as_base64, as_text, recoded
from mitmvcr.secrets.fakes import Fakes
from mitmvcr.secrets.looks import LEAST
from mitmvcr.secrets.runs import (
    FOR_URLS,
    STANDARD,
    decoded_base64,
    encoded_as,
    is_in_url,
    run_around,
)
from mitmvcr.secrets.spans import Edit, Span, substituted

PLACEHOLDER = b"[REDACTED:%b]"
#: In any encoding, as a client sends it back.
ENCODED_PLACEHOLDER = re.compile(
    rb"(?:\[|%(?:25)?5[Bb])REDACTED(?::|%(?:25)?3[Aa])([\w.-]{1,20000})(?:\]|%(?:25)?5[Dd])"
)
#: Longer values are hidden only where they were found: no program repeats them, and all
#: of their encodings would have to be searched for.
_MOST = 1 << 14
#: A text is searched for by its beginning: this many bytes, or as many more as it takes
#: to distinguish it, so that at most this many texts share a beginning.
_START, _ALIKE = 12, 16
#: Building an index takes up to a microsecond for each of its texts. So up to this many
#: new texts, more if many are known, have their own index, rebuilt for each new one.
_FRESH = 48
#: The most texts in one index: no other thread runs while it is built.
_FULL = 1 << 12
#: With more texts, every place is looked up by each length instead, 0.1 s for a MiB: an
#: index takes 2 ms, so a text full of secrets would take quadratic time.
_INDEXED = 1 << 17


@lru_cache(maxsize=4096)
def placeholder_of(kind: str) -> bytes:
    """Return the placeholder of a kind, always the same object."""
    return PLACEHOLDER % kind.encode()


def encoded_placeholders(data: bytes) -> Iterator[re.Match[bytes]]:
    """Yield the placeholders in a text, in any encoding."""
    return each_match(ENCODED_PLACEHOLDER, b"REDACTED", data, (1, 3, 5))


class KnownSecrets:
    """Learned values. Threads may share it."""

    def __init__(self, fakes: Fakes | None = None) -> None:
        self._fakes = fakes
        self._lock = RLock()
        self._known: dict[bytes, bytes] = {}
        #: The values that are also searched for in rare encodings.
        self._rare: set[bytes] = set()
        self._texts: list[bytes] = []
        self._means: list[tuple[bytes, bool]] = []
        #: The beginnings of texts, and the numbers of the texts that have each.
        self._starts: list[bytes] = []
        self._by_start: dict[bytes, tuple[int, ...]] = {}
        self._sizes: set[int] = set()
        #: How many beginnings are indexed, and their indexes.
        self._index: tuple[int, Sequence[Anchors]] = 0, ()
        self._base: list[Anchors] = []

    def __repr__(self) -> str:
        return f"<Memory of {len(self._known)} secrets>"

    def placeholder(self, value: bytes, kind: str, *, came: bool = False) -> bytes:
        """Return what replaces a value: the placeholder it was learned with, if it is
        known. ``came``: it is in an answer, where a fake may replace it."""
        if known := self._known.get(value):
            return known
        fake = self._fakes.of(value) if came and self._fakes else None
        return fake or placeholder_of(kind)

    @staticmethod
    @lru_cache(maxsize=4096)
    def kind_of(placeholder: bytes) -> str:
        """Return the kind of a learned value, or the name of its variable."""
        found = ENCODED_PLACEHOLDER.fullmatch(placeholder)
        if not found and placeholder.rstrip(b"=").isalnum():
            return "encoded"  # in hex or base32
        return (found[1] if found else placeholder.strip(b"<>")).decode()

    def learn(self, value: bytes, placeholder: bytes, *, rare: bool = False) -> None:
        """Learn a value, which is found everywhere from then on; with ``rare`` in rare
        encodings too, for which there should not be too many values."""
        is_new, is_rarer = value not in self._known, rare and value not in self._rare
        if not (is_new or is_rarer) or len(value) > _MOST:
            return
        with self._lock:
            placeholder = self._known.setdefault(value, placeholder)
            for is_base64, texts in ((False, as_text(value)), (True, as_base64(value))):
                for text in sorted(texts) if is_new else ():
                    if len(text) >= LEAST or not is_base64:
                        self._means.append((placeholder, is_base64))
                        self._note(text)
            if is_rarer:
                self._rare.add(value)
                for text, new in recoded(value, placeholder):
                    self._means.append((new, False))
                    self._note(text)

    def _note(self, text: bytes) -> None:
        number, size, begun = len(self._texts), _START, text[:_START]
        self._texts.append(text)
        alike = self._by_start.get(begun, ())
        while len(alike) >= _ALIKE and size < len(text):
            size *= 2
            begun = text[:size]
            alike = self._by_start.get(begun, ())
        self._by_start[begun] = *alike, number
        if not alike:  # last, since other threads search for it from here on
            self._sizes.add(len(begun))
            self._starts.append(begun)

    @property
    def size(self) -> int:
        """Return how many texts were learned: one for each encoding of a value."""
        return len(self._texts)

    def since(self, size: int) -> Sequence[bytes]:
        """Return the texts that were learned after the first ``size``."""
        return self._texts[size:]

    def learned(self, size: int) -> Sequence[tuple[bytes, bytes]]:
        """Return the same texts, each with what stands in its place."""
        means = self._means[size:]
        return [(t, m[0]) for t, m in zip(self.since(size), means, strict=False)]

    def find(self, data: bytes) -> Sequence[Hit]:
        """Return where a learned value occurs, in any encoding."""
        hits: list[Hit] = []
        by_start, texts = self._by_start, self._texts
        for begun, start in self._begun(data):
            for known in by_start[begun]:
                text = texts[known]
                if data.startswith(text, start):
                    hits.append((known, start, start + len(text)))
        return hits

    def _begun(self, data: bytes) -> Iterator[tuple[bytes, int]]:
        """Yield the places where learned values may begin, each with the beginning."""
        if len(self._starts) > _INDEXED:
            for size in sorted(self._sizes):
                for start in range(len(data) - size + 1):
                    if (begun := data[start : start + size]) in self._by_start:
                        yield begun, start
            return
        size, indexes = self._index
        if size != len(self._starts):
            indexes = self._indexed()
        for index in indexes:
            starts = index.texts
            for number, start, _ in index.hits(data):
                yield starts[number], start

    def _indexed(self) -> Sequence[Anchors]:
        """Index new texts on their own, and with the others once there are many."""
        with self._lock:
            size, base = len(self._starts), self._base
            known = sum(len(each.texts) for each in base)
            fresh: Sequence[Anchors] = ()
            if size - known > max(_FRESH, 4 * isqrt(min(size, _FULL))):
                if base and len(base[-1].texts) < _FULL:
                    known -= len(base.pop().texts)
                base += [self._of(at, at + _FULL) for at in range(known, size, _FULL)]
            else:
                fresh = (self._of(known, size),)
            self._index = size, (*base, *fresh)
            return self._index[1]

    def _of(self, first: int, end: int) -> Anchors:
        return Anchors(self._starts[first:end], quickly=True)

    def places(self, data: bytes) -> Iterator[Span]:
        """Yield where learned values occur outside base64, with the kinds they were
        learned as."""
        for number, start, end in self.find(data):
            mark, is_base64 = self._means[number]
            if not is_base64:
                yield Span(start, end, self.kind_of(mark), data[start:end])

    def edits(self, data: bytes) -> Iterator[Edit]:
        """Yield what replaces learned values."""
        done = unread = -1
        for number, start, end in sorted(self.find(data), key=itemgetter(1)):
            new, is_base64 = self._means[number]
            if not is_base64:
                yield Edit(start, end, new, self.kind_of(new))
            elif end > done:
                edit = self._recoded(data, start, end) if end > unread else None
                yield edit or Edit(start, end, new, self.kind_of(new))
                if edit is not None:
                    done = edit.end
                elif end > unread:
                    unread = run_around(data, start, end, STANDARD)[1]

    def _recoded(self, data: bytes, start: int, end: int) -> Edit | None:
        """Return the base64 around a match with its content redacted; None if it cannot
        be decoded."""
        whole = run_around(data, start, end, STANDARD)
        segment = run_around(data, start, end, FOR_URLS)
        in_url = is_in_url(data, start)
        order = (segment, whole) if in_url else (whole, segment)
        # Other text may stand right before it.
        for shift in range(4):
            for begin, finish in order:
                coded = data[begin + shift : finish]
                plain = decoded_base64(coded)
                new = plain and substituted(plain, self.edits(plain))
                if new and new != plain:
                    fresh = encoded_as(coded, new, in_url)
                    # Another may stand in the run at another offset.
                    if not self.find(data[begin : begin + shift] + fresh):
                        return Edit(begin + shift, finish, fresh, "encoded")
        return None


def sized(new: bytes, size: int) -> bytes:
    """Return a placeholder as long as what it replaces. A variable's placeholder keeps
    its length: the value is put back in its place."""
    if len(new) == size or new.startswith(b"<"):
        return new
    found = ENCODED_PLACEHOLDER.search(new)
    kind = found[1] if found else b"secret"
    room = size - len(PLACEHOLDER % b"")
    return PLACEHOLDER % kind[:room].ljust(room, b"-") if room > 0 else b"*" * size
