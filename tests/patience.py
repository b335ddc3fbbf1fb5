"""How long a test waits for what must come, and the one way to wait for it.

Nothing waits as long unless something is wrong: a busy machine is no failure.
``MITMVCR_TEST_PATIENCE`` is the longest wait for one thing, in seconds.
"""

import os
import selectors
import socket
import subprocess
import time
from collections.abc import Callable
from typing import IO, TypeVar

PATIENCE = float(os.environ.get("MITMVCR_TEST_PATIENCE", "120"))

T = TypeVar("T")


def nothing() -> str:
    """Nothing is to be shown beside a failure."""
    return ""


def wait_until(
    what: str,
    found: Callable[[], T],
    *,
    shown: Callable[[], str] = nothing,
    seconds: float = PATIENCE,
) -> T:
    """Return the first true value of ``found``, which is called again and again.

    An AssertionError names ``what``, and has what ``shown`` returns: the log.
    """
    deadline = time.monotonic() + seconds
    while not (value := found()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s for {what}\n{shown()}")
        time.sleep(0.02)
    return value


def wait_for_port(port: int, *, shown: Callable[[], str] = nothing) -> None:
    """Return when something listens there."""

    def is_open() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_until(f"something that listens on port {port}", is_open, shown=shown)


def read_line(process: subprocess.Popen[bytes], what: str) -> bytes:
    """Read the first line that a process prints; it says ``what``.

    Its output must not have been read before: what is in a buffer cannot be waited for.
    """
    out = process.stdout
    assert out is not None
    with selectors.DefaultSelector() as selector:
        selector.register(out, selectors.EVENT_READ)
        if not selector.select(PATIENCE):
            process.kill()
            raise AssertionError(f"waited {PATIENCE:g} s for {what}: {process.args!r}")
    if line := out.readline():
        return line
    code = process.wait(PATIENCE)
    raise AssertionError(
        f"it ended with {code} before {what}: {process.args!r}{_said(process.stderr)}"
    )


def _said(stderr: IO[bytes] | None) -> str:
    return "; see its stderr above" if stderr is None else f"\n{stderr.read()!r}"


def at_some_pace(attempt: Callable[[float], None]) -> None:
    """Call ``attempt`` with how much slower to go, until it passes or was slow indeed.

    For what is told by a pace alone: a busy machine misses a quick one, and what is
    not paced at all fails at any.
    """
    for slower in (1, 5):
        try:
            return attempt(slower)
        except AssertionError:
            continue
    attempt(25)
