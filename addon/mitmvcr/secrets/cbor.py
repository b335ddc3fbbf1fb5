"""Where the names of fields stand in CBOR (RFC 8949, 3)."""

from collections.abc import Set as AbstractSet

_BYTES, _TEXT, _LIST, _MAP, _TAG = 2, 3, 4, 5, 6
_OPEN, _BREAK = 31, 0xFF


def names(data: bytes) -> AbstractSet[int] | None:
    """Return where the texts begin that are names in maps; None for what is no whole
    CBOR, of one item or of several."""
    if data[:1] < b"\x80":
        return None  # no list, map or tag: most texts and files
    found: set[int] = set()
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
                return None
            if kind == _TAG:
                continue
            if levels:
                levels[-1][0] -= 1
                if kind == _TEXT and levels[-1][1] and levels[-1][0] % 2:
                    found.add(start)
            if is_open:
                levels.append([-(1 << 40), kind == _MAP])
            elif kind in (_LIST, _MAP):
                levels.append([size << (kind == _MAP), kind == _MAP])
            elif kind in (_BYTES, _TEXT):
                at += size
        while levels and levels[-1][0] == 0:
            levels.pop()
    return found if at == len(data) and not levels else None
