"""Where texts stand in MessagePack (its specification, "Formats") and in CBOR (RFC
8949, 3)."""

from typing import NamedTuple


class Places(NamedTuple):
    """Where the texts begin that are names in maps, and where all texts stand."""

    #: None where there may be others, in bytes that hold a message or in what is
    #: missing at the end.
    names: set[int] | None
    texts: list[tuple[int, int]]

    def within(self, size: int, *, is_all: bool) -> "Places":
        """Return those that are there."""
        texts = [(start, min(end, size)) for start, end in self.texts]
        return Places(self.names if is_all else None, texts)


#: By the first byte: how many bytes say the length of what follows, and how many more
#: there are before it.
COUNTED = {0xC4: (1, 0), 0xC5: (2, 0), 0xC6: (4, 0), 0xC7: (1, 1), 0xC8: (2, 1)}
COUNTED |= {0xC9: (4, 1), 0xD9: (1, 0), 0xDA: (2, 0), 0xDB: (4, 0)}
#: A text of more than 31 bytes, of which one says how many.
_LONG_TEXT = 0xD9
#: And of how many bytes the others are.
SIZES = {0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2}
SIZES |= {0xD2: 4, 0xD3: 8, 0xD4: 2, 0xD5: 3, 0xD6: 5, 0xD7: 9, 0xD8: 17}
#: Lists and maps: how many bytes say their length, and how many items are one.
NESTED = {0xDC: (2, 1), 0xDD: (4, 1), 0xDE: (2, 2), 0xDF: (4, 2)}
#: A message with names begins with one of them; most texts and files do not.
_FIRST = frozenset(bytes([n]) for n in (*range(0x80, 0xA0), *NESTED))


def in_msgpack(data: bytes) -> Places | None:
    """Return where texts stand in MessagePack, of one item or of several, of which the
    end may be missing; None for what is none."""
    if data[:1] not in _FIRST:
        return None
    names, found, is_all = set[int](), Places(None, []), True
    levels: list[list[int]] = []
    at = 0
    while at < len(data):
        head, at = data[at], at + 1
        if levels:
            levels[-1][0] -= 1
            if 0xA0 <= head < 0xC0 and levels[-1][1] == 2 and levels[-1][0] % 2:
                names.add(at)
        if 0x80 <= head < 0xA0:
            each = 1 if head & 16 else 2
            levels.append([(head & 15) * each, each])
        elif head in NESTED:
            size, each = NESTED[head]
            levels.append([int.from_bytes(data[at : at + size]) * each, each])
            at += size
        elif 0xA0 <= head < 0xC0:
            found.texts.append((at, at + (head & 31)))
            at += head & 31
        elif head in COUNTED:
            size, more = COUNTED[head]
            if (
                head == _LONG_TEXT
                and levels
                and levels[-1][1] == 2
                and levels[-1][0] % 2
            ):
                names.add(at + 1)
            count = int.from_bytes(data[at : at + size])
            if head < 0xD9 and count > 9:  # bytes may hold a message themselves
                is_all = False
            at += size + more
            if head >= _LONG_TEXT:
                found.texts.append((at, at + count))
            at += count
        else:
            at += SIZES.get(head, 0)
        while levels and levels[-1][0] == 0:
            levels.pop()
    is_all = is_all and at == len(data) and not levels
    return found._replace(names=names).within(len(data), is_all=is_all)


_BYTES, _TEXT, _LIST, _MAP, _TAG = 2, 3, 4, 5, 6
_OPEN, _BREAK = 31, 0xFF


def in_cbor(data: bytes) -> Places | None:
    """Return where texts stand in CBOR, of one item or of several, of which the end may
    be missing; None for what is none."""
    if data[:1] < b"\x80":
        return None  # no list, map or tag: most texts and files
    names, found, is_all = set[int](), Places(None, []), True
    #: Of each map and list that is open: how many items it has yet (below zero: until
    #: a break), and whether it is a map.
    levels: list[list[int]] = []
    at = 0
    while at < len(data):
        kind, size, start = data[at] >> 5, data[at] & 31, at + 1
        if data[at] == _BREAK:
            if not levels or levels.pop()[0] >= 0:
                return None
            at = start
        else:
            if 24 <= size < 28:
                start += 1 << size - 24
                size = int.from_bytes(data[at + 1 : start])
            elif size >= 28 and (size != _OPEN or kind not in (2, 3, 4, 5)):
                return None
            is_open = data[at] & 31 == _OPEN
            at = start
            if kind == _BYTES and (is_open or size > 9):  # they may hold a message
                is_all = False
            if kind == _TAG:
                continue
            if levels:
                levels[-1][0] -= 1
                if kind == _TEXT and levels[-1][1] and levels[-1][0] % 2:
                    names.add(start)
            if is_open:
                levels.append([-(1 << 40), kind == _MAP])
            elif kind in (_LIST, _MAP):
                levels.append([size << (kind == _MAP), kind == _MAP])
            elif kind in (_BYTES, _TEXT):
                if kind == _TEXT:
                    found.texts.append((at, at + size))
                at += size
        while levels and levels[-1][0] == 0:
            levels.pop()
    is_all = is_all and at == len(data) and not levels
    return found._replace(names=names).within(len(data), is_all=is_all)
