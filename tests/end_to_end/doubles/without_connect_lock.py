"""A script for mitmdump: the addon's ``server_connect`` hook does nothing at all."""

from mitmvcr.proxy.connections import Connections


def _nothing(self: Connections, data: object) -> None:
    """What is left is ``request``."""


Connections.server_connect = _nothing
