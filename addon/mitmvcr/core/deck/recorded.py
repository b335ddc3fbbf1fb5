"""The interactions of a deck: those that were loaded, and behind them fresh ones.

A cassette that is read lazily can tell some things without reading an interaction;
others are asked themselves.
"""

from collections import deque
from collections.abc import Callable, Container, Iterable, Sequence

from mitmvcr.core.matching import url_host
from mitmvcr.core.model import Interaction, Request


class Recorded:
    """By their positions; ``loaded`` says how many of them come from the cassette."""

    def __init__(self, interactions: Sequence[Interaction]) -> None:
        self._interactions = interactions
        self._fresh: list[Interaction] = []
        self.loaded = len(interactions)
        #: What is kept of one that was played makes every garbage collection longer.
        self.forget: Callable[[int], None] = getattr(interactions, "forget", _keep)
        self._request: Callable[[int], Request] | None = getattr(
            interactions, "request", None
        )
        self._size: Callable[[int], int] | None = getattr(
            interactions, "body_size", None
        )
        self._head: Callable[[int], Interaction] = getattr(
            interactions, "head", interactions.__getitem__
        )
        self._is_large: Callable[[int], bool] = getattr(
            interactions, "is_large", _is_not
        )
        #: Reads one before it is asked for, where it is not read yet; says whether it
        #: did.
        self.read_ahead: Callable[[int], bool] = getattr(
            interactions, "read_ahead", _is_not
        )
        self._may_hold: Callable[[int, tuple[bytes, ...]], bool] = getattr(
            interactions, "may_hold", _may
        )
        self._may_have: Callable[[int, tuple[bytes, ...]], bool] = getattr(
            interactions, "may_have", _may
        )
        self._may_name: Callable[[str], bool] = getattr(
            interactions, "may_name", self._names
        )
        self._named: dict[str, bool] = {}
        self._known_urls: Sequence[str] | None = getattr(interactions, "urls", None)

    def __len__(self) -> int:
        return self.loaded + len(self._fresh)

    def __getitem__(self, position: int) -> Interaction:
        if position < self.loaded:
            return self._interactions[position]
        return self._fresh[position - self.loaded]

    def head(self, position: int) -> Interaction:
        """Return an interaction; a large response may lack its body."""
        if position < self.loaded:
            return self._head(position)
        return self[position]

    def url(self, position: int) -> str:
        if self._known_urls is None or position >= self.loaded:
            return self[position].request.url
        return self._known_urls[position]

    def asked(self, position: int) -> Request:
        """Return the request. All of the interaction is read, and kept, where it is
        likely to be needed next and not large."""
        if position < self.loaded and self._is_large(position):
            return self.request(position)
        return self[position].request

    def add(self, interaction: Interaction) -> int:
        """Add a fresh interaction and return its position."""
        self._fresh.append(interaction)
        return len(self) - 1

    def request(self, position: int) -> Request:
        """Return the request alone, and so without damage to its response."""
        if self._request is None or position >= self.loaded:
            return self[position].request
        return self._request(position)

    def body_size(self, position: int) -> int:
        """Return about how many bytes the request's body has."""
        if self._size is None or position >= self.loaded:
            return len(self[position].request.body)
        return self._size(position)

    def may_hold(self, position: int, words: tuple[bytes, ...]) -> bool:
        """Return whether all these words may stand in the request's body."""
        return position >= self.loaded or self._may_hold(position, words)

    def may_have(self, position: int, words: tuple[bytes, ...]) -> bool:
        """Return whether one of these words may stand in the interaction."""
        return position >= self.loaded or self._may_have(position, words)

    def may_name(self, header: str) -> bool:
        """Return whether a request of the cassette may have a header, in lower case;
        looked for once."""
        found = self._named.get(header)
        if found is None:
            found = self._named[header] = self._may_name(header)
        return found

    def _names(self, header: str) -> bool:
        return any(
            name.lower() == header
            for each in self._interactions
            for name in each.request.headers
        )

    def loaded_urls(self) -> Iterable[str]:
        """Return the URLs of the cassette, in order."""
        known = self._known_urls
        return _urls(self._interactions) if known is None else known

    def urls(self) -> Iterable[str]:
        yield from self.loaded_urls()
        yield from _urls(self._fresh)


def _urls(interactions: Sequence[Interaction]) -> Iterable[str]:
    return (interaction.request.url for interaction in interactions)


def _keep(_: int) -> None:
    """Forget nothing: a list of interactions is all there anyway."""


def _is_not(_: int) -> bool:
    return False


def _may(*_: object) -> bool:
    return True


class ByHost:
    """The positions of each host; made for the first that is asked for."""

    def __init__(self, held: Recorded) -> None:
        self._all = held
        self._hosts: dict[str, deque[int]] | None = None

    def next(self, host: str, played: Container[int], *, again: bool) -> int | None:
        """Return the first position that was not played yet, else the last; with
        ``again`` always the first."""
        if self._hosts is None:
            self._hosts = _by_host(self._all.loaded_urls())
        positions = self._hosts.get(host.lower())
        if positions is None:
            return None
        while not again and len(positions) > 1 and positions[0] in played:
            positions.popleft()
        return positions[0]


def _by_host(urls: Iterable[str]) -> dict[str, deque[int]]:
    """Return the positions of each host. Each origin is read once: nobody is answered
    meanwhile."""
    of_origin: dict[str, deque[int]] = {}
    hosts: dict[str, deque[int]] = {}
    for position, url in enumerate(urls):
        end = url.find("/", url.find("//") + 2)
        origin = url if end < 0 else url[:end]
        positions = of_origin.get(origin)
        if positions is None:
            positions = hosts.setdefault(url_host(origin), deque())
            of_origin[origin] = positions
        positions.append(position)
    return hosts
