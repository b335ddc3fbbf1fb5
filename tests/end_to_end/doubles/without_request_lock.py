"""A script for mitmdump: the addon's ``request`` hook does nothing at all."""

from mitmvcr.proxy.addon import VcrAddon


async def _nothing(self: VcrAddon, flow: object) -> None:
    """What is left is ``server_connect``."""


VcrAddon.request = _nothing
