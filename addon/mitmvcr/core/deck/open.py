"""A deck of which another equal interaction than the first may be taken."""

import math
from collections.abc import Hashable, Iterable
from typing import Any

from mitmvcr.core.choosing import Equals
from mitmvcr.core.deck.bucket import Bucket
from mitmvcr.core.deck.deck import Deck
from mitmvcr.core.deck.groups import Groups
from mitmvcr.core.errors import CassetteError
from mitmvcr.core.model import Interaction, Request
from mitmvcr.core.modes import Repeats
from mitmvcr.core.unread import UnreadError


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
        if bucket is not None and len(bucket.unread) > (self.most_read or math.inf):
            raise UnreadError(self.reading(request))
        equal = self._equal(request)
        if bucket is None or not equal:
            return equal
        asked = self._chooser.asked(request, live)
        known = self._equals(bucket, request)
        admitted = [at for at in equal if known.admits(at, asked)]
        return sorted(admitted, key=lambda at: known.score(at, asked))

    def rivals(self, request: Request) -> Equals | None:
        """Return all that are equal to a request that was answered, those that were
        used up too; None where no other may answer it."""
        url = self._bucket_of(request.url)
        bucket = self._few.get(url) or self._buckets.get(url)
        if bucket is None:  # all were used up
            return None
        self._read_sound(bucket)
        keys = self._keys.of(request)
        if self._repeats is Repeats.NO and not any(map(bucket.waiting.get, keys)):
            return None
        return self._grouped(url, bucket).of(keys)

    def _grouped(self, url: Hashable, bucket: Bucket) -> Groups:
        count = len(self._positions[url])
        known = self._groups.get(url)
        if known is None or known[0] != count:
            self._note_spent(url, bucket)
            rows = ((at, map(hash, keys)) for at, keys in bucket.keys.items())
            spent = bucket.spent.rows() if bucket.spent else ()
            known = count, Groups([*rows, *spent], self._chooser.equals)
            self._groups[url] = known
        return known[1]

    def _read_sound(self, bucket: Bucket) -> None:
        """Read what is not damaged; the rest is found out when it is needed."""
        for position in list(bucket.unread):
            try:
                keys = self._keys.of_recorded(self._all.request(position))
            except CassetteError:
                continue
            bucket.unread.remove(position)
            self._keyed(position, bucket, keys)

    def ranked(
        self, positions: Iterable[int], request: Request, live: Request, equals: Equals
    ) -> list[int]:
        """Return those of equal positions that may answer a request, the one whose
        headers agree best first."""
        return equals.ranked(positions, self._chooser.asked(request, live))

    def swap(self, taken: int, other: int) -> tuple[int, Interaction]:
        """Play another equal interaction in place of the one that was just taken."""
        interaction = self[other]
        url = self._bucket_of(self._all.url(taken))
        bucket = self._few.get(url) or self._buckets[url]
        self._played[taken] -= 1
        if not self._played[taken]:
            del self._played[taken]
            if self._repeats is Repeats.NO:
                bucket.unspend(taken, self._rests_of(self.request(taken)))
            elif self._repeats is Repeats.LAST:
                bucket.let_wait(taken, self._played.keys())
        self._use(other, url, bucket)
        return other, interaction

    def _equal(self, request: Request) -> list[int]:
        """Return the positions that the keys let play, the last one again where it may
        be."""
        url = self._bucket_of(request.url)
        bucket = self._bucket(url)
        if bucket is None:
            return []
        self._read_all(bucket)
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
        while position not in bucket.keys:
            self._read_one(bucket)
        self._use(position, url, bucket)
        return position, interaction
