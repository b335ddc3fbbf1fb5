"""A cassette file, or its bytes, into a ``Cassette``.

Every failure is a ``CassetteError``; nothing else is raised for any input.
"""

import os
import re
from dataclasses import replace
from functools import partial
from typing import TypeVar
from urllib.parse import urlsplit

from mitmvcr.core.errors import CassetteError
from mitmvcr.core.model import Cassette, Interaction, Request, Response
from mitmvcr.core.sendable import is_sendable
from mitmvcr.format import layout
from mitmvcr.format.faults import Decline, Fault
from mitmvcr.format.items import ItemParser
from mitmvcr.format.lazy import LazyInteractions, read_item
from mitmvcr.format.source import Source, read_bytes
from mitmvcr.format.speed import no_collection

_EMPTY = [b"---\nversion: 2\ninteractions: []\n", b"version: 2\ninteractions: []\n"]


def load(path: str | os.PathLike[str]) -> Cassette:
    return loads(read_bytes(path), os.fspath(path))


def loads(
    data: bytes | Source,
    name: str = "<bytes>",
    *,
    lazy: bool = False,
    sendable: bool = False,
) -> Cassette:
    """Read a cassette; ``name`` stands in messages for the file.

    With ``lazy`` a file in a layout of go-vcr's own is only indexed: its items are
    read, and found damaged, when they are asked for. With ``sendable`` an answer that
    cannot be an HTTP message is damage.
    """
    if data in _EMPTY:
        return Cassette()
    notes: list[str] = []
    try:
        index = layout.index(data, with_urls=lazy)
        if index is None:
            return _by_yaml(data, name, sendable)
        if lazy:
            return Cassette(LazyInteractions(index, name, sendable=sendable))
        with no_collection():
            parser = ItemParser(index.columns)
            count = range(len(index))
            found = [
                read_item(index.item(i), parser, partial(_note, notes, index, name, i))
                for i in count
            ]
    except (Decline, Fault):
        return _by_yaml(data, name, sendable)
    if sendable and not all(is_sendable(each.response) for each in found):
        return _by_yaml(data, name, sendable)  # which knows the lines
    return Cassette(found, notes=notes)


def _note(
    notes: list[str], index: layout.Index, name: str, number: int, stray: Fault
) -> None:
    notes.append(str(stray.moved(index.line(number), number).error(name)))


def _by_yaml(data: bytes | Source, name: str, sendable: bool) -> Cassette:
    if not isinstance(data, bytes):
        data = data.read(0, len(data))
    # PyYAML takes 25 ms to import; a cassette that go-vcr wrote does not need it.
    from mitmvcr.format import yamlreader

    with no_collection():
        document = yamlreader.read(data, name=name)
    yamlreader.check_version(document.version, name)
    faults = document.faults + (document.unsendable if sendable else [])
    if faults:
        raise faults[0].error(name)
    notes = [str(stray.error(name)) for stray in document.strays]
    return Cassette(document.interactions, notes=notes)


# Format 1, as go-vcr's libraries v1 and v2 wrote it, has the same fields, but fewer of
# them: no protocol, no host, no lengths. They are filled in as Go fills them in, since
# go-vcr's matcher compares them.

Message = TypeVar("Message", Request, Response)
#: At the start of a line it can only be the document's own key.
_VERSION = re.compile(rb"^version:[ \t]*1[ \t]*(?=\r?$|#)", re.M)


def is_format1(data: bytes) -> bool:
    return _VERSION.search(data) is not None


def read_format1(data: bytes, name: str) -> Cassette:
    """Read a cassette of format 1. Raise CassetteError."""
    if not is_format1(data):
        raise CassetteError(
            name, "is not a cassette of format 1: there is nothing to convert"
        )
    found = loads(_VERSION.sub(b"version: 2", data, count=1), name)
    items = enumerate(found.interactions)
    return Cassette([_completed(number, item) for number, item in items])


def _completed(number: int, item: Interaction) -> Interaction:
    request, response = _with_lengths(item.request), _with_lengths(item.response)
    return Interaction(number, replace(request, host=_host(request.url)), response)


def _with_lengths(old: Message) -> Message:
    size = len(old.body)
    return replace(
        old, proto="HTTP/1.1", proto_major=1, proto_minor=1, content_length=size
    )


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return ""
