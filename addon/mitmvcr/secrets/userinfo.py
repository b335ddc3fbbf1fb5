"""Passwords of URLs."""

import re
from collections.abc import Iterator

from mitmvcr.secrets.looks import is_by_chance

#: ``user:password@`` in a URL (RFC 3986, 3.2.1), or a token alone; looked for where
#: there is an ``@``. Some write a ``#`` that stands in a password as it is.
USERINFO = re.compile(
    rb"://(?:([\w.~-]{20,200}+)(?::[xX]?)?+"
    rb"|[^\s/?#\"'<>@:\\]{0,80}+:(?![0-9]{1,5}#)([^\s/?\"'<>@\\]{1,200}+))@"
)
#: One ``@`` in so many bytes is few.
_FEW_MARKS = 200
#: So long are a user and a password, with what stands around them.
_LONGEST_USERINFO = 300


def is_password(found: re.Match[bytes]) -> bool:
    """Return whether what matches has a password, or a token in the place of the
    user."""
    return found.lastindex == 2 or is_by_chance(found[1])


def passwords(data: bytes) -> Iterator[re.Match[bytes]]:
    """Yield the passwords of URLs, each as the last group: from each ``@`` backwards,
    as long as there are few, then forwards."""
    return filter(is_password, _userinfo(data))


def _userinfo(data: bytes) -> Iterator[re.Match[bytes]]:
    before, at = 0, data.find(b"@")
    for _ in range(len(data) // _FEW_MARKS + 1):
        if at < 0:
            return
        slash = data.rfind(b"/", max(before, at - _LONGEST_USERINFO), at)
        if slash >= 0 and (found := USERINFO.match(data, max(0, slash - 2), at + 1)):
            yield found
        before, at = at + 1, data.find(b"@", at + 1)
    yield from USERINFO.finditer(data, before)
