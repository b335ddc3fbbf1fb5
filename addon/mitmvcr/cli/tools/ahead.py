"""A file whose interactions are read one after the other, as a tool reads them."""

from collections.abc import Iterator

from mitmvcr.format.source import Source, Window

#: So many bytes are read at once: a call to the system for each interaction is a
#: seventh of what it takes to merge them.
_SIZE = 1 << 18


class Ahead:
    """A source that reads ahead where it is read in order; elsewhere it reads what is
    wanted."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._data, self._at = b"", 0
        #: Where the last one ended.
        self._last = 0

    def __len__(self) -> int:
        return len(self._source)

    def _holds(self, start: int, end: int) -> bool:
        """Return whether these bytes are in memory; load them where they follow what
        was read last."""
        is_next = 0 <= start - self._last < _SIZE
        self._last = end
        if self._at <= start and end <= self._at + len(self._data):
            return True
        if not is_next or end - start > _SIZE:
            return False
        stop = min(len(self), start + _SIZE)
        self._data, self._at = self._source.read(start, stop), start
        return True

    def read(self, start: int, end: int) -> bytes:
        if self._holds(start, end):
            return self._data[start - self._at : end - self._at]
        return self._source.read(start, end)

    def around(self, start: int, end: int) -> tuple[bytes, int]:
        return self.read(start, end), start

    def find(self, text: bytes, start: int, end: int) -> int:
        if not self._holds(start, end):
            return self._source.find(text, start, end)
        place = self._data.find(text, start - self._at, end - self._at)
        return place + self._at if place >= 0 else -1

    def windows(self, start: int, end: int, ahead: int) -> Iterator[Window]:
        return self._source.windows(start, end, ahead)
