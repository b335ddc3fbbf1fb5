"""Which session a client means: that of the port it came to, of the user name in its
proxy URL, of a header, or of an entry in its baggage.

What says so is for the proxy: it is taken out of the request before anything else sees
it, and no origin and no cassette gets it. Only baggage goes on, to services that come
back here with it.
"""

import binascii
import logging
from base64 import b64decode
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

from mitmvcr.core.errors import UnusableValueError, VcrError
from mitmvcr.core.modes import Mode
from mitmvcr.core.wording import number_of, quoted
from mitmvcr.parsing import parse_mode
from mitmvcr.proxy.flow.player import DEFAULT
from mitmvcr.store.names import session_name
from mitmvcr.view.baggage import ENTRY, session_names
from mitmvcr.view.baggage import HEADER as BAGGAGE

if TYPE_CHECKING:
    from mitmproxy import connection, http

    from mitmvcr.options import Settings

logger = logging.getLogger("mitmvcr")

#: No session has this name.
NOBODY = ""
_CREDENTIALS, HEADER = "Proxy-Authorization", "X-Vcr-Cassette"
#: In lower case, the headers that are taken out.
SAYS_SESSION = frozenset(each.lower().encode() for each in (_CREDENTIALS, HEADER))
#: What stands as the password where no mode does: many clients want one.
_NO_MODE = ("", "x")
_EXAMPLE = "use the proxy URL http://NAME:x@HOST:PORT"


class Wanted(NamedTuple):
    """The name of a session, and its mode where the client chose one; ``fault``: why it
    can have none."""

    name: str
    mode: Mode | None = None
    fault: VcrError | None = None

    def require_mode(self, settings: "Settings") -> None:
        """Raise VcrError unless a session in play is in the mode asked for."""
        if self.mode not in (None, settings.mode) and not settings.rerecord:
            raise VcrError(
                f"session {self.name} is in mode {settings.mode}, and"
                f" {self.mode} was asked for",
                remedy="one mode at a time",
            )


class Refusals:
    """Why clients were turned away that can have no session, and how often each."""

    def __init__(self) -> None:
        self.times: dict[str, int] = {}
        #: Why a session of this name could not begin the last time.
        self._of: dict[str, str] = {}
        self._mended: set[str] = set()

    def add(self, line: str) -> None:
        self.times[line] = self.times.get(line, 0) + 1
        self._mended.discard(line)

    def note(self, name: str, error: Exception | None) -> None:
        """Note why a session could not begin, or that it has."""
        if error is not None:
            self._of[name] = f"{error}"
        elif name in self._of:
            self._mended.add(self._of.pop(name))

    @property
    def unbegun(self) -> list[str]:
        """Return why sessions could not begin that have not begun since."""
        return list(self._of.values())

    def standing(self) -> list[tuple[str, int]]:
        """Return those of which nobody knows that they are mended."""
        return [each for each in self.times.items() if each[0] not in self._mended]


