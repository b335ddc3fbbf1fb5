"""``--isolate-allow HOST:PORT``: what the command may reach besides the proxy."""

import ipaddress
import socket
from dataclasses import dataclass

from mitmvcr.core.errors import OptionError

OPTION = "--isolate-allow"
_REMEDY = "use HOST:PORT, [IPv6]:PORT, or PORT alone for this machine's 127.0.0.1"


@dataclass(frozen=True, slots=True)
class Allowed:
    """``addresses`` are those of ``host`` out here; within they are the same."""

    host: str
    port: int
    addresses: tuple[str, ...]

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def parse_allowed(text: str) -> Allowed:
    """Raises OptionError, also where the name has no address."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]") if text[:1] == "[" else host
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise OptionError(OPTION, text, _REMEDY)
    if (":" in host) != (text[:1] == "["):
        raise OptionError(OPTION, text, _REMEDY)
    host = host or "127.0.0.1"
    return Allowed(host, int(port), _addresses(host, text))


def _addresses(host: str, text: str) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise OptionError(OPTION, text, f"{host} has no address: {reason}") from error
    addresses = tuple(dict.fromkeys(str(each[4][0]) for each in found))
    for address in addresses:
        parsed = ipaddress.ip_address(address)
        if parsed.is_unspecified or parsed.is_multicast or "%" in address:
            problem = f"{address} is no address that a program can connect to"
            raise OptionError(OPTION, text, problem)
    return addresses
