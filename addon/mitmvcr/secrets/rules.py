"""What a user adds to the lists and takes from them."""

from typing import NamedTuple

#: What ``minimal`` stands for.
MINIMAL = frozenset({"accept", "content-type", "user-agent"})


class Rules(NamedTuple):
    """``secrets`` are names of environment variables, ``fake`` the kinds that are
    replaced by a fake instead of a placeholder; ``headers_kept`` is None for all. The
    regexes and JSONPaths have been checked already."""

    off: bool = False
    headers: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    json: tuple[str, ...] = ()
    regex: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    fake: tuple[str, ...] = ()
    headers_kept: frozenset[str] | None = None


#: What is in force when nothing is configured.
DEFAULT = Rules()
