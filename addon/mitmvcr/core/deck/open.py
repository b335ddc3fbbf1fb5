"""A deck of which another equal interaction than the first may be taken."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from mitmvcr.core.choosing import Equals
from mitmvcr.core.deck.bucket import Bucket, Keys
from mitmvcr.core.deck.deck import Deck
from mitmvcr.core.errors import CassetteError
from mitmvcr.core.model import Interaction, Request
from mitmvcr.core.modes import Repeats
from mitmvcr.core.steps import Steps, T, UnreadError, finished

Make = Callable[[Sequence[int]], Steps[Equals]]


class Groups:
    """``rows`` are positions and the hashes of their keys; ``make`` returns what is
    known of positions that are equal."""

    def __init__(self, rows: Iterable[tuple[int, Iterable[int]]], make: Make) -> None:
        self._make = make
        self._at: dict[int, list[int]] = {}
        for position, hashes in sorted(rows):
            for each in dict.fromkeys(hashes):
                self._at.setdefault(each, []).append(position)
        self._known: dict[int, Equals] = {}
        #: Of several groups at once, the last: by the hashes, what is known of them.
        self._joined: dict[frozenset[int], Equals] = {}

    def of(self, keys: Keys) -> Steps[Equals | None]:
        """Find the group of a request with these keys; None where it has no more than
        one. The same bytes have a key of their own, most often of the same group."""
        found = {each: self._at[each] for each in map(hash, keys) if each in self._at}
        if not found:
            return None
        most = max(found, key=lambda each: len(found[each]))
        known = self._known.get(most)
        if known is None:
            known = self._known[most] = yield from self._make(found[most])
        if any(at not in known for each in found.values() for at in each[:1]):
            known = yield from self._of_all(found)
        return known if len(known) > 1 else None

    def _of_all(self, found: Mapping[int, Sequence[int]]) -> Steps[Equals]:
        joined = frozenset(found)
        if joined not in self._joined:
            positions = sorted({at for each in found.values() for at in each})
            self._joined = {joined: (yield from self._make(positions))}
        return self._joined[joined]


class OpenDeck(Deck):
    """One that tells which interactions wait for a request, and plays any of them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: By URL, each with how many interactions it is of.
        self._groups: dict[Hashable, tuple[int, Groups]] = {}

    def waiting_for(self, request: Request, live: Request | None = None) -> list[int]:
        """Return the positions that may play for a request, the best first; the last
        one again where it may be. Raise UnreadError."""
        bucket = self._bucket(self._bucket_of(request.url))
        if bucket is not None and self._are_to_be_read(request, bucket):
            raise UnreadError(self.reading(request))
        equal = self._equal(request)
        if bucket is None or not equal:
            return equal
        asked = self._chooser.asked(request, live)
        known = self._equals_to_choose(bucket, request)
        admitted = [at for at in equal if known.admits(at, asked)]
        return sorted(admitted, key=lambda at: known.score(at, asked))

    def _are_to_be_read(self, request: Request, bucket: Bucket) -> bool:
        """Return whether many are unread that may be equal."""
        if not self._are_many(len(bucket.unread)):
            return False
        sieve = self._sieve(request, bucket)
        found = sieve.found if sieve else {}
        return self._are_many(sum(found.get(at, True) for at in bucket.unread))

    def key_of(self, request: Request) -> Hashable:
        """Return what requests that are equal have in common."""
        return self._bucket_of(request.url), self._keys.of(request)

    def at_once(self, steps: Steps[T]) -> T:
        """Do as many steps as may be done for a look-up, and return the result. Raise
        UnreadError where some are left."""
        done = 0
        while True:
            try:
                next(steps)
            except StopIteration as end:
                found: T = end.value
                return found
            done += 1
            if self._are_many(done):
                raise UnreadError(steps)

    def rivals(self, request: Request) -> Steps[Equals | None]:
        """Find all that are equal to a request that was answered, those that were
        used up too; None where no other may answer it."""
        url = self._bucket_of(request.url)
        bucket = self._few.get(url) or self._buckets.get(url)
        if bucket is None:  # all were used up
            return None
        yield from self._reading_sound(bucket)
        if not self._are_grouped(url):
            yield from self._noting_spent(url, bucket)
        keys = self._keys.of(request)
        if self._repeats is Repeats.NO and not any(map(bucket.waiting.get, keys)):
            return None
        return (yield from self._grouped(url, bucket).of(keys))

    def _grouped(self, url: Hashable, bucket: Bucket) -> Groups:
        if not self._are_grouped(url):
            finished(self._noting_spent(url, bucket))
            rows = ((at, map(hash, keys)) for at, keys in bucket.keys.items())
            spent = bucket.spent.rows() if bucket.spent else ()
            groups = Groups([*rows, *spent], self._chooser.making_equals)
            self._groups[url] = len(self._positions[url]), groups
        return self._groups[url][1]

    def _are_grouped(self, url: Hashable) -> bool:
        return url in self._groups and self._groups[url][0] == len(self._positions[url])

    def _reading_sound(self, bucket: Bucket) -> Iterator[None]:
        """Read what is not damaged; the rest is found out when it is needed."""
        for position in list(bucket.unread):
            if position not in bucket.unread:  # somebody else has read it meanwhile
                continue
            try:
                keys = self._keys.of_recorded(self._all.request(position))
            except CassetteError:
                continue
            bucket.unread.remove(position)
            self._keyed(position, bucket, keys)
            yield

    def ranked(
        self, positions: Iterable[int], request: Request, live: Request, equals: Equals
    ) -> list[int]:
        """Return those of equal positions that may answer a request, the one whose
        headers agree best first."""
        return equals.ranked(positions, self._chooser.asked(request, live))

    def equals_of(self, positions: Iterable[int]) -> Steps[Equals]:
        """Return what is known of interactions that count as equal."""
        return self._chooser.making_equals(positions)

    def equal_to(self, request: Request, live: Request) -> list[int]:
        """Return the positions that may answer a request, those that were used up too,
        the best first. All of its URL are read."""
        keys = set(self._keys.of(request))
        equal = [
            at
            for at in self._positions.get(self._bucket_of(request.url), ())
            if not keys.isdisjoint(self._keys.of_recorded(self._all.request(at)))
        ]
        known = finished(self.equals_of(equal))
        return self.ranked(equal, request, live, known)

    def swap(self, taken: int, other: int) -> tuple[int, Interaction]:
        """Play another equal interaction in place of the one that was just taken."""
        interaction = self[other]
        self.put_back(taken)
        url, bucket = self._held(taken)
        self._use(other, url, bucket)
        return other, interaction

    def put_back(self, taken: int) -> None:
        """Undo the last look-up, which took this."""
        if not (self.was_chosen and taken in self._chooser.parts):  # which uses none up
            self._unuse(taken, self._held(taken)[1])

    def _held(self, position: int) -> tuple[Hashable, Bucket]:
        url = self._bucket_of(self._all.url(position))
        return url, self._few.get(url) or self._buckets[url]

    def _unuse(self, taken: int, bucket: Bucket) -> None:
        self._played[taken] -= 1
        if self._played[taken]:
            return
        del self._played[taken]
        if self._repeats is Repeats.NO:
            bucket.unspend(taken, self._rests_of(self.request(taken)))
        elif self._repeats is Repeats.LAST:
            bucket.let_wait(taken, self._played.keys())

    def _equal(self, request: Request) -> list[int]:
        """Return the positions that the keys let play, the last one again where it may
        be."""
        url = self._bucket_of(request.url)
        bucket = self._bucket(url)
        if bucket is None:
            return []
        self._read_all(bucket, request)
        keys = self._rests_of(request)
        found = {i for key in keys for i in bucket.waiting.get(key, ())}
        if self._repeats is not Repeats.ALL:
            found -= self._played.keys()
        last = bucket.last_of(keys)
        return sorted(found) + ([last] if last is not None else [])

    def play(self, position: int) -> tuple[int, Interaction]:
        """Use up the interaction at a position, and return it."""
        interaction = self[position]
        url = self._bucket_of(interaction.request.url)
        bucket = self._bucket(url)
        assert bucket is not None
        self._read_one(bucket, position)
        self._use(position, url, bucket)
        return position, interaction
