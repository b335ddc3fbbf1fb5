"""What is counted of connections: that they came, and what became of their TLS."""

from mitmvcr.proxy.flow.player import Player
from mitmvcr.proxy.sessions import Sessions


class Counts:
    """Counts for the session that a client's connection is of, if it is of one."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def came(self, player: Player | None) -> None:
        """Count a connection of this session."""
        if self._sessions.root is not None:
            self._sessions.came += 1
        elif player is not None:
            player.session.came()

    def tls_broke(self, player: Player | None, name: str, reason: str) -> None:
        """Note that a client of this session broke off TLS."""
        if player is not None:
            player.session.log.tls_broke(name, reason)
        elif self._sessions.root is not None:
            self._sessions.log.tls_broke(name, reason)
