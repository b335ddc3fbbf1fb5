"""Fields of an urlencoded form, and the maps in those of AWS's query protocol, whose
entries are numbered.

``X.entry.1.Name=a&X.entry.1.Value=1`` is one entry of the map ``X``, and its number
says nothing: AWS's SDK for Rust gives another in each call.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qsl

from mitmvcr.core.media import FORM

#: Who sends a form encodes them. To curl every body is one that it is told nothing of,
#: and to take 100 MiB of a file apart takes half a minute.
_DATA = re.compile(rb"[\x00-\x08\x0e-\x1f]")
#: A line within a form is encoded, too; a short one that somebody typed may not be.
_TYPED = 1 << 20
_LINE = re.compile(rb"[\r\n][^\r\n]")


def is_form(body: bytes, kind: str) -> bool:
    """Return whether a body of this kind of media is a form, and no file that is called
    one."""
    if kind != FORM or (len(body) > _TYPED and _LINE.search(body)):
        return False
    return not _DATA.search(body)


def form_fields(body: bytes) -> list[tuple[str, str]]:
    """Return the fields of an urlencoded form, blank ones too, in the order sent."""
    text = body.decode("utf-8", "surrogateescape")
    return parse_qsl(text, keep_blank_values=True, errors="surrogateescape")


def place_of(name: str) -> str:
    """Return by what the fields of a form are put in one order: the list, for the
    fields of its entries (``items[][name]``). Where they follow one another the next
    entry begins: to Rails with a name that this one has, to PHP with each."""
    start, mark, _ = name.partition("[]")
    return start + mark


Fields = list[tuple[str, str]]

_ENTRY = re.compile(r"(.*?\.entry\.)([0-9]+)(\..+)", re.DOTALL)
#: By what the key of an entry is named: Smithy's default, and that of SNS.
_KEYS = (".key", ".Name")
#: The protocol's own fields, which all of its requests have.
_PROTOCOL = {"Action", "Version"}


def maps_in_order(fields: Iterable[tuple[str, str]]) -> Fields:
    """Return the fields with the entries of each map numbered by their keys; what is
    no such map stays."""
    given = list(fields)
    if not _PROTOCOL.issubset(name for name, _ in given):
        return given
    numbers = _numbers(given)
    return [(_renumbered(name, numbers), value) for name, value in given]


def _numbers(fields: Fields) -> dict[tuple[str, str], int]:
    """Return the number that each entry gets, by the place of its map and the number
    that it has."""
    keys: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, value in fields:
        if found := _ENTRY.fullmatch(name):
            place, number, rest = found.groups()
            keys[place][number] += [value] if rest in _KEYS else []
    return {
        (place, number): at
        for place, by_number in keys.items()
        if _is_map(list(by_number.values()))
        for at, number in enumerate(sorted(by_number, key=by_number.__getitem__), 1)
    }


def _is_map(keys: Sequence[Sequence[str]]) -> bool:
    """Return whether each entry has a key, and no other has the same."""
    return all(len(each) == 1 for each in keys) and len(keys) == len(
        {key for each in keys for key in each}
    )


def _renumbered(name: str, numbers: dict[tuple[str, str], int]) -> str:
    found = _ENTRY.fullmatch(name)
    if found is None or (number := numbers.get((found[1], found[2]))) is None:
        return name
    return f"{found[1]}{number}{found[3]}"
