"""What waits in memory until it can be written: a disk that is full may have room
later."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from mitmvcr.core.model import Request
from mitmvcr.store.files import remedy_for, why

logger = logging.getLogger("mitmvcr")

#: How many bytes of recorded messages may wait. More than that is not recorded.
MOST = 64 << 20


class Piece(NamedTuple):
    """What is written whole or not at all: ``parts`` makes it, ``size`` is what it
    takes in memory in bytes, and ``request`` says whose it is."""

    parts: Callable[[], Iterable[bytes | memoryview]]
    size: int
    request: Request


class Waiting:
    """Pieces of a cassette of this name that could not be written, in order."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._pieces: deque[Piece] = deque()
        self._size = self._count = 0

    def __bool__(self) -> bool:
        return bool(self._pieces)

    def add(self, piece: Piece, error: OSError) -> None:
        """Let a piece wait that could not be written for this error. Raise the error
        where more would wait than may be in memory."""
        if self._size + piece.size > MOST:
            raise error
        if not self._pieces:
            told = "mitmvcr: %s: cannot be written: %s; %s. Until then what is recorded"
            told += " waits in memory"
            logger.error(told, self._name, why(error), remedy_for(error.errno))
        self._pieces.append(piece)
        self._size += piece.size
        self._count += 1

    def write(self, write: Callable[[Piece], None]) -> None:
        """Write all that waits, the first one first, as far as that can be done. Raise
        what ``write`` raises."""
        if not self._pieces:
            return
        while self._pieces:
            write(self._pieces[0])
            self._size -= self._pieces.popleft().size
        told = "mitmvcr: %s: what waited in memory is written (%s)"
        logger.warning(told, self._name, self._count)
        self._count = 0

    def parts(self) -> Iterator[bytes | memoryview]:
        for piece in self._pieces:
            yield from piece.parts()

    def clear(self) -> list[Piece]:
        """Let none wait any more, and return those that did."""
        pieces = [*self._pieces]
        self._pieces.clear()
        self._size = self._count = 0
        return pieces


def tell_lost(piece: Piece, error: OSError) -> None:
    """Log that a piece is lost: its request is named as it was recorded, without
    secrets."""
    asked = f"{piece.request.method} {piece.request.url}"
    logger.error("mitmvcr: %s is not recorded: %s", asked, why(error))
