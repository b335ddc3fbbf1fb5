"""A port for a program that has to be told one before it listens."""

import socket
from contextlib import suppress
from random import SystemRandom


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    """Return one below those that systems give out by themselves (Linux: from 32768
    on): on a busy machine another process would get such a one in between."""
    while True:
        port = SystemRandom().randrange(10_000, 32_000)
        with suppress(OSError), socket.socket(type=kind) as probe:
            probe.bind(("127.0.0.1", port))
            return port
