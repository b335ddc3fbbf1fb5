"""The sessions of one worker of several: each name is of one worker, and gets no
session in another."""

from collections.abc import Callable
from hashlib import blake2b
from typing import Any, NamedTuple

from mitmproxy import connection, http

from mitmvcr.options import Settings
from mitmvcr.proxy.flow.player import DEFAULT, Player
from mitmvcr.proxy.sessions.routes import SessionError, Wanted
from mitmvcr.proxy.sessions.sessions import Sessions


class Worker(NamedTuple):
    """One of several workers; its ``number`` counts from 0."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"worker {self.number + 1} of {self.of}"

    def owner(self, name: str) -> int:
        """Return the number of the worker that a session lives in; all agree on it."""
        digest = blake2b(name.encode("utf-8", "surrogateescape"), digest_size=8)
        return int.from_bytes(digest.digest()) % self.of

    def owns(self, name: str) -> bool:
        return self.owner(name) == self.number


class Shared(Sessions):
    """Begins the sessions that this worker owns, and refuses the others: connections
    are passed to their owner before they are read, so that only those come here that
    name one late, or whose owner has ended."""

    def __init__(self, worker: Worker, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._worker = worker
        #: Whether the worker of this number still runs.
        self.runs: Callable[[int], bool] = lambda _: True

    def use(self, settings: Settings, name: str = DEFAULT) -> Player | None:
        if not self._worker.owns(name) and settings.cassette is not None:
            return None
        return super().use(settings, name)

    def of(self, flow: http.HTTPFlow) -> Player | None:
        if self._lacks_default:
            raise self._elsewhere(DEFAULT)
        return super().of(flow)

    def _wanted(self, wanted: Wanted) -> Player:
        if wanted.fault is None and not self._worker.owns(wanted.name):
            raise self._elsewhere(wanted.name)
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
        """Return whether another worker has the one session that there is."""
        return self.root is None and not self._worker.owns(DEFAULT)

    def _elsewhere(self, name: str) -> SessionError:
        owner = self._worker.owner(name)
        if not self.runs(owner):
            return SessionError(
                f"session {name} was in worker {owner + 1}, which has ended: start"
                " 'mitmvcr serve' anew"
            )
        return SessionError(
            f"session {name} is in another worker than this connection, which did not"
            " begin with its name: use the proxy URL http://NAME:x@HOST:PORT, or a port"
            " of its own"
        )
