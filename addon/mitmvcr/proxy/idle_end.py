"""Ends the named sessions that nobody uses any more: a test's worker may have died, and
nobody else would save what it recorded."""

import asyncio
import logging
from time import monotonic

from mitmvcr.options import IDLE_TIMEOUT
from mitmvcr.parsing import write_timeout
from mitmvcr.proxy.flow.player import DEFAULT, Player
from mitmvcr.proxy.sessions import Sessions

logger = logging.getLogger("mitmvcr")

#: In seconds. One look at 1,000 sessions takes 0.1 ms.
_SHORTEST, _LONGEST = 0.02, 30.0


class IdleEnd:
    """Looks at the sessions for as long as one of them can end so."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._next: asyncio.TimerHandle | None = None
        #: Those that had a flow under way when it looked last.
        self._busy: set[Player] = set()

    def watch(self, player: Player) -> None:
        """End this session once it is idle for as long as its settings say."""
        if _may_end(player):
            self._look_in(_pause(player))

    def close(self) -> None:
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _look_in(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        when = loop.time() + seconds
        if self._next is not None:
            if self._next.when() <= when:
                return
            self._next.cancel()
        self._next = loop.call_at(when, self._look)

    def _look(self) -> None:
        self._next = None
        now, before = monotonic(), self._busy
        self._busy = self._sessions.busy()
        for player in filter(_may_end, self._sessions.in_play()):
            if player in self._busy or player in before:
                player.last_used = now
            elif now - player.last_used >= player.settings.idle_timeout:
                self._end(player)
        left = [_pause(each) for each in self._sessions.in_play() if _may_end(each)]
        if left:
            self._look_in(min(left))

    def _end(self, player: Player) -> None:
        idle = write_timeout(player.settings.idle_timeout)
        when = f" after {idle} without a request ({IDLE_TIMEOUT.vcr})"
        logger.info("mitmvcr: session %s ends%s", player.name, when)
        self._sessions.eject(player.name, when=when)


def _may_end(player: Player) -> bool:
    return player.name != DEFAULT and player.settings.idle_timeout > 0


def _pause(player: Player) -> float:
    """Return how long not to look: a tenth of what it may be idle."""
    return max(_SHORTEST, min(_LONGEST, player.settings.idle_timeout / 10))
