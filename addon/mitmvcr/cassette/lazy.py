"""The interactions of a large cassette, each read when it is first asked for.

Only the places of the items and their URLs are found beforehand. go-vcr writes no
quoted value over several lines; where a file has one that itself looks like the start
of an item, the item that holds it is found damaged when it is read.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import overload

from mitmvcr.cassette.faults import Fault
from mitmvcr.cassette.items import ItemParser, is_ordinary, read_item
from mitmvcr.cassette.layout import Index
from mitmvcr.cassette.lines import text
from mitmvcr.cassette.scalars import Decline
from mitmvcr.core.errors import CassetteError
from mitmvcr.core.model import Interaction, Request
from mitmvcr.core.sendable import is_sendable

#: Escapes that can stand for a letter, or part two.
_HIDING = (b"\\x", b"\\u", b"\\U", b"\\\n")


class LazyInteractions(Sequence[Interaction]):
    """Behaves as the list of interactions; ``urls`` is known without reading them."""

    def __init__(self, index: Index, name: str, *, sendable: bool = False) -> None:
        """With ``sendable`` an answer that cannot be an HTTP message is damage.

        Raises ``Decline`` where an item is not as go-vcr begins it, or the last one
        not as it ends it.
        """
        self._index, self._name, self._sendable = index, name, sendable
        self._parser = ItemParser(index.columns)
        line = b"\n" + b" " * index.columns.field
        self._body, self._headers = line + b"body: ", line + b"headers:"
        self._response = b"\n%bresponse:\n" % (b" " * (index.columns.dash + 2))
        self._read: list[Interaction | None] = [None] * len(index)
        self.urls: Sequence[str] = list(_urls(index))
        try:
            # A file that was cut short, or goes on, shows it in the last one.
            self[len(self) - 1]
        except CassetteError:
            raise Decline from None

    def __repr__(self) -> str:
        read = sum(item is not None for item in self._read)
        return f"<{len(self)} interactions of {self._name}, {read} read>"

    def __len__(self) -> int:
        return len(self._read)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return list(self) == list(other)

    __hash__ = None  # type: ignore[assignment] # compares by value, as a list does

    @overload
    def __getitem__(self, number: int) -> Interaction: ...

    @overload
    def __getitem__(self, number: slice) -> list[Interaction]: ...

    def __getitem__(self, number: int | slice) -> Interaction | list[Interaction]:
        if isinstance(number, slice):
            return [self[i] for i in range(len(self))[number]]
        number = range(len(self))[number]
        found = self._read[number]
        if found is None:
            found = self._read[number] = self._parse(number)
        return found

    def request(self, number: int) -> Request:
        """That of an item, which is not kept. Damage elsewhere in it is found when the
        item itself is asked for.

        Raises what asking for the item does.
        """
        found = self._read[number]
        if found is not None:
            return found.request
        try:
            request = self._parser.parse_request(self._until_response(number))
        except Decline:
            return self[number].request
        return request if request.url == self.urls[number] else self[number].request

    def _until_response(self, number: int) -> bytes:
        start, end = self._index.starts[number : number + 2]
        return self._index.data[
            start : self._index.data.find(self._response, start, end)
        ]

    def written(self, number: int) -> bytes:
        """An item as it stands in the file."""
        return self._index.item(number)

    def longest_body(self, number: int) -> int | None:
        """So many bytes has the body of an item's request at the most, whatever its
        spelling. None where it may have a content coding, which says nothing of it."""
        item = self._index.item(number)
        if b"content-encoding" in item.lower():
            return None
        if b"\\" in item and any(escape in item for escape in _HIDING):
            return None
        return len(item) * 3 // 2  # \L is two bytes of YAML and three of UTF-8

    def body_size(self, number: int) -> int:
        """About how many bytes the body of an item's request has; 0 where that does
        not show. go-vcr writes it before the headers, with at most a form between."""
        start, end = self._index.starts[number : number + 2]
        end = self._index.data.find(self._headers, start, end)
        start = self._index.data.find(self._body, start, end)
        return end - start - len(self._body) if 0 < start < end else 0

    def forget(self, number: int) -> None:
        """It was played: what is kept makes every garbage collection longer."""
        self._read[number] = None

    def _parse(self, number: int) -> Interaction:
        try:
            found = read_item(self._index.item(number), self._parser)
            if found.request.url != self.urls[number]:
                raise Fault("the url is not where go-vcr writes it", field="request")
            if self._sendable and not is_sendable(found.response):
                from mitmvcr.cassette import yamlreader

                raise yamlreader.examine_item(self._index.item(number)).unsendable[0]
        except Fault as fault:
            lines = self._index.line(number)
            raise fault.moved(lines, number).error(self._name) from None
        return found


def _urls(index: Index) -> Iterator[str]:
    """The URL of each item, from its line in the request."""
    data = index.data
    keys, field = index.columns.dash + 2, index.columns.field
    head = re.compile(
        b" {%d}- (?:id: [0-9]+\n {%d})?request:\n {%d}[a-z]" % (keys - 2, keys, field)
    ).match
    # Nearly always the URL is plain, and method and response follow.
    usual = re.compile(
        b"\n {%d}url: (https?:[!-~]*[!-9;-~])\n {%d}method: [A-Z]+\n {%d}response:\n"
        % (field, field, keys)
    ).match
    # What follows must not be a part of the URL.
    unusual = re.compile(
        b"\n {%d}url: ([^\n]+)\n(?: {%d}[a-z][^\n]*\n)* {%d}response:\n"
        % (field, field, keys)
    ).match
    line = b"\n" + b" " * field + b"url: "
    for start, end in pairwise(index.starts):
        at = data.find(line, start, end)
        if at < 0 or not head(data, start):
            raise Decline
        if found := usual(data, at, end):
            yield found[1].decode()
        elif (found := unusual(data, at, end)) and is_ordinary(found[1]):
            yield text(found[1])
        else:
            raise Decline
