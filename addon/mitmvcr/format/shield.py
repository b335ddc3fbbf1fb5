"""Characters that go-yaml reads and libyaml refuses, carried past libyaml.

libyaml refuses DEL, the C1 controls and U+FEFF; go-yaml v4 takes them as ordinary
characters. They are replaced by private-use characters that the file does not use,
and put back in every scalar.
"""

import codecs

from mitmvcr.format.faults import Fault

_REFUSED = [0x7F, *(c for c in range(0x80, 0xA0) if c != 0x85), 0xFEFF]
# Each block is 4,096 characters whose UTF-8 starts with the same two bytes.
_BLOCKS = range(0x10F000, 0xF0000, -0x1000)


class Shield:
    """``data`` is for libyaml; ``restore`` gives a scalar as it stands in the file."""

    def __init__(self, data: bytes) -> None:
        self._back: dict[int, int] = {}
        self.data = _as_utf8(data)
        there = [char for char in _REFUSED if chr(char).encode() in self.data]
        base = _unused_block(self.data) if there else None
        # Without a block to use they stay, and libyaml says what it refuses.
        if base is not None:
            self._replace(there, base)

    def restore(self, text: str) -> str:
        return text.translate(self._back) if self._back else text

    def _replace(self, there: list[int], base: int) -> None:
        for stand_in, char in enumerate(there, base):
            self._back[stand_in] = char
            self.data = self.data.replace(chr(char).encode(), chr(stand_in).encode())


def _unused_block(data: bytes) -> int | None:
    free = (base for base in _BLOCKS if chr(base).encode()[:2] not in data)
    return next(free, None)


def _as_utf8(data: bytes) -> bytes:
    """Return data as UTF-8 without a byte order mark; the mark tells UTF-16, as in
    go-yaml."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16").encode()
        except UnicodeError as error:
            raise Fault(f"not UTF-16: {error}", 1) from None
    return data.removeprefix(codecs.BOM_UTF8)
