"""Matches of a regex that holds a text: ``re`` looks at each byte, ``find`` at many at
once."""

import re
from collections.abc import Iterator, Sequence


def each_match(
    regex: re.Pattern[bytes], text: bytes, data: bytes, backs: Sequence[int] = (0,)
) -> Iterator[re.Match[bytes]]:
    """Yield what ``regex.finditer(data)`` does. ``backs`` says how many bytes behind
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
