"""A cassette file, or its bytes, into a ``Cassette``.

Every failure is a ``CassetteError``; nothing else is raised for any input.
"""

import os
from pathlib import Path

from mitmvcr.core.errors import (
    CassetteError,
    CassetteNotFoundError,
    CassetteVersionError,
)
from mitmvcr.core.model import FORMAT_VERSION, Cassette
from mitmvcr.core.sendable import is_sendable
from mitmvcr.format import layout
from mitmvcr.format.collecting import no_collection
from mitmvcr.format.faults import Fault
from mitmvcr.format.items import ItemParser, read_item
from mitmvcr.format.lazy import LazyInteractions
from mitmvcr.format.packed import unpacked
from mitmvcr.format.scalars import Decline
from mitmvcr.format.source import Source

_EMPTY = [b"---\nversion: 2\ninteractions: []\n", b"version: 2\ninteractions: []\n"]


def load(path: str | os.PathLike[str]) -> Cassette:
    """Read a cassette file."""
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
    index = layout.index(data)
    if index is None:
        return _by_yaml(data, name, sendable)
    try:
        if lazy:
            return Cassette(LazyInteractions(index, name, sendable=sendable))
        with no_collection():
            parser = ItemParser(index.columns)
            count = range(len(index))
            found = [read_item(index.item(i), parser) for i in count]
    except (Decline, Fault):
        return _by_yaml(data, name, sendable)
    if sendable and not all(is_sendable(each.response) for each in found):
        return _by_yaml(data, name, sendable)  # which knows the lines
    return Cassette(found)


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    """Return a cassette's bytes, of a compressed one those within. Raise
    CassetteError."""
    name = os.fspath(path)
    try:
        return unpacked(Path(path).read_bytes(), name)
    except FileNotFoundError:
        raise CassetteNotFoundError(name, "there is no such cassette") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise CassetteError(name, f"cannot be read: {reason}") from None


def _by_yaml(data: bytes | Source, name: str, sendable: bool) -> Cassette:
    if not isinstance(data, bytes):
        data = data.read(0, len(data))
    # PyYAML takes 25 ms to import; a cassette that go-vcr wrote does not need it.
    from mitmvcr.format import yamlreader

    with no_collection():
        document = yamlreader.read(data)
    check_version(document.version, name)
    faults = document.faults + (document.unsendable if sendable else [])
    if faults:
        raise faults[0].error(name)
    return Cassette(document.interactions)


def check_version(version: int | None, name: str) -> None:
    if version == 1:
        remedy = f"'mitmvcr cassette convert {name}' writes it anew in format 2"
        raise CassetteVersionError(name, version, remedy)
    if version not in (None, FORMAT_VERSION):
        remedy = "a newer program wrote it: update mitmvcr"
        raise CassetteVersionError(name, version, remedy)
