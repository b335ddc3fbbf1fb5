"""The double of a file store: a cassette that is kept in memory."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace

from mitmvcr.core.errors import (
    CassetteDamagedError,
    CassetteError,
    CassetteNotFoundError,
    CassetteWriteError,
)
from mitmvcr.core.model import Cassette, Interaction
from mitmvcr.core.sendable import why_not
from mitmvcr.format import writer
from mitmvcr.store.rewrite import Find, Put, as_it_was
from mitmvcr.store.rewrite import keep_volatile as keeping_volatile


class MemoryStore:
    """Behaves as :class:`mitmvcr.store.store.FileStore`, and passes the same tests.

    ``left`` is what a file store has in its journal: a recording that was not saved.
    """

    def __init__(
        self,
        cassette: Cassette | None = None,
        name: str = "memory",
        *,
        write_empty: bool = False,
        keep_volatile: bool = False,
    ) -> None:
        self.name = name
        self.cassette = cassette
        self.left: list[Interaction] = []
        self._loaded: Cassette | None = None
        self._write_empty, self._keep_volatile = write_empty, keep_volatile
        self._recording: list[Interaction] | None = None
        self._kept: Sequence[Interaction] = ()

    def digest(self) -> str | None:
        if self.cassette is None:
            return None
        return hashlib.sha256(writer.dumps(self.cassette)).hexdigest()

    def exists(self) -> bool:
        return self.cassette is not None

    def load(self, *, sendable: bool = False) -> Cassette:
        if self.cassette is None:
            raise CassetteNotFoundError(self.name, "there is no such cassette")
        for number, each in enumerate(self.cassette.interactions if sendable else ()):
            field, problem = why_not(each.response)
            if problem:
                raise CassetteDamagedError(
                    self.name, problem, interaction=number, field=field
                )
        self._loaded = self.cassette
        return self.cassette

    def begin(self, kept: Sequence[Interaction] = ()) -> None:
        if self._recording is not None:
            raise CassetteWriteError(self.name, "is being recorded already")
        if self.left:
            raise CassetteWriteError(self.name, f"{self.left_over()}")
        self._recording, self._kept = [], kept

    def append(self, interaction: Interaction) -> None:
        assert self._recording is not None
        self._recording.append(interaction)

    def recorded(self) -> Sequence[Interaction]:
        """Return what was recorded so far."""
        return tuple(self._recording or ())

    def amend(
        self,
        change: Callable[[Interaction], Interaction],
        texts: Sequence[bytes],
        *,
        goes_on: bool = False,
    ) -> None:
        """Change what was recorded so far."""
        if self._recording is not None:
            self._recording = [change(each) for each in self._recording]

    def rearrange(self, find: Find, put: Put = as_it_was) -> None:
        """Put what was recorded so far in other places."""
        if (was := self._recording) is not None:
            sources = find(lambda number: was[number].request)
            self._recording = [
                put(at, was[sources[at]]) if at in sources else each
                for at, each in enumerate(was)
            ]

    def note(self, learned: Sequence[tuple[bytes, bytes]]) -> None:
        """Forget them: who is killed leaves nothing."""

    def publish(self) -> None:
        new, self._recording = self._recording, None
        if new and self.cassette and self._keep_volatile and not self._kept:
            new = [*keeping_volatile(self.cassette.interactions, new)]
        if new or (new is not None and self._write_empty and not self._kept):
            self.cassette = _numbered([*self._kept, *new])

    def save(self) -> None:
        """Put what was recorded so far in place, and go on."""
        new = self._recording
        self.publish()
        self._recording = new

    def is_stale(self) -> bool:
        return self._loaded is not None and self.cassette is not self._loaded

    def replace(self, interactions: Sequence[Interaction]) -> None:
        """Write the cassette anew."""
        self.cassette = _numbered(interactions)

    def leave(self) -> str | None:
        new, self._recording = self._recording, None
        if not new:
            return None
        self.left = new
        return self.name

    def left_over(self) -> str | None:
        if not self.left:
            return None
        return f"{self.name}: holds {len(self.left)} that were not saved: recover them"

    def recover(self, *, instead: bool = False) -> int:
        """Put what was left behind what the cassette holds, or ``instead`` of that."""
        if not self.left:
            raise CassetteError(self.name, "nothing to recover")
        kept = self.cassette.interactions if self.cassette and not instead else ()
        self.cassette = _numbered([*kept, *self.left])
        count, self.left = len(self.left), []
        return count


def _numbered(interactions: Sequence[Interaction]) -> Cassette:
    numbered = enumerate(interactions)
    return Cassette([replace(each, id=number) for number, each in numbered])
