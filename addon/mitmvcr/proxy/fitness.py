"""What the lane may serve: which sessions, which clients, and in which protocol."""

from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from mitmvcr.core.media import is_framed
from mitmvcr.core.model import header
from mitmvcr.lane import Hello
from mitmvcr.proxy.flow.player import Player

H1, H2 = b"http/1.1", b"h2"
_KNOWN = (H2, H1, b"http/1.0", b"http/0.9")


def is_fit_for_lane(player: Player) -> bool:
    """Return whether all that the session's requests need is in the lane."""
    session, settings = player.session, player.settings
    return (
        settings.lane == "auto"
        and session.offline
        and session.looks_up
        and not player.passthrough
        and not player.blocking.has_filters
        and not settings.latency
    )


@lru_cache(maxsize=256)
def is_near(address: str) -> bool:
    """Return whether mitmproxy's ``block_global`` lets this client in."""
    found = ip_address(address.rpartition("%")[0] or address)
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or found
    return found.is_loopback or not found.is_global


def makes_calls(player: Player, place: str, greeting: Hello) -> bool:
    """Return whether gRPC or Connect was spoken with this host, of which mitmproxy
    answers all: it does so sooner with a connection of its own."""
    recorded = player.recorded_of((greeting.name, place))
    kind = header(recorded.response.headers, "Content-Type") if recorded else ""
    return is_framed(kind)


def protocol_of(
    player: Player, place: str, greeting: Hello, chooses: Callable[[], bool]
) -> bytes | None:
    """Return what mitmproxy and :class:`Connections` would speak with this client.
    ``chooses`` says whether they can choose."""
    offered = greeting.protocols
    recorded = player.recorded_protocol((greeting.name, place))
    if recorded in offered and chooses():
        return recorded
    return next((each for each in offered if each in _KNOWN), None)
