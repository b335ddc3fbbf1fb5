"""URLs, cut where RFC 3986 cuts them; each part stays as it is spelled."""

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
