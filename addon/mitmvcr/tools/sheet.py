"""A cassette as pieces of its file, so that what nobody touches stays byte for byte."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import NamedTuple

from mitmvcr.core.dates import date_of, parse_date
from mitmvcr.core.jsontext import holding
from mitmvcr.core.model import Cassette, Headers, Interaction, Layout, Request
from mitmvcr.format import layout, writer
from mitmvcr.format.faults import Fault
from mitmvcr.format.items import ItemParser
from mitmvcr.format.layout import Index
from mitmvcr.format.lazy import LazyInteractions, read_item
from mitmvcr.format.lines import Columns
from mitmvcr.tools import comments
from mitmvcr.tools.comments import Around
from mitmvcr.tools.fitting import OURS, fitted

_ID = re.compile(rb"( *- id: )(0|[1-9][0-9]*)\n")


class Sheet:
    """A cassette that was read; ``name`` stands for it in messages. Where go-vcr wrote
    the file, and we read it lazily, each interaction is known as it is written."""

    def __init__(
        self, interactions: Sequence[Interaction], name: str = "", data: bytes = b""
    ) -> None:
        """Take what was read from ``data``; that may be left out of a large file."""
        self.interactions, self.name = interactions, name
        self._lazy: LazyInteractions | None = None
        self._index: Index | None = None
        self._around = Around()
        if isinstance(interactions, LazyInteractions):
            self._lazy, self._index = interactions, interactions.places
        elif interactions and data:
            self._around, inner = comments.parts(data)
            self._index = _index_of(inner, interactions)

    def __repr__(self) -> str:
        kind = "as written" if self._index else "read whole"
        return f"<Sheet {self.name} {len(self)} {kind}>"

    def __len__(self) -> int:
        return len(self.interactions)

    @property
    def entries(self) -> list["Entry"]:
        """Return all interactions as they are."""
        return [Entry(self, number) for number in range(len(self))]

    @property
    def urls(self) -> Sequence[str]:
        """Return the URLs; of a file as written they are known without reading it."""
        if self._lazy is not None:
            return self._lazy.urls
        return [each.request.url for each in self.interactions]

    @property
    def columns(self) -> Columns | None:
        """Return where the lines begin; None where that is not known."""
        return self._index.columns if self._index else None

    @cached_property
    def layout(self) -> Layout:
        """Return the layout of the go-vcr library that seems to have written it."""
        return layout_of((self.written(0) if len(self) else None) or b"")

    @property
    def head(self) -> bytes:
        """Return what stands before the first interaction."""
        if self._index is None:
            return writer.preamble()
        if self._around.head is not None:
            return self._around.head
        return self._around.before + self._index.source.read(0, self._index.starts[0])

    @property
    def tail(self) -> bytes:
        """Return what stands behind the last interaction."""
        if self._index is None:
            return b""
        source, end = self._index.source, self._index.starts[-1]
        return (
            self.lead(len(self)) + source.read(end, len(source)) + self._around.behind
        )

    def lead(self, number: int) -> bytes:
        """Return the comments that stand before an interaction, behind the one before
        it; those before the first are of the head."""
        if self._index is None or number == 0:
            return b""
        start, end = self._index.starts[number - 1 : number + 1]
        read, dash = self._index.source.read, self._index.columns.dash
        return comments.behind(lambda size: read(max(start, end - size), end), dash)

    def written(self, number: int) -> bytes | None:
        """Return an interaction as it stands in the file, if that is known."""
        if self._index is None:
            return None
        item = self._index.item(number)
        item = item[: comments.begin(item, self._index.columns.dash)]
        return item if item.endswith(b"\n") else item + b"\n"

    def request(self, number: int) -> Request:
        """Return a request, which is not kept."""
        if self._lazy is not None:
            return self._lazy.request(number)
        return self.interactions[number].request

    def request_digest(self, number: int) -> bytes | None:
        """Return a digest of a request as it stands in the file; None where that is
        not known. Equal ones of files whose lines begin alike are equal requests."""
        if self._lazy is None:
            return None
        written = _without_id(self._lazy.request_written(number))
        return sha256(written, usedforsecurity=False).digest()

    def date(self, number: int) -> datetime | None:
        """Return the response's Date; from the file, where it is written as usual."""
        item = self.written(number)
        if item is not None and self.columns is not None:
            key, _, name, value, _ = (b"\n" + b" " * each for each in self.columns)
            mark = name + b"Date:" + value + b"- "
            at = item.rfind(mark)
            if at > item.find(key + b"  response:\n") > 0:  # a request may have one
                line = item[at + len(mark) : item.find(b"\n", at + len(mark))]
                return parse_date(line.decode("ascii", "replace"))
        return date_of(self.interactions[number])

    def forget(self, number: int) -> None:
        """Free the memory of an interaction that was read."""
        if self._lazy is not None:
            self._lazy.forget(number)

    @property
    def misnumbered(self) -> int:
        """Return how many ids are not the place of their interaction."""
        items = (self.written(at) for at in range(len(self)))
        found = (item and _ID.match(item) for item in items)
        return sum(bool(id) and int(id[2]) != at for at, id in enumerate(found) if id)

    @cached_property
    def digests(self) -> list[bytes]:
        """Return a digest of each interaction without its id; equal interactions of
        files whose lines begin elsewhere have different ones."""
        dump = writer.dumper()
        found = []
        for number in range(len(self)):
            item = self.written(number)
            if item is None:
                item = dump(self.interactions[number], 0)
            found.append(sha256(_without_id(item)).digest())
        return found


