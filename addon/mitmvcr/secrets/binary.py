"""Fields of binary messages that have names: MessagePack, CBOR (RFC 8949) and BSON; and
the password of MQTT, which has its own place (MQTT 3.1.1, 3.1.3.5).

A field is found from its name outwards, since a message may be one of several, or have
a head of its own. The lengths before the name and before its value have to fit: no name
in a text does that by chance.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import NamedTuple

from mitmvcr.core.bodies import varint
from mitmvcr.core.media import is_framed, is_protobuf
from mitmvcr.core.mqtt import credentials
from mitmvcr.secrets.containers import is_message
from mitmvcr.secrets.looks import is_by_chance
from mitmvcr.secrets.packed import in_cbor, in_msgpack
from mitmvcr.secrets.records import cbor_records, msgpack_records
from mitmvcr.secrets.scan import Place, Value

_LONGEST = 64
#: Before the first field of a message of protobuf, if it is a text.
_FIRST_TEXT = ord("\n")
#: What CBOR puts before a value that has another meaning.
_TAG = 6
#: So many of them stand before one value.
_MOST_TAGS = 4
#: So deep messages of protobuf are looked into.
_DEEPEST = 20
#: The kinds of fields: a number, a text or a message, and others by their bytes.
_VARINT, _WIDTHS, _KINDS = 0, {1: 8, 5: 4}, (0, 1, 2, 5)
#: The lowest tag: numbers of fields begin with 1.
_FIRST = 8
_BLANKS = b"\t\n\r"
#: How the texts of StringValue and of Struct's Value begin.
_WRAPPED = b"\n\x1a"
#: What no text has: one may have colours, and end with a zero.
_CONTROL = re.compile(rb"[\1-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]|\0(?!\Z)")
#: How CBOR's maps and lists begin, and what says of itself that it is CBOR.
_CBOR = frozenset((*range(0x80, 0xC0), 0xD9))
#: By the first byte of a value, of how many bytes its length is.
_SIZES = {0xD9: 1, 0xC4: 1, 0xDA: 2, 0xC5: 2, 0xDB: 4, 0xC6: 4}
_CBOR_SIZES = {24: 1, 25: 2, 26: 4}
#: How CBOR's bytes and texts begin that are in parts.
_IN_PARTS = b"\x5f\x7f"
#: What stands before a longer name, by what begins a shorter one.
_LONG = {0xA0: re.compile(rb"\xd9[ -?]"), 0x60: re.compile(rb"x[\x18-?]")}
_JSON_VALUE = re.compile(rb'"[ \t]{0,4}+:[ \t]{0,4}+"([^"\\\0-\x1f]{1,2000}+)"')
_NAME = re.compile(rb"[\w.$-]++")
_BSON = re.compile(rb"[\0-\xff]{3}\0[\x01-\x13][^\0-\x1f]{1,255}+\0")
_BSON_TEXT = re.compile(rb"\x02[^\0]{1,64}+\0(.{4})", re.DOTALL)

#: A name, and what it stands for.
Field = tuple[bytes, Value]
#: Where a value stands: it may be in several parts.
Spans = Sequence[tuple[int, int]]


class Keys(NamedTuple):
    """Where names stand: a value may be a name of secrets, and CBOR's lengths are
    letters too."""

    #: In whole MessagePack, and in whole CBOR; None for what is no such message.
    msgpack: AbstractSet[int] | None = None
    cbor: AbstractSet[int] | None = None
    #: The fields of records, whose names stand away from their values.
    records: Sequence[Field] = ()
    #: Where texts stand, names among them.
    texts: Sequence[tuple[int, int]] = ()


def keys_of(data: bytes) -> Keys:
    """Return where names stand in a message."""
    msgpack, cbor = msgpack_records(data), cbor_records(data)
    records = [*_of_records(data, msgpack, _value), *_of_records(data, cbor, _of_cbor)]
    packed, other = in_msgpack(data), in_cbor(data)
    names = packed.names if packed else None
    if names is None and msgpack:
        names = set()
    texts = [place for each in (packed, other) if each for place in each.texts]
    size = int.from_bytes(data[:4], "little")
    if size >= len(data) and _BSON.match(data):
        texts += _in_bson(data, is_cut=size > len(data))
    return Keys(names, other.names if other else None, records, texts)


def texts(
    data: bytes, kind: str, keys: Keys, places: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Yield where texts stand in which one of these places is, which are in order, in a
    message of a Content-Type."""
    for start, end in keys.texts:
        if _has_one(places, start, end):
            yield start, end
    if is_protobuf(kind) or is_framed(kind):
        with suppress(ValueError):
            whole = 0, len(data)
            yield from _of_protobuf(data, whole, places, _DEEPEST, is_cut=True)


