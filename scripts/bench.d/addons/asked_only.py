"""mitmproxy with our way round its idle addons and nothing else: what is left of the
difference is what recording or replaying costs by itself."""

import sys
from pathlib import Path

from mitmproxy import ctx

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "addon"))

from mitmvcr.mitm.host.dispatch import HookDispatcher


def running() -> None:
    HookDispatcher(ctx.master.addons).open()
