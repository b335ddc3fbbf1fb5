"""The control API of a mitmproxy that runs: it is there while its address is chosen."""

import errno
import logging
import os
from typing import TYPE_CHECKING

from mitmvcr.core.errors import OptionError
from mitmvcr.network_options import Address
from mitmvcr.options import CONTROL
from mitmvcr.proxy.sessions import Sessions
from mitmvcr.store.files import why

if TYPE_CHECKING:
    from tornado import web

    from mitmvcr.control.server import Server
    from mitmvcr.proxy.team import Team

logger = logging.getLogger("mitmvcr")


class Control:
    """Serves it. tornado is imported when it is wanted: it takes 60 ms."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._server: Server | None = None
        self._wanted: Address | None = None
        #: The other workers, if there are any.
        self.team: Team | None = None
        #: What answers at the proxy's own port.
        self.within: web.Application | None = None

    @property
    def url(self) -> str | None:
        return None if self._server is None else self._server.url

    def settle(self, wanted: Address | None) -> None:
        """Serve at this address, or at none. Raises OptionError."""
        if wanted == self._wanted:
            return
        if wanted is None:
            self.close()
            return
        from mitmvcr.control.server import Server, application
        from mitmvcr.proxy.desk import Desk
        from mitmvcr.proxy.window import Window

        desk, window = Desk(self._sessions), Window(self._sessions)
        token, team = _token(wanted), self.team
        relay = None
        if team is not None:
            from mitmvcr.control.relay import Relay

            relay = Relay(team)
            team.answers = application(desk, window, token, for_workers=True)
        served = application(desk, window, token, relay)
        is_shared = team is not None
        try:
            server = Server(wanted.host, wanted.port, served, shared=is_shared)
        except OSError as error:
            is_taken = error.errno == errno.EADDRINUSE
            other = "port 0 is any free one" if is_taken else "name one of this machine"
            remedy = f"cannot listen there: {why(error)}; {other}"
            raise OptionError(CONTROL.vcr, wanted, remedy) from error
        self.close()
        self._server, self._wanted = server, wanted
        self.within = served
        self._sessions.log_all()
        level = logging.DEBUG if is_shared else logging.INFO  # the parent says it
        logger.log(level, "mitmvcr: control at %s", server.url)

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self._server = self._wanted = self.within = None


def _token(wanted: Address) -> str:
    """Return the token that callers need, "" if they need none. Raise OptionError."""
    from mitmvcr.control.guards import TOKEN, is_loopback, is_token

    token = os.environ.get(TOKEN, "").strip()
    if token and not is_token(token):
        remedy = "use 16 or more letters, digits and any of - . _ ~ + /"
        raise OptionError(TOKEN, "...", remedy)
    if not token and not is_loopback(wanted.host):
        remedy = f"others reach this address: set {TOKEN} to a secret that they know"
        raise OptionError(CONTROL.vcr, wanted, remedy)
    return token
