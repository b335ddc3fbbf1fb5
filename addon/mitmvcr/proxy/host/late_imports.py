"""What mitmproxy imports at its start and hardly anybody needs: Flask, for its own site
(addons/onboardingapp), and ldap3, for one kind of passwords (addons/proxyauth.py).

They are a tenth of a short run. Each is imported when it is first used.
"""

import sys
from collections.abc import Iterable
from importlib import import_module
from types import ModuleType
from typing import Any

from mitmvcr.proxy.host.capabilities import capabilities

_ADDONS = "mitmproxy.addons"
_SITE, _LDAP = f"{_ADDONS}.onboardingapp", "ldap3"


def postpone() -> None:
    """Do so from now on, where mitmproxy's addons were not imported yet."""
    if _ADDONS in sys.modules or not capabilities.has("late imports"):
        return
    for name in (_SITE, _LDAP):
        sys.modules.setdefault(name, _Later(name))
    if isinstance(site := sys.modules[_SITE], _Later):
        site.app = _Site(site)


class _Later(ModuleType):
    """Stands for a module that is imported when one of its names is wanted."""

    app: Any

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # the import system looks for these itself
            raise AttributeError(name)
        return getattr(self.whole(), name)

    def whole(self) -> ModuleType:
        """Import it."""
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return import_module(self.__name__)


class _Site:
    """Stands for the application that answers for mitm.it."""

    def __init__(self, module: _Later) -> None:
        self._module = module
        self.config: dict[str, Any] = {}

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        app = self._module.whole().app
        app.config.update(self.config)
        answer: Iterable[bytes] = app(environ, start_response)
        return answer
