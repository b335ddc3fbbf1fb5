"""A deck of which another equal interaction than the first may be taken."""

from mitmvcr.core.deck.bucket import Bucket
from mitmvcr.core.deck.deck import Deck
from mitmvcr.core.model import Interaction, Request
from mitmvcr.core.modes import Repeats
from mitmvcr.core.unread import UnreadError


class OpenDeck(Deck):
    """One that tells which interactions wait for a request, and plays any of them."""

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
        known = self._equals(bucket, request)
        admitted = [at for at in equal if known.admits(at, asked)]
        return sorted(admitted, key=lambda at: known.score(at, asked))

    def _are_to_be_read(self, request: Request, bucket: Bucket) -> bool:
        """Return whether many are unread that may be equal."""
        if not self._are_many(len(bucket.unread)):
            return False
        sieve = self._sieve(request, bucket)
        found = sieve.found if sieve else {}
        return self._are_many(sum(found.get(at, True) for at in bucket.unread))

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
