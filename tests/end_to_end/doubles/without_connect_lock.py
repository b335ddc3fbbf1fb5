"""A script for mitmdump: the addon's ``server_connect`` hook does nothing at all."""

from mitmvcr.proxy.addon import VcrAddon


def _nothing(self: VcrAddon, data: object) -> None:
    """What is left is ``request``."""


VcrAddon.server_connect = _nothing
