"""One loaded cassette in play: what comes next, what was played, what is left over.

Interactions are put in buckets by URL when the deck is made and keyed by method
and body only as a look-up reaches them, so that a look-up costs the same in a
cassette of any size, and an interaction that nobody asks for is never parsed.
"""

from collections.abc import Hashable, Iterator, Sequence
from functools import partial

from mitmvcr.core.choosing import Equals, Objections
from mitmvcr.core.deck.bucket import Bucket
from mitmvcr.core.deck.buckets import Buckets
from mitmvcr.core.deck.chooser import Chooser, FindValues
from mitmvcr.core.matching import Matcher
from mitmvcr.core.model import Interaction, Request
from mitmvcr.core.modes import Repeats
from mitmvcr.core.steps import Joint, Steps, UnreadError, finished


class Deck(Buckets):
    """Interactions in file order. Of several that match, the one whose headers agree
    best answers, and of those the first; each once, and then as ``repeats`` has it.
    With a ``judge`` all are gone through for a request that has no equal.
    ``find_values`` gives the hidden values of a live request."""

    goes_through_all = False

    def __init__(
        self,
        interactions: Sequence[Interaction],
        repeats: Repeats = Repeats.NO,
        matcher: Matcher | None = None,
        find_values: FindValues = lambda _: {},
    ) -> None:
        super().__init__(interactions, repeats, matcher or Matcher())
        #: What the last look-up took, where each equal request takes it too, whatever
        #: is asked for meanwhile; else -1. Whether it was the best of several.
        self.for_good, self.was_chosen = -1, False
        self._joint: Joint[Equals | None] = Joint()
        self._chooser = Chooser(
            self._all, self._played, repeats, self.matcher, find_values
        )

    def take(
        self, request: Request, live: Request | None = None
    ) -> tuple[int, Interaction] | None:
        """Return the interaction that answers the request, and use it up. ``live`` is
        the request before anything was hidden in it. Raise UnreadError."""
        self.for_good, self.was_chosen = -1, False
        url = self._bucket_of(request.url)
        found = self._only_one(request, url)
        if found is not None:
            return found
        bucket = self._bucket(url)
        if bucket is None:
            return None
        if request.body:
            same = self._same_bytes(request, live, bucket)
            if same is not None:
                return same
        keys = self._keys.of(request)
        position = self._next(request, bucket, keys)
        if position is None:
            position = bucket.last_of(keys)
            if position is None:
                some = self._chooser.parts and self._best(request, live, bucket)
                return some or None
        # Read before it is marked: a damaged item raises and is not used up.
        interaction = self[position]
        if self._chooser.is_settled(request, live, interaction, bucket, keys):
            if self._repeats is Repeats.ALL:
                self.for_good = position
        else:
            self._look_ahead(request, bucket)
            if not self._chooser.is_alone(request, interaction, bucket, keys):
                return self._best(request, live, bucket)
        self._use(position, url, bucket)
        return position, interaction

    def take_again(self, position: int) -> None:
        """Use up once more what was taken for good."""
        self._played[position] += 1

    def _only_one(
        self, request: Request, url: Hashable
    ) -> tuple[int, Interaction] | None:
        """Take the only interaction of a URL for a request that it plainly answers: for
        this no bucket has to be made."""
        positions = self._positions.get(url, ())
        if len(positions) != 1 or self._repeats is not Repeats.NO or url in self._few:
            return None
        position = positions[0]
        if position in self._played:
            return None
        recorded = self._all.asked(position)
        if not self._chooser.is_plainly_for(request, recorded):
            return None
        interaction = self[position]
        if not self._chooser.is_free_for(request, interaction):
            return None
        self._played[position] = 1
        self._all.forget(position)
        return position, interaction

    def _same_bytes(
        self, request: Request, live: Request | None, bucket: Bucket
    ) -> tuple[int, Interaction] | None:
        """Take the next one if it is the same request to the byte: to take a body apart
        takes many times as long as to compare it."""
        if self._repeats is not Repeats.NO or bucket.waiting or not bucket.unread:
            return None
        position = bucket.unread[0]
        recorded = self._all.asked(position)
        chooser = self._chooser
        is_the_same = chooser.is_the_same(request, recorded)
        if not is_the_same or not chooser.says_all(request, live):
            return None
        interaction = self[position]
        self._played[position] = 1
        self._all.forget(position)
        bucket.pass_over()
        if bucket.is_empty:
            self._few.pop(self._bucket_of(request.url), None)
        return position, interaction

    def _best(
        self, request: Request, live: Request | None, bucket: Bucket
    ) -> tuple[int, Interaction] | None:
        """Take the one that agrees best, or a part of one."""
        self.was_chosen = True
        url, chooser = self._bucket_of(request.url), self._chooser
        asked = chooser.asked(request, live)
        piece = chooser.best(asked, self._equals_to_choose(bucket, request))
        if piece is None:
            return None
        position, interaction, span = piece
        if position not in chooser.parts:
            self._use(position, url, bucket)
        if span is not None:
            position = chooser.parts.give(position, span)
        return position, interaction

    def _equals_to_choose(self, bucket: Bucket, request: Request) -> Equals:
        """Return all that are equal to the request. Raise UnreadError."""
        keys = self._keys.of(request)
        if bucket.equals(keys) is None and self._are_many(len(bucket.equal(keys))):
            make = partial(self._making_equals, bucket, request)
            raise UnreadError(self._joint.steps(("equals", keys), make))
        return self._equals(bucket, request)

    def _equals(self, bucket: Bucket, request: Request) -> Equals:
        """Return all that are equal to the request, those that were used up too."""
        keys = self._keys.of(request)
        known = bucket.equals(keys)
        if known is None:
            known = finished(self._making_equals(bucket, request))
        return known

    def _making_equals(self, bucket: Bucket, request: Request) -> Steps[Equals]:
        keys = self._keys.of(request)
        yield from self._noting_spent(self._bucket_of(request.url), bucket)
        positions = bucket.equal(keys)
        known = yield from self._chooser.making_equals(positions)
        if bucket.equal(keys) == positions:  # else it is out of date
            bucket.keep_equals(keys, known)
        return known

    def _look_ahead(self, request: Request, bucket: Bucket) -> None:
        """Key all that may be equal to the request, however long it is: a number that
        does not count may have one digit more."""
        sieve = self._sieve(request, bucket)
        passes = sieve.found if sieve is not None else {}
        positions = [at for at in bucket.unread if passes.get(at, True)]
        steps = self._chooser.reading(bucket, positions, sieve, self._keyed)
        if self._are_many(len(positions)):
            raise UnreadError(steps)
        for _ in steps:
            pass

    def _use(self, position: int, url: Hashable, bucket: Bucket) -> None:
        self._played[position] = self._played.get(position, 0) + 1
        if self._repeats is Repeats.NO:
            self._all.forget(position)
            bucket.spend(position)
            if bucket.is_empty:
                self._few.pop(url, None)
        elif self._repeats is Repeats.LAST:
            bucket.add_played(position, bucket.keys[position])

    def reading(self, request: Request) -> Iterator[None]:
        """Read all of a request's URL that may be equal, and sort what is."""
        yield from super().reading(request)
        bucket = self._bucket(self._bucket_of(request.url))
        if bucket is not None and bucket.equals(self._keys.of(request)) is None:
            yield from self._making_equals(bucket, request)

    def give_back(self, position: int) -> None:
        """Let an interaction play again whose answer did not arrive: the next request
        gets it. Nothing is done for a fresh recording, which was never handed out."""
        is_played = position < self._all.loaded and position in self._played
        if not is_played or not self._chooser.parts.take_back(position):
            return
        position = int(position)
        self._played[position] -= 1
        if self._played[position]:
            return
        del self._played[position]
        if self._repeats is Repeats.ALL:
            return
        url = self._bucket_of(self._all.url(position))
        bucket = self._few.get(url) or self._buckets.get(url)
        if bucket is None:  # it will be made anew
            return
        bucket.forget_equals()
        if self._repeats is Repeats.NO:
            bucket.take_back(position)
        elif position in bucket.keys:
            bucket.let_wait(position, self._played.keys())

    def add(self, interaction: Interaction) -> int:
        """Add a fresh recording. The request that made it has used it up; where all may
        be repeated it answers the next one too."""
        position = self._all.add(interaction)
        self._played[position] = 1
        if self._repeats is Repeats.ALL:
            url = self._bucket_of(interaction.request.url)
            self._positions[url].append(position)
            bucket = self._few.get(url) or self._buckets.get(url)
            if bucket is not None:
                bucket.append(position)
        return position

    def unplayed_at(self, url: str) -> list[int]:
        """Return the positions that a request to this URL could still match."""
        positions = self._positions.get(self._bucket_of(url), ())
        return [position for position in positions if position not in self._played]

    def used_up(self, request: Request, live: Request | None = None) -> int:
        """Count the equal interactions that were used up by requests like this one."""
        if self._repeats is not Repeats.NO:
            return 0
        url, keys = self._bucket_of(request.url), self._keys.of(request)
        bucket = self._bucket(url)
        if bucket is None:
            return 0
        self._read_all(bucket, request)
        finished(self._noting_spent(url, bucket))
        count = 0
        if bucket.spent and bucket.spent.count(keys):
            asked = self._chooser.asked(request, live)
            equals = self._equals(bucket, request)
            used = (at for at in equals if at in self._played)
            count = sum(equals.admits(at, asked) for at in used)
        if bucket.is_empty:
            self._few.pop(url, None)
        return count

    def _noting_spent(self, url: Hashable, bucket: Bucket) -> Steps[None]:
        """See that it is known what the used up ones of this URL had for keys."""
        if self._repeats is not Repeats.NO:
            return
        make = partial(self._noting, url, bucket)
        yield from self._joint.steps(("spent", url), make)

    def _noting(self, url: Hashable, bucket: Bucket) -> Steps[None]:
        known = bucket.spent.positions if bucket.spent else set()
        used = [at for at in self._positions.get(url, ()) if at in self._played]
        for position in used:
            if position not in known and position in self._played:
                bucket.note_spent(position, self._rests_of(self.request(position)))
                self._all.forget(position)
                yield

    def equal(self, request: Request) -> list[Interaction]:
        """Return the loaded interactions that are equal to the request."""
        bucket = self._bucket(self._bucket_of(request.url))
        if bucket is None:
            return []
        self._read_all(bucket, request)
        positions = self._equals(bucket, request)
        return [self.head(at) for at in positions if at < self._all.loaded]

    def objections(self, request: Request, live: Request | None = None) -> "Objections":
        """Return why equal interactions do not answer the request."""
        bucket = self._bucket(self._bucket_of(request.url)) or Bucket()
        self._read_all(bucket, request)
        asked = self._chooser.asked(request, live)
        return Objections(asked, self._equals(bucket, request))
