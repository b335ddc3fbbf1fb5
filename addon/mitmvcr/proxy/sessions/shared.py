"""The sessions of one worker of several: each name belongs to one worker, and gets no
session in another."""

from collections.abc import Callable
from hashlib import blake2b
from typing import Any, NamedTuple

from mitmproxy import connection, http

from mitmvcr.core.errors import VcrError
from mitmvcr.options import Settings
from mitmvcr.proxy.flow.player import DEFAULT, Player
from mitmvcr.proxy.sessions.routes import Wanted
from mitmvcr.proxy.sessions.sessions import Sessions


class Worker(NamedTuple):
    """One of several workers; its ``number`` counts from 0."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"worker {self.number + 1} of {self.of}"

    def owner(self, name: str) -> int:
        """Return the number of the worker that a session lives in, on which all workers
        agree. Names that differ only in case share a worker, which sees that some disks
        take their cassettes for one."""
        digest = blake2b(
            name.casefold().encode("utf-8", "surrogateescape"), digest_size=8
        )
        return int.from_bytes(digest.digest()) % self.of

    def owns(self, name: str) -> bool:
        return self.owner(name) == self.number


class Shared(Sessions):
    """Begins the sessions that this worker owns, and refuses the others: connections
    are passed to their owner before they are read, so that only those get here that
    name a session late. ``tell`` is called with a word and a name for each session that
    has begun or ended."""

    def __init__(
        self, worker: Worker, tell: Callable[[str, str], None], *args: Any
    ) -> None:
        super().__init__(*args)
        self._worker, self._tell = worker, tell
        #: The sessions that were in play when this worker died and was restarted: what
        #: they had answered is not known.
        self.lost: set[str] = set()

    def use(self, settings: Settings, name: str = DEFAULT) -> Player | None:
        if not self._worker.owns(name) and settings.cassette is not None:
            return None
        fresh = super().use(settings, name)
        if fresh is not None:
            self.lost.discard(name)  # it was opened again on purpose
            self._tell("begun", name)
        return fresh

    def eject(self, *names: str, when: str = "") -> None:
        super().eject(*names, when=when)
        for name in names:
            self._tell("ended", name)

    def of(self, flow: http.HTTPFlow) -> Player | None:
        if self._lacks_default:
            raise self._elsewhere(DEFAULT)
        return super().of(flow)

    def _wanted(self, wanted: Wanted) -> Player:
        if wanted.fault is None and not self._worker.owns(wanted.name):
            raise self._elsewhere(wanted.name)
        if wanted.fault is None and wanted.name in self.lost:
            raise VcrError(
                f"session {wanted.name} was in {self._worker} when that ended, and what"
                " it had answered is lost",
                remedy="open it anew with POST /sessions, or start 'mitmvcr serve'"
                " anew",
            )
        return super()._wanted(wanted)

    def allows(self, client: connection.Client, ask: Callable[[Player], bool]) -> bool:
        return not self._lacks_default and super().allows(client, ask)

    @property
    def offline(self) -> bool:
        return self._lacks_default or super().offline

    def is_offline(self, name: str) -> bool:
        return self._lacks_default or super().is_offline(name)

    @property
    def _lacks_default(self) -> bool:
        """Return whether another worker has the only session."""
        return self.root is None and not self._worker.owns(DEFAULT)

    def _elsewhere(self, name: str) -> VcrError:
        return VcrError(
            f"session {name} is in another worker than this connection, which did not"
            " begin with its name",
            remedy="use the proxy URL http://NAME:x@HOST:PORT, or a port of its own",
        )
