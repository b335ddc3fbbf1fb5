"""What a script gives to mitmproxy in the place of the addon.

All scripts are within one of mitmproxy's addons, and what becomes of one of them in a
hook decides for those behind it (host/chain.py). So only this stands there; it puts the
addon itself beside them, and takes it out when the script is gone.
"""

import asyncio
from collections.abc import Set
from typing import TYPE_CHECKING

from mitmproxy.addonmanager import Loader

from mitmvcr.proxy.host import chain
from mitmvcr.proxy.host.exit import is_exiting

if TYPE_CHECKING:
    from mitmvcr.proxy.addon import VcrAddon


class Seat:
    """Loads the addon with a script; a reload of the script leaves it as it is, with
    its session and all that was used up of it."""

    name = "vcr.seat"

    def __init__(self, vcr: "VcrAddon") -> None:
        self._vcr = vcr
        self._is_taken = self._is_new = False

    def load(self, loader: Loader) -> None:
        manager: chain.Manager = loader.master.addons
        chain.enter(manager, self._vcr)
        self._manager = manager
        self._is_taken = self._is_new = True

    def configure(self, updated: Set[str]) -> None:
        """Pass on the one call at a load, for all options; mitmproxy tells the addon
        itself what changes later."""
        if self._is_new:
            self._is_new = False
            self._vcr.configure(updated)

    def running(self) -> None:
        if self._is_taken:
            self._vcr.running()

    def done(self) -> None:
        self._is_taken = False
        if not is_exiting():
            # A reload loads it again before anything else can happen.
            asyncio.get_running_loop().call_soon(self._leave)

    def _leave(self) -> None:
        if not self._is_taken:
            self._manager.remove(self._vcr)
