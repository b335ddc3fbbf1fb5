"""JWTs, made again with other times.

Nobody here has the key: what signs them is zeros, as many as there were. Claims keep
their order and their spelling; nothing but the digits of the times changes.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable

from mitmvcr.clock.table import CLAIMS

TOKEN = re.compile(rb"(?<![\w-])eyJ[\w-]{8,}+\.eyJ[\w-]{4,}+\.[\w-]*+(?![\w-]|\.[\w-])")
#: A claim that is a number, at whatever depth.
_CLAIM = re.compile(
    rb'("(?:' + "|".join(CLAIMS).encode() + rb')"\s*:\s*)(\d+(?:\.\d*)?)'
)


def remade(token: bytes, move: Callable[[str], str]) -> bytes:
    """Return a token with each time in its claims moved; the same one where none
    moves, or where it is not readable."""
    head, claims, signature = token.split(b".")
    try:
        plain = urlsafe_b64decode(claims + b"=" * (-len(claims) % 4))
    except ValueError:
        return token
    new = _CLAIM.sub(lambda m: m[1] + move(m[2].decode()).encode(), plain)
    if new == plain:
        return token
    coded = urlsafe_b64encode(new).rstrip(b"=")
    return b".".join((head, coded, b"A" * len(signature)))
