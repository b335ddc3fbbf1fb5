"""A deck where a user's hook has a say in what matches."""

from collections.abc import Callable, Iterator
from typing import Any

from mitmvcr.core.deck.deck import Deck
from mitmvcr.core.model import Interaction, Request
from mitmvcr.core.modes import Repeats

#: Says of a request and a recorded one whether they match; None leaves it to the keys.
Judge = Callable[[Request, Request], bool | None]


class JudgedDeck(Deck):
    """One in which all are gone through for a request that has no equal."""

    goes_through_all = True

    def __init__(self, *args: Any, judge: Judge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._judge = judge

    def take(
        self, request: Request, live: Request | None = None
    ) -> tuple[int, Interaction] | None:
        """Take the best that keys and judge agree on, or else what the judge alone lets
        pass.

        Raises what the judge raises.
        """
        judge = self._judge
        equal = self._equal(request)
        bucket = self._bucket(self._bucket_of(request.url))
        if bucket is not None and equal:
            asked = self._chooser.asked(request, live)
            known = self._equals(bucket, request)
            admitted = [at for at in equal if known.admits(at, asked)]
            equal = sorted(admitted, key=lambda at: known.score(at, asked))
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
        self._read_all(bucket)
        keys = self._rests_of(request)
        found = {i for key in keys for i in bucket.waiting.get(key, ())}
        if self._repeats is not Repeats.ALL:
            found -= self._played.keys()
        last = bucket.last_of(keys)
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
