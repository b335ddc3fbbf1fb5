"""Records, as which msgpackr's Packr and cbor-x's Encoder write maps by default: the
names once, as a list, and from then on only the values of each map in their order."""

from collections.abc import Callable, Mapping, Sequence

from mitmvcr.secrets.packed import COUNTED, NESTED, SIZES

#: Where a name stands.
Span = tuple[int, int]
#: Where what follows an item's head begins, how many items are in it, and their names.
Item = tuple[int, int, Sequence[Span]]
#: By the number of a record that was defined: its names.
Known = dict[int, Sequence[Span]]
Reader = Callable[[bytes, int, Known], Item]

_MSGPACK, _CBOR, _CBOR_TAG = b"\xd4r", b"\xd9\xdf\xff", 0xDFFF
_BYTES, _TEXT, _LIST, _MAP, _TAG = 2, 3, 4, 5, 6


def msgpack_records(data: bytes) -> Mapping[Span, Sequence[int]]:
    """Return by each name of a record where its values begin; none for what is no
    whole MessagePack."""
    return _walked(data, _msgpack) if _MSGPACK in data else {}


def cbor_records(data: bytes) -> Mapping[Span, Sequence[int]]:
    """Return the same of CBOR."""
    return _walked(data, _cbor) if _CBOR in data else {}


def _walked(data: bytes, read: Reader) -> Mapping[Span, Sequence[int]]:
    known: Known = {}
    found: dict[Span, list[int]] = {}
    #: Of each item that is open: how many it has yet, and what names they have.
    levels: list[tuple[int, Sequence[Span]]] = []
    at = 0
    while at < len(data):
        if levels:
            left, names = levels.pop()
            if names:
                found.setdefault(names[-left], []).append(at)
            levels += [(left - 1, names)] * (left > 1)
        at, count, names = read(data, at, known)
        levels += [(count, names)] * (count > 0)
    return found if at == len(data) and not levels else {}


def _msgpack(data: bytes, at: int, known: Known) -> Item:
    head, start = data[at], at + 1
    if data.startswith(_MSGPACK, at):
        number = int.from_bytes(data[at + 2 : at + 3])
        return _defined(data, at + 3, known, number, _msgpack)
    if head in known:
        return start, len(known[head]), known[head]
    if head in NESTED or head in COUNTED:
        size, more = NESTED.get(head) or COUNTED[head]
        count = int.from_bytes(data[start : start + size])
        if head in NESTED:
            return start + size, count * more, ()
        return start + size + more + count, 0, ()
    if 0x80 <= head < 0xA0:
        return start, (head & 15) * (1 if head & 16 else 2), ()
    return start + (head & 31 if 0xA0 <= head < 0xC0 else SIZES.get(head, 0)), 0, ()


def _cbor(data: bytes, at: int, known: Known) -> Item:
    kind, size, start = _head(data, at)
    while kind == _TAG and size != _CBOR_TAG and size not in known:
        kind, size, start = _head(data, start)
    if kind == _TAG:
        inner = _head(data, start)[2]
        if size in known:
            return inner, len(known[size]), known[size]
        _, number, begin = _head(data, inner)
        return _defined(data, begin, known, number, _cbor)
    if kind in (_LIST, _MAP):
        return start, size << (kind == _MAP), ()
    return start + (size if kind in (_BYTES, _TEXT) else 0), 0, ()


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    """Return the kind, the number and the end of a head of CBOR; past the end of the
    data for one without a number, which no record has."""
    head = int.from_bytes(data[at : at + 1])
    size = head & 31
    if size < 24:
        return head >> 5, size, at + 1
    if size > 27:
        return head >> 5, 0, len(data) + 1
    end = at + 1 + (1 << size - 24)
    return head >> 5, int.from_bytes(data[at + 1 : end]), end


def _defined(data: bytes, at: int, known: Known, number: int, read: Reader) -> Item:
    """Return a record that is defined: its values follow the list of its names."""
    names: list[Span] = []
    at, count, _ = read(data, at, {}) if at < len(data) else (at, 0, ())
    while len(names) < count and at < len(data):
        begin = at + (2 if data[at] in (0xD9, 0x78) else 1)
        at = read(data, at, {})[0]
        names.append((begin, at))
    known[number] = names
    return at, len(names), names
