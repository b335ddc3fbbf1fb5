"""Which unread interactions cannot be equal to a request with a large JSON body.

Reading and parsing one takes many times as long as searching its text in the file for a
word. A word of letters only is always spelled the same way, except by escapes, codings
and charsets: where one of those may be used, the interaction is read.
"""

import re
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from mitmvcr.core.bodies import closed, json_bytes, json_value, payload
from mitmvcr.core.matching import Matcher
from mitmvcr.core.media import is_framed
from mitmvcr.core.model import Request, header
from mitmvcr.core.placeholders import any_placeholder

if TYPE_CHECKING:
    from mitmvcr.core.deck.bucket import Bucket

#: In bytes: for a shorter body it is not worthwhile.
_LARGE = 1 << 12
#: Longer than any word of a placeholder.
_WORD = re.compile(rb"[A-Za-z]{12,}")
#: How many requests are remembered, and how many may use a sieve in one bucket before
#: the bucket is read.
_MOST, _MOST_IN_BUCKET = 4, 4

#: Says of a position whether all these words may stand in its body.
MayHold = Callable[[int, tuple[bytes, ...]], bool]


class Sieve:
    """Passes the positions that may be equal to one request."""

    def __init__(self, words: tuple[bytes, ...], may_hold: MayHold) -> None:
        self._words, self._may_hold = words, may_hold
        self.found: dict[int, bool] = {}

    def passes(self, position: int) -> bool:
        found = self.found.get(position)
        if found is None:
            found = self.found[position] = self._may_hold(position, self._words)
        return found


class Sieves:
    """Makes a sieve for each request, and remembers the last ones."""

    def __init__(self, matcher: Matcher, may_hold: MayHold) -> None:
        rules = matcher.counts.body
        leaves_out = rules.json or rules.form or rules.text or rules.folds
        self._is_used = matcher.base is not None and not leaves_out
        self._may_hold = may_hold
        self._last: deque[tuple[Request, Sieve | None]] = deque(maxlen=_MOST)

    def of(self, request: Request, bucket: "Bucket") -> Sieve | None:
        """Return the sieve for a request; None where all have to be read."""
        if len(request.body) < _LARGE or not self._is_used:
            return None
        for known, sieve in self._last:
            if known == request:
                return sieve
        if bucket.sieved == _MOST_IN_BUCKET:
            return None
        bucket.sieved += 1
        words = _words(request)
        found = Sieve(words, self._may_hold) if words else None
        self._last.append((request, found))
        return found


def _words(request: Request) -> tuple[bytes, ...]:
    """Return words that every interaction equal to this request contains; none if the
    body is not JSON."""
    media = header(request.headers, "Content-Type")
    if is_framed(media):
        return ()
    with suppress(ValueError):
        value = json_value(any_placeholder(payload(request, media)[1]), media)
        words = _WORD.findall(json_bytes(closed(value)))
        return tuple({words[0], max(words, key=len), words[-1]}) if words else ()
    return ()
