"""The interactions of a deck by their URLs, each read and keyed only when a look-up
needs it."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from mitmvcr.core.deck.bucket import Bucket, Keys
from mitmvcr.core.deck.livekeys import LiveKeys
from mitmvcr.core.deck.recorded import ByHost, Recorded
from mitmvcr.core.deck.sieve import Sieve, Sieves
from mitmvcr.core.matching import Matcher
from mitmvcr.core.model import Interaction, Request
from mitmvcr.core.modes import Repeats
from mitmvcr.core.steps import UnreadError

#: What is known of a URL with so few interactions is soon found out again, so it is
#: kept of so many URLs only.
_FEW, _MOST_FEW = 8, 1024
#: So many interactions are read before they are asked for.
_AHEAD = 2048
#: So many are read before others are passed over unread.
_PLAINLY = 16


class Buckets:
    """Buckets are made as they are needed; those of many interactions last."""

    def __init__(
        self, interactions: Sequence[Interaction], repeats: Repeats, matcher: Matcher
    ) -> None:
        self._all = Recorded(interactions)
        self._repeats = repeats
        self.matcher = matcher
        #: Position -> how many answers it gave.
        self._played: dict[int, int] = {}
        self._by_host = ByHost(self._all)
        #: So many interactions are read for a look-up; where more have to be, it raises
        #: UnreadError. None for any number.
        self.most_read: int | None = None
        self._buckets: dict[Hashable, Bucket] = {}
        self._few: dict[Hashable, Bucket] = {}
        self._keys = LiveKeys(matcher)
        self._sieves = Sieves(matcher, self._all.may_hold)
        self._bucket_of, self._rests_of = matcher.bucket, matcher.rests
        self._positions: defaultdict[Hashable, list[int]] = defaultdict(list)
        for position, url in enumerate(self._all.loaded_urls()):
            self._positions[self._bucket_of(url)].append(position)

    def _bucket(self, url: Hashable) -> Bucket | None:
        return self._few.get(url) or self._buckets.get(url) or self._new_bucket(url)

    def _new_bucket(self, url: Hashable) -> Bucket | None:
        positions = self._positions.get(url)
        if positions is None:
            return None
        is_spent = self._played if self._repeats is Repeats.NO else ()
        bucket = Bucket(each for each in positions if each not in is_spent)
        if len(positions) > _FEW:
            self._buckets[url] = bucket
        else:
            if len(self._few) >= _MOST_FEW:
                self._few.clear()
            self._few[url] = bucket
        return bucket

    def holds(self, url: str) -> bool:
        """Return whether anything is here that a request to this URL could match."""
        return self._bucket_of(url) in self._positions

    def _next(self, request: Request, bucket: Bucket, keys: Keys) -> int | None:
        """Find the first that waits under one of the keys; none unread could come
        before."""
        sieve, count = None, 0
        while True:
            found = self._waiting(bucket, keys)
            if not bucket.unread or (found is not None and found < bucket.unread[0]):
                return found
            if count == _PLAINLY and (sieve := self._sieve(request, bucket)):
                return self._next_of_sieved(bucket, keys, sieve)
            if count == self.most_read:
                raise UnreadError(self._reading_on(bucket, keys))
            # Most often it is the first, which is then needed.
            self._read_one(bucket, bucket.unread[0], wholly=not count)
            count += 1

    def _next_of_sieved(self, bucket: Bucket, keys: Keys, sieve: Sieve) -> int | None:
        """Find it where only few of those that are unread can be equal."""
        unread = tuple(bucket.unread)
        if self._are_many(len(unread) - len(sieve.found)):
            raise UnreadError(self._reading_sieved(unread, bucket, sieve))
        for _ in self._reading_sieved(unread, bucket, sieve):
            pass
        return self._waiting(bucket, keys)

    def _reading_sieved(
        self, positions: Sequence[int], bucket: Bucket, sieve: Sieve
    ) -> Iterator[None]:
        """Read what may be equal; what is in between is passed over."""
        for position in positions:
            if sieve.passes(position):
                self._read_one(bucket, position)
            yield

    def _are_many(self, count: int) -> bool:
        return self.most_read is not None and count > self.most_read

    def _sieve(self, request: Request, bucket: Bucket) -> Sieve | None:
        """Return what tells which of many need not be read for a request."""
        if len(bucket.unread) <= _PLAINLY:
            return None
        return self._sieves.of(request, bucket)

    def _waiting(self, bucket: Bucket, keys: Keys) -> int | None:
        """Return the first that waits under one of the keys."""
        heads = [self._head(bucket, key) for key in keys]
        return min((head for head in heads if head >= 0), default=None)

    def _reading_on(self, bucket: Bucket, keys: Keys) -> Iterator[None]:
        """Read until something waits under one of the keys."""
        while bucket.unread and self._waiting(bucket, keys) is None:
            self._read_one(bucket, bucket.unread[0])
            yield

    def _head(self, bucket: Bucket, key: Hashable) -> int:
        """Return the first that waits under a key, else -1; drop what was played."""
        waiting = bucket.waiting.get(key)
        while waiting:
            if self._repeats is Repeats.ALL or waiting[0] not in self._played:
                return waiting[0]
            waiting.popleft()
        bucket.waiting.pop(key, None)
        return -1

    def _read_one(self, bucket: Bucket, position: int, *, wholly: bool = False) -> None:
        if position not in bucket.unread:  # somebody else has read it meanwhile
            return
        read = self._all.asked if wholly else self._all.request
        keys = self._keys.of_recorded(read(position))
        bucket.unread.remove(position)
        self._keyed(position, bucket, keys)

    def reading(self, request: Request) -> Iterator[None]:
        """Read all of a request's URL that may be equal, one by one, as an explanation
        needs it."""
        bucket = self._bucket(self._bucket_of(request.url))
        if bucket is not None:
            yield from self._reading(bucket, request)

    def _reading(self, bucket: Bucket, request: Request) -> Iterator[None]:
        if sieve := self._sieve(request, bucket):
            yield from self._reading_sieved(tuple(bucket.unread), bucket, sieve)
            return
        while bucket.unread:
            self._read_one(bucket, bucket.unread[0])
            yield

    def _read_all(self, bucket: Bucket, request: Request) -> None:
        for _ in self._reading(bucket, request):
            pass

    def _keyed(self, position: int, bucket: Bucket, keys: Keys) -> None:
        if self._repeats is Repeats.LAST and position in self._played:
            bucket.add_played(position, keys)
        else:
            bucket.add(position, keys)

    # What it holds

    def __repr__(self) -> str:
        return f"<Deck {len(self._played)} of {len(self)} played>"

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, position: int) -> Interaction:
        return self._all[position]

    def head(self, position: int) -> Interaction:
        """Return an interaction; a large response may lack its body."""
        return self._all.head(position)

    def request(self, position: int) -> Request:
        return self._all.asked(position)

    @contextmanager
    def reading_any_number(self) -> Iterator[None]:
        """Let look-ups in the block read all that they need."""
        most, self.most_read = self.most_read, None
        try:
            yield
        finally:
            self.most_read = most

    def reading_ahead(self) -> Iterator[None]:
        """Read, one by one, what stands behind the last that was played, and so is
        likely to be asked for next."""
        first = next(reversed(self._played), -1) + 1
        for position in range(first, min(first + _AHEAD, self._all.loaded)):
            if position not in self._played and self._all.read_ahead(position):
                yield

    def body_size(self, position: int) -> int:
        """Return about how many bytes its body has, without reading the interaction."""
        return self._all.body_size(position)

    def may_have(self, position: int, words: tuple[bytes, ...]) -> bool:
        """Return whether one of these words may stand in an interaction, which is not
        read for it."""
        return self._all.may_have(position, words)

    def was_played(self, position: int) -> bool:
        return position in self._played

    def may_answer(self, position: int) -> bool:
        """Return whether an interaction may still answer a request that it matches."""
        return self._repeats is not Repeats.NO or position not in self._played

    def still_asked(self, counts: Callable[[str], bool]) -> Iterator[Request]:
        """Yield the requests that may still be answered, of URLs that count."""
        for position, url in enumerate(self.urls()):
            if counts(url) and self.may_answer(position):
                yield self._all.request(position)

    def unused(self) -> list[int]:
        """Return positions of the loaded interactions that nothing asked for."""
        return [i for i in range(self._all.loaded) if i not in self._played]

    def spare(self, positions: Iterable[int]) -> None:
        """Let these count as used; nothing more is asked of this deck."""
        self._played.update(dict.fromkeys(positions, 1))

    @property
    def unused_count(self) -> int:
        # Each fresh one was played when it came.
        return len(self) - len(self._played)

    def urls(self) -> Iterable[str]:
        """Return the URL of each interaction, in order, without reading the
        interactions."""
        return self._all.urls()

    def next_of_host(self, host: str) -> Interaction | None:
        """Return the first interaction with that host that was not played yet, else the
        last: what a connection to it is to be like."""
        again = self._repeats is Repeats.ALL
        position = self._by_host.next(host, self._played, again=again)
        return None if position is None else self.head(position)
