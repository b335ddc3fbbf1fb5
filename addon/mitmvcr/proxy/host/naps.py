"""A layer that waits for a while (proxy/layer.py, proxy/server.py: wakeup_timer)."""

from collections.abc import Generator
from typing import Any

from mitmproxy.proxy import commands, events

Commands = Generator[commands.Command, Any, None]

#: A wake-up has no reply, since mitmproxy never waits for one with a blocking command.
_Wakeup: Any = events.Wakeup
_Wakeup.reply = None


class Nap(commands.RequestWakeup):
    """Pauses one stream; the others of its connection go on (layer.py: blocking).

    A hook would do too, but it calls each addon: 0.2 ms for each part of each stream.
    """

    blocking = True
