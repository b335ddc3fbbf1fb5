"""Header fields of HTTP/2 of which each is always the same bytes."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from hpack import Encoder

#: A longer value is made into bytes each time.
_LONG = 256


class LiteralEncoder(Encoder):
    """Indexes no field, so that what one becomes can be kept: to encode the fields of
    an answer takes an eighth of what the answer costs otherwise."""

    def encode(self, headers: Iterable[Any], huffman: bool = True) -> bytes:
        if self.header_table.resized:  # which is to be said first
            return super().encode(headers, huffman)
        return b"".join([_literal(*each) for each in headers])


def _literal(name: bytes, value: bytes) -> bytes:
    return _kept(name, value) if len(value) < _LONG else _kept.__wrapped__(name, value)


@lru_cache(maxsize=4096)
def _kept(name: bytes, value: bytes) -> bytes:
    return Encoder().encode([(name, value, True)], huffman=False)
