"""The keys of requests; those of the last bodies that are not short are remembered.

A client that sends the same bytes again has nothing taken apart, and a recorded body is
not taken apart where it is the live one to the byte.
"""

from collections import deque
from collections.abc import Hashable
from typing import TYPE_CHECKING

from mitmvcr.core.bodies import says
from mitmvcr.core.matching import Matcher
from mitmvcr.core.model import Request

if TYPE_CHECKING:
    from mitmvcr.core.deck.bucket import Keys

#: In bytes: a shorter body is soon taken apart.
_SHORT = 256
#: So many bodies are remembered; of those that are so large only one.
_MOST, _LARGE = 8, 1 << 20


class LiveKeys:
    """A large request is looked up with its secrets and without, and explained: its
    body is taken apart once."""

    def __init__(self, matcher: Matcher) -> None:
        self._base, self._rests_of = matcher.base, matcher.rests
        #: Bodies, what else the keys come of, and the keys; the last is the first.
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
        """Return those of a recorded one. Of it nothing is remembered: there are
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
