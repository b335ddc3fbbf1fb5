"""What we rely on in mitmproxy beyond its documentation, in one table.

Each capability was read in the source of the versions it names, and is checked in the
running one, whatever its number. When mitmproxy starts, one line is logged for each
that is off. Code asks for a capability before it uses it, and has a fallback. Only the
guards, which keep a replay off the network, have none: without all of them nothing is
replayed.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mitmproxy import version

from mitmvcr.core.errors import VcrError
from mitmvcr.proxy.host import checks, end_checks

logger = logging.getLogger("mitmvcr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """``check`` raises with the reason if it is off, and ``lost`` says what that means.

    ``guards``: it keeps a replay off the network, which is refused without it.
    ``on_demand``: it is checked only when something needs it.
    """

    name: str
    read_in: tuple[str, ...] = ("11.0.2", "12.3.1")
    check: Callable[[], None]
    lost: str
    guards: bool = False
    on_demand: bool = False


class CapabilityError(VcrError):
    """Something cannot be done with this mitmproxy."""

    def __init__(self, name: str, reason: str, lost: str) -> None:
        self.name, self.reason = name, reason
        running = version.VERSION
        super().__init__(f"{name} is off with mitmproxy {running} ({reason}): {lost}")


TABLE = (
    Capability(
        name="connection refusal",
        check=checks.refused_connections,
        lost="a replay could reach the network, and is refused",
        guards=True,
    ),
    Capability(
        name="option takeover",
        check=checks.own_options,
        lost="a request could leave before it is looked up, and a replay is refused",
        guards=True,
    ),
    Capability(
        name="option check",
        check=checks.option_names,
        lost="a vcr option that is misspelt is not noticed, and a replay is refused",
        guards=True,
    ),
    Capability(
        name="guard round the addons",
        check=checks.surrounded_hooks,
        lost="another addon could end a hook before a request is looked up, and a"
        " replay is refused",
        guards=True,
    ),
    Capability(
        name="open connections",
        check=checks.open_connections,
        lost="what is open when a replay begins could not be closed, and the replay is"
        " refused",
        guards=True,
    ),
    Capability(
        name="place in the chain",
        check=checks.place_in_the_chain,
        lost="a script before this one could keep a request from being looked up, and"
        " a replay is refused",
        guards=True,
    ),
    Capability(
        name="any header value",
        check=checks.any_header_value,
        lost="in a replay a header value with blanks round it ends its HTTP/2"
        " connection",
    ),
    Capability(
        name="hook dispatch",
        check=checks.hook_dispatch,
        lost="every addon is asked at every hook, and requests take longer",
    ),
    Capability(
        name="stream replay",
        check=checks.stream_replay,
        lost="streams are replayed in one piece, and one that broke off is cut before"
        " its head",
    ),
    Capability(
        name="backpressure",
        check=checks.backpressure,
        lost="a replayed stream counts as delivered when it is sent, also if its"
        " client leaves before it has read it",
    ),
    Capability(
        name="early response",
        check=checks.early_response,
        lost="gRPC calls that go both ways are not replayed, and those that are missed"
        " or refused get no reason",
    ),
    Capability(
        name="early ends",
        check=end_checks.early_ends,
        lost="while a call is recorded that its origin ends first, its client gets the"
        " end only when it has ended its side, unless trailers come with it",
    ),
    Capability(
        name="WebSocket replay",
        check=checks.websocket_replay,
        lost="recorded WebSockets are not replayed, and asking for one is an error",
    ),
    Capability(
        name="URLs of WebSockets",
        check=checks.urls_of_websockets,
        lost="WebSockets of clients that name their whole ws:// URL to a proxy, as"
        " aiohttp, get 400",
    ),
    Capability(
        name="upgraded connections",
        check=checks.upgraded_connections,
        lost="what goes over a connection that was upgraded to something other than a"
        " WebSocket is neither recorded nor replayed, and asking for it is an error",
    ),
    Capability(
        name="client resets",
        check=end_checks.client_resets,
        lost="over HTTP/2 a stream that its client left is taken for one that its"
        " origin broke off",
    ),
    Capability(
        name="early resets",
        check=end_checks.early_resets,
        lost="an answer that waits for its time is not given back for another request"
        " until its time has come, though its client has left",
    ),
    Capability(
        name="TLS alerts",
        check=end_checks.tls_alerts,
        lost="when an origin refuses a client's certificate, the log only says that it"
        " closed the connection, or the client waits in vain",
    ),
    Capability(
        name="end of TLS",
        check=end_checks.end_of_tls,
        lost="an answer over TLS that ends with its connection counts as broken off"
        " for wget and others that use GnuTLS or OpenSSL",
    ),
    Capability(
        name="ends of origins",
        check=end_checks.ends_of_origins,
        lost="what came of an answer without a length before its origin reset the"
        " connection is recorded as the whole",
    ),
    Capability(
        name="turns of events",
        check=end_checks.turns_of_events,
        lost="requests of a client that left within streams of HTTP/2 may stay under"
        " way, and the end of their session waits for them",
    ),
    Capability(
        name="origins that leave",
        check=end_checks.origins_that_leave,
        lost="an HTTP/2 origin that announces its end, as on a restart, breaks the"
        " answers that are under way, and they are not recorded",
    ),
    Capability(
        name="trailers of HTTP/1",
        check=end_checks.trailers_of_http1,
        lost="trailers over HTTP/1.1, and a 103 before an answer, break the connection"
        " to the origin",
    ),
    Capability(
        name="errors after 100",
        check=end_checks.errors_after_100,
        lost="a client that was told to go on (Expect: 100-continue) gets no answer"
        " where its origin then fails",
    ),
    Capability(
        name="cleartext HTTP/2",
        check=checks.cleartext_h2,
        lost="HTTP/2 without TLS, as gRPC speaks it, is neither recorded nor replayed,"
        " nor are requests whose line comes in pieces",
    ),
    Capability(
        name="ALPN choice",
        check=checks.alpn_choice,
        lost="in a replay clients speak the HTTP version that they prefer, and not the"
        " recorded one",
    ),
    Capability(
        name="raw messages",
        check=checks.raw_messages,
        lost="every message is decoded and checked once more, which takes longer",
    ),
    Capability(
        name="waiting at the end",
        check=checks.wait_at_the_end,
        lost="exchanges that are under way when mitmproxy ends are cut off at once",
    ),
    Capability(
        name="exit from hooks",
        check=checks.exit_from_hooks,
        lost="a start that fails ends the process at once, without mitmproxy's own end",
    ),
    Capability(
        name="silence limit",
        check=checks.silence_limit,
        lost="a request that mitmproxy gave up on is not recorded as timed out",
    ),
    Capability(
        name="fast lane",
        check=checks.fast_lane,
        lost="every request takes mitmproxy's own way",
        on_demand=True,
    ),
    Capability(
        name="lean start",
        check=checks.lean_start,
        lost="'mitmvcr run' starts mitmproxy also for a replay that needs none",
        on_demand=True,
    ),
    Capability(
        name="mitmproxy in process",
        check=checks.own_master,
        lost="'mitmvcr run' cannot start; use mitmdump with the script",
        on_demand=True,
    ),
    Capability(
        name="ports of their own",
        check=checks.own_ports,
        lost="sessions have none: open them with 'port' false, and name them in the"
        " proxy URL",
        on_demand=True,
    ),
    Capability(
        name="shared port",
        check=checks.shared_port,
        lost="'mitmvcr serve' has one worker only",
        on_demand=True,
    ),
    Capability(
        name="one option alone",
        check=checks.option_alone,
        lost="to open a port of its own for a session takes 2 ms more",
        on_demand=True,
    ),
    Capability(
        name="options together",
        check=checks.options_together,
        lost="a start takes 8 ms more",
        on_demand=True,
    ),
    Capability(
        name="late imports",
        check=checks.late_imports,
        lost="'mitmvcr run' takes half as long again to start",
        on_demand=True,
    ),
    Capability(
        name="CA files",
        check=checks.cert_store,
        lost="'mitmvcr run' and 'mitmvcr serve' have no certificate authority; use"
        " mitmdump with the script",
        on_demand=True,
    ),
    Capability(
        name="certificate store",
        check=checks.certificate_store,
        lost="the first request to a host takes 3 ms more once there were a hundred"
        " hosts",
        on_demand=True,
    ),
    Capability(
        name="backdated certificates",
        check=checks.backdated_certificates,
        lost="a command cannot be given a recording's clock: use --time shift, or off",
        on_demand=True,
    ),
)


class Capabilities:
    """The table, and whether each capability is there, checked once."""

    def __init__(self, table: Iterable[Capability] = TABLE) -> None:
        self._table = {each.name: each for each in table}
        self._is_there: dict[str, bool] = {}

    def look(self) -> None:
        """Log all that are off. Call it when mitmproxy runs; it takes 1 ms."""
        for each in self._table.values():
            if not each.on_demand:
                self.has(each.name)

    def has(self, name: str) -> bool:
        """Return whether a capability is there; log one line if not, the first time."""
        is_there = self._is_there.get(name)
        if is_there is None:
            error = self.problem(name)
            is_there = self._is_there[name] = error is None
            if error is not None:
                logger.warning("mitmvcr: %s", error)
        return is_there

    def require(self, name: str) -> None:
        """Raise CapabilityError if it is not there. A guard is checked every time."""
        if self._is_there.get(name) and not self._table[name].guards:
            return
        error = self.problem(name)
        if error is not None:
            raise error
        self._is_there[name] = True

    def require_guards(self) -> None:
        """Raise CapabilityError for the first guard that is off. Call it before
        anything is replayed."""
        for each in self._table.values():
            if each.guards:
                self.require(each.name)

    def problem(self, name: str) -> CapabilityError | None:
        """Return why it is not there, or None; log nothing."""
        capability = self._table[name]
        try:
            capability.check()
        except Exception as error:  # noqa: BLE001 - whatever it meets is the reason
            reason = " ".join(str(error).split()) or type(error).__name__
            return CapabilityError(name, reason, capability.lost)
        return None


capabilities = Capabilities()
