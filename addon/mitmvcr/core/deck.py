"""One loaded cassette in play: what comes next, what was played, what is left over.

Interactions are put in buckets by URL when the deck is made and keyed by method
and body only as a look-up reaches them, so that a look-up costs the same in a
cassette of any size, and an interaction that nobody asks for is never parsed.
"""

from bisect import insort
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

from mitmvcr.core.bucket import Bucket, Keys
from mitmvcr.core.keys import url_host
from mitmvcr.core.matcher import Matcher
from mitmvcr.core.model import Interaction, Request
from mitmvcr.core.modes import Repeats
from mitmvcr.core.recorded import Recorded

#: Says of a request and a recorded one whether they match; None leaves it to the keys.
Judge = Callable[[Request, Request], bool | None]


#: What is known of a URL with so few interactions is soon found out again, so it is
#: kept of so many URLs only.
_FEW, _MOST_FEW = 8, 1024


class Deck:
    """Interactions in file order; identical requests are answered in that order, each
    once, and then as ``repeats`` has it. With a ``judge`` all are gone through for a
    request that has no equal."""

    def __init__(
        self,
        interactions: Sequence[Interaction],
        repeats: Repeats = Repeats.NO,
        matcher: Matcher | None = None,
        judge: Judge | None = None,
    ) -> None:
        self._all = Recorded(interactions)
        self._repeats = repeats
        self.matcher = matcher or Matcher()
        self._judge = judge
        #: Position -> how many answers it gave.
        self._played: dict[int, int] = {}
        self._hosts: dict[str, deque[int]] | None = None
        #: Made as they are needed; those of many interactions last.
        self._buckets: dict[Hashable, Bucket] = {}
        self._few: dict[Hashable, Bucket] = {}
        self._bucket_of, self._rests_of = self.matcher.bucket, self.matcher.rests
        self._positions: defaultdict[Hashable, list[int]] = defaultdict(list)
        for position, url in enumerate(self._all.loaded_urls()):
            self._positions[self._bucket_of(url)].append(position)

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

    def take(self, request: Request) -> tuple[int, Interaction] | None:
        """Return the next interaction that answers the request, and use it up.

        Raise what the judge raises.
        """
        if self._judge is not None:
            return self._take_judged(request, self._judge)
        url = self._bucket_of(request.url)
        bucket = self._bucket(url)
        if bucket is None:
            return None
        keys = self._rests_of(request)
        position = self._next(bucket, keys)
        if position is None:
            position = _last_of(bucket, keys)
            if position is None:
                return None
        # Read before it is marked: a damaged item raises and is not used up.
        interaction = self[position]
        self._use(position, url, bucket)
        return position, interaction

    def _next(self, bucket: Bucket, keys: Keys) -> int | None:
        """Find the first that waits under one of the keys; none unread could come
        before."""
        wholly = True  # most often it is the first, which is then needed
        while True:
            heads = [self._head(bucket, key) for key in keys]
            found = min((head for head in heads if head >= 0), default=None)
            if not bucket.unread or (found is not None and found < bucket.unread[0]):
                return found
            self._read_one(bucket, wholly=wholly)
            wholly = False

    def _head(self, bucket: Bucket, key: Hashable) -> int:
        """Return the first that waits under a key, else -1; drop what was played."""
        waiting = bucket.waiting.get(key)
        while waiting:
            if self._repeats is Repeats.ALL or waiting[0] not in self._played:
                return waiting[0]
            waiting.popleft()
        bucket.waiting.pop(key, None)
        return -1

    def _read_one(self, bucket: Bucket, *, wholly: bool = True) -> None:
        position = bucket.unread[0]
        read = self._all.asked if wholly else self._all.request
        keys = self._rests_of(read(position))
        bucket.unread.popleft()
        if self._repeats is Repeats.LAST and position in self._played:
            bucket.add_played(position, keys)
        else:
            bucket.add(position, keys)

    def _use(self, position: int, url: Hashable, bucket: Bucket) -> None:
        self._played[position] = self._played.get(position, 0) + 1
        if self._repeats is Repeats.NO:
            self._all.forget(position)
            bucket.spend(position)
            if bucket.is_empty:
                self._few.pop(url, None)
        elif self._repeats is Repeats.LAST:
            bucket.add_played(position, bucket.keys[position])

    def _take_judged(
        self, request: Request, judge: Judge
    ) -> tuple[int, Interaction] | None:
        """Take the first that keys and judge agree on, or else the judge alone."""
        equal = self._equal(request)
        for position in equal:
            if judge(request, self.request(position)) is not False:
                return self._found(position)
        tried = set(equal)
        for position in self._playable():
            if position not in tried and judge(request, self.request(position)):
                return self._found(position)
        return None

    def _equal(self, request: Request) -> list[int]:
        """Return the positions that the keys let play, the last one again where it may
        be."""
        url = self._bucket_of(request.url)
        bucket = self._bucket(url)
        if bucket is None:
            return []
        while bucket.unread:
            self._read_one(bucket)
        keys = self._rests_of(request)
        found = {i for key in keys for i in bucket.waiting.get(key, ())}
        if self._repeats is not Repeats.ALL:
            found -= self._played.keys()
        last = _last_of(bucket, keys)
        return sorted(found) + ([last] if last is not None else [])

    def _playable(self) -> Iterator[int]:
        """Yield what was not played, in order; then what was, where that may be
        repeated."""
        if self._repeats is Repeats.ALL:
            yield from range(len(self))
            return
        yield from self.unused()
        if self._repeats is Repeats.LAST:
            yield from reversed(self._played)

    def _found(self, position: int) -> tuple[int, Interaction]:
        interaction = self[position]
        url = self._bucket_of(interaction.request.url)
        bucket = self._bucket(url)
        assert bucket is not None
        while position not in bucket.keys:
            self._read_one(bucket)
        self._use(position, url, bucket)
        return position, interaction

    def give_back(self, position: int) -> None:
        """Let an interaction play again whose answer did not arrive: the next request
        gets it.

        Nothing is done for a fresh recording, which was never handed out.
        """
        if position >= self._all.loaded or position not in self._played:
            return
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
        if self._repeats is Repeats.NO:
            bucket.take_back(position)
        elif position in bucket.keys:
            self._let_wait(position, bucket)

    def _let_wait(self, position: int, bucket: Bucket) -> None:
        for key in bucket.keys[position]:
            waiting = bucket.waiting.setdefault(key, deque())
            if position not in waiting:
                insort(waiting, position)
            if bucket.last.get(key) == position:
                equal = (at for at, keys in bucket.keys.items() if key in keys)
                bucket.last[key] = max(self._played.keys() & equal, default=-1)

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
                bucket.unread.append(position)
        return position

    def body_size(self, position: int) -> int:
        """Return about how many bytes its body has, without reading the interaction."""
        return self._all.body_size(position)

    def was_played(self, position: int) -> bool:
        return position in self._played

    def used_up(self, request: Request) -> int:
        """Count the equal interactions that were used up by requests like this one."""
        if self._repeats is not Repeats.NO:
            return 0
        url = self._bucket_of(request.url)
        played = [at for at in self._positions.get(url, ()) if at in self._played]
        bucket = self._bucket(url) if played else None
        if bucket is None:
            return 0
        known = bucket.spent.positions if bucket.spent else ()
        for position in played:
            if position not in known:
                bucket.note_spent(position, self._rests_of(self.request(position)))
                self._all.forget(position)
        if bucket.is_empty:
            self._few.pop(url, None)
        return bucket.spent.count(self._rests_of(request)) if bucket.spent else 0

    def unused(self) -> list[int]:
        """Return positions of the loaded interactions that nothing asked for."""
        return [i for i in range(self._all.loaded) if i not in self._played]

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
        if self._hosts is None:
            self._hosts = {}
            for position, url in enumerate(self._all.loaded_urls()):
                self._hosts.setdefault(url_host(url), deque()).append(position)
        positions = self._hosts.get(host.lower())
        if positions is None:
            return None
        if self._repeats is not Repeats.ALL:
            while len(positions) > 1 and positions[0] in self._played:
                positions.popleft()
        return self.head(positions[0])


def _last_of(bucket: Bucket, keys: Keys) -> int | None:
    found = max(bucket.last.get(key, -1) for key in keys)
    return found if found >= 0 else None