class Routes:
    """Remembers what each connection and each flow has said. ``ports`` has the sessions
    that have a port of their own."""

    def __init__(self) -> None:
        self.ports: dict[int, str] = {}
        #: Of these no session is the owner; those in no session's use are not in ports.
        self.shared: set[int] = set()
        #: How many requests came to one of them while it was in no session's use.
        self._turned_away: Counter[int] = Counter()
        #: What they speak: a mode of mitmproxy.
        self.kinds: dict[int, str] = {}
        #: How many requests named no session.
        self.unnamed = self._told = 0
        #: Those that are closed, and when; a connection to one may still be open.
        self._closed: dict[int, str] = {}
        self._tunnels: dict[str, Wanted] = {}
        #: By client: the names of all sessions that its flows meant, the last one last.
        self._names: dict[str, dict[str, None]] = {}
        self._flows: WeakKeyDictionary[http.HTTPFlow, Wanted] = WeakKeyDictionary()

    def tunnel(self, flow: "http.HTTPFlow") -> None:
        """Read a CONNECT: all that comes through the tunnel is of its session."""
        wanted = self._read(flow)
        if wanted is not None:
            client = flow.client_conn.id
            self._tunnels[client] = wanted
            self._note(client, wanted)

    def of(self, flow: "http.HTTPFlow") -> Wanted:
        """Return what a flow means; the first time it is read, and taken out. One whose
        port has ended since its head came begins no session anew."""
        wanted = self._flows.get(flow)
        if wanted is not None:
            now = self._by_port(flow.client_conn.sockname[1])
            return now if now is not None and now.fault is not None else wanted
        wanted = self._read(flow) or self._nobodys()
        self._flows[flow] = wanted
        self._note(flow.client_conn.id, wanted)
        port = flow.client_conn.sockname[1]
        self._turned_away[port] += port in self.shared and port not in self.ports
        return wanted

    def tell_unnamed(self) -> None:
        """Log how many requests named no session since it was told last."""
        count, self._told = self.unnamed - self._told, self.unnamed
        if count:
            requests = number_of(count, "request")
            logger.info("mitmvcr: %s: %s named no session", DEFAULT, requests)

    def _nobodys(self) -> Wanted:
        self.unnamed += 1
        return Wanted(DEFAULT)

    def give_port(self, port: int, name: str, kind: str = "regular") -> None:
        self.ports[port], self.kinds[port] = name, kind
        self._closed.pop(port, None)

    def point(self, port: int, name: str | None) -> None:
        """Let a port that no session owns belong to this one, or to none."""
        self.shared.add(port)
        self._closed.pop(port, None)
        self.ports.pop(port, None)
        if name is not None:
            self.ports[port] = name

    def turned_away(self, port: int) -> int:
        """Return how many requests a port has turned away since the last call."""
        return self._turned_away.pop(port, 0)

    def close(self, port: int) -> None:
        """Let a port that no session owns be none any more."""
        self.point(port, None)
        self.shared.discard(port)
        self._closed[port] = ""

    def session_of(self, port: int) -> str | None:
        """Return the name of the session that has this port now, if any."""
        return None if port in self._closed else self.ports.get(port)

    def port_of(self, name: str) -> int | None:
        """Return the port that a session has, if it has one."""
        open_ports = {
            self.ports[each]: each for each in self.ports.keys() - self._closed
        }
        return open_ports.get(name)

    def own_ports(self, name: str) -> list[int]:
        """Return the ports that end with a session."""
        gone = self.shared | self._closed.keys()
        return [
            each
            for each, owner in self.ports.items()
            if owner == name and each not in gone
        ]

    def take_ports(self, name: str, when: str = "") -> list[int]:
        """Take away the ports of a session that ends, and return those. What comes on a
        connection that is still open gets no other session; ``when`` it ended tells its
        client."""
        taken = self.own_ports(name)
        mine = [each for each, owner in self.ports.items() if owner == name]
        for port in self.shared.intersection(mine):
            self.point(port, None)
        self._closed.update(dict.fromkeys(taken, when))
        return taken

    def names(self, client: "connection.Client") -> list[str]:
        """Return the names of the sessions that a connection has meant so far."""
        if (port := client.sockname[1]) in self.ports:
            return [self.ports[port]]
        if self._is_nobodys(port):
            return [NOBODY]
        return list(self._names.get(client.id, ()))

    def forget(self, client: str) -> list[str]:
        """Return the same of a client that has left, for the last time."""
        self._tunnels.pop(client, None)
        return list(self._names.pop(client, ()))

    def _note(self, client: str, wanted: Wanted) -> None:
        names = self._names.setdefault(client, {})
        names.pop(wanted.name, None)
        names[wanted.name] = None

    def _is_nobodys(self, port: int) -> bool:
        return port in self.shared or port in self._closed

    def _by_port(self, port: int) -> Wanted | None:
        """Return what the port says of a session, if anything."""
        name, when = self.ports.get(port), self._closed.get(port)
        if name is not None and when is not None:
            return _refused(
                f"{name} has ended{when}, and its port with it: open another"
            )
        if name is not None:
            return Wanted(name)
        if self._is_nobodys(port):
            return _refused(
                f"of port {port}: it has none now, as between two tests;"
                " what is asked outside of them is in the cassette suite once that is"
                " recorded"
            )
        return None

    def _read(self, flow: "http.HTTPFlow") -> Wanted | None:
        client, said = flow.client_conn, said_in(flow.request.headers)
        if (by_port := self._by_port(client.sockname[1])) is not None:
            return by_port
        return self._tunnels.get(client.id) or said


def said_in(headers: "http.Headers") -> Wanted | None:
    """Return what headers say of a session, and take out what is for the proxy."""
    # Both are taken out, whichever counts.
    by_user = _taken(headers, _CREDENTIALS, _of_credentials)
    by_header = _taken(headers, HEADER, _of_header)
    return by_user or by_header or _of_baggage(headers)


def _taken(
    headers: "http.Headers", name: str, read: Callable[[str], Wanted | None]
) -> Wanted | None:
    """Take a header out and return what it means."""
    values = set(headers.get_all(name))
    if not values:
        return None
    del headers[name]
    if len(values) > 1:
        return _refused(f"{name} names several; {_EXAMPLE}")
    try:
        return read(values.pop())
    except UnusableValueError as error:
        return _refused(f"{error.value} {error.remedy}")


def _of_baggage(headers: "http.Headers") -> Wanted | None:
    """Read what services pass on; it stays in the request for the next one."""
    if BAGGAGE not in headers:
        return None
    names = session_names(headers.get_all(BAGGAGE))
    if len(names) > 1:
        return _refused(f"{ENTRY} in {BAGGAGE} names several; {_EXAMPLE}")
    try:
        return Wanted(session_name(names.pop())) if names else None
    except UnusableValueError as error:
        return _refused(f"{error.value} {error.remedy}")


def _refused(problem: str) -> Wanted:
    return Wanted(NOBODY, fault=VcrError(f"session {problem}"))


def _of_credentials(value: str) -> Wanted | None:
    """Read the user name; the password is the last part, since a name with a colon is
    refused as such. Raise UnusableValueError."""
    scheme, _, coded = value.partition(" ")
    try:
        text = b64decode(coded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeError):
        scheme = ""
    if scheme.lower() != "basic":
        return _refused(f"in {_CREDENTIALS}: it cannot be read; {_EXAMPLE}")
    user, _, password = text.rpartition(":")
    if not user:
        return None
    name = session_name(user)
    if password in _NO_MODE:
        return Wanted(name)
    try:
        return Wanted(name, parse_mode(password))
    except UnusableValueError as error:
        remedy = f"in the place of the password: {error.remedy}, or x"
        raise UnusableValueError(f"{quoted(name)}: mode", remedy) from error


def _of_header(value: str) -> Wanted:
    return Wanted(session_name(value))
