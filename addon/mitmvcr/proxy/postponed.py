"""What mitmproxy imports at its start and hardly anybody needs: Flask, for its own site
(addons/onboardingapp), and ldap3, for one kind of passwords (addons/proxyauth.py).

They are a sixth of its imports. Each is imported when it is first used.
"""

import sys
from collections.abc import Iterable
from importlib import import_module
from importlib.util import LazyLoader, find_spec, module_from_spec
from types import ModuleType
from typing import Any

_ADDONS = "mitmproxy.addons"
_SITE = f"{_ADDONS}.onboardingapp"


def postpone() -> None:
    """Do so from now on, where mitmproxy's addons were not imported yet."""
    if _ADDONS in sys.modules:
        return
    _import_later("ldap3")
    site = ModuleType(_SITE)
    site.app = _Site()  # type: ignore[attr-defined]
    sys.modules[_SITE] = site


def _import_later(name: str) -> None:
    spec = find_spec(name) if name not in sys.modules else None
    if spec is None or spec.loader is None:
        return
    spec.loader = loader = LazyLoader(spec.loader)
    module = sys.modules[name] = module_from_spec(spec)
    loader.exec_module(module)


class _Site:
    """Stands for the application that answers for mitm.it."""

    def __init__(self) -> None:
        self.config: dict[str, Any] = {}

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        if isinstance(getattr(sys.modules.get(_SITE), "app", None), _Site):
            del sys.modules[_SITE]
        app = import_module(_SITE).app
        app.config.update(self.config)
        answer: Iterable[bytes] = app(environ, start_response)
        return answer
