"""Recordings of others, read and written: bytes into interactions, and back.

Pure: whoever asks here reads and writes the files.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mitmvcr.convert.aspects import ASPECTS, lost
from mitmvcr.convert.coded import host_of, in_text
from mitmvcr.convert.found import Beside, Found, Line, Note, Variable, lines
from mitmvcr.convert.table import (
    BY_NAME,
    FORMATS,
    MITMPROXY,
    READ,
    WRITTEN,
    Format,
    Reader,
    by_extension,
)
from mitmvcr.convert.tree import UnreadableError
from mitmvcr.core.dates import date_of
from mitmvcr.core.errors import CassetteDamagedError
from mitmvcr.core.model import Interaction
from mitmvcr.format import foreign

__all__ = [
    "ASPECTS",
    "BY_NAME",
    "FORMATS",
    "MITMPROXY",
    "READ",
    "WRITTEN",
    "Beside",
    "Format",
    "Found",
    "Line",
    "Note",
    "Reader",
    "Source",
    "UnreadableError",
    "Variable",
    "Written",
    "by_extension",
    "format_of",
    "lines",
    "read",
    "write",
]


class Source(NamedTuple):
    """A file to read: its bytes, its name, what lies beside it, and whose answers it
    holds where it does not say so."""

    data: bytes
    name: str
    beside: Beside = lambda name: None
    origin: str = ""


class Written(NamedTuple):
    """A file to write, and what it has no place for."""

    data: bytes | Iterable[bytes]
    notes: Sequence[Note]


def format_of(data: bytes, name: str) -> Format | None:
    """Return the format of a file by its content, else by its extension; None where
    neither says it."""
    kind = "go-vcr" if foreign.is_own(data) else foreign.kind_of(data)
    return BY_NAME[kind] if kind in BY_NAME else by_extension(name)


def read(source: Source, chosen: Format, flows: Reader | None = None) -> Found:
    """Read a file of this format; ``flows`` reads those of mitmproxy. Raise
    CassetteDamagedError."""
    found = Found(source.beside, source.origin)
    reader = flows if chosen.name == MITMPROXY else chosen.read
    assert reader is not None
    try:
        reader(source.data, found)
    except UnreadableError as error:
        problem = f"is not read as {chosen.title}: {error.problem}"
        raise CassetteDamagedError(
            source.name, problem, field=error.field or None
        ) from None
    return found


def write(interactions: Sequence[Interaction], chosen: Format) -> Written:
    """Return a file of this format."""
    assert chosen.write is not None
    notes = [*lost(interactions, chosen.holds, chosen.failures, chosen.short)]
    if chosen.when and interactions and not any(map(date_of, interactions)):
        notes.append(Note(None, chosen.when, "is the present: no answer says its date"))
    hosts = {host_of(each.request.url) for each in interactions}
    if len(hosts) > 1 and not chosen.names_hosts:
        known = f"{chosen.short} names no host"
        problem = f"{known}: what differs by its host alone answers in turn"
        notes.append(Note(None, "request.url", problem))
    if "request.headers, binary" not in chosen.holds:
        interactions = [*map(in_text, interactions)]
    return Written(chosen.write(interactions), notes)
