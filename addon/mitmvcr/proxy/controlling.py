"""The control API of a mitmproxy that runs: it is there while its port is chosen."""

import logging
from typing import TYPE_CHECKING

from mitmvcr.core.errors import OptionError
from mitmvcr.options import CONTROL
from mitmvcr.proxy.sessions import Sessions
from mitmvcr.store.files import why

if TYPE_CHECKING:
    from mitmvcr.control.server import Server

logger = logging.getLogger("mitmvcr")


class Control:
    """Serves it. tornado is imported when it is wanted: it takes 60 ms."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._server: Server | None = None
        self._wanted: int | None = None

    @property
    def url(self) -> str | None:
        return None if self._server is None else self._server.url

    def settle(self, port: int | None) -> None:
        """Serve on this port, or on none. Raises OptionError."""
        if port == self._wanted:
            return
        self.close()
        if port is None:
            return
        from mitmvcr.control.server import Server
        from mitmvcr.proxy.desk import Desk
        from mitmvcr.proxy.window import Window

        try:
            self._server = Server(port, Desk(self._sessions), Window(self._sessions))
        except OSError as error:
            remedy = f"cannot listen there: {why(error)}; 0 is any free port"
            raise OptionError(CONTROL.vcr, port, remedy) from error
        self._wanted = port
        self._sessions.log_all()
        logger.info("mitmvcr: control at %s", self._server.url)

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self._server = self._wanted = None
