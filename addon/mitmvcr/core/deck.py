"""One loaded cassette in play: what comes next, what was played, what is left over.

Interactions are put in buckets by URL when the deck is made and keyed by method
and body only as a look-up reaches them, so that a look-up costs the same in a
cassette of any size, and an interaction that nobody asks for is never parsed.
"""

from bisect import insort
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from mitmvcr.core.keys import request_key, url_host, url_key
from mitmvcr.core.model import Interaction, Request
from mitmvcr.core.modes import Repeats

Key = tuple[str, bytes]


@dataclass(slots=True)
class _Bucket:
    """The positions of one URL: not yet keyed, and keyed with those still to play."""

    unread: deque[int] = field(default_factory=deque)
    waiting: dict[Key, deque[int]] = field(default_factory=dict)


class Deck:
    """Interactions in file order; identical requests are answered in that order,
    each once unless repeats are allowed, then always with the first."""

    def __init__(
        self, interactions: Sequence[Interaction], repeats: Repeats = Repeats.NO
    ) -> None:
        self._loaded = interactions
        self._forget: Callable[[int], None] = getattr(interactions, "forget", _keep)
        self._fresh: list[Interaction] = []
        self._repeats = repeats
        self._played: set[int] = set()
        self._used_up: Counter[tuple[str, Key]] = Counter()
        self._hosts: dict[str, deque[int]] | None = None
        self._buckets: defaultdict[str, _Bucket] = defaultdict(_Bucket)
        for position, url in enumerate(_urls(interactions)):
            self._buckets[url_key(url)].unread.append(position)

    def __repr__(self) -> str:
        return f"<Deck {len(self._played)} of {len(self)} played>"

    def __len__(self) -> int:
        return len(self._loaded) + len(self._fresh)

    def __getitem__(self, position: int) -> Interaction:
        loaded = len(self._loaded)
        if position < loaded:
            return self._loaded[position]
        return self._fresh[position - loaded]

    def take(self, request: Request) -> tuple[int, Interaction] | None:
        """The next interaction that answers the request, which it uses up."""
        url = url_key(request.url)
        bucket = self._buckets.get(url)
        if bucket is None:
            return None
        key = request_key(request)
        position = self._next(bucket, key)
        if position is None:
            return None
        # Read before it is marked: a damaged item raises and is not used up.
        interaction = self[position]
        if self._repeats is Repeats.NO:
            bucket.waiting[key].popleft()
            self._used_up[url, key] += 1
            self._forget(position)
        self._played.add(position)
        return position, interaction

    def _next(self, bucket: _Bucket, key: Key) -> int | None:
        waiting = bucket.waiting.get(key)
        while not waiting:
            if not bucket.unread:
                return None
            self._read_one(bucket)
            waiting = bucket.waiting.get(key)
        return waiting[0]

    def _read_one(self, bucket: _Bucket) -> None:
        position = bucket.unread[0]
        key = request_key(self[position].request)
        bucket.unread.popleft()
        bucket.waiting.setdefault(key, deque()).append(position)

    def give_back(self, position: int) -> None:
        """The answer did not arrive: whoever asks again gets it again.

        With repeats nothing was used up, and a recording never was handed out.
        """
        if self._repeats is not Repeats.NO or position >= len(self._loaded):
            return
        if position not in self._played:
            return
        request = self[position].request
        url, key = url_key(request.url), request_key(request)
        insort(self._buckets[url].waiting[key], position)
        self._used_up[url, key] -= 1
        self._played.discard(position)

    def add(self, interaction: Interaction) -> int:
        """A fresh recording. The request that made it has used it up; where repeats
        are allowed it answers the next one too."""
        position = len(self)
        self._fresh.append(interaction)
        self._played.add(position)
        if self._repeats is not Repeats.NO:
            bucket = self._buckets[url_key(interaction.request.url)]
            bucket.unread.append(position)
        return position

    def was_played(self, position: int) -> bool:
        return position in self._played

    def used_up(self, request: Request) -> int:
        """How many equal interactions were used up by requests like this one."""
        return self._used_up[url_key(request.url), request_key(request)]

    def unused(self) -> list[int]:
        """Positions of the loaded interactions that nothing asked for."""
        return [i for i in range(len(self._loaded)) if i not in self._played]

    @property
    def unused_count(self) -> int:
        fresh = len(self._fresh)
        return len(self._loaded) - (len(self._played) - fresh)

    def urls(self) -> Iterable[str]:
        """The URL of each interaction, in order; without reading the interactions."""
        yield from _urls(self._loaded)
        yield from _urls(self._fresh)

    def next_of_host(self, host: str) -> Interaction | None:
        """The first interaction with that host that was not played yet, else the last:
        what a connection to it is to be like."""
        if self._hosts is None:
            self._hosts = {}
            for position, url in enumerate(_urls(self._loaded)):
                self._hosts.setdefault(url_host(url), deque()).append(position)
        positions = self._hosts.get(host.lower())
        if positions is None:
            return None
        if self._repeats is Repeats.NO:
            while len(positions) > 1 and positions[0] in self._played:
                positions.popleft()
        return self[positions[0]]


def _keep(_: int) -> None:
    """A list of interactions that are all there anyway has nothing to forget."""


def _urls(interactions: Sequence[Interaction]) -> Iterable[str]:
    """A lazily read cassette knows its URLs without reading its interactions: its
    ``urls`` can be gone through more than once."""
    known: Iterable[str] | None = getattr(interactions, "urls", None)
    if known is not None:
        return known
    return (interaction.request.url for interaction in interactions)
