"""The URLs of the items of a file, each found by its line, without reading the item."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from mitmvcr.format.faults import Decline
from mitmvcr.format.lines import Columns, is_ordinary, text
from mitmvcr.format.source import Source

#: In bytes: how far into an item the look at its first lines goes, and how far behind
#: its URL the response begins.
_NEAR, _FAR = 1 << 10, 1 << 20


class UrlLines:
    """Finds them in the requests of a layout."""

    def __init__(self, columns: Columns) -> None:
        keys, field = columns.dash + 2, columns.field
        self._line = b"\n" + b" " * field + b"url: "
        self._begins = re.compile(
            b" {%d}- (?:id: [0-9]+\n {%d})?request:\n {%d}[a-z]"
            % (columns.dash, keys, field)
        ).match
        # Nearly always the URL is plain, and method and response follow.
        self._usual = re.compile(
            b"\n {%d}url: (https?:[!-~]*[!-9;-~])" % field
            + b"\n {%d}method: [A-Z]+\n {%d}response:\n" % (field, keys)
        ).match
        # What follows must not be a part of the URL.
        self._unusual = re.compile(
            b"\n {%d}url: ([^\n]+)\n(?: {%d}[a-z][^\n]*\n)* {%d}response:\n"
            % (field, field, keys)
        ).match

    def near(self, data: bytes, starts: Sequence[int]) -> Iterator[str | None]:
        """Yield the URLs of the items that start there in a part of a file; None where
        one is not found in the part."""
        begins, find, line = self._begins, data.find, self._line
        for start, end in pairwise([*starts, len(data)]):
            at = find(line, start, end) if begins(data, start) else -1
            yield self._url_at(data, at, end) if at >= 0 else None

    def complete(
        self, urls: Sequence[str | None], source: Source, starts: Sequence[int]
    ) -> list[str]:
        """Return the URLs, and look up in the file those that were not found. Raise
        ``Decline`` where one is not as go-vcr writes it."""
        places = zip(urls, pairwise(starts), strict=True)
        return [self._far(source, *at) if url is None else url for url, at in places]

    def _far(self, source: Source, start: int, end: int) -> str:
        if not self._begins(source.read(start, min(end, start + _NEAR))):
            raise Decline
        at = source.find(self._line, start, end)
        if at < 0:
            raise Decline
        data = source.read(at, min(end, at + _FAR))
        url = self._url_at(data, 0, len(data))
        if url is None:
            raise Decline
        return url

    def _url_at(self, data: bytes, at: int, end: int) -> str | None:
        """Return the URL whose line begins at a place; None where the response does
        not follow in the data. Raise ``Decline`` where go-yaml writes it otherwise."""
        if found := self._usual(data, at, end):
            return found[1].decode()
        if (found := self._unusual(data, at, end)) and is_ordinary(found[1]):
            return text(found[1])
        return None
