"""How many files a command may have open: as many as we were given, though the proxy
lets itself have more."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

if sys.platform != "win32":  # pragma: no branch
    import resource


def files_given() -> int:
    """Return how many there may be now; 0 where there is no limit to be set."""
    if sys.platform == "win32":  # pragma: no cover - it has no such limit
        return 0
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


@contextmanager
def with_files(given: int) -> Iterator[None]:
    """Give what is started in the block this limit: a program may close all that it
    could have open, or know of no file beyond 1024 (``select``)."""
    if files_given() == given:
        yield
        return
    own, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (given, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (own, most))
