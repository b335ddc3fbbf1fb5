"""A proxy in this process: where it is to be, and where it is."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mitmvcr.core.errors import VcrError
from mitmvcr.network_options import Upstream


class ProxyError(VcrError):
    """The proxy could not be started."""


class Place(NamedTuple):
    """What a proxy is given. ``trusted_ca`` (PEM) is what origins are verified against,
    else mitmproxy's own choice; ``upstream`` is a proxy to go on through, and ``sets``
    are options of mitmproxy, as NAME=VALUE."""

    confdir: Path
    listen_host: str = "127.0.0.1"
    listen_port: int = 0
    trusted_ca: Path | None = None
    upstream: Upstream | None = None
    sets: Sequence[str] = ()


#: Takes the two streams of a client's connection, until that ends.
Handle = Callable[[Any, Any], Awaitable[None]]


class Running(NamedTuple):
    """A proxy that listens; ``server`` is what does so, where that is mitmproxy."""

    port: int
    control_url: str | None = None
    server: Any = None


def pass_over_cancelled(
    loop: asyncio.AbstractEventLoop, context: dict[str, Any]
) -> None:
    """Say nothing of connections that clients still hold: Python 3.11 takes a task that
    is cancelled with the loop for one that failed."""
    if not isinstance(context.get("exception"), asyncio.CancelledError):
        loop.default_exception_handler(context)
