"""Characters that go-yaml reads and libyaml refuses, carried past libyaml.

libyaml refuses DEL, the C1 controls and U+FEFF; go-yaml v4 takes them as ordinary
characters. They are replaced by private-use characters that the file does not use,
and put back in every scalar.
"""

import codecs
import re

from mitmvcr.cassette.faults import Fault

_REFUSED = [0x7F, *(c for c in range(0x80, 0xA0) if c != 0x85), 0xFEFF]
_REFUSED_BYTES = re.compile("|".join(map(chr, _REFUSED)).encode())
# Each block is 4,096 characters whose UTF-8 starts with the same two bytes.
_BLOCKS = range(0x10F000, 0xF0000, -0x1000)


class Shield:
    """``data`` is for libyaml; ``restore`` gives a scalar as it stands in the file."""

    def __init__(self, data: bytes) -> None:
        self._back: dict[int, int] = {}
        self.data = _as_utf8(data)
        if _REFUSED_BYTES.search(self.data):
            self._replace()

    def restore(self, text: str) -> str:
        return text.translate(self._back) if self._back else text

    def _replace(self) -> None:
        base = self._unused_block()
        there = {
            chr(c).encode(): chr(base + i).encode() for i, c in enumerate(_REFUSED)
        }
        self._back = {base + i: c for i, c in enumerate(_REFUSED)}
        self.data = _REFUSED_BYTES.sub(lambda match: there[match[0]], self.data)

    def _unused_block(self) -> int:
        for base in _BLOCKS:
            if chr(base).encode()[:2] not in self.data:
                return base
        raise Fault("more kinds of private-use characters than can be told apart")


def _as_utf8(data: bytes) -> bytes:
    """Without the byte order mark; UTF-16 is known by its mark, as in go-yaml."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16").encode()
        except UnicodeError as error:
            raise Fault(f"not UTF-16: {error}") from None
    return data.removeprefix(codecs.BOM_UTF8)
