"""The secrets met in one cassette, and where else they occur.

Equal secrets get equal placeholders. What was learned is found in every encoding, also
within longer base64, which is decoded, redacted and encoded again: a client that gets
the placeholder and encodes it makes the same text.
"""

import re
from collections.abc import Iterator, Sequence

from mitmvcr.secrets.anchors import Hit
from mitmvcr.secrets.encodings import as_base64, as_text
from mitmvcr.secrets.index import SecretIndex
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
#: Longer values stand where they were found alone: no program repeats them, and each of
#: their encodings would have to be looked for.
_MOST = 1 << 14


class KnownSecrets:
    """Learned values. ``generation`` counts what was learned."""

    def __init__(self, watch: SecretIndex) -> None:
        self.generation = 0
        self._watch = watch
        self._first = watch.size
        self._known: dict[bytes, bytes] = {}
        self._means: list[tuple[bytes, bool]] = []

    def __repr__(self) -> str:
        return f"<Memory of {len(self._known)} secrets>"

    def placeholder(self, value: bytes, kind: str) -> bytes:
        """Return what stands for a value, of whatever kind it was when it was
        learned."""
        return self._known.get(value) or PLACEHOLDER % kind.encode()

    @staticmethod
    def kind_of(placeholder: bytes) -> str:
        """Return the kind of a learned value; empty for any other."""
        found = ENCODED_PLACEHOLDER.fullmatch(placeholder)
        return found[1].decode() if found else ""

    def learn(self, value: bytes, placeholder: bytes) -> None:
        """Learn a value: from now on it is found wherever it stands."""
        if value in self._known or len(value) > _MOST:
            return
        self._known[value] = placeholder
        self.generation += 1
        for text in sorted(as_text(value)):
            self._add(text, placeholder, is_base64=False)
        for text in sorted(as_base64(value)):
            if len(text) >= LEAST:
                self._add(text, placeholder, is_base64=True)

    def _add(self, text: bytes, placeholder: bytes, *, is_base64: bool) -> None:
        self._watch.add(text)
        self._means.append((placeholder, is_base64))

    @property
    def size(self) -> int:
        """Return how many texts were learned; a value is several, one for each
        encoding."""
        return len(self._means)

    def since(self, size: int) -> Sequence[bytes]:
        """Return the texts that were learned after the first ``size``."""
        return self._watch.since(self._first + size)

    def find(self, data: bytes) -> list[Hit]:
        """Return where a learned value occurs, in any encoding."""
        if not self._means:
            return []
        return [hit for hit in self._watch.find(data) if hit[0] >= self._first]

    def places(self, data: bytes) -> Iterator[Span]:
        """Yield where a learned value stands in readable letters, by the kind it was
        when it was learned."""
        for number, start, end in self.find(data):
            mark, is_base64 = self._means[number - self._first]
            if not is_base64:
                kind = self.kind_of(mark) or mark.strip(b"<>").decode()
                yield Span(start, end, kind, data[start:end])

    def edits(self, data: bytes) -> Iterator[Edit]:
        """Yield what replaces learned values."""
        done = unread = -1
        for number, start, end in sorted(self.find(data), key=_place):
            placeholder, is_base64 = self._means[number - self._first]
            if not is_base64:
                yield Edit(start, end, placeholder)
            elif end > done:
                edit = self._recoded(data, start, end) if end > unread else None
                yield edit or Edit(start, end, placeholder)
                if edit is not None:
                    done = edit.end
                elif end > unread:
                    unread = run_around(data, start, end, STANDARD)[1]

    def _recoded(self, data: bytes, start: int, end: int) -> Edit | None:
        """Return the base64 around a piece, with what it holds redacted; None if it
        cannot be read."""
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
                        return Edit(begin + shift, finish, fresh)
        return None


def sized(new: bytes, size: int) -> bytes:
    """Return a placeholder in the length of what it stands for. A variable's mark
    stays: the value comes back in its place."""
    if len(new) == size or new.startswith(b"<"):
        return new
    found = ENCODED_PLACEHOLDER.search(new)
    kind = found[1] if found else b"secret"
    room = size - len(PLACEHOLDER % b"")
    return PLACEHOLDER % kind[:room].ljust(room, b"-") if room > 0 else b"*" * size


def _place(hit: Hit) -> tuple[int, int]:
    return hit[1], hit[2]
