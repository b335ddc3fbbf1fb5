"""What keeps a replay off the network, whatever becomes of the addon.

The addon has two locks of its own (addon.py, connections.py), but it is only one of
many that mitmproxy asks: another one may end a hook before it, and it may be taken out.
So a guard stands round all of them and is asked before and after. It asks the addon
what may pass, refuses whatever gets no clear yes, and stays when the addon is taken
out of a replay. All it needs is imported when it is: the files of this package may be
gone later.
"""

import logging
from collections.abc import Callable, Collection
from typing import Any, NoReturn, Protocol

from mitmproxy import connection, dns, http
from mitmproxy.flow import Error
from mitmproxy.proxy.server_hooks import ServerConnectionHookData

from mitmvcr.core.errors import VcrError
from mitmvcr.proxy import host
from mitmvcr.proxy.flow import responses as answers
from mitmvcr.proxy.host import chain, upstream
from mitmvcr.proxy.host.chain import Hook, Manager
from mitmvcr.proxy.host.early_response import is_answered_here
from mitmvcr.proxy.host.exit import end_process

logger = logging.getLogger("mitmvcr")

_REFUSED = "mitmvcr replays: nothing may reach the network"
_GONE = (
    "mitmvcr was taken out of a mitmproxy that replays: everything is refused, so that"
    " nothing reaches the network; load it again, or restart mitmproxy"
)
_UNANSWERED = (
    "nothing answered this request, and a replay sends none: another addon ended the"
    " hook, as mitmproxy's log says"
)


class Rules(Protocol):
    """What an addon says of the session that a flow or a connection belongs to. Only a
    clear yes lets it reach the network."""

    def may_connect(self, data: ServerConnectionHookData) -> bool: ...

    def may_leave(self, flow: http.HTTPFlow) -> bool: ...

    def may_look_up(self, client: connection.Client) -> bool: ...

    def fail(self, flow: http.HTTPFlow, error: Exception) -> None:
        """Answer the flow with this error, and remember that something failed."""


class NotAskedError(VcrError):
    """A request that nobody has answered is not sent."""


