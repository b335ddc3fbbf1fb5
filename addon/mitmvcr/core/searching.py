"""Compare and search texts, faster than by ``==`` and ``re`` alone."""

import re
from collections.abc import Callable, Iterator, Sequence

#: Number of the text, start, end.
Found = Sequence[tuple[int, int, int]]


def searcher(text: bytes) -> Callable[[bytes], Found] | None:
    """Return a function that finds a text in data with vector instructions, in a
    quarter of the time of ``re``; importing it takes 2 ms. Return None without the
    library, which mitmproxy's own environment lacks."""
    try:
        import ahocorasick_rs
    except ImportError:
        return None
    return ahocorasick_rs.BytesAhoCorasick([text]).find_matches_as_indexes


_BLOCK = 1 << 20


def common(one: str | bytes, other: str | bytes) -> int:
    """Return the length of the common prefix, by bisection, since slices compare fast;
    block by block in long texts, so that they are not copied again and again."""
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
    """Yield what ``regex.finditer(data)`` does, if each match contains a text: ``re``
    examines every byte, ``find`` many at once. ``backs`` are the offsets within a match
    at which the text may begin."""
    done, at = 0, data.find(text)
    while at >= 0:
        for back in backs:
            found = regex.match(data, at - back) if at - back >= done else None
            if found:
                yield found
                done = found.end()
                break
        at = data.find(text, max(done, at + 1))
