"""Entry for ``mitmdump -s "$(mitmvcr addon-path)"``, of any mitmproxy: it brings this
package from where it is installed, and nothing else of what is installed there."""

import importlib
import importlib.util
import sys
from pathlib import Path

if "mitmvcr" not in sys.modules:
    _folder = Path(__file__).parent
    _spec = importlib.util.spec_from_file_location(
        "mitmvcr", _folder / "__init__.py", submodule_search_locations=[str(_folder)]
    )
    assert _spec is not None
    assert _spec.loader is not None
    sys.modules["mitmvcr"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(sys.modules["mitmvcr"])

from mitmvcr.proxy.script import addons

__all__ = ["addons"]