class Guard:
    """Stand round a mitmproxy's addons for as long as it runs."""

    def __init__(self, manager: Manager) -> None:
        self._manager = manager
        self._rules: Rules | None = None
        self._is_shut = self._has_refused_names = False
        #: HTTP requests that were sent and are not answered yet, by their flow's id.
        self._under_way: dict[str, http.HTTPFlow] = {}
        #: Those on whose connections an answer is awaited, with which it is closed.
        self._leftover: list[http.HTTPFlow] = []
        self._before: dict[str, Callable[[Any], None]] = {"dns_request": self._name}
        self._after: dict[str, Callable[[Any], None]] = {
            "dns_request": self._name,
            "error": self._ended,
            "request": self._request,
            "requestheaders": self._head,
            "response": self._ended,
            "server_connect": self._socket,
        }

    # The addon's side

    def obey(self, rules: Rules) -> None:
        """Ask this addon from now on; until it is settled, what was shut stays so."""
        self._rules = rules

    def settle(
        self,
        *,
        offline: bool,
        closes: bool = True,
        whose: Callable[[connection.Client], bool] = lambda _: True,
    ) -> None:
        """Open or shut: the addon has another session in play, which is ``offline``, or
        none. ``closes``: what its clients, which ``whose`` knows, have open may be what
        it does not allow, so that is closed."""
        self._is_shut = self._has_refused_names = False
        others = [each for each in self._leftover if not whose(each.client_conn)]
        if not offline:
            self._leftover = others
        elif closes:
            self._leftover = [*others, *self._close_what_is_open(whose)]

    def leave(self, *, offline: bool) -> None:
        """Ask the addon no more: it is taken out, or mitmproxy ends. A replay stays
        shut."""
        self._rules, self._is_shut = None, self._is_shut or offline

    def tell_gone(self) -> None:
        """Log that the addon was taken out while mitmproxy goes on."""
        if self._is_shut:
            logger.warning(_GONE)
        else:
            logger.warning(
                "mitmvcr was taken out: what it recorded is saved, and nothing is"
                " recorded any longer"
            )

    def _close_what_is_open(
        self, whose: Callable[[connection.Client], bool]
    ) -> list[http.HTTPFlow]:
        """Leave those on which an answer is awaited, since all of its request has left;
        return its flows."""
        flows = [
            each
            for each in self._under_way.values()
            if each.server_conn.connected and not each.intercepted
        ]
        awaited = [each.server_conn for each in flows]
        closed = upstream.close(
            self._manager,
            lambda each, client: whose(client) and not _is_among(each, awaited),
        )
        if closed:
            logger.warning(
                "mitmvcr replays: %d open connection%s to the network %s closed",
                closed,
                *(("", "was") if closed == 1 else ("s", "were")),
            )
        return [each for each in flows if whose(each.client_conn)]

    # mitmproxy's side

    def before(self, event: Hook) -> None:
        look = self._before.get(event.name)
        if look is not None:
            look(*event.args())

    def after(self, event: Hook) -> None:
        look = self._after.get(event.name)
        if look is not None:
            look(*event.args())

    def _allows(self, ask: Callable[[Rules], bool]) -> bool:
        if self._is_shut or self._rules is None:
            return not self._is_shut
        try:
            return ask(self._rules)
        except Exception:  # noqa: BLE001 - fails closed, whatever it is
            return False

    def _socket(self, data: ServerConnectionHookData) -> None:
        if not data.server.error and not self._allows(lambda r: r.may_connect(data)):
            data.server.error = _REFUSED

    def _head(self, flow: http.HTTPFlow) -> None:
        """Keep what streams from being on its way before it is looked up."""
        streams = flow.request.stream and flow.response is None
        if is_answered_here(flow):
            return  # it may yet go on, and a socket is asked for then
        if streams and not self._allows(lambda rules: rules.may_leave(flow)):
            flow.request.stream = False

    def _request(self, flow: http.HTTPFlow) -> None:
        if flow.response is not None or flow.error is not None:
            return
        if self._allows(lambda rules: rules.may_leave(flow)):
            self._under_way[flow.id] = flow
        else:
            self._refuse(flow)

    def _refuse(self, flow: http.HTTPFlow) -> None:
        reason = _GONE if self._is_shut else _UNANSWERED
        try:
            if self._rules is not None:
                self._rules.fail(flow, NotAskedError(reason))
        except Exception:
            logger.exception("mitmvcr: %s", reason)
        if flow.response is None:
            is_head = flow.request.method == "HEAD"
            flow.response = answers.failure(reason, head=is_head)

    def _name(self, query: dns.DNSFlow) -> None:
        """Refuse to look a name up in a replay. mitmproxy does so in its own hook
        (addons/dns_resolver.py), unless the flow has an error by then, which it answers
        with SERVFAIL."""
        if query.response is not None or query.error is not None:
            return
        if not self._allows(lambda rules: rules.may_look_up(query.client_conn)):
            query.error = Error(_REFUSED)
            if not self._has_refused_names:
                self._has_refused_names = True
                logger.warning("mitmvcr: names are not looked up (SERVFAIL)")

    def _ended(self, ended: http.HTTPFlow) -> None:
        self._under_way.pop(ended.id, None)
        if not self._leftover:
            return
        left = [each for each in self._leftover if each.id in self._under_way]
        if len(left) < len(self._leftover):
            self._close_leftover(self._leftover, left)
        self._leftover = left

    def _close_leftover(
        self, before: list[http.HTTPFlow], left: list[http.HTTPFlow]
    ) -> None:
        """Close a connection with the last answer that is awaited on it."""
        awaited = [each.server_conn for each in self._under_way.values()]
        over = [each.server_conn for each in before if each not in left]
        over = [each for each in over if not _is_among(each, awaited)]
        upstream.close(self._manager, lambda each, _: _is_among(each, over))


def _is_among(thing: object, things: Collection[object]) -> bool:
    return any(thing is each for each in things)


def stand(manager: Manager, rules: Rules) -> Guard:
    """Find the guard of a mitmproxy, or post one. Where mitmproxy is not known there is
    no place for it, and it lets no session be offline."""
    guard = chain.watch_of(manager)
    if not isinstance(guard, Guard):
        guard = Guard(manager)
        if host.capabilities.has("guard round the addons"):
            chain.surround(manager, guard)
    guard.obey(rules)
    return guard


def end_shut(guard: Guard | None, error: VcrError) -> NoReturn:
    """End a process that cannot start. Nothing leaves meanwhile: mitmproxy listens
    already, and serves who has connected until its loop is closed."""
    if guard is not None:
        guard.leave(offline=True)
    end_process(error)
