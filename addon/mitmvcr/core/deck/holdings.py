"""What a deck holds, by position, and what of it was played."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from mitmvcr.core.deck.recorded import ByHost, Recorded
from mitmvcr.core.model import Interaction, Request
from mitmvcr.core.modes import Repeats

#: So many interactions are read before they are asked for.
_AHEAD = 2048


class Holdings:
    """Interactions in file order, and behind them the fresh ones."""

    def __init__(self, interactions: Sequence[Interaction], repeats: Repeats) -> None:
        self._all = Recorded(interactions)
        self._repeats = repeats
        #: Position -> how many answers it gave.
        self._played: dict[int, int] = {}
        self._by_host = ByHost(self._all)
        #: So many interactions are read for a look-up; where more have to be, it raises
        #: UnreadError. None for any number.
        self.most_read: int | None = None

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

    def was_played(self, position: int) -> bool:
        return position in self._played

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
        again = self._repeats is Repeats.ALL
        position = self._by_host.next(host, self._played, again=again)
        return None if position is None else self.head(position)
