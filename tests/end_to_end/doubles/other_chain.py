"""mitmproxy as it may be one day: hooks pass elsewhere, as OTHER_CHAIN says."""

import os

from mitmproxy.addonmanager import AddonManager
from mitmproxy.proxy import server
from mitmproxy.proxy.mode_servers import ProxyConnectionHandler

if os.environ["OTHER_CHAIN"] == "no handle_lifecycle":

    async def handle_hook(self: ProxyConnectionHandler, hook: object) -> None:
        await self.master.addons.trigger_event(hook)

    ProxyConnectionHandler.handle_hook = handle_hook
elif os.environ["OTHER_CHAIN"] == "other arguments":

    async def handle_lifecycle(self: AddonManager, hook: object, more: int = 0) -> None:
        await self.trigger_event(hook)

    AddonManager.handle_lifecycle = handle_lifecycle
else:
    del server.ConnectionHandler.__annotations__["transports"]
