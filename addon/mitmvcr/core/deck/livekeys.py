"""The keys of requests; those of the last few longer bodies are remembered.

When a client sends the same bytes again, or a recorded body is byte for byte the live
one, nothing is parsed again.
"""

from collections import deque
from collections.abc import Hashable
from typing import TYPE_CHECKING

from mitmvcr.core.bodies import says
from mitmvcr.core.matching import Matcher
from mitmvcr.core.model import Request

if TYPE_CHECKING:
    from mitmvcr.core.deck.bucket import Keys

#: In bytes: a shorter body is parsed quickly.
_SHORT = 256
#: How many bodies are remembered; of those larger than this only one.
_MOST, _LARGE = 8, 1 << 20


class LiveKeys:
    """Parses the body of a large request once, though it is looked up with and without
    its secrets, and explained."""

    def __init__(self, matcher: Matcher) -> None:
        self._base, self._rests_of = matcher.base, matcher.rests
        #: Bodies, what else the keys depend on, and the keys; the newest first.
        self._lately: deque[tuple[bytes, Hashable, Keys]] = deque(maxlen=_MOST)
        self._last: tuple[Request | None, Keys] = None, ()

    def of(self, request: Request) -> "Keys":
        if request is self._last[0]:
            return self._last[1]
        self._last = request, self._of(request)
        return self._last[1]

    def _of(self, request: Request) -> "Keys":
        if self._base is None or len(request.body) < _SHORT:
            return self._rests_of(request)
        said = self._base(request), says(request)
        keys = self._known(request.body, said)
        if keys is None:
            keys = self._rests_of(request)
            if len(request.body) > _LARGE:
                self._lately.clear()
            self._lately.appendleft((request.body, said, keys))
        return keys

    def of_recorded(self, request: Request) -> "Keys":
        """Return the keys of a recorded request, which are not remembered: there are
        many."""
        body = request.body
        if self._base is not None and any(body == each for each, *_ in self._lately):
            said = self._base(request), says(request)
            return self._known(body, said) or self._rests_of(request)
        return self._rests_of(request)

    def _known(self, body: bytes, said: Hashable) -> "Keys | None":
        for known, of, keys in self._lately:
            if known == body and of == said:
                return keys
        return None
