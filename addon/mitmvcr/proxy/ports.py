"""Ports that belong to no session: a worker of a test framework has one for its
clients, which keep it, and points it to the session of each of its tests."""

import os
from pathlib import Path

from mitmproxy import ctx

from mitmvcr.control.office import Facts, Problem, Wish
from mitmvcr.core.errors import UnusableValueError
from mitmvcr.proxy.host import listeners
from mitmvcr.proxy.sessions import Sessions
from mitmvcr.store.names import session_name


class Ports:
    """Opens and points ports; see :class:`mitmvcr.control.office.Ports`."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def open(self, wish: Wish) -> Facts:
        name = self._session(wish)
        port = await listeners.open_port()
        self._sessions.routes.point(port, name)
        return _facts(port, name)

    def point(self, port: str, wish: Wish) -> Facts:
        number, name = self._number(port), self._session(wish)
        self._sessions.routes.point(number, name)
        refused = self._sessions.routes.turned_away(number)
        return {**_facts(number, name), "refused": refused}

    async def close(self, port: str) -> Facts:
        number = self._number(port)
        server = listeners.at(number)
        self._sessions.routes.close(number)
        listeners.close_port(number)
        await listeners.stopped(server)
        return {"port": number}

    def _number(self, text: str) -> int:
        shared = self._sessions.routes.shared
        if not text.isdecimal() or int(text) not in shared:
            remedy = "POST one to /ports"
            raise Problem(404, "port", f"{text} is not a port that was opened", remedy)
        return int(text)

    def _session(self, wish: Wish) -> str | None:
        """Return the name of the wanted session, which has to be in play."""
        others = [key for key in wish if key != "session"]
        if others:
            remedy = "a port has a session and nothing else"
            raise Problem(422, others[0], "is not a field of a port", remedy)
        value = wish.get("session")
        if value is None:
            return None
        try:
            name = session_name(value) if isinstance(value, str) else ""
        except UnusableValueError as error:
            raise Problem(422, "session", f"{error.value}", error.remedy) from error
        if self._sessions.named(name) is None:
            remedy = "POST it to /sessions first; null is none"
            raise Problem(404, "session", f"there is no session {value}", remedy)
        return name


def ca_file() -> Path:
    """Return the certificate that a client has to trust."""
    return Path(os.path.expanduser(ctx.options.confdir)) / "mitmproxy-ca-cert.pem"


def _facts(port: int, session: str | None) -> Facts:
    url = f"http://{listeners.ADDRESS}:{port}"
    return {
        "port": port,
        "proxy_url": url,
        "ca_file": str(ca_file()),
        "session": session,
    }
