"""mitmproxy with our way round its idle addons and nothing else: what is left of the
difference is what recording or replaying costs by itself."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[4] / "addon"))

from mitmvcr.proxy.host.dispatch import open_dispatcher


def running() -> None:
    open_dispatcher()
