"""The keys of live requests; those of the last large one are remembered."""

from collections.abc import Hashable

from mitmvcr.core.bodies import says
from mitmvcr.core.deck.bucket import Keys
from mitmvcr.core.matching import Matcher
from mitmvcr.core.model import Request

#: In bytes: a larger body takes long to be taken apart.
LARGE = 1 << 16


class LiveKeys:
    """A large request is looked up with its secrets and without, and explained: its
    body is taken apart once."""

    def __init__(self, matcher: Matcher) -> None:
        self._base, self._rests_of = matcher.base, matcher.rests
        #: Of the last large request: its body, what its headers say, its keys.
        self._lately: tuple[bytes, Hashable, Keys] = b"", None, ()

    def of(self, request: Request) -> Keys:
        if self._base is None or len(request.body) <= LARGE:
            return self._rests_of(request)
        said = self._base(request), says(request)
        if self._lately[0] is not request.body or self._lately[1] != said:
            self._lately = request.body, said, self._rests_of(request)
        return self._lately[2]