def layout_of(data: bytes) -> Layout:
    """Return the layout of the go-vcr library that seems to have written a cassette or
    an interaction of it."""
    is_old = b"transfer_encoding: []" in data and b"remote_addr: " in data
    return "v3" if is_old else "v4"


def _index_of(data: bytes, interactions: Sequence[Interaction]) -> Index | None:
    """Return where interactions stand in a file that had to be read whole, if each can
    be read there alone."""
    index = layout.index(data)
    if index is None or len(index) != len(interactions):
        return None
    parser = ItemParser(index.columns)
    try:
        for number, each in enumerate(interactions):
            if read_item(index.item(number), parser) != each:
                return None
    except Fault:
        return None
    return index


class Entry(NamedTuple):
    """An interaction of a sheet, as it stands there or changed."""

    sheet: Sheet
    number: int
    new: Interaction | None = None

    @property
    def interaction(self) -> Interaction:
        return self.new or self.sheet.interactions[self.number]

    def changed(self, old: Interaction, new: Interaction) -> "Entry":
        """Return it with another content; itself where that is the same."""
        return self if new is old else self._replace(new=new)

    def holding(self, variables: Headers) -> "Entry":
        """Return it with what a test had made up; itself where that is nothing."""
        if not variables:
            return self
        met = self.interaction
        return self.changed(met, holding(met, variables))

    @property
    def request(self) -> Request:
        return self.new.request if self.new else self.sheet.request(self.number)

    @property
    def request_digest(self) -> bytes | None:
        """Return a digest of its request as it stands in the sheet, if it is known."""
        return None if self.new else self.sheet.request_digest(self.number)

    @property
    def digest(self) -> bytes:
        """Return a digest of it as it stands in the sheet, without its id."""
        return self.sheet.digests[self.number]

    @property
    def content(self) -> bytes:
        """Return a digest of what it says, however a file is laid out."""
        item = writer.dumper()(self.interaction, 0)
        self.forget()
        return sha256(_without_id(item), usedforsecurity=False).digest()

    @property
    def date(self) -> datetime | None:
        """Return the Date of its response as it stands in the sheet."""
        return self.sheet.date(self.number)

    def forget(self) -> None:
        """Free the memory of what was read."""
        self.sheet.forget(self.number)


def _without_id(item: bytes) -> bytes:
    found = _ID.match(item)
    return item[found.end() :] if found else item


def assembled(
    entries: Sequence[Entry], target: Sheet, *, renumber: bool = True
) -> Iterator[bytes]:
    """Yield a file of these entries, in the style of the target: what was not changed
    and has its columns is copied. ``renumber`` states the ids anew, from 0.

    Raises CassetteError where an entry cannot be read.
    """
    if not entries:
        yield writer.dumps(Cassette())
        return
    dump = writer.dumper(target.layout)
    columns = _columns(entries, target, dump)
    is_whole = columns is not None
    yield target.head if is_whole else writer.preamble()
    for place, entry in enumerate(entries):
        yield entry.sheet.lead(entry.number)
        yield _item(entry, place if renumber else None, columns or OURS, dump)
    yield target.tail if is_whole else b""


def spliced(sheet: Sheet, changes: Mapping[int, Interaction]) -> Iterator[bytes]:
    """Yield the file of a sheet with other interactions at some positions; the ids and
    every other byte stay, where it is known how the others are written."""
    entries = [each._replace(new=changes.get(each.number)) for each in sheet.entries]
    return assembled(entries, sheet, renumber=False)


def _columns(
    entries: Sequence[Entry], target: Sheet, dump: Callable[[Interaction, int], bytes]
) -> Columns | None:
    """Return the columns of the target; None where an entry cannot be written in
    them."""
    columns = target.columns
    if columns is None or columns == OURS:
        return columns
    for each in entries:
        if each.new is None and each.sheet.columns == columns:
            continue
        item = dump(each.interaction, 0)
        each.forget()
        if fitted(item, columns) is None:
            return None
    return columns


def _item(
    entry: Entry,
    place: int | None,
    columns: Columns,
    dump: Callable[[Interaction, int], bytes],
) -> bytes:
    written = None
    if entry.new is None and entry.sheet.columns == columns:
        written = entry.sheet.written(entry.number)
    if written is None:
        found = entry.interaction
        entry.forget()
        item = dump(found, found.id if place is None else place)
        if columns != OURS:
            moved = fitted(item, columns)
            assert moved is not None  # it was tried before
            return moved
        return item
    return written if place is None else _numbered(written, place)


def _numbered(item: bytes, place: int) -> bytes:
    """Return an item with this id; the same one where it has it, or has none."""
    found = _ID.match(item)
    if found is None or int(found[2]) == place:
        return item
    return found[1] + b"%d\n" % place + item[found.end() :]
