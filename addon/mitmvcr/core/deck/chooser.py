"""Which of several equal interactions answers, where their keys do not say it."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from mitmvcr.core.choosing import (
    Asked,
    Equals,
    Parts,
    Piece,
    Values,
    Whose,
    all_fields,
    asks_for_range,
    is_free,
    is_only_range,
    says_operation,
    target,
)
from mitmvcr.core.deck.bucket import Bucket, Keys
from mitmvcr.core.deck.recorded import Recorded
from mitmvcr.core.deck.sieve import Sieve
from mitmvcr.core.errors import CassetteError
from mitmvcr.core.matching import Matcher, Rule
from mitmvcr.core.model import Interaction, Request, Response
from mitmvcr.core.modes import Repeats
from mitmvcr.core.steps import Steps

#: Finds the hidden values of a live request.
FindValues = Callable[[Request], Values]


class Chooser:
    """Chooses among a deck's interactions; ``played`` are the positions that gave an
    answer, ``parts`` those of which not all was given."""

    def __init__(
        self,
        held: Recorded,
        played: Mapping[int, int],
        repeats: Repeats,
        matcher: Matcher,
        find_values: FindValues,
    ) -> None:
        self._all, self._played, self._repeats = held, played, repeats
        self._rests_of, self._base_of = matcher.rests, matcher.base
        self._matcher = matcher
        self._find_values = find_values
        self.parts = Parts()

    def asked(self, request: Request, live: Request | None) -> Asked:
        live = live or request
        return Asked.of(request, live, Whose(lambda: self._find_values(live)))

    def is_settled(
        self,
        request: Request,
        live: Request | None,
        found: Interaction,
        bucket: Bucket,
        keys: Keys,
    ) -> bool:
        """Return whether the first one is the best, as nearly always: it is alone and
        bound to nothing, or its headers are the request's."""
        if not bucket.unread and self.is_alone(request, found, bucket, keys):
            return True
        theirs = found.request
        return (
            not theirs.identity
            and self._is_spelled_as(request, theirs)
            and all_fields(request) == all_fields(theirs)
            and self.says_all(request, live)
        )

    def _is_spelled_as(self, request: Request, recorded: Request) -> bool:
        """Return whether no other spelling of its URL could be the request's own."""
        if not self._matcher.spelling_tells or request.url == recorded.url:
            return True
        return target(request) == target(recorded)

    def says_all(self, request: Request, live: Request | None) -> bool:
        """Return whether nothing that was left out of the live request may stand in the
        cassette: other recorders keep credentials as they are."""
        if live is None or len(live.headers) == len(request.headers):
            return True
        for name in live.headers:
            if name not in request.headers and self._all.may_name(name.lower()):
                return False
        return True

    def is_the_same(self, request: Request, recorded: Request) -> bool:
        """Return whether two requests that are equal in their URL are in all else that
        counts, with the same bytes in the same headers."""
        base = self._base_of
        return (
            base is not None
            and request.body == recorded.body
            and self._is_spelled_as(request, recorded)
            and base(request) == base(recorded)
            and not recorded.identity
            and all_fields(request) == all_fields(recorded)
        )

    def is_plainly_for(self, request: Request, recorded: Request) -> bool:
        """Return quickly whether two requests of one URL are surely equal in all that
        is compared; what is long is not taken apart."""
        if request.body or recorded.body:
            return self.is_the_same(request, recorded)
        return self._rests_of(request) == self._rests_of(recorded)

    def is_alone(
        self, request: Request, found: Interaction, bucket: Bucket, keys: Keys
    ) -> bool:
        """Return whether no other that was read is equal, and it is bound to
        nothing."""
        return not bucket.are_several(keys) and self.is_free_for(request, found)

    @staticmethod
    def is_free_for(request: Request, found: Interaction) -> bool:
        """Return whether an equal interaction is bound to nothing that this request
        lacks, so that it answers where it is alone."""
        if not is_free(found) or says_operation(request):
            return False
        return found.response.code != 200 or not asks_for_range(request.headers)

    def best(self, asked: Asked, equals: Equals) -> Piece | None:
        """Return the one that agrees best of those that may answer, or a part of one
        that holds the bytes."""
        at = equals.best(asked, self._played, self._repeats)
        if at is None or equals.range_of(at) != asked.range:
            piece = self._piece(asked, equals)
            if piece is not None:
                return piece
        return None if at is None else Piece(at, self._all[at])

    def _piece(self, asked: Asked, equals: Equals) -> Piece | None:
        """Return an answer that was recorded for other bytes and holds the wanted
        ones."""
        if Rule.RANGE in self._matcher.spec.off:
            return None
        again = self._repeats is not Repeats.NO
        candidates = (
            at
            for at in equals
            if (again or at not in self._played or at in self.parts)
            and is_only_range(equals.broken(at, asked))
            and equals.is_theirs(at, asked)
        )
        return self.parts.find(asked, candidates, self._all.__getitem__, again=again)

    def reading(
        self,
        bucket: Bucket,
        positions: Iterable[int],
        sieve: Sieve | None,
        keyed: Callable[[int, Bucket, Keys], None],
    ) -> Iterator[None]:
        """Key these, one by one, where nobody else has done so meanwhile."""
        for position in positions:
            yield
            if sieve is not None and not sieve.passes(position):
                continue
            try:
                keys = self._rests_of(self._all.request(position))
                bucket.unread.remove(position)
            except (CassetteError, ValueError):
                continue  # it is found damaged when it is asked for
            keyed(position, bucket, keys)

    def making_equals(self, positions: Iterable[int]) -> Steps[Equals]:
        """Return these in order, ready to be chosen among."""
        return Equals.making(self._heads(positions), self._matcher)

    def _heads(self, positions: Iterable[int]) -> Iterator[tuple[int, Interaction]]:
        for position in positions:
            try:
                yield position, self._all.head(position)
            except CassetteError:  # as above
                yield position, Interaction(position, Request(), Response())
            if position in self._played:
                self._all.forget(position)