def _has_one(places: Sequence[int], start: int, end: int) -> bool:
    at = bisect_left(places, start)
    return at < len(places) and places[at] < end


def _of_protobuf(
    data: bytes,
    message: tuple[int, int],
    places: Sequence[int],
    deep: int,
    *,
    is_cut: bool = False,
) -> Iterator[tuple[int, int]]:
    """Yield the texts of a message that stands there, of which the end may be missing.
    Raise ValueError where it is none."""
    at, end = message
    while at < end:
        number, at = varint(data, at)
        kind = number & 7
        if number < _FIRST or kind not in _KINDS:
            raise ValueError("no field")
        if kind == _VARINT:
            _, at = varint(data, at)
        elif kind in _WIDTHS:
            at += _WIDTHS[kind]
        else:
            size, start = varint(data, at)
            at = start + size
            goes_on = is_cut and at > end
            at = end if goes_on else at
            if at <= end and _has_one(places, start, at):
                yield from _held(data, (start, at), places, deep, is_cut=goes_on)
    if at > end:
        raise ValueError("cut off")


def _held(
    data: bytes,
    place: tuple[int, int],
    places: Sequence[int],
    deep: int,
    *,
    is_cut: bool,
) -> list[tuple[int, int]]:
    """Return the texts in a field that has a length: itself, or those of a message,
    which may begin with what a text may, too."""
    is_text = _CONTROL.search(data[slice(*place)]) is None
    found: list[tuple[int, int]] = []
    if deep and (not is_text or data[place[0]] in _BLANKS):
        with suppress(ValueError):
            found.extend(_of_protobuf(data, place, places, deep - 1, is_cut=is_cut))
            return found
    return [place] if is_text else found


def _of_records(
    data: bytes,
    records: Mapping[tuple[int, int], Sequence[int]],
    value: Callable[[bytes, int], Spans],
) -> Iterator[Field]:
    for name, places in records.items():
        for at in places:
            yield from _each(data, data[slice(*name)], value(data, at))


def fields(data: bytes, start: int, end: int, kind: str, keys: Keys) -> Iterator[Field]:
    """Yield what the field may be whose name holds ``data[start:end]``, in a message of
    a Content-Type, of which :func:`keys_of` returned the ``keys``."""
    yield from keys.records
    yield from _at_its_length(data, start, end, 0xA0, 32, keys.msgpack)
    yield from _long(data, start, end, 0xA0, keys.msgpack)
    is_other = (keys.msgpack is not None and keys.cbor is None) or _is_bson(data)
    if "cbor" in kind.lower() or (data and data[0] in _CBOR and not is_other):
        yield from _at_its_length(data, start, end, 0x60, 24, keys.cbor)
        yield from _long(data, start, end, 0x60, keys.cbor)
    yield from _of_bson(data, start, end)
    if is_protobuf(kind) or is_framed(kind):
        yield from _of_map(data, start, end)
    if is_message(kind):
        yield from _of_json(data, start, end)


def _at_its_length(
    data: bytes,
    start: int,
    end: int,
    first: int,
    most: int,
    keys: AbstractSet[int] | None,
) -> Iterator[Field]:
    """Yield a field whose name has a byte before it that is ``first`` and its
    length."""
    for begin in range(start, max(0, start - most), -1):
        finish = begin + data[begin - 1] - first
        is_name = keys is None or begin in keys
        if not (is_name and end <= finish < min(begin + most, len(data))):
            continue
        spans = _value(data, finish) if first == 0xA0 else _of_cbor(data, finish)
        if _NAME.fullmatch(data, begin, finish):
            yield from _each(data, data[begin:finish], spans)


def _long(
    data: bytes, start: int, end: int, first: int, keys: AbstractSet[int] | None
) -> Iterator[Field]:
    """Yield the same of a name that is longer: its length is a byte of its own."""
    for found in _LONG[first].finditer(data, max(0, start - _LONGEST), start):
        begin = found.end()
        finish = begin + data[begin - 1]
        is_name = keys is None or begin in keys
        is_whole = is_name and end <= finish < len(data)
        if is_whole and _NAME.fullmatch(data, begin, finish):
            spans = _value(data, finish) if first == 0xA0 else _of_cbor(data, finish)
            yield from _each(data, data[begin:finish], spans)


def _each(data: bytes, name: bytes, spans: Spans) -> Iterator[Field]:
    for span in spans:
        if span[1] <= len(data):
            yield name, Value(*span, data[slice(*span)], Place.FIELD)


