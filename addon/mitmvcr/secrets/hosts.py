"""Host names that a user wants hidden: ``db.example.com``, or ``*.example.com``."""

import re
from collections.abc import Iterator, Sequence

from mitmvcr.secrets.spans import Edit

#: The domain is reserved (RFC 2606): nothing is ever there.
_NEW = b"redacted-host-%d.invalid"


class Hosts:
    """Replaces each host name with a placeholder of its own, counted in the order of
    the option."""

    def __init__(self, names: Sequence[str]) -> None:
        self._rules = [(_regex(name), _NEW % at) for at, name in enumerate(names, 1)]

    def edits(self, data: bytes) -> Iterator[Edit]:
        for regex, new in self._rules:
            for found in regex.finditer(data):
                yield Edit(found.start(), found.end(), new, "host")


def _regex(name: str) -> re.Pattern[bytes]:
    sub = rb"(?:[\w-]{1,63}+\.){1,10}" if name.startswith("*.") else b""
    host = re.escape(name.removeprefix("*.").encode())
    return re.compile(
        rb"(?i)(?<![\w-])(?<![\w-]\.)" + sub + host + rb"(?![\w-]|\.[A-Za-z0-9])"
    )
