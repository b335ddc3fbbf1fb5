"""What mitmvcr gives to mitmproxy's ``-s``."""

from mitmvcr.config import in_force
from mitmvcr.proxy import host
from mitmvcr.proxy.addon import VcrAddon
from mitmvcr.proxy.seat import Seat

addons = [Seat(VcrAddon(host.ExitGuard(), configured=lambda: in_force({})))]