def _value(data: bytes, at: int) -> Spans:
    """Return where a string or bytes of MessagePack stand."""
    head = data[at]
    if 0xA0 <= head < 0xC0:
        return [(at + 1, at + 1 + head - 0xA0)]
    return _counted(data, at + 1, _SIZES.get(head))


def _of_cbor(data: bytes, at: int) -> Spans:
    """Return the same of CBOR, in which a long one may be in several parts, and have
    tags."""
    for _ in range(_MOST_TAGS):
        if data[at] >> 5 != _TAG or data[at] & 31 > 27 or at >= len(data) - 9:
            break
        at += 1 + (1 << (data[at] & 31) - 24 if data[at] & 31 > 23 else 0)
    if data[at] not in _IN_PARTS:
        return _part(data, at)
    found: list[tuple[int, int]] = []
    at += 1
    while part := _part(data, at):
        found += part
        at = part[0][1]
    return found


def _part(data: bytes, at: int) -> Spans:
    if at >= len(data) or data[at] >> 5 not in (2, 3):
        return []
    if (size := data[at] & 31) < 24:
        return [(at + 1, at + 1 + size)]
    return _counted(data, at + 1, _CBOR_SIZES.get(size))


def _counted(data: bytes, at: int, size: int | None) -> Spans:
    if size is None:
        return []
    start = at + size
    return [(start, start + int.from_bytes(data[at:start]))]


def _is_bson(data: bytes) -> bool:
    return int.from_bytes(data[:4], "little") == len(data)


def _in_bson(data: bytes, *, is_cut: bool) -> Iterator[tuple[int, int]]:
    for found in _BSON_TEXT.finditer(data):
        start = found.end()
        end = start + int.from_bytes(found[1], "little") - 1
        if end < len(data):
            is_one = data[end] == 0
        else:
            is_one = is_cut and _CONTROL.search(data, start) is None
        if is_one:
            yield start, min(end, len(data))


def _of_bson(data: bytes, start: int, end: int) -> Iterator[Field]:
    """Yield a field of BSON: its type stands before the name, and a zero behind it."""
    begin = data.rfind(b"\x02", max(0, start - _LONGEST), start) + 1
    finish = data.find(b"\0", end, end + _LONGEST)
    size = int.from_bytes(data[finish + 1 : finish + 5], "little")
    last = finish + 4 + size
    if begin > 0 and 0 < finish < last < len(data) and data[last] == 0:
        value = Value(finish + 5, last, data[finish + 5 : last], Place.FIELD)
        yield data[begin:finish], value


def _of_map(data: bytes, start: int, end: int) -> Iterator[Field]:
    """Yield an item of a map of protobuf: its name is the first field of a message, and
    the value the second one."""
    first = data.rfind(b"\n", max(0, start - _LONGEST), start - 1)
    for begin in (first + 2, first + 1):  # a name may be ten letters long
        finish = begin + data[begin - 1]
        is_one = (
            2 <= begin <= start and end <= finish and data[begin - 2] == _FIRST_TEXT
        )
        if is_one and data[finish : finish + 1] == b"\x12":
            with suppress(ValueError):
                size, at = varint(data, finish + 1)
                if _NAME.fullmatch(data, begin, finish):
                    spans = _in_item(data, at, at + size)
                    yield from _each(data, data[begin:finish], spans)


def _in_item(data: bytes, at: int, end: int) -> Spans:
    """Return where the value of an item stands: a text, bytes, or the only text of a
    message, as in Struct and StringValue; none where it is another message."""
    if at < end <= len(data) and data[at] in _WRAPPED:
        size, start = varint(data, at + 1)
        if start + size == end:
            return [(start, end)]
    if _CONTROL.search(data, at, end):
        with suppress(ValueError):
            list(_of_protobuf(data, (at, min(end, len(data))), (), 0))
            return []
    return [(at, end)]


def _of_json(data: bytes, start: int, end: int) -> Iterator[Field]:
    """Yield a field of JSON that stands in a text of the message, as protobuf carries
    it."""
    begin = data.rfind(b'"', max(0, start - _LONGEST), start) + 1
    finish = data.find(b'"', end, end + _LONGEST)
    found = _JSON_VALUE.match(data, finish) if begin > 0 and finish > 0 else None
    if found and _NAME.fullmatch(data, begin, finish):
        yield data[begin:finish], Value(*found.span(1), found[1], Place.FIELD)


def of_mqtt(data: bytes) -> Iterator[Field]:
    """Yield the password of a packet that connects; and the user's name where it is a
    token."""
    spans = credentials(data)
    for span in spans:
        value = Value(*span, data[slice(*span)], Place.FIELD)
        if span is not spans[0] or is_by_chance(value.text):
            yield b"password", value
