"""URLs, cut where RFC 3986 cuts them; each part stays as it is spelled. And hosts."""

import ipaddress
import re
from typing import NamedTuple

_URL = re.compile(r"([^:/?#]+)://([^/?#]*)([^?#]*)(\??[^#]*)(.*)", re.DOTALL)


class UrlParts(NamedTuple):
    """The query stands with its ``?``, the fragment with its ``#``; joined by ``://``
    behind the scheme they are the URL."""

    scheme: str
    authority: str
    path: str
    query: str
    fragment: str

    @property
    def origin(self) -> str:
        """Return scheme and authority, as a URL."""
        return f"{self.scheme}://{self.authority}"

    @property
    def host(self) -> str:
        """Return the authority without its user: the host, and the port if written."""
        return self.authority[self.authority.rfind("@") + 1 :]


def url_parts(url: str) -> UrlParts | None:
    """Return the parts of an absolute URL; None of another text."""
    found = _URL.fullmatch(url)
    return UrlParts(*found.groups()) if found else None


def own_address(host: str) -> str:
    """Return where this machine finds what listens at an address: at all of its own
    (``0.0.0.0``) nobody can be asked."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def is_loopback(host: str) -> bool:
    """Return whether a host, as a URL, a header or an option has it, is this machine's
    own address."""
    try:
        address = ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return host.lower() == "localhost"
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)
