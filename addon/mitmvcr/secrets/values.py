"""Where a value stands under its name."""

import html
import re
from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import NamedTuple

#: Text that may hold any bytes, and back.
BYTES = "utf-8", "surrogateescape"


class Place(Enum):
    """Where a value stands under its name."""

    HEADER = auto()
    COOKIE = auto()
    #: A parameter of a URL or a form.
    QUERY = auto()
    #: A field, an element, an attribute, a part, a cell.
    FIELD = auto()
    #: Within the object or list that a field holds.
    INNER = auto()
    #: A field that holds a number.
    NUMBER = auto()
    #: A line, or a literal of code.
    TEXT = auto()


class Value(NamedTuple):
    """Where a value stands, and its text without the escapes there."""

    start: int
    end: int
    text: bytes
    place: Place = Place.FIELD


Values = Sequence[Value]
NONE: Values = ()


def unescaped(raw: bytes) -> bytes:
    """Return a text without the escapes of HTML."""
    if b"&" not in raw:
        return raw
    text = html.unescape(raw.decode(*BYTES))
    return text.encode(*BYTES)


def grouped(
    found: re.Match[bytes] | None, decode: Callable[[bytes], bytes] = bytes
) -> Values:
    """Return what the last group matched."""
    if found is None or not (group := found.lastindex):
        return NONE
    return (Value(*found.span(group), decode(found[group])),)
