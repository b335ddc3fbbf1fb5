"""What a connection to a host is to be like, by what was recorded of it."""

from collections import deque
from collections.abc import Container

from mitmvcr.core.keys import url_host
from mitmvcr.core.recorded import Recorded


class ByHost:
    """The positions of each host; made for the first that is asked for."""

    def __init__(self, held: Recorded) -> None:
        self._all = held
        self._hosts: dict[str, deque[int]] | None = None

    def next(self, host: str, played: Container[int], *, again: bool) -> int | None:
        """Return the first position that was not played yet, else the last; with
        ``again`` always the first."""
        if self._hosts is None:
            self._hosts = {}
            for position, url in enumerate(self._all.loaded_urls()):
                self._hosts.setdefault(url_host(url), deque()).append(position)
        positions = self._hosts.get(host.lower())
        if positions is None:
            return None
        while not again and len(positions) > 1 and positions[0] in played:
            positions.popleft()
        return positions[0]
