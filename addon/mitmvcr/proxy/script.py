"""What mitmvcr gives to mitmproxy's ``-s``, by ``addon/vcr.py`` or as this file itself:
``mitmdump -s "$(mitmvcr addon-path)"``. Any mitmproxy gets this package then, from
where it is installed, and nothing else that is installed there."""

import importlib.util
import sys
from pathlib import Path

if "mitmvcr" not in sys.modules:
    _folder = Path(__file__).parents[1]
    _spec = importlib.util.spec_from_file_location(
        "mitmvcr", _folder / "__init__.py", submodule_search_locations=[str(_folder)]
    )
    assert _spec is not None
    assert _spec.loader is not None
    sys.modules["mitmvcr"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["mitmvcr"])

from mitmvcr.config import in_force
from mitmvcr.proxy import host
from mitmvcr.proxy.addon import VcrAddon
from mitmvcr.proxy.seat import Seat

addons = [Seat(VcrAddon(host.ExitGuard(), configured=lambda: in_force({})))]
