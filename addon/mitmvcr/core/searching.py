"""Texts looked for, faster than by ``re`` or ``in`` alone."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

#: Number of the text, start, end; of those that overlap the first.
Found = Sequence[tuple[int, int, int]]


@lru_cache(maxsize=64)
def searcher(*texts: bytes) -> Callable[[bytes], Found] | None:
    """Return what finds the texts in data by the processor's vector instructions; give
    it at most 64, or 16 with one of one byte, else it is slower than a search for each.

    In a megabyte that takes a tenth of the time of ``in`` or ``re``, but 2 ms to
    import. Return None without the library: mitmproxy's own environment has none.
    """
    try:
        import ahocorasick_rs
    except ImportError:
        return None
    kind = ahocorasick_rs.MatchKind.LeftmostFirst
    machine = ahocorasick_rs.BytesAhoCorasick(texts, kind)
    return machine.find_matches_as_indexes


#: In less than this a search by vectors is not worth its start.
LARGE = 1 << 15


def holds(data: bytes, *texts: bytes) -> bool:
    """Return whether one of the texts stands in it; made for what nearly never does."""
    search = searcher(*texts) if len(data) > LARGE else None
    if search is None:
        return any(text in data for text in texts)
    # All places would be found, so that many of them take their time.
    start = data[: len(data) >> 4]
    return any(text in start for text in texts) or bool(search(data))


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
