"""The sessions in play: which one a flow belongs to, how each begins and ends."""

from mitmvcr.proxy.sessions.closing import Served
from mitmvcr.proxy.sessions.sessions import Sessions
