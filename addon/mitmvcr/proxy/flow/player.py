"""A session in play, with all that this room goes by in it."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING

from mitmvcr.core.errors import CassetteError, OptionError
from mitmvcr.core.model import Interaction, Request
from mitmvcr.options import DIR, PASSTHROUGH, RERECORD, Settings
from mitmvcr.proxy.flow.blocking import Blocking, parse_filter
from mitmvcr.proxy.flow.turns import prepare
from mitmvcr.rerecording import mode_of
from mitmvcr.session import Session
from mitmvcr.store.names import name_of
from mitmvcr.view import chosen
from mitmvcr.view.parts import RequestParts
from mitmvcr.view.requests import LiveRequest

if TYPE_CHECKING:
    from mitmproxy import flowfilter, http
    from mitmproxy.proxy.server_hooks import ServerConnectionHookData

    from mitmvcr.proxy.flow.cast import Cast
    from mitmvcr.proxy.flow.grpc import Calls
    from mitmvcr.proxy.flow.roles import Roles


#: The session of whoever names none.
DEFAULT = "default"

#: What is larger leaves in pieces.
LARGE = 1 << 14
#: What is larger is redacted in a thread: at the worst a KiB takes two milliseconds.
SLOW = 1 << 13
#: So many interactions are read at once for a look-up; more are read in turns.
_MOST_READ = 128


def size_of(met: Request | Interaction) -> int:
    """Return how much there is to look through."""
    if isinstance(met, Request):
        return len(met.url) + len(met.body)
    response = met.response
    frames = sum(len(each.content) for each in response.websocket)
    head = sum(len(value) for each in response.headers.values() for value in each)
    return size_of(met.request) + len(response.body) + frames + head


class Player:
    """Pair a session with its settings, its view of messages and the redirects seen in
    it, the filters of what passes straight through, and the gRPC calls of its cassette,
    once one was asked for. ``name`` is the session's. A flow keeps its player until it
    has ended. ``last_used`` is when it was last asked for, in monotonic seconds.

    Raises OptionError.
    """

    def __init__(
        self, session: Session, settings: Settings, name: str = DEFAULT
    ) -> None:
        self.session, self.settings, self.name = session, settings, name
        session.deck.most_read = _MOST_READ
        self.last_used = monotonic()
        self.view, self.redirects = chosen(settings.view)
        self.passthrough = parse_filters(settings)
        self.blocking = Blocking(settings.block, settings.ignore_preset)
        #: Positions of interactions that are to leave the cassette at its end.
        self.dropped: set[int] = set()
        self._calls: Calls | None = None
        #: Is its cassette read on while nobody asks? See ahead.py.
        self.is_reading_on = False
        #: What takes its time is recorded in turn, and all that comes after it.
        self._turn, self.queued = asyncio.Lock(), 0
        #: So many requests, or connections, wait until the session is prepared, in
        #: their order.
        self.preparing, self.waiting = asyncio.Lock(), 0
        #: By client: the hosts and ports that a request of it may go on to.
        self._allowed: set[tuple[str, str, int]] = set()

    def __repr__(self) -> str:
        return f"<Player {self.session!r}>"

    @asynccontextmanager
    async def in_turn(self) -> AsyncIterator[None]:
        """Wait until all that came before is recorded; what comes later waits too."""
        self.queued += 1
        try:
            async with self._turn:
                yield
        finally:
            self.queued -= 1

    async def written(self) -> None:
        """Wait until all that came before is recorded."""
        async with self.in_turn():
            pass

    @property
    def calls(self) -> "Calls":
        if self._calls is None:
            from mitmvcr.proxy.flow.grpc import Calls

            self._calls = Calls(self.session, self.view)
        return self._calls

    @cached_property
    def cast(self) -> "Cast":
        from mitmvcr.proxy.flow.cast import Cast

        return Cast(self.session, self.settings.allow_repeats)

    @cached_property
    def roles(self) -> "Roles":
        from mitmvcr.proxy.flow.roles import Roles

        return Roles(self.session.deck, self.settings.allow_repeats)

    @cached_property
    def place(self) -> str:
        """Return its cassette by the one name that a file has."""
        return os.path.realpath(self.session.store.name)

    def live_request(self, wire: RequestParts) -> LiveRequest:
        """Return a request as the session records it."""
        live = self.view.to_request(wire)
        if self.redirects.expects:
            return self.redirects.restate(live, wire)
        return live

    @property
    def is_ready(self) -> bool:
        """Return whether the session is prepared, and nobody waits for it."""
        return self.session.is_prepared and not self.waiting

    async def prepared(self) -> None:
        """Wait until the session is prepared; first come, first served, since equal
        requests are answered in their order. The session's end waits too."""
        self.waiting += 1
        try:
            async with self.preparing:
                if not self.session.is_prepared:
                    await prepare(self.session)
        finally:
            self.waiting -= 1

    @property
    def offline(self) -> bool:
        """Return whether nothing of it may reach the network, except what a filter lets
        through."""
        return self.session.offline

    @property
    def reaches_out(self) -> bool:
        """Return whether any request of it may reach the network."""
        return not self.offline or bool(self.passthrough)

    @property
    def streams_bodies(self) -> bool:
        """Return whether mitmproxy may send on a body before it has all of it."""
        return not (self.session.looks_up or self.session.records)

    def lets_pass(self, flow: "http.HTTPFlow") -> bool:
        """Return whether a filter lets it straight through."""
        return any(accepts(flow) for accepts in self.passthrough)

    def passes(self, flow: "http.HTTPFlow") -> bool:
        """Return whether a filter lets it through; then its host may be reached."""
        if not self.lets_pass(flow):
            return False
        client = flow.client_conn.id
        self._allowed.add((client, flow.request.host, flow.request.port))
        if flow.server_conn.via:  # the socket is opened to the upstream proxy
            self._allowed.add((client, *flow.server_conn.via[1]))
        self._hear(flow)
        return True

    def blocks(self, flow: "http.HTTPFlow") -> str:
        """Return the filter that blocks the request, in any mode; empty for none."""
        why = self.blocking.by_filter(flow)
        if why:
            self._hear(flow)
        return why

    def leaves_out(self, request: Request) -> bool:
        """Return whether a recording leaves a request out by a preset."""
        is_left_out = self.blocking.leaves_out(request.url)
        if is_left_out:
            self.pass_over(request)
        return is_left_out

    def _hear(self, flow: "http.HTTPFlow") -> None:
        if self.session.records or self.session.looks_up:
            from mitmvcr.proxy.host.messages import request_parts  # it has mitmproxy

            self.pass_over(self.view.to_request(request_parts(flow.request)).request)

    def pass_over(self, request: Request) -> None:
        """Learn what is secret in a request that is not recorded."""
        try:
            self.session.pass_over(request)
        except CassetteError as error:
            self.session.note_failure(error)

    def may_connect(self, data: "ServerConnectionHookData") -> bool:
        """Return whether this connection may be opened: offline, for a request that was
        let through."""
        if not self.offline:
            return True
        if data.server.address is None:
            return False
        peer_host, port, *_ = data.server.address
        return (data.client.id, peer_host, port) in self._allowed

    def recorded_protocol(self, names: Iterable[str | None]) -> bytes | None:
        """Return what was spoken with the first of these hosts that is recorded."""
        recorded = self.recorded_of(names)
        if recorded is None:
            return None
        return b"h2" if recorded.response.proto_major == 2 else b"http/1.1"

    def recorded_of(self, names: Iterable[str | None]) -> Interaction | None:
        """Return what comes next of the first of these hosts that is recorded."""
        found = (self.session.deck.next_of_host(name) for name in names if name)
        return next((each for each in found if each is not None), None)

    def follow(self, earlier: "Player | None") -> bool:
        """Take the place of another, or of none, and return whether the network is open
        to other requests now; where it is not, what was let through stays so."""
        if _reach(earlier) != _reach(self):
            return True
        if earlier is not None:
            self._allowed = earlier._allowed
        return False

    def forget(self, client: str) -> None:
        """Let nothing more through for a client that has left."""
        if self._allowed:
            self._allowed = {peer for peer in self._allowed if peer[0] != client}


def name_in(settings: Settings, cassette: str) -> str:
    """Return the name of a cassette in the folder of the sessions, else its path."""
    return cassette if settings.dir is None else name_of(settings.dir, cassette)


def with_mode(settings: Settings) -> Settings:
    """Return the settings with the mode that is in force, where only some sessions are
    recorded anew. Raises OptionError."""
    if not settings.rerecord:
        return settings
    if settings.dir is None:
        remedy = f"is about sessions: name the folder of their cassettes, {DIR.vcr}"
        raise OptionError(RERECORD.vcr, ",".join(settings.rerecord), remedy)
    if settings.cassette is None:
        return settings
    name = name_in(settings, os.fspath(settings.cassette))
    return settings._replace(mode=mode_of(name, settings.mode, settings.rerecord))


def _reach(player: Player | None) -> tuple[bool, tuple[str, ...]]:
    """Return what decides which requests may reach the network."""
    if player is None:
        return False, ()
    return player.offline, player.settings.passthrough


def parse_filters(settings: Settings) -> "list[flowfilter.TFilter]":
    """Return the filters of what passes straight through. Raises OptionError."""
    return [parse_filter(text, PASSTHROUGH) for text in settings.passthrough]
