"""What mitmvcr gives to mitmproxy's ``-s``."""

from mitmvcr.config import in_force
from mitmvcr.proxy.addon import VcrAddon
from mitmvcr.proxy.host.exit import ExitGuard
from mitmvcr.proxy.seat import Seat

addons = [Seat(VcrAddon(ExitGuard(), configured=lambda: in_force({})))]
