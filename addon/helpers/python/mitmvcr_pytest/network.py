"""Blocks what does not go to this machine, as pytest-recording does."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

_FAMILIES = (socket.AF_INET, socket.AF_INET6)


@contextmanager
def blocked(allowed: Sequence[str]) -> Iterator[None]:
    """Let sockets of this process reach only this machine, where the proxy is, and the
    hosts that one of these regexes matches."""
    names = ("connect", "connect_ex")
    before = {name: getattr(socket.socket, name) for name in names}
    for name, original in before.items():
        setattr(socket.socket, name, _guarded(original, allowed))
    try:
        yield
    finally:
        for name, original in before.items():
            setattr(socket.socket, name, original)


def _guarded(
    original: Callable[..., Any], allowed: Sequence[str]
) -> Callable[..., Any]:
    def connect(self: socket.socket, address: Any) -> Any:
        if self.family in _FAMILIES and not _is_allowed(str(address[0]), allowed):
            raise RuntimeError(f"Network is disabled for host {address[0]!r}")
        return original(self, address)

    return connect


def _is_allowed(host: str, allowed: Sequence[str]) -> bool:
    if host in ("localhost", "::1") or host.startswith("127."):
        return True
    return any(re.match(each, name) for each in allowed for name in _names(host))


def _names(address: str) -> Iterator[str]:
    """Yield a host as it was given, and by its name: sockets get addresses."""
    yield address
    try:
        yield socket.gethostbyaddr(address)[0]
    except OSError:
        return
