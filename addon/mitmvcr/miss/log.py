"""What a session remembers of its requests."""

from collections import Counter
from typing import TYPE_CHECKING

from mitmvcr.miss.report import Entry

if TYPE_CHECKING:
    from mitmvcr.miss.missed import Miss

#: So many different misses are remembered where no report is asked for.
MOST_MISSES = 50
_MOST_HOSTS = 50


class Log:
    """What a session remembers of its requests. The misses always, though not without
    end; the rest only where ``complete``, since nobody else asks for it."""

    def __init__(self) -> None:
        self.complete = False
        self.entries: list[Entry] = []
        self.misses: Counter[Miss] = Counter()
        #: Host -> why a client broke off TLS with us in its place.
        self.broken_tls: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"<Log {len(self.entries)} entries, {self.misses.total()} misses>"

    def add(self, entry: Entry) -> None:
        if self.complete:
            self.entries.append(entry)

    def tls_broke(self, host: str, reason: str) -> None:
        if len(self.broken_tls) < _MOST_HOSTS:
            self.broken_tls[host] = reason

    def missed(self, miss: "Miss", duration: int) -> None:
        """Log a request without a match; ``duration`` is the time spent to say why, in
        nanoseconds."""
        if miss in self.misses or len(self.misses) < MOST_MISSES:
            self.misses[miss] += 1
        if self.complete:
            self.entries.append(Entry.of_miss(miss, duration))
