"""What an Accept-Encoding asks for."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from mitmvcr.codings.table import find, names

#: In the order in which a replay prefers them.
_PREFERRED = ("gzip", "br", "zstd", "deflate")


@lru_cache(maxsize=256)
def accepted_codings(header: str) -> tuple[str, ...]:
    """Return the content codings that an Accept-Encoding accepts, the preferred one
    first."""
    if not header:
        return ()
    offered = {}
    for item in header.lower().split(","):
        name, _, parameters = item.partition(";")
        weight = parameters.replace(" ", "").removeprefix("q=")
        offered[name.strip()] = weight.strip("0.") != "" or not parameters
    return tuple(coding for coding in _PREFERRED if offered.get(coding))


def are_accepted(codings: str, accepted: Sequence[str]) -> bool:
    """Return whether a client undoes these by itself. A client that accepts one coding
    does not undo several on one body: Go's transport takes it off once."""
    found = names(codings)
    if len(found) > 1 and len(accepted) == 1:
        return False
    return bool(found) and all(name in accepted for name in found)


def first_known(accepted: Iterable[str]) -> str:
    """Return the first coding that can be applied here, else ``""``."""
    return next((name for name in accepted if find(name)), "")
