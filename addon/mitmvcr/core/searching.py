"""Texts compared and looked for, faster than by ``==`` and ``re`` alone."""

import re
from collections.abc import Callable, Iterator, Sequence

#: Number of the text, start, end.
Found = Sequence[tuple[int, int, int]]


def searcher(text: bytes) -> Callable[[bytes], Found] | None:
    """Return what finds a text in data by the processor's vector instructions, in a
    quarter of the time of ``re``, but 2 ms to import. Return None without the library:
    mitmproxy's own environment has none."""
    try:
        import ahocorasick_rs
    except ImportError:
        return None
    return ahocorasick_rs.BytesAhoCorasick([text]).find_matches_as_indexes


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


def each_match(
    regex: re.Pattern[bytes], text: bytes, data: bytes, backs: Sequence[int] = (0,)
) -> Iterator[re.Match[bytes]]:
    """Yield what ``regex.finditer(data)`` does, where each match holds a text: ``re``
    looks at each byte, ``find`` at many at once. ``backs`` says how many bytes behind
    the start of a match the text may stand."""
    done, at = 0, data.find(text)
    while at >= 0:
        for back in backs:
            found = regex.match(data, at - back) if at - back >= done else None
            if found:
                yield found
                done = found.end()
                break
        at = data.find(text, max(done, at + 1))
