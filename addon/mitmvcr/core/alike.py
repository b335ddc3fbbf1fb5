"""How much of two texts is the same."""

_BLOCK = 1 << 20


def common(one: str | bytes, other: str | bytes) -> int:
    """Return the length of the common start, found by halves, because slices compare
    fast; in long ones block by block, so that they are not copied over and over."""
    most = min(len(one), len(other))
    low = 0
    while low < most and one[low : low + _BLOCK] == other[low : low + _BLOCK]:
        low += _BLOCK
    low, high = min(low, most), min(low + _BLOCK, most)
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
