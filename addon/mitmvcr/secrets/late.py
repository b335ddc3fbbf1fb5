"""What shows late to be a secret: noted so that it can be found again, and not read.

Where a recorder is killed, its journal holds what was written before. Only hashes with
a salt stand in the notes, and the start of none tells more than two bytes of a hash.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from zlib import crc32

from mitmvcr.core.model import Interaction
from mitmvcr.secrets.looks import LEAST
from mitmvcr.secrets.messages import Text, Walk
from mitmvcr.secrets.rules import DEFAULT
from mitmvcr.secrets.text_redactor import Sweep, TextRedactor

#: A text, and what stands in its place.
Learned = tuple[bytes, bytes]


def noted(learned: Iterable[Learned], salt: bytes) -> bytes:
    """Return a line for each text."""
    lines = [
        b"%d %d %b %b\n" % (len(text), _start(text, salt), _digest(text, salt), new)
        for text, new in learned
    ]
    return b"".join(lines)


def _start(text: bytes, salt: bytes) -> int:
    return crc32(text[:LEAST], crc32(salt)) & 0xFFFF


def _digest(text: bytes, salt: bytes) -> bytes:
    return blake2b(text, key=salt, digest_size=16).hexdigest().encode()


class _Notes:
    """The lines again; what was cut off counts for nothing."""

    def __init__(self, lines: bytes, salt: bytes) -> None:
        self._salt = salt
        self._by_start: defaultdict[int, set[int]] = defaultdict(set)
        self._new: dict[bytes, bytes] = {}
        for line in lines[: lines.rfind(b"\n") + 1].splitlines():
            size, start, digest, new = line.split(b" ", 3)
            self._by_start[int(start)].add(int(size))
            self._new[digest] = new

    def found_in(self, data: bytes) -> Iterator[Learned]:
        """Yield each of the texts that stands there."""
        first, seen = crc32(self._salt), self._by_start
        for at in range(len(data) - LEAST + 1):
            sizes = seen.get(crc32(data[at : at + LEAST], first) & 0xFFFF)
            for size in sizes or ():
                text = data[at : at + size]
                new = self._new.get(_digest(text, self._salt))
                if new is not None:
                    yield text, new


def found_in(
    interactions: Iterable[Interaction], lines: bytes, salt: bytes
) -> list[Learned]:
    """Return the texts that were noted and stand in interactions."""
    notes, found = _Notes(lines, salt), dict[bytes, bytes]()

    def find(text: Text) -> bytes:
        found.update(notes.found_in(text.data))
        return text.data

    for each in interactions:
        Walk(find).interaction(each)
    return [*found.items()]


def cleaned(
    interactions: Sequence[Interaction], lines: bytes, salt: bytes
) -> list[Interaction]:
    """Return interactions without the texts that were noted."""
    texts = TextRedactor(DEFAULT)
    for found, new in found_in(interactions, lines, salt):
        texts.memory.learn(found, new)

    def clean(text: Text) -> bytes:
        return Sweep(texts).clean(text._replace(is_kept=True))

    return [Walk(clean).interaction(each) for each in interactions]
