"""The interactions of a large cassette, each read when it is first asked for.

Only the places of the items and their URLs are found beforehand. go-vcr writes no
quoted value over several lines; where a file has one that itself looks like the start
of an item, the item that holds it is found damaged when it is read.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import overload

from mitmvcr.core.errors import CassetteError
from mitmvcr.core.model import Interaction, Request
from mitmvcr.core.sendable import is_sendable
from mitmvcr.format.faults import Decline, Fault
from mitmvcr.format.foreign import CONFLICT, mark_line
from mitmvcr.format.items import ItemParser
from mitmvcr.format.large import LARGE, read_large
from mitmvcr.format.layout import Index

#: In bytes of the file: how much is kept of what was read, how much an item counts at
#: least, and the longest item that is kept.
_MOST_KEPT, _LEAST, _LONGEST_KEPT = 64 << 20, 1 << 11, 8 << 20
#: In bytes: a longer item is not read ahead.
_LONGEST_AHEAD = 1 << 14
#: How a value begins that does not stand there as it is.
_TAGS = (b"!", b"|", b">", b"*", b"&")
#: Letters in another spelling, or something between them: escapes of JSON and of YAML
#: for ASCII, a zero, a carriage return.
_ESCAPED = re.compile(rb"\\(?:u00[2-7]|x[2-7]|U|0|r)")
#: Parts of headers that say that a body is in a coding.
_CODED = (b"content-encoding", b"grpc-encoding", b"-content-sha256")


class LazyInteractions(Sequence[Interaction]):
    """Behaves as the list of interactions; ``urls`` is known without reading them."""

    def __init__(self, index: Index, name: str, *, sendable: bool = False) -> None:
        """Take an index with URLs; with ``sendable`` a response that cannot be an HTTP
        message is damage.

        Raises ``Decline`` where the last item is not as go-vcr ends it.
        """
        self._index, self._name, self._sendable = index, name, sendable
        self._starts = index.starts
        self._parser = ItemParser(index.columns)
        line = b"\n" + b" " * index.columns.field
        self._body, self._headers = line + b"body: ", line + b"headers:"
        self._is_next = re.compile(line + b"[a-z]").match
        self._response = b"\n%bresponse:\n" % (b" " * (index.columns.dash + 2))
        #: What was asked for last stands last.
        self._read: OrderedDict[int, Interaction] = OrderedDict()
        self._kept = 0
        self._last_head: tuple[int, Interaction | None] = -1, None
        self.urls: Sequence[str] = index.urls
        try:
            # A file that was cut short, or goes on, shows it in the last one.
            self.head(len(self) - 1)
        except CassetteError:
            raise Decline from None

    def __repr__(self) -> str:
        read = len(self._read)
        return f"<{len(self)} interactions of {self._name}, {read} read>"

    def __len__(self) -> int:
        return len(self._index)

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
        found = self._read.get(number)
        if found is None:
            found = self._parse(number)
            self._keep(number, found)
        else:
            self._read.move_to_end(number)
        return found

    def read_ahead(self, number: int) -> bool:
        """Read an item before anybody needs it, where it is not long; return whether
        it was not read yet. Whoever needs it finds the damage that there is."""
        if number in self._read or self._size(number) > _LONGEST_AHEAD:
            return False
        with suppress(CassetteError):
            self._keep(number, self._parse(number))
        return True

    def _keep(self, number: int, read: Interaction) -> None:
        """Keep an item as long as there is room for it."""
        size = self._size(number)
        if size > _LONGEST_KEPT:
            return
        self._read[number] = read
        self._kept += size + _LEAST
        while self._kept > _MOST_KEPT:
            self.forget(next(iter(self._read)))

    def _size(self, number: int) -> int:
        return self._starts[number + 1] - self._starts[number]

    def head(self, number: int) -> Interaction:
        """Return the item; a large one may lack its response's body."""
        if not self.is_large(number) or number in self._read:
            return self[number]
        place, found = self._last_head
        if place != number:
            # Each connection to a host asks for the same one.
            found = self._read_head(number)
            self._last_head = number, found
        return found or self[number]

    def _read_head(self, number: int) -> Interaction | None:
        with suppress(Decline):
            return self._read_large(number, with_body=False)
        return None

    @property
    def places(self) -> Index:
        """Return where the items lie in the file."""
        return self._index

    def is_large(self, number: int) -> bool:
        """Return whether the item takes long to read, and perhaps is not kept."""
        return self._size(number) > LARGE

    def request(self, number: int) -> Request:
        """Return the request of an item, which is not kept. Damage elsewhere in the
        item is found only when the item itself is asked for.

        Raises what asking for the item does.
        """
        found = self._read.get(number)
        if found is not None:
            return found.request
        try:
            request = self._parser.parse_request(self.request_written(number))
        except Decline:
            return self.head(number).request
        if request.url == self.urls[number]:
            return request
        return self[number].request

    def request_written(self, number: int) -> bytes:
        """Return an item as it stands in the file, up to its response."""
        start, end = self._starts[number : number + 2]
        source = self._index.source
        return source.read(start, source.find(self._response, start, end))

    def written(self, number: int) -> bytes:
        """Return an item as it stands in the file."""
        return self._index.item(number)

    def body_size(self, number: int) -> int:
        """Return about how many bytes the body of an item's request has; 0 where that
        does not show. go-vcr writes it before the headers, with at most a form
        between."""
        start, end = self._starts[number : number + 2]
        find = self._index.source.find
        end = find(self._headers, start, end)
        start = find(self._body, start, end)
        return end - start - len(self._body) if 0 < start < end else 0

    def may_hold(self, number: int, words: tuple[bytes, ...]) -> bool:
        """Return whether all these words, of letters alone, may stand in the body of an
        item's request. They surely do not where they do not stand in the file, which
        spells them as they are, and the body is in no coding and no odd charset."""
        text = self.request_written(number)
        at = text.find(self._body)
        end = text.find(b"\n", at + 1)
        line = text[at + len(self._body) : end]
        if (
            at < 0
            or not self._is_next(text, end)
            or all(word in line for word in words)
        ):
            return True
        rest = (text[:at] + text[end:]).lower()
        return (
            line[:1] in _TAGS
            or _ESCAPED.search(line) is not None
            or any(mark in rest for mark in _CODED)
            or rest.count(b"charset") > rest.count(b"charset=utf-8")
        )

    def may_have(self, number: int, words: tuple[bytes, ...]) -> bool:
        """Return whether one of these words stands in an item."""
        start, end = self._starts[number : number + 2]
        find = self._index.source.find
        return any(find(word, start, end) >= 0 for word in words)

    def may_name(self, header: str) -> bool:
        """Return whether a request may have a header, which is in lower case; go-vcr
        writes its name as Go spells it."""
        spelled = [
            f" {name}:".encode("utf-8", "surrogateescape")
            for name in dict.fromkeys((header.title(), header, header.upper()))
        ]
        source = self._index.source
        parts = source.windows(0, len(source), len(header) + 2)
        return any(name in part.data for part in parts for name in spelled)

    def forget(self, number: int) -> None:
        """Drop an item that was played: it takes memory, and lengthens every garbage
        collection."""
        if self._last_head[0] == number:
            self._last_head = -1, None
        if self._read.pop(number, None) is not None:
            self._kept -= self._size(number) + _LEAST

    def _parse(self, number: int) -> Interaction:
        try:
            found = self._read_item(number)
            if found.request.url != self.urls[number]:
                raise Fault("the url is not where go-vcr writes it", field="request")
            if self._sendable and not is_sendable(found.response):
                from mitmvcr.format import yamlreader

                raise yamlreader.examine_item(self._index.item(number)).unsendable[0]
        except Fault as fault:
            marked = mark_line(self._index.item(number))
            told = Fault(CONFLICT, marked) if marked else fault
            lines = self._index.line(number)
            raise told.moved(lines, number).error(self._name) from None
        return found

    def _read_item(self, number: int) -> Interaction:
        if self.is_large(number):
            with suppress(Decline):
                return self._read_large(number)
        return read_item(self._index.item(number), self._parser)

    def _read_large(self, number: int, *, with_body: bool = True) -> Interaction:
        start, end = self._starts[number : number + 2]
        source, columns = self._index.source, self._index.columns
        return read_large(
            source, (start, end), columns, self._parser, with_body=with_body
        )


def read_item(
    item: bytes, parser: ItemParser, stray: Callable[[Fault], object] = bool
) -> Interaction:
    """Read an item by lines, or with PyYAML where that declines, which calls ``stray``
    for each key that nothing reads. Raise ``Fault``."""
    try:
        return parser.parse(item)
    except Decline:
        # PyYAML takes 25 ms to import, and a cassette of go-vcr's seldom needs it.
        from mitmvcr.format import yamlreader

        return yamlreader.read_item(item, stray)
