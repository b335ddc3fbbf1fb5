"""Fields of an urlencoded form, and maps in forms of AWS's query protocol, which number
their entries.

``X.entry.1.Name=a&X.entry.1.Value=1`` is one entry of the map ``X``. Its number has no
meaning: AWS's SDK for Rust numbers entries differently in each call.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qsl

from mitmvcr.core.media import FORM

#: Control characters are encoded in a form. curl calls every body a form unless it is
#: given a type, and parsing 100 MiB of a file would take half a minute.
_DATA = re.compile(rb"[\x00-\x08\x0e-\x1f]")
#: Line ends are encoded in a form too, except perhaps in a short one typed by hand.
_TYPED = 1 << 20
_LINE = re.compile(rb"[\r\n][^\r\n]")


def is_form(body: bytes, kind: str) -> bool:
    """Return whether a body of this media type is a form, and not a file that is only
    called one."""
    if kind != FORM or (len(body) > _TYPED and _LINE.search(body)):
        return False
    return not _DATA.search(body)


def form_fields(body: bytes) -> list[tuple[str, str]]:
    """Return the fields of an urlencoded form, blank ones too, in the order sent."""
    text = body.decode("utf-8", "surrogateescape")
    return parse_qsl(text, keep_blank_values=True, errors="surrogateescape")


def place_of(name: str) -> str:
    """Return the key by which the fields of a form are sorted: the name of the list for
    fields of list entries (``items[][name]``), whose order has to stay: a new entry
    begins for Rails with a repeated name, for PHP with each field."""
    start, mark, _ = name.partition("[]")
    return start + mark


Fields = list[tuple[str, str]]

_ENTRY = re.compile(r"(.*?\.entry\.)([0-9]+)(\..+)", re.DOTALL)
#: How an entry's key is named: Smithy's default, and SNS's.
_KEYS = (".key", ".Name")
#: Fields that all requests of the protocol have.
_PROTOCOL = {"Action", "Version"}


def maps_in_order(fields: Iterable[tuple[str, str]]) -> Fields:
    """Return the fields with the entries of each map numbered in the order of their
    keys; other fields stay."""
    given = list(fields)
    if not _PROTOCOL.issubset(name for name, _ in given):
        return given
    numbers = _numbers(given)
    return [(_renumbered(name, numbers), value) for name, value in given]


def _numbers(fields: Fields) -> dict[tuple[str, str], int]:
    """Return the new number of each entry, by the place of its map and its number."""
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
    """Return whether each entry has one key, and all keys differ."""
    return all(len(each) == 1 for each in keys) and len(keys) == len(
        {key for each in keys for key in each}
    )


def _renumbered(name: str, numbers: dict[tuple[str, str], int]) -> str:
    found = _ENTRY.fullmatch(name)
    if found is None or (number := numbers.get((found[1], found[2]))) is None:
        return name
    return f"{found[1]}{number}{found[3]}"
