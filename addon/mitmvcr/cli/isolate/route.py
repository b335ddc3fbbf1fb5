"""What an isolated command can reach: the proxy, and what is allowed besides."""

import ipaddress
import socket
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mitmvcr.core.errors import OptionError
from mitmvcr.network_options import Place
from mitmvcr.options import ISOLATE_ALLOW

if TYPE_CHECKING:
    from mitmvcr.cli.isolate.ports import Ports


@dataclass(frozen=True, slots=True)
class Route:
    """How a command reaches the proxy, isolated or not: on which port, and what it has
    to ``enter`` first. ``attempts`` to go another way are complete once the gate is
    closed. ``ports`` are further ones of an isolated command."""

    port: int
    enter: Callable[[], None] | None = None
    attempts: Counter[str] = field(default_factory=Counter)
    ports: "Ports | None" = None


@dataclass(frozen=True, slots=True)
class Allowed:
    """``addresses`` are those of ``host`` outside; inside the namespace they are the
    same."""

    host: str
    port: int
    addresses: tuple[str, ...]

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def resolve(place: Place) -> Allowed:
    """Look up the host's addresses. Raises OptionError where it has none."""
    return Allowed(place.host, place.port, _addresses(place))


def _addresses(place: Place) -> tuple[str, ...]:
    host, option = place.host, ISOLATE_ALLOW.word
    try:
        entries = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        problem = f"{host} has no address: {reason}"
        raise OptionError(option, place.text, problem) from error
    addresses = tuple(dict.fromkeys(str(each[4][0]) for each in entries))
    for address in addresses:
        parsed = ipaddress.ip_address(address)
        if parsed.is_unspecified or parsed.is_multicast or "%" in address:
            problem = f"{address} is not an address that a program can connect to"
            raise OptionError(option, place.text, problem)
    return addresses
